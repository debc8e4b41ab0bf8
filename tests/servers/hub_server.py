"""A Hub on 127.0.0.1 for tests: what huggingface_hub needs of huggingface.co, and a log of every request.

Small files are redirected within the Hub and large ones to a second origin (the CDN), as there; errors carry the same
X-Error-Code headers. Uploads go as they do without Xet: preupload, LFS batch and PUT, then one commit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

TOKEN = "hf_reader"  # a valid token that may read everything; "hf_stranger" is valid and may not
WRITER = "hf_writer"  # of ana, who may read everything and write what is hers
USERS = {TOKEN: "rita", "hf_stranger": "bob", WRITER: "ana"}
LARGE = (".safetensors", ".bin", ".pt")


@dataclass
class Repo:
    """A model repository: commits of files, names (branches, tags) that point at commits, and who may read it."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    private: bool = False
    gated: bool = False
    kind: str = "model"  # or "space"
    sdk: str = ""  # of a space
    tags: tuple[str, ...] = ()
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
    cut: int = 0  # the next `cut` downloads, or uploads, of a large file break off in the middle
    objects: dict[str, bytes] = field(default_factory=dict)  # uploaded large files by their sha256
    slow: float = 0.0  # seconds that a download of a large file takes

    def reset(self) -> None:
        for part in (self.repos, self.requests, self.objects):
            part.clear()
        self.broken, self.portal, self.cut, self.slow = 0, False, 0, 0.0

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


def _entry(name: str, data: bytes) -> dict:
    """A file as a listing of the tree shows it."""
    entry = {"type": "file", "path": name, "size": len(data)}
    entry["oid"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    if name.endswith(LARGE):
        digest = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"oid": digest, "size": len(data), "pointerSize": 130}
    return entry


