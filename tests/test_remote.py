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
def answering(
    held: ox.Store, *, most: int, body: bytes | None = None, status: int = 200, sorts: bool = True
) -> Iterator[str]:
    """A server of someone else's that gives so many rows at most, without a word; one may refuse to sort a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            query = form["query"][0]
            if not sorts and "?o LIMIT" in query:
                self.send_response(500)
                self.end_headers()
                self.wfile.write(
                    b"Virtuoso 22023 Error SR353: Sorted TOP clause specifies more then 50000 rows to sort."
                )
                return
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


def test_a_server_that_sorts_few_rows_is_asked_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "ring.nt"
    file.write_bytes(to_graph(load(RING)))
    with answering(store(), most=100, sorts=False) as address:
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


def a_free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def knock(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(600):
        with closing(socket.socket()) as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


@pytest.mark.oracle
def test_an_oxigraph_server(tmp_path: Path) -> None:
    binary = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("no oxigraph: a real Oxigraph server was not asked")
    file = tmp_path / "ring.nt"
    file.write_bytes(to_graph(load(RING)))
    place = ["--location", str(tmp_path / "store")]
    subprocess.run([binary, "load", *place, "--file", str(file)], check=True, capture_output=True, timeout=60)
    port = a_free_port()
    quiet = subprocess.DEVNULL
    command = [binary, "serve-read-only", *place, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        try:
            knock(port)
            same(load(f"sparql+http://127.0.0.1:{port}/query"), load(str(file)))
        finally:
            server.terminate()


VIRTUOSO = """
[Database]
DatabaseFile = {folder}/it.db
ErrorLogFile = {folder}/it.log
LockFile = {folder}/it.lck
TransactionFile = {folder}/it.trx
xa_persistent_file = {folder}/it.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DirsAllowed = {folder}
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DisableUnixSocket = 1
[HTTPServer]
ServerPort = 127.0.0.1:{web}
[SPARQL]
ResultSetMaxRows = 10000
"""


@pytest.mark.oracle
def test_a_virtuoso_server_of_more_triples_than_it_gives_at_once(tmp_path: Path) -> None:
    server, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if server is None or client is None:
        pytest.skip("no virtuoso-t and isql-vt: a real Virtuoso server was not asked")
    rows = "".join(
        f"l{n},a{n},1,b{n},1,QSFP-100G-LR4,QSFP-100G-LR4,OS2,{n / 8 + 0.5},LC duplex,100\n" for n in range(400)
    )
    sheet, file = tmp_path / "links.csv", tmp_path / "links.nt"
    head = "link,a_device,a_port,b_device,b_port,a_module,b_module,fiber_type,length_km,connector,rate_gbps\n"
    sheet.write_text(head + rows, encoding="utf-8")
    file.write_bytes(to_graph(load(sheet)))
    assert file.read_bytes().count(b"\n") > 10_000
    port, web = a_free_port(), a_free_port()
    setting = tmp_path / "it.ini"
    setting.write_text(VIRTUOSO.format(folder=tmp_path, port=port, web=web), encoding="utf-8")
    quiet = subprocess.DEVNULL
    command = [server, "+foreground", "+configfile", str(setting)]
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=tmp_path) as running:
        try:
            knock(port)
            knock(web)
            put = f"EXEC=DB.DBA.TTLP(file_to_string_output('{file}'), '', 'urn:links', 0);"
            subprocess.run(
                [client, f"127.0.0.1:{port}", "dba", "dba", put], check=True, capture_output=True, timeout=60
            )
            same(load(f"sparql+http://127.0.0.1:{web}/sparql?default-graph-uri=urn:links"), load(str(file)))
        finally:
            running.terminate()
