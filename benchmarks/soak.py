"""Whether the server grows: its resident memory over many small requests to the page on 127.0.0.1.

Each request draws four pictures, as the page asks for them, mixes two of them and saves one as a file that is
fetched; with it come a poll and one that cannot be answered. The visitors come and go (--visitors pages, then
new ones). It ends after --requests or --minutes, whichever is first, and fails if memory grows by more than
--most-kb a request after warming up.

    python benchmarks/soak.py --requests 5000 --minutes 90 --save
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from common import ROOT, percentile, write_result
from serving import App, Client, isolated

MODEL = "mnist-32"
ROUND = 100  # requests between two looks at the memory
LAST = 11  # looks at the last 1,000 requests
MALFORMED: tuple[Any, ...] = (
    [],
    5,
    "x",
    {"run": 5},
    {"known": []},
    {"run": "x" * 5000},
    {"known": {"offset": 10**18}},
)


class Visitors:
    """Several pages at once, each in a thread; counts what they asked and what failed."""

    def __init__(self, app: App, pages: int, new_after: int) -> None:
        self.app, self.pages, self.new_after = app, pages, new_after
        self.client = Client(app.port)
        self.asked, self.failed, self.sec = 0, [], []
        self.lock = threading.Lock()

    def ask(self, count: int) -> None:
        """Send `count` requests, spread over the pages."""
        with self.lock:
            end = self.asked + count
        threads = [threading.Thread(target=self._page, args=(page, end)) for page in range(self.pages)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _page(self, page: int, end: int) -> None:
        client = Client(self.app.port)
        client.__dict__.update(config=self.client.config, elements=self.client.elements)  # asked once
        while True:
            with self.lock:
                if self.asked >= end:
                    return
                number, self.asked = self.asked, self.asked + 1
            client.session = f"page{page}-{number // (self.pages * self.new_after)}"
            began = time.perf_counter()
            try:
                self._one(client, number)
            except (OSError, RuntimeError, AssertionError, http.client.HTTPException) as error:
                self.failed.append(f"{number}: {type(error).__name__}: {error}"[:300])
            self.sec.append(time.perf_counter() - began)

    def _one(self, client: Client, number: int) -> None:
        first = number % 100_000
        asked = {"source": MODEL, "label": "*", "asker": client.session, "exact": True}
        drawn = self._create(client, "draw", {**asked, "seeds": f"{first}-{first + 3}", "count": 4})
        assert len(drawn["seeds"]) == 4, drawn["seeds"]
        self._create(client, "mix", {**asked, "a": first, "b": first + 1, "position": 0.3})
        saved = self._create(client, "save", {**asked, "seed": first, "times": 2})
        status, data = client.get(f"/gradio_api/file={saved['file']}")
        assert status == 200 and data.startswith(b"\x89PNG"), (status, data[:200])
        news = client.server_function("poll", {"run": None, "known": {}})
        assert "error" not in news, news
        odd = client.server_function("poll", MALFORMED[number % len(MALFORMED)])
        assert isinstance(odd, dict), odd

    def _create(self, client: Client, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer of the Create tab. What was pushed out of the line by others is asked for again."""
        while (answer := client.server_function(name, asked, "create")).get("dropped"):
            time.sleep(0.05)
        assert "error" not in answer, answer
        return answer


def resident_mb(pid: int) -> float:
    """Resident memory of a process. Only Linux tells it in this way."""
    line = next(t for t in Path(f"/proc/{pid}/status").read_text().splitlines() if t.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def growth_kb(points: list[tuple[int, float]]) -> float:
    """KB a request: the slope of a straight line through (requests, MB)."""
    mean_x, mean_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 1024 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def soak(args: argparse.Namespace) -> dict[str, Any]:
    with isolated(faces=False) as folder:
        (folder / "checkpoints").rmdir()
        (folder / "checkpoints").symlink_to(ROOT / "checkpoints")
        with App(folder) as app:
            app.wait_until_idle()
            visitors, end = Visitors(app, args.visitors, args.new_after), time.monotonic() + 60 * args.minutes
            points = [(0, resident_mb(app.process.pid))]
            while visitors.asked < args.requests and time.monotonic() < end:
                visitors.ask(min(ROUND, args.requests - visitors.asked))
                points.append((visitors.asked, resident_mb(app.process.pid)))
                print(
                    f"{points[-1][0]:>6} requests {points[-1][1]:8.1f} MB  {len(visitors.failed)} failed",
                    flush=True,
                )
            outputs = sum(
                f.stat().st_size for f in folder.glob("tmp/gradio/ganapp-generate/**/*") if f.is_file()
            )
    warm = [point for point in points if point[0] >= args.warm_up]
    return {
        "requests": visitors.asked,
        "visitors_at_once": args.visitors,
        "new_page_after": args.new_after,
        "failed": len(visitors.failed),
        "first_failures": visitors.failed[:5],
        "median_sec": round(percentile(visitors.sec, 0.5), 3),
        "p95_sec": round(percentile(visitors.sec, 0.95), 3),
        "warm_up_requests": args.warm_up,
        "kb_a_request_after_warming_up": round(growth_kb(warm), 2) if len(warm) > 1 else None,
        "kb_a_request_of_the_last_1000": round(growth_kb(warm[-LAST:]), 2) if len(warm) >= LAST else None,
        "outputs_mb": round(outputs / 1e6, 1),
        "resident_mb": [[count, round(mb, 1)] for count, mb in points],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--visitors", type=int, default=10, help="pages at once")
    parser.add_argument(
        "--new-after", type=int, default=2, help="a visitor comes as a new page after so many requests"
    )
    parser.add_argument("--warm-up", type=int, default=700, help="requests before growth is measured")
    parser.add_argument("--most-kb", type=float, default=10, help="a request, after warming up")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/soak.json")
    args = parser.parse_args()
    found = soak(args)
    print(json.dumps({key: value for key, value in found.items() if key != "resident_mb"}, indent=2))
    if args.save:
        write_result("soak", found)
    grows = found["kb_a_request_after_warming_up"]
    sys.exit(1 if found["failed"] or (grows is not None and grows > args.most_kb) else 0)


if __name__ == "__main__":
    main()
