"""Every function that reads a text of a visitor, on 100 KB of the worst: none takes longer than MOST_SEC."""

import io
import time
from contextlib import suppress

import pytest

from ganapp import generators, latents, media
from ganapp.config import ModelSpec, TrainConfig, parse_changes, preset_config
from ganapp.data.decode import parse_colour
from ganapp.data.hub import name as hub_name
from ganapp.generators import importers
from ganapp.hub import upload
from ganapp.latents.labels import resolve_label
from ganapp.publishing import labelled_set
from ganapp.runs import sweep
from ganapp.runs.run import check_name
from ganapp.ui.access import asked, bodies, file_names, paths, visitors
from ganapp.ui.access.capabilities import Capabilities, here
from ganapp.ui.compare import run_queue
from ganapp.ui.evaluate.evaluator import Evaluator
from ganapp.ui.generate import words
from ganapp.ui.generate.models import Models
from ganapp.ui.generate.studio import Studio, walk_labels
from ganapp.ui.shared.language import language_of

MOST_SEC = 0.2
N = 100_000

WORST = {
    "spaces": "1" + " " * N + "x",
    "spaces and dashes": "1" + (" " * 999 + "-") * (N // 1000) + "x",
    "dashes": "1" + "-" * N,
    "full-width spaces": "1" + "\u3000" * N + "x",
    "accents in falling order": "a" + "\u0301" * (N // 4) + "\u0323" * (N // 4),
    "accents in turn": "a" + "\u0301\u0323" * (N // 4),
    "a letter that unfolds to eighteen": "\ufdfa" * (N // 3),
    "digits": "9" * N,
    "commas": "1," * (N // 2),
    "seeds and commas": "1, " * (N // 3),
    "ranges": "0-9999," * (N // 7),
    "dots": "a/" + "." * N,
    "dots and an at": "a/b@" + "a." * (N // 2) + "..",
    "slashes": "a/" * (N // 2) + "000000001",
    "names of a cache": "a/" + "models--" * (N // 8),
    "colons": "hub:a/b:" + ":" * N,
    "a Hub name with slashes": "hub:a/b@" + "a/" * (N // 2) + "..",
    "brackets": "[" * N,
    "brackets both ways": "[{" * (N // 4) + "}]" * (N // 4),
    "words": "ab " * (N // 3),
    "line breaks": "1" + "\n" * N + "x",
    "quotes": '"' * N,
    "escapes": "\\u0061" * (N // 6),
    "NULs": "\0" * N,
    "half of a pair": "\ud800" * N,
    "JSON of the deepest": '{"a":' * (N // 5),
    "markup": "<b>&" * (N // 4),
    "signs": "+-" * (N // 2),
    "colour": "rgb(" + " " * N,
    "hash": "#" + "f" * N,
    "dots of a path": "../" * (N // 3),
    "quotes and slashes": "'/" * (N // 2),
    "paths": " /a" * (N // 3),
}  # fmt: skip


class Generator:
    spec = ModelSpec("dcgan", 28, 3, 3, 8, {"width": 4})
    class_names = ("smile", "neutral", "sad")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def parsers(place):
    """{name: function of a text}: whatever a visitor's text reaches first. Requests to the Hub are not among them."""
    (place / "runs").mkdir()
    (place / "shipped").mkdir()
    models = {paths: Models(place / "runs", place / "shipped", paths) for paths in (True, False)}
    studio = Studio(place / "runs", place / "shipped", place / "out", allow_paths=False)
    evaluator = Evaluator(place / "runs", place / "shipped", allow_paths=False)
    config = TrainConfig()
    space = here({"SPACE_ID": "a/b"}, place / "none")

    def png(text):
        import numpy as np

        buffer = io.BytesIO()
        media.save_png(
            buffer, np.zeros((8, 8, 3), np.uint8), {"seeds": text, "class_name": text, "model": text}
        )
        (place / "x.png").write_bytes(buffer.getvalue())

    def restore(text):
        png(text)
        words.restore(place / "x.png", [])

    return {
        "seeds": latents.parse_seeds,
        "label": lambda text: resolve_label(Generator, text),
        "labels of a walk": lambda text: walk_labels(Generator, text),
        "pictures": lambda text: studio.archive(text, text, text),
        "film": lambda text: studio.film("a", text, labels=text, kind="mp4"),
        "kind of a film": lambda text: studio.film("a", "1", kind=text),
        "a picture's settings": restore,
        "model": lambda text: models[True].facts(text) if not generators.is_hub_id(text) else None,
        "model of a visitor": lambda text: models[False].facts(text),
        "Hub id": generators.is_hub_id,
        "imported file": lambda text: importers.HUB_FILE.fullmatch(text),
        "name of an import": lambda text: models[False].fetch(text + ":", None) if len(text) < 10 else None,
        "repository": lambda text: upload.REPO.fullmatch(text),
        "data of the Hub": hub_name.parse,
        "sources": lambda text: visitors.check_sources(space, text, text),
        "evaluation": lambda text: evaluator.start("x", text, [text], 40, 1, 0),
        "colour": parse_colour,
        "preset": preset_config,
        "a change": lambda text: parse_changes({"g_args": text, text: text, "g_args." + text: text}),
        "a changed text": lambda text: config.replace(background=text, dataset=text, augment_policy=text),
        "name of a run": check_name,
        "values of a sweep": sweep.split_values,
        "a sweep": lambda text: run_queue.plan({"preset": text, "field": text, "values": text, "amount": text}),
        "planned sweep": lambda text: sweep.plan(config, [(text, [text, text + "x"])]),
        "name of a class": lambda text: labelled_set.UNSAFE.sub("", text),
        "search": lambda text: [m for m in generators.known_models() if text.lower().split() and m.repo],
        "language": lambda text: language_of(type("R", (), {"headers": {"accept-language": text, "cookie": text}})),
        "a body": lambda text: bodies.check_json(text.encode("utf-8", "surrogatepass")),
        "a request": asked.answers(lambda request: {}, run=str, known=dict),
        "a request's texts": lambda text: asked.answers(lambda request: {}, known=dict)({"known": {"run": text}}),
        "a file's address": lambda text: file_names.path_of("at-" + text),
        "an address": lambda text: visitors.address_of({"headers": [(b"x-forwarded-for", text.encode("utf-8", "replace"))]}),
        "paths in a sentence": paths.without_paths,
        "capabilities": lambda text: Capabilities().may_train(text),
    }  # fmt: skip


@pytest.mark.parametrize("kind", WORST)
def test_no_text_holds_the_server(parsers, kind):
    slow, text = {}, WORST[kind]
    for name, parse in parsers.items():
        began = time.thread_time()
        with suppress(ValueError, OSError, bodies.TooMuch):  # as the page says it
            parse(text)
        spent = time.thread_time() - began
        if spent > MOST_SEC:
            slow[name] = round(spent, 2)
    assert slow == {}, f"{kind}: {slow} s for 100 KB"


def test_the_longest_useful_text_of_seeds_is_read():
    seeds = [2**32 - 1 - 2 * i for i in range(latents.seeds.MAX_SEEDS)]
    assert latents.parse_seeds(latents.format_seeds(seeds)) == seeds
    with pytest.raises(ValueError, match="characters: at most 200,000"):
        latents.parse_seeds("1" * 200_001)


@pytest.mark.parametrize("name", ["find", "folder", "facts", "load"])
def test_a_long_name_of_a_model_is_refused_before_it_is_looked_for(place, name):
    """The errors of the Hub are searched by a pattern that takes the square of such a name."""
    models = Models(place / "runs", place / "shipped")
    with pytest.raises(ValueError, match="at most 1,000 are read"):
        getattr(models, name)("a/" + "models--" * 200)
