"""How far a direction moves its own attribute, and how far all others, over 500 seeds.

    python benchmarks/edit_directions.py                     # of the directions of faces-64, written as JSON
    python benchmarks/edit_directions.py MODEL --reader-seen 300000

Directions are those in the model's folder that are called hat, glasses and skin, and the embedding of
classes. They were found with the classifier of the data set by

    python -m ganapp directions MODEL --by attribute:hat,attribute:skin --hold all
    python -m ganapp directions MODEL --by attribute:glasses --hold all --reach 0.8

on seeds 0 to 3,999, and their range fitted on 4,000 to 4,199: the smallest ends that move 70 % of them
(glasses 80 %).

Here they are judged on seeds 40,000 to 40,499 by the reader: that classifier (100,000 pictures shown), or
with --reader-seen another one of the same architecture and data. A picture that has the attribute goes to
the low end of the range, any other to the high end. Moved: the reader sees it where it was not, or no
longer where it was; of skin, a tone on the right side; of the class, the class that the embedding was moved
to, from each seed's class to the next. Others: attributes that the reader gets right in 95 % of held-out
pictures; changed is any other answer, the reader's own errors among them. Asked right: held-out pictures of
which it says rightly whether they have it, or on which side of the middle the skin is.
"""

from __future__ import annotations

import argparse
import copy
import time

from common import write_result

QUESTIONS = {"hat": "attribute:hat", "glasses": "attribute:glasses", "skin": "attribute:skin"}
JUDGED = range(40_000, 40_500)
READER_SEEN = 100_000
PROTOCOL = " ".join(__doc__.rpartition("\n\n")[2].split())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", nargs="*", default=["faces-64"])
    parser.add_argument("--reader-seen", type=int, default=READER_SEEN, help="pictures shown to the reader")
    parser.add_argument("--out", default="edit_directions")
    args = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    sources = {source: judged(source, args.reader_seen) for source in args.sources}
    write_result(args.out, {"protocol": PROTOCOL, "sources": sources})


def judged(source: str, seen: int) -> dict:
    """The figures of one model."""
    from ganapp.generators import directions_of
    from ganapp.metrics import prepare
    from ganapp.metrics.judges.classifier import classifier_of
    from ganapp.metrics.steering import steered, steered_by_label

    setting, began = copy.copy(prepare(source, None)), time.process_time()
    reader = classifier_of(setting.train, setting.heldout, seen=seen)
    setting.__dict__["classifier"] = reader
    read_sec, began = time.process_time() - began, time.process_time()
    known = directions_of(setting.G)
    rows = {"class": row(steered_by_label(setting, JUDGED))}
    for name, question in QUESTIONS.items():
        if known.get(name) is not None:
            rows[name] = row(steered(setting, known.get(name), question, JUDGED))
            rows[name]["asked_right_on_heldout"] = round(right(setting, question), 3)
        print(source, name, rows.get(name), flush=True)
    about = {"sha256": reader.sha256[:12], "seen": seen, "right_on_heldout": reader.accuracy}
    sec = {"reader": round(read_sec, 1), "judging": round(time.process_time() - began, 1)}
    return {"seeds": len(JUDGED), "reader": about, "directions": rows, "processor_sec": sec}


def right(setting, question: str) -> float:
    """The share of held-out pictures of which the reader answers the question rightly."""
    from ganapp.metrics.steering import Asked

    asked, data = Asked(setting, question), setting.heldout
    seen = setting.classifier.run(data.images.all())[1][asked.head].argmax(1)
    truth = data.attributes[question.partition(":")[2]]
    return float((asked.has({asked.head: seen}) == asked.has({asked.head: truth})).mean())


def row(found) -> dict:
    return {
        "own": round(found.own, 3),
        "worst_other": [found.worst[0], round(found.worst[1], 3)],
        "others": {name: round(share, 3) for name, share in found.others.items()},
        "amounts": [found.low, found.high],
    }


if __name__ == "__main__":
    main()
