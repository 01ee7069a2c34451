"""A server of our own as a process, and a client that says what it gets."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

__all__ = ["Answer", "Server", "served"]

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Answer:
    """What came back: status, media type without its charset, all headers, the body."""

    status: int
    type: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Server:
    """A server that listens on this port of the machine itself."""

    port: int

    def get(self, path: str, parameters: object = (), *, headers: Mapping[str, str] = _NONE) -> Answer:
        asked = urlencode(parameters)  # type: ignore[arg-type]
        return self.send("GET", f"{path}?{asked}" if asked else path, headers=headers)

    def ask(self, query: str, *, accept: str = "text/csv") -> Answer:
        """A query in the body."""
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.send("POST", "/sparql", body=query.encode(), headers=headers)

    def send(self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] = _NONE) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            got = connection.getresponse()
            told = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, told.get("content-type", "").partition(";")[0], told, got.read())
        finally:
            connection.close()


@contextmanager
def served(*arguments: str) -> Iterator[Server]:
    """A server of these arguments for the length of a block."""
    command = [sys.executable, "-m", "opticgraph.cli", "serve", *arguments, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:([0-9]+)/", said)
            assert found, said
            yield Server(int(found[1]))
        finally:
            process.terminate()
            process.communicate(timeout=20)
