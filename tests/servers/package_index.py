"""Two package indexes on 127.0.0.1, for the real uv and pip: a registry, and PyTorch's own index behind a proxy.

uv knows the address of PyTorch's index itself and asks it by https. So that one is reached through a proxy, which
answers for any host: with a certificate of a CA made for the test, with a refusal, or not at all.
"""

import http.server
import io
import json
import socket
import socketserver
import ssl
import subprocess
import threading
import zipfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ANSWERS, REFUSES, HANGS = "answers", "refuses", "hangs"


def wheel(name, version, requires=(), padding=0):
    """(file name, bytes) of a wheel with one module, and so many bytes that do nothing."""
    folder, module = f"{name.replace('-', '_')}-{version}.dist-info", name.replace("-", "_")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{module}.py", f"__version__ = {version!r}\n")
        if padding:
            archive.writestr(f"{module}.bin", bytes(padding))
        archive.writestr(f"{folder}/METADATA", metadata(name, version, requires))
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", "")
    return f"{module}-{version}-py3-none-any.whl", buffer.getvalue()


def metadata(name, version, requires):
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    return "\n".join(lines + [f"Requires-Dist: {one}" for one in requires]) + "\n"


class Index(http.server.BaseHTTPRequestHandler):
    """GET …/NAME/ is a list of files, with sizes if the server has `tells_sizes`; GET …/FILE is the file."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(f"{self.command} {self.path}")
        *_, last = self.path.split("#")[0].rstrip("/").split("/")
        last = last.replace("%2B", "+")
        if last.endswith(".metadata") and (whole := self.server.files.get(last.removesuffix(".metadata"))):
            with zipfile.ZipFile(io.BytesIO(whole)) as archive:
                self.send(archive.read(next(n for n in archive.namelist() if n.endswith("/METADATA"))))
        elif last in self.server.files:
            self.file(self.server.files[last])
        elif found := [f for f in self.server.files if f.split("-")[0].replace("_", "-") == last]:
            self.list(last, found)
        else:
            self.send(b"there is no such package", status=404)

    do_HEAD = do_GET

    def list(self, name, found):
        if self.server.tells_sizes:
            rows = [
                {
                    "filename": file,
                    "url": f"/files/{file}",
                    "size": len(self.server.files[file]),
                    "core-metadata": True,
                    "hashes": {"sha256": sha256(self.server.files[file]).hexdigest()},
                }
                for file in found
            ]
            body = {"meta": {"api-version": "1.1"}, "name": name, "files": rows, "versions": []}
            return self.send(json.dumps(body).encode(), "application/vnd.pypi.simple.v1+json")
        links = "".join(f'<a href="/files/{file.replace("+", "%2B")}">{file}</a><br>' for file in found)
        return self.send(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")

    def file(self, content):
        wanted = self.headers.get("range", "")
        if not wanted.startswith("bytes="):
            return self.send(content)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        begin = int(first) if first else len(content) - int(last)
        end = min(int(last) + 1 if first and last else len(content), len(content))
        span = {"content-range": f"bytes {begin}-{end - 1}/{len(content)}"}
        return self.send(content[begin:end], status=206, **span)

    def send(self, body, kind="application/octet-stream", status=200, **headers):
        self.send_response(status)
        headers |= {"content-type": kind, "content-length": str(len(body)), "accept-ranges": "bytes"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Proxy(socketserver.BaseRequestHandler):
    """Answers CONNECT for any host: as the index itself, with a refusal, or never."""

    def handle(self):
        host = self._connect()
        if self.server.mode == HANGS:
            self.server.ended.wait(60)
        elif self.server.mode == REFUSES or not host:
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
        else:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                with self.server.context_of(host).wrap_socket(self.request, server_side=True) as secure:
                    Index(secure, self.client_address, self.server)
            except (OSError, ssl.SSLError):
                pass  # the client went away

    def _connect(self):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (block := self.request.recv(4096)):
                return ""
            head += block
        word, target, *_ = head.decode("latin-1").split()
        self.server.asked.append(f"{word} {target}")
        return target.rpartition(":")[0] if word == "CONNECT" else ""


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    tells_sizes, mode = False, ANSWERS

    def __init__(self, handler, wheels, folder=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.files, self.asked, self.ended = dict(wheels), [], threading.Event()
        self.folder, self.contexts, self.lock = folder, {}, threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def context_of(self, host):
        with self.lock:
            if host not in self.contexts:
                certificate, key = make_certificate(self.folder, host)
                self.contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self.contexts[host].load_cert_chain(certificate, key)
            return self.contexts[host]

    def handle_error(self, request, client_address):
        pass  # a client that went away


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def make_authority(folder):
    """Write a CA's certificate and key to a folder; returns the certificate."""
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    openssl(folder, "req", "-x509", *new, "-subj", "/CN=test", "-keyout", "ca.key", "-out", "ca.pem")
    return Path(folder) / "ca.pem"


def make_certificate(folder, host):
    key, request, certificate, more = (f"{host}.{end}" for end in ("key", "csr", "pem", "ext"))
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, "req", *new, "-subj", f"/CN={host}", "-keyout", key, "-out", request)
    (Path(folder) / more).write_text(f"subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n")
    words = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", more]
    openssl(folder, "x509", "-req", "-in", request, "-out", certificate, *words)
    return Path(folder) / certificate, Path(folder) / key


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def registry(wheels):
    """An index that tells sizes; .url + "/simple/" is its address, .asked what was asked."""
    server = Server(Index, wheels)
    server.tells_sizes = True
    with running(server):
        yield server


@contextmanager
def pytorch_index(wheels, folder):
    """A proxy as which PyTorch's index is reached; .mode may be changed. folder: of the CA and certificates."""
    with running(Server(Proxy, wheels, folder)) as server:
        yield server


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
