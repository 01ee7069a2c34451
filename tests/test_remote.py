"""A design in a SPARQL endpoint is the design in the file it was taken from, however the server cuts its answers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote

import pyoxigraph as ox
import pytest

from opticgraph import audit, load
from opticgraph.design import Design
from opticgraph.errors import DesignError
from opticgraph.graph import to_graph
from opticgraph.read.remote import triples_of
from serving import served

RING = Path(__file__).parent.parent / "examples" / "metro-ring"


def store() -> ox.Store:
    held = ox.Store()
    held.bulk_load(input=to_graph(load(RING)), format=ox.RdfFormat.N_TRIPLES)
    return held


@contextmanager
def answering(held: ox.Store, *, most: int, body: bytes | None = None, status: int = 200) -> Iterator[str]:
    """A server of someone else's that gives so many rows at most, without a word."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            query = form["query"][0]
            if "OFFSET" in query:
                head, _, tail = query.partition("LIMIT ")
                asked, _, offset = tail.partition(" OFFSET ")
                query = f"{head} LIMIT {min(int(asked), most)} OFFSET {offset}"
            answer = held.query(query).serialize(format=ox.QueryResultsFormat.JSON) if body is None else body  # type: ignore[union-attr]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"sparql+http://127.0.0.1:{server.server_address[1]}/sparql"
        finally:
            server.shutdown()
            thread.join()


def same(found: Design, expected: Design) -> None:
    assert found.links.drop("file", "row").equals(expected.links.drop("file", "row"))
    assert found.ports.equals(expected.ports) and found.devices.equals(expected.devices)


@pytest.mark.parametrize("most", [7, 100, 10_000])
def test_pages_that_are_cut_without_a_word(most: int, tmp_path: Path) -> None:
    file = tmp_path / "ring.nt"
    file.write_bytes(to_graph(load(RING)))
    with answering(store(), most=most) as address:
        same(load(address), load(str(file)))
        assert triples_of(address) == file.read_bytes()


def said(address: str) -> str:
    with pytest.raises(DesignError) as told:
        load(address)
    return str(told.value)


def test_what_is_no_design_is_told() -> None:
    with answering(store(), most=0) as address:
        assert "found 0 of" in said(address) and "page by page" in said(address)
    with answering(store(), most=9, body=b"<html>") as address:
        assert "found an answer that is no SPARQL result in JSON" in said(address)
    with answering(store(), most=9, body=b"no such place", status=404) as address:
        assert "found status 404: no such place" in said(address)
    assert "found no answer" in said(address)
    assert "begins with sparql+https://" in said("sparql+file:///etc/passwd")
    blank = ox.Store()
    blank.load(input=b"_:a <urn:p> _:b .\n_:b <urn:p> _:a .\n", format=ox.RdfFormat.N_TRIPLES)
    with answering(blank, most=1) as address:
        assert "found blank nodes in 2 triples that come in pages" in said(address)


def test_our_own_endpoint() -> None:
    with served(str(RING), "--workers", "1") as server:
        graph = quote("https://w3id.org/opticgraph/graph#design", safe="")
        design = load(f"sparql+http://127.0.0.1:{server.port}/sparql?default-graph-uri={graph}")
    verdicts = {each.link: each.verdict for each in audit(design).verdicts}
    assert verdicts == {each.link: each.verdict for each in audit(load(RING)).verdicts}


@pytest.mark.oracle
def test_an_oxigraph_server(tmp_path: Path) -> None:
    binary = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("no oxigraph: a real Oxigraph server was not asked")
    file = tmp_path / "ring.nt"
    file.write_bytes(to_graph(load(RING)))
    place = ["--location", str(tmp_path / "store")]
    subprocess.run([binary, "load", *place, "--file", str(file)], check=True, capture_output=True, timeout=60)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = subprocess.DEVNULL
    command = [binary, "serve-read-only", *place, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        try:
            for _ in range(100):
                with closing(socket.socket()) as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            same(load(f"sparql+http://127.0.0.1:{port}/query"), load(str(file)))
        finally:
            server.terminate()
