"""A Hub on 127.0.0.1 for tests: what huggingface_hub's downloads need of huggingface.co, and a log of every request.

Small files are redirected within the Hub and large ones to a second origin (the CDN), as there; errors carry the same
X-Error-Code headers. Not a Hub to upload to.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

TOKEN = "hf_reader"  # a valid token that may read everything; "hf_stranger" is valid and may not
LARGE = (".safetensors", ".bin", ".pt")


@dataclass
class Repo:
    """A model repository: commits of files, names (branches, tags) that point at commits, and who may read it."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    private: bool = False
    gated: bool = False
    claimed_sizes: dict[str, int] = field(
        default_factory=dict
    )  # file -> size that the Hub states instead of the real one

    def commit(self, files: dict[str, bytes], ref: str = "main") -> str:
        """A new commit with exactly these files; its 40 hex digits depend on the content alone."""
        content = json.dumps({k: hashlib.sha1(v).hexdigest() for k, v in sorted(files.items())})
        sha = hashlib.sha1(content.encode()).hexdigest()
        self.commits[sha] = dict(files)
        self.refs[ref] = sha
        return sha


class Request(NamedTuple):
    """One line of the log."""

    method: str
    host: str  # "hub" or "cdn"
    path: str  # without the query
    token: str | None
    file: str | None  # the repository's file that it is about
    status: int


@dataclass
class Hub:
    """The running server: `repos` can be changed at any time, `requests` is its log."""

    url: str = ""
    cdn_url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    broken: int = 0  # a status that every request is answered with
    portal: bool = False  # answer like a hotel's sign-in page: 200 and HTML for everything
    cut: int = 0  # the next `cut` downloads of a large file break off in the middle

    def add(self, name: str, files: dict[str, bytes], **options) -> Repo:
        repo = self.repos[name] = Repo(**options)
        repo.commit(files)
        return repo

    def files(self, method: str | None = None) -> list[str]:
        """The repository files asked for, in order, each once."""
        return list(dict.fromkeys(r.file for r in self.requests if r.file and method in (None, r.method)))


@contextmanager
def serve() -> Iterator[Hub]:
    hub = Hub()
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub, host)) for host in ("hub", "cdn")]
    hub.url, hub.cdn_url = (f"http://127.0.0.1:{s.server_address[1]}" for s in servers)
    threads = [threading.Thread(target=s.serve_forever, args=(0.01,), daemon=True) for s in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


class _Error(Exception):
    def __init__(self, status: int, code: str | None, message: str, commit: str | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.commit = status, code, message, commit


def _handler(hub: Hub, host: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer()

        def do_GET(self):
            self.answer()

        def answer(self):
            parts = urlsplit(self.path)
            self.file = None
            try:
                if hub.broken:
                    raise _Error(
                        hub.broken, None, "Internal Error - We're working hard to fix this as soon as possible!"
                    )
                if hub.portal:
                    return self.send(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"})
                if host == "cdn":
                    return self.serve_cdn(parse_qs(parts.query))
                return self.serve_hub(parts.path)
            except _Error as error:
                headers = {"Content-Type": "application/json", "X-Error-Message": error.message}
                if error.code:
                    headers["X-Error-Code"] = error.code
                if error.commit:
                    headers["X-Repo-Commit"] = error.commit
                self.send(error.status, json.dumps({"error": error.message}).encode(), headers)

        def serve_hub(self, path: str):
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", path):
                repo, sha = self.find(match[1], unquote(match[2] or "main"))
                siblings = [{"rfilename": name} for name in sorted(repo.commits[sha])]
                info = {"id": match[1], "modelId": match[1], "sha": sha, "private": repo.private, "siblings": siblings}
                info |= {"gated": "manual" if repo.gated else False, "tags": [], "downloads": 0, "likes": 0}
                return self.send(200, json.dumps(info).encode(), {"Content-Type": "application/json"})
            if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self.resolve(match[1], unquote(match[2]), unquote(match[3]), cached=False)
            if match := re.fullmatch(r"/api/resolve-cache/models/([^/]+/[^/]+)/([^/]+)/(.+)", path):
                return self.resolve(match[1], match[2], unquote(match[3]), cached=True)
            raise _Error(404, None, "Sorry, we can't find the page you are looking for.")

        def find(self, name: str, revision: str) -> tuple[Repo, str]:
            token = self.token()
            if token is not None and token not in (TOKEN, "hf_stranger"):
                raise _Error(401, None, "Invalid credentials in Authorization header")
            repo = hub.repos.get(name)
            if repo is None or (repo.private and token != TOKEN):
                raise _Error(404 if token else 401, "RepoNotFound", "Repository not found")
            if repo.gated and token != TOKEN:
                message = f"Access to model {name} is restricted and you are not in the authorized list."
                raise _Error(403 if token else 401, "GatedRepo", message)
            sha = repo.refs.get(revision, revision)
            if sha not in repo.commits:
                raise _Error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return repo, sha

        def resolve(self, name: str, revision: str, file: str, cached: bool):
            self.file = file
            repo, sha = self.find(name, revision)
            data = repo.commits[sha].get(file)
            if data is None:
                raise _Error(404, "EntryNotFound", "Entry not found", commit=sha)
            size = str(repo.claimed_sizes.get(file, len(data)))
            if file.endswith(LARGE):
                digest = hashlib.sha256(data).hexdigest()
                headers = {
                    "X-Repo-Commit": sha,
                    "X-Linked-Size": size,
                    "X-Linked-ETag": f'"{digest}"',
                    "X-Xet-Hash": digest,
                }
                query = f"repo={quote(name)}&commit={sha}&file={quote(file)}"
                return self.send(302, b"Found", headers | {"Location": f"{hub.cdn_url}/{digest}?{query}"})
            headers = {"X-Repo-Commit": sha, "ETag": f'"{hashlib.sha1(data).hexdigest()}"', "Accept-Ranges": "bytes"}
            if not cached:
                to = f"/api/resolve-cache/models/{name}/{sha}/{quote(file)}"
                return self.send(307, b"Temporary Redirect", headers | {"X-Linked-Size": size, "Location": to})
            return self.send(200, data, headers | {"Content-Type": "text/plain"}, length=size)

        def serve_cdn(self, query: dict[str, list[str]]):
            self.file = query["file"][0]
            data = hub.repos[query["repo"][0]].commits[query["commit"][0]][self.file]
            if self.token():  # a signed address takes no second authorization, like the storage that is behind the Hub
                raise _Error(400, None, "Only one auth mechanism allowed")
            start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            begin = int(start[1]) if start else 0
            headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            if hub.cut and self.command == "GET":
                hub.cut -= 1
                self.send(
                    206 if begin else 200, data[begin : begin + len(data) // 2], headers, length=str(len(data) - begin)
                )
                self.close_connection = True
                return
            self.send(206 if begin else 200, data[begin:], headers)

        def token(self) -> str | None:
            return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

        def send(self, status: int, body: bytes, headers: dict[str, str], length: str | None = None):
            path = urlsplit(self.path).path
            hub.requests.append(Request(self.command, host, path, self.token(), self.file, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
