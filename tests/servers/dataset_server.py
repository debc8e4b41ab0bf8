"""The part of a Hub on 127.0.0.1 that data sets are streamed from: info, tree, paths-info and files in ranges, with a log.

One commit a repository. hub_server.py has models.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

REPO = r"([^/]+/[^/]+)"


@dataclass
class DataHub:
    """The running server: `repos` (name -> {path: bytes}) can be changed at any time, `requests` is its log."""

    url: str = ""
    repos: dict[str, dict[str, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    gated: set[str] = field(default_factory=set)
    broken: int = 0  # a status that everything is answered with
    slow: float = 0.0  # seconds that each range of a file takes

    def commit(self, name: str) -> str:
        return hashlib.sha1(repr(sorted(self.repos[name].items())).encode()).hexdigest()

    def fetched(self) -> list[str]:
        """The files of which bytes were fetched, each once."""
        found = [r.split("/", 5)[-1] for r in self.requests if r.startswith("GET ") and "/resolve/" in r]
        return list(dict.fromkeys(unquote(path.split("/", 1)[-1]) for path in found))


@contextmanager
def serve() -> Iterator[DataHub]:
    hub = DataHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: DataHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer(b"")

        def do_GET(self):
            self.answer(b"")

        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def answer(self, body: bytes):
            path = unquote(urlsplit(self.path).path)
            hub.requests.append(f"{self.command} {path}")
            if hub.broken:
                return self.send(hub.broken, {"error": "Internal Error"})
            if match := re.fullmatch(f"/api/datasets/{REPO}(?:/revision/(.+))?", path):
                return self.of_repo(match[1], match[2], self.info)
            if match := re.fullmatch(f"/api/datasets/{REPO}/tree/([^/]+)(?:/(.*))?", path):
                return self.of_repo(
                    match[1], match[2], self.tree, match[3] or "", "recursive=true" in self.path.lower()
                )
            if match := re.fullmatch(f"/api/datasets/{REPO}/paths-info/([^/]+)", path):
                return self.of_repo(match[1], match[2], self.paths, body)
            if match := re.fullmatch(f"/datasets/{REPO}/resolve/([^/]+)/(.+)", path):
                return self.of_repo(match[1], match[2], self.file, match[3])
            return self.send(404, {"error": "not found"})

        def of_repo(self, name, revision, answer, *arguments):
            if name not in hub.repos:
                return self.send(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            if name in hub.gated:
                return self.send(403, {"error": "gated"}, {"X-Error-Code": "GatedRepo"})
            commit = hub.commit(name)
            if revision not in (None, "main", commit):
                return self.send(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
            return answer(name, commit, *arguments)

        def info(self, name, commit):
            siblings = [{"rfilename": path} for path in sorted(hub.repos[name])]
            self.send(
                200,
                {
                    "id": name,
                    "sha": commit,
                    "private": False,
                    "gated": False,
                    "siblings": siblings,
                    "tags": [],
                },
            )

        def entry(self, name, path):
            data = hub.repos[name][path]
            return {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}

        def tree(self, name, commit, folder, recursive):
            below = folder + "/" if folder else ""
            files = [p for p in sorted(hub.repos[name]) if p.startswith(below)]
            if below and not files:
                return self.send(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            parts = [p[len(below) :].split("/") for p in files]
            depths = {below + "/".join(p[:i]) for p in parts for i in range(1, len(p)) if recursive or i == 1}
            entries = [{"type": "directory", "path": d, "size": 0, "oid": "0" * 40} for d in sorted(depths)]
            entries += [self.entry(name, f) for f, p in zip(files, parts) if recursive or len(p) == 1]
            self.send(200, entries)

        def paths(self, name, commit, body):
            wanted = (
                json.loads(body)["paths"]
                if body.startswith(b"{")
                else re.findall(r"paths=([^&]+)", body.decode())
            )
            known = [unquote(p) for p in wanted]
            entries = [self.entry(name, p) for p in known if p in hub.repos[name]]
            folders = [p for p in known if any(f.startswith(p + "/") for f in hub.repos[name])]
            self.send(
                200, entries + [{"type": "directory", "path": p, "size": 0, "oid": "0" * 40} for p in folders]
            )

        def file(self, name, commit, path):
            data = hub.repos[name].get(path)
            headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
            if data is None:
                return self.send(
                    404, {"error": "Entry not found"}, headers | {"X-Error-Code": "EntryNotFound"}
                )
            headers["ETag"] = f'"{hashlib.sha1(data).hexdigest()}"'
            part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if part is None:
                return self.send(200, data, headers)
            time.sleep(hub.slow)
            first, last = int(part[1]), min(int(part[2] or len(data)), len(data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            return self.send(206, data[first : last + 1], headers)

        def send(self, status, body, headers=()):
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for key, value in dict(headers).items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
