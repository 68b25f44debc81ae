"""A proxy before a store's server, on loopback, that fails as networks and stores do."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LONGEST_STALL_S = 10
ALWAYS = 10**6


class _Proxied(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        self._content: bytes | None = None
        store = self.server.store
        store.requests.append((self.command, self.path, time.monotonic()))
        fault = store.fault_of(self.command, self.path)
        if fault is None:
            self.answer(*self.forwarded(self.body()))
        else:
            fault(self)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def body(self) -> bytes:
        """What the client sends."""
        if self._content is None:
            self._content = self._read_body()
        return self._content

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def forwarded(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Have the real server answer."""
        upstream = self.server.store.upstream
        left_out = {"host", "content-length", "transfer-encoding", "connection", "expect"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        connection = http.client.HTTPConnection(upstream, timeout=60)
        connection.request(
            self.command, self.path, body, headers | {"Host": upstream, "Content-Length": str(len(body))}
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        back = {name: value.replace(upstream, self.server.store.address) for name, value in answer.getheaders()}
        return answer.status, back, content

    def answer(self, status: int, headers: Mapping[str, str], content: bytes, cut_after: int | None = None) -> None:
        """Send an answer, or begin to."""
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        told = {name.lower(): value for name, value in headers.items()}
        length = told.get("content-length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if cut_after is None else content[:cut_after])
        if cut_after is not None:
            self.cut()

    def cut(self) -> None:
        """End the connection at once."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


Fault = Callable[[_Proxied], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    store: FaultyStore

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have gone."""


def refused(status: int, content: str = "", **headers: str) -> Fault:
    """The store answers with an error."""

    def fault(proxied: _Proxied) -> None:
        proxied.body()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        proxied.answer(status, named, content.encode())

    return fault


def stalled(proxied: _Proxied) -> None:
    """The store takes the request and never answers."""
    proxied.body()
    proxied.server.store.over.wait(LONGEST_STALL_S)
    proxied.cut()


def cut_before(proxied: _Proxied) -> None:
    """The connection is cut when half of what is sent has arrived."""
    proxied.rfile.read(int(proxied.headers.get("Content-Length", 0)) // 2)
    proxied.cut()


def answer_lost(proxied: _Proxied) -> None:
    """The store does what it is asked for, and the connection is cut before it says so."""
    proxied.forwarded(proxied.body())
    proxied.cut()


def answer_cut(proxied: _Proxied) -> None:
    """The connection is cut when half of the answer is sent."""
    status, headers, content = proxied.forwarded(proxied.body())
    proxied.answer(status, headers, content, cut_after=len(content) // 2)


@dataclass
class FaultyStore:
    """The proxy, and what is to go wrong next.

    Parameters
    ----------
    upstream : str
        Host and port of the real server.
    address : str
        Host and port of the proxy.
    """

    upstream: str
    address: str
    requests: list[tuple[str, str, float]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _faults: list[tuple[str, int, Fault]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def fail(self, fault: Fault, requests: str = ".", times: int = 1) -> None:
        """Have the next requests fail whose method and path a pattern is found in."""
        self._faults.append((requests, times, fault))

    def heal(self) -> None:
        """Let all requests through, and forget those that were made."""
        self._faults.clear()
        self.requests.clear()

    def times_of(self, pattern: str) -> list[float]:
        """When requests were made whose method and path a pattern is found in."""
        return [at for method, path, at in self.requests if re.search(pattern, f"{method} {path}")]

    def fault_of(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for number, (pattern, times, fault) in enumerate(self._faults):
                if re.search(pattern, f"{method} {path}"):
                    self._faults[number : number + 1] = [(pattern, times - 1, fault)] if times > 1 else []
                    return fault
        return None


@contextlib.contextmanager
def faulty_store(url: str) -> Iterator[FaultyStore]:
    """Run a proxy before the server at an address."""
    server = _Server(("127.0.0.1", 0), _Proxied)
    server.store = FaultyStore(urlsplit(url).netloc, f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.store
    finally:
        server.store.over.set()
        server.shutdown()
        server.server_close()
