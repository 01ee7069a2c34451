"""A server that takes what is sent to it and tells what it got, as the services answer that results are sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import MappingProxyType
from typing import Any

__all__ = ["Received", "Receiver", "receiver"]

_TAKEN: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Received:
    """One request that was taken: the path, who sent it (Authorization), the JSON of its body."""

    path: str
    by: str | None
    body: Any


@dataclass(frozen=True)
class Receiver:
    """A server at this address, and what it took."""

    address: str
    got: list[Received] = field(default_factory=list)


@contextmanager
def receiver(*, refused: Mapping[str, int] = _TAKEN, asked: object = None) -> Iterator[Receiver]:
    """Take every POST and PUT, but answer those to the paths of refused with that status; asked answers every GET."""
    got: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path not in refused:
                got.append(Received(self.path, self.headers["Authorization"], body))
            self._answer(refused.get(self.path, 200), {})

        do_POST = do_PUT  # noqa: N815

        def do_GET(self) -> None:
            self._answer(200, asked)

        def _answer(self, status: int, told: object) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            for name, value in (("Location", "/"), ("Content-Type", "application/json")):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Receiver(f"http://127.0.0.1:{server.server_port}", got)
        finally:
            server.shutdown()
            thread.join()