def _handler(hub: Hub, host: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer()

        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer()

        def do_PUT(self):
            length = int(self.headers.get("Content-Length", 0))
            if hub.cut:  # the connection goes in the middle of the upload
                hub.cut -= 1
                self.rfile.read(length // 2)
                self.close_connection = True
                return self.connection.close()
            self.body = self.rfile.read(length)
            self.answer()

        def answer(self):
            parts = urlsplit(self.path)
            self.file = None
            try:
                if hub.broken:
                    raise _Error(
                        hub.broken,
                        None,
                        "Internal Error - We're working hard to fix this as soon as possible!",
                    )
                if hub.portal:
                    return self.send(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"})
                if host == "cdn":
                    return (
                        self.put_object(parts.path)
                        if self.command == "PUT"
                        else self.serve_cdn(parse_qs(parts.query))
                    )
                if self.command == "POST":
                    return self.serve_writes(parts.path)
                return self.serve_hub(parts.path, parse_qs(parts.query))
            except _Error as error:
                headers = {"Content-Type": "application/json", "X-Error-Message": error.message}
                if error.code:
                    headers["X-Error-Code"] = error.code
                if error.commit:
                    headers["X-Repo-Commit"] = error.commit
                self.send(error.status, json.dumps({"error": error.message}).encode(), headers)

        def serve_hub(self, path: str, query: dict[str, list[str]]):
            if path == "/api/whoami-v2":
                if self.token() not in USERS:
                    raise _Error(401, None, "Invalid credentials in Authorization header")
                return self.send_json({"type": "user", "name": USERS[self.token()], "orgs": []})
            if path == "/api/models":
                return self.send_json(self.listing(query))
            if match := re.fullmatch(r"/api/(models|spaces)/([^/]+/[^/]+)/tree/([^/]+)", path):
                repo, sha = self.find(match[2], unquote(match[3]), match[1])
                return self.send_json(
                    [_entry(name, data) for name, data in sorted(repo.commits[sha].items())]
                )
            if match := re.fullmatch(r"/api/(models|spaces)/([^/]+/[^/]+)(?:/revision/([^/]+))?", path):
                repo, sha = self.find(match[2], unquote(match[3] or "main"), match[1])
                siblings = [{"rfilename": name} for name in sorted(repo.commits[sha])]
                info = {
                    "id": match[2],
                    "modelId": match[2],
                    "sha": sha,
                    "private": repo.private,
                    "siblings": siblings,
                }
                info |= {
                    "gated": "manual" if repo.gated else False,
                    "tags": list(repo.tags),
                    "downloads": 0,
                    "likes": 0,
                }
                return self.send_json(info)
            if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self.resolve(match[1], unquote(match[2]), unquote(match[3]), cached=False)
            if match := re.fullmatch(r"/api/resolve-cache/models/([^/]+/[^/]+)/([^/]+)/(.+)", path):
                return self.resolve(match[1], match[2], unquote(match[3]), cached=True)
            raise _Error(404, None, "Sorry, we can't find the page you are looking for.")

        def listing(self, query: dict[str, list[str]]) -> list[dict]:
            """Public models that have every tag asked for and the words in their name."""
            wanted, words = set(query.get("filter", [])), query.get("search", [""])[0].lower()
            found = [
                {
                    "id": name,
                    "modelId": name,
                    "tags": list(repo.tags),
                    "private": False,
                    "downloads": 0,
                    "likes": 0,
                }
                for name, repo in sorted(hub.repos.items())
                if repo.kind == "model"
                and not repo.private
                and wanted <= set(repo.tags)
                and words in name.lower()
            ]
            return found[: int(query.get("limit", ["100"])[0])]

        # -- uploads ------------------------------------------------------------------------------------------------

        def serve_writes(self, path: str):
            if path == "/api/repos/create":
                return self.create()
            if path == "/api/validate-yaml":
                return self.validate_card()
            if match := re.fullmatch(r"/(?:(spaces)/)?([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
                self.writable(match[2], match[1] or "models")
                objects = [
                    item | {"actions": {"upload": {"href": f"{hub.cdn_url}/{item['oid']}"}}}
                    if item["oid"] not in hub.objects
                    else item
                    for item in json.loads(self.body)["objects"]
                ]
                return self.send_json({"transfer": "basic", "objects": objects})
            if match := re.fullmatch(r"/api/(models|spaces)/([^/]+/[^/]+)/(preupload|commit)/([^/]+)", path):
                repo, sha = self.writable(match[2], match[1])
                if match[3] == "commit":
                    return self.commit(match[2], repo, sha)
                files = [
                    {
                        "path": f["path"],
                        "uploadMode": "lfs" if f["path"].endswith(LARGE) else "regular",
                        "shouldIgnore": False,
                    }
                    for f in json.loads(self.body)["files"]
                ]
                return self.send_json({"files": files})
            raise _Error(404, None, "Sorry, we can't find the page you are looking for.")

        def validate_card(self):
            """A card's metadata must be YAML, and its licence a name."""
            import yaml

            parts = json.loads(self.body)["content"].split("---\n")
            try:
                data = yaml.safe_load(parts[1]) if len(parts) > 2 and not parts[0] else {}
                errors = (
                    []
                    if isinstance(data.get("license", ""), str)
                    else [{"message": "license must be a string"}]
                )
            except yaml.YAMLError as error:
                errors = [{"message": str(error)}]
            self.send_json({"errors": errors, "warnings": []}, 400 if errors else 200)

        def create(self):
            asked, user = json.loads(self.body), USERS.get(self.token())
            if user is None:
                raise _Error(401, None, "Invalid credentials in Authorization header")
            owner = asked.get("organization") or user
            if owner != user or self.token() != WRITER:
                raise _Error(
                    403,
                    None,
                    f"You don't have the rights to create a {asked['type']} under the namespace {owner!r}.",
                )
            name, kind = f"{owner}/{asked['name']}", asked.get("type", "model")
            url = f"{hub.url}/{'spaces/' if kind == 'space' else ''}{name}"
            key = f"spaces/{name}" if kind == "space" else name
            if key in hub.repos:
                return self.send_json({"error": "You already created this repo", "url": url}, 409)
            hub.add(
                key,
                {".gitattributes": b"*.safetensors filter=lfs\n"},
                kind=kind,
                private=asked.get("visibility") == "private",
                sdk=asked.get("sdk", ""),
            )
            return self.send_json({"url": url, "name": name})

        def writable(self, name: str, kind: str) -> tuple[Repo, str]:
            found = self.find(name, "main", kind)
            if self.token() != WRITER or not name.startswith("ana/"):
                raise _Error(403, None, f"Forbidden: pass a token with write access to {name}.")
            return found

        def put_object(self, path: str):
            digest = hashlib.sha256(self.body).hexdigest()
            if path != f"/{digest}":
                raise _Error(400, None, "Checksum mismatch")
            hub.objects[digest] = self.body
            self.send(200, b"", {})

        def commit(self, name: str, repo: Repo, sha: str):
            files = dict(repo.commits[sha])
            for line in self.body.splitlines():
                item = json.loads(line)
                value = item["value"]
                if item["key"] == "header" and value.get("parentCommit", sha) != sha:
                    raise _Error(412, None, "A commit has happened since. Please refresh and try again.")
                if item["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif item["key"] == "lfsFile":
                    files[value["path"]] = hub.objects[value["oid"]]
                elif item["key"] == "deletedFile":
                    del files[value["path"]]
            oid = repo.commit(files)
            self.send_json({"commitOid": oid, "commitUrl": f"{hub.url}/{name}/commit/{oid}", "success": True})

        def send_json(self, data, status: int = 200):
            self.send(status, json.dumps(data).encode(), {"Content-Type": "application/json"})

        # -- reading ------------------------------------------------------------------------------------------------

        def find(self, name: str, revision: str, kind: str = "models") -> tuple[Repo, str]:
            token = self.token()
            if token is not None and token not in USERS:
                raise _Error(401, None, "Invalid credentials in Authorization header")
            repo = hub.repos.get(f"spaces/{name}" if kind == "spaces" else name)
            if repo is None or (repo.private and token not in (TOKEN, WRITER)):
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
            headers = {
                "X-Repo-Commit": sha,
                "ETag": f'"{hashlib.sha1(data).hexdigest()}"',
                "Accept-Ranges": "bytes",
            }
            if not cached:
                to = f"/api/resolve-cache/models/{name}/{sha}/{quote(file)}"
                return self.send(
                    307, b"Temporary Redirect", headers | {"X-Linked-Size": size, "Location": to}
                )
            return self.send(200, data, headers | {"Content-Type": "text/plain"}, length=size)

        def serve_cdn(self, query: dict[str, list[str]]):
            self.file = query["file"][0]
            data = hub.repos[query["repo"][0]].commits[query["commit"][0]][self.file]
            time.sleep(hub.slow)
            if (
                self.token()
            ):  # a signed address takes no second authorization, like the storage that is behind the Hub
                raise _Error(400, None, "Only one auth mechanism allowed")
            start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            begin = int(start[1]) if start else 0
            headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            if hub.cut and self.command == "GET":
                hub.cut -= 1
                self.send(
                    206 if begin else 200,
                    data[begin : begin + len(data) // 2],
                    headers,
                    length=str(len(data) - begin),
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
