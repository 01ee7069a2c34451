"""A design over HTTP: what each route answers, and that a hostile client gets clear refusals and nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import asking
from browsing import browsed
from opticgraph import sparql
from opticgraph.ask import GIVEN, given, joined
from opticgraph.cli import cli
from opticgraph.dataset import dataset
from opticgraph.knowledge import know
from opticgraph.parameters import bind
from opticgraph.question import Question, questions
from opticgraph.read import load
from opticgraph.serve.formats import GRAPHS, RESULTS, liked
from opticgraph.serve.graphs import GRAPH, PARTS, quads
from serving import Answer, Server, served

SCRIPT = "<script>alert(1)</script>"
SHEET = f"""link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
odd/{SCRIPT},{SCRIPT},1,QSFP28,100GBASE-LR4,leaf2&,1,QSFP28,100GBASE-LR4,OS2,LC duplex,14
"""
SMALL = "SELECT (COUNT(*) AS ?n) WHERE { ?link a <https://w3id.org/opticgraph/ontology#Link> }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SECONDS = 5


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    sheet = tmp_path_factory.mktemp("odd") / "odd.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    return str(asking.DESIGN), str(sheet)


@pytest.fixture(scope="module")
def server(designs: tuple[str, str]) -> Iterator[Server]:
    limits = ["--seconds", str(SECONDS), "--rows", "5000", "--answer-mb", "1", "--memory-mb", "256", "--workers", "3"]
    with served(*designs, *limits, "--options") as running:
        yield running


def refused(answer: Answer, status: int, says: str) -> None:
    assert (answer.status, answer.type) == (status, "text/plain"), answer.text
    assert says in answer.text
    assert answer.text.endswith("\n") and answer.text.count("\n") == 1
    assert "Traceback" not in answer.text


# --- SPARQL 1.1 Protocol ---------------------------------------------------------------------------------------------


def rows_of(answer: Answer) -> set[tuple[str, ...]]:
    """The values of an answer's rows, whatever it is written in."""
    if answer.type == "text/csv":
        return {tuple(row) for row in list(csv.reader(io.StringIO(answer.text)))[1:]}
    if answer.type == "text/tab-separated-values":
        return {tuple(cell.strip('"') for cell in line.split("\t")) for line in answer.text.splitlines()[1:]}
    if answer.type == "application/sparql-results+xml":
        space = "{http://www.w3.org/2005/sparql-results#}"
        found = ElementTree.fromstring(answer.body).iter(f"{space}result")
        return {tuple("".join(each.itertext()) for each in row) for row in found}
    told = json.loads(answer.body)
    return {tuple(row[name]["value"] for name in told["head"]["vars"]) for row in told["results"]["bindings"]}


NAMES = "PREFIX optic: <https://w3id.org/opticgraph/ontology#> SELECT ?name { [] a optic:Device ; optic:name ?name }"


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
        ("text/turtle, text/csv;q=0.1", "text/csv"),
    ],
)
def test_rows_come_in_the_format_that_is_liked_best(server: Server, accept: str, type_: str) -> None:
    answer = server.ask(NAMES, accept=accept)
    assert (answer.status, answer.type) == (200, type_)
    assert (SCRIPT,) in rows_of(answer)
    assert rows_of(answer) == rows_of(server.ask(NAMES))


@pytest.mark.parametrize(
    ("accept", "type_", "format"),
    [
        ("*/*", "text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/ld+json", "application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_a_graph_comes_in_the_format_that_is_liked_best(
    server: Server, accept: str, type_: str, format: ox.RdfFormat
) -> None:
    built = NAMES.replace("SELECT ?name", "CONSTRUCT { optic:it optic:name ?name }")
    answer = server.ask(built, accept=accept)
    assert (answer.status, answer.type) == (200, type_)
    found = {quad.object.value for quad in ox.parse(input=answer.body, format=format)}
    assert found == {name for (name,) in rows_of(server.ask(NAMES))}


def test_a_query_is_asked_in_any_of_three_ways(server: Server) -> None:
    form = urlencode({"query": SMALL}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/csv"}
    ways = [
        server.get("/sparql", {"query": SMALL}, headers={"Accept": "text/csv"}),
        server.send("POST", "/sparql", body=form, headers=kind),
        server.ask(SMALL),
    ]
    assert {(way.status, way.body) for way in ways} == {(200, ways[0].body)}
    assert server.ask("ASK {}", accept="application/sparql-results+json").body == b'{"head":{},"boolean":true}'


def test_the_endpoint_describes_itself(server: Server) -> None:
    answer = server.get("/sparql")
    told = {
        (quad.predicate.value, quad.object.value) for quad in ox.parse(input=answer.body, format=ox.RdfFormat.TURTLE)
    }
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert (f"{sd}supportedLanguage", f"{sd}SPARQL11Query") in told
    assert {(f"{sd}name", GRAPH + part) for part in PARTS} <= told


def test_a_dataset_may_be_named_in_the_request_and_in_the_query(server: Server) -> None:
    asked = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}findings> {{ ?s ?p ?o }}"
    plain = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = server.get(
        "/sparql", {"query": plain, "default-graph-uri": GRAPH + "findings"}, headers={"Accept": "text/csv"}
    )
    assert named.body == server.ask(asked).body != server.ask(plain).body


def test_the_default_graph_is_what_its_parts_say_together(server: Server) -> None:
    parts = " ".join(f"<{GRAPH}{part}>" for part in PARTS)
    apart = f"ASK {{ VALUES ?g {{ {parts} }} GRAPH ?g {{ ?s ?p ?o }} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
    assert server.ask(apart).text.strip() == "false"
    count = "SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {0} }} }}"
    together = count.format(f"VALUES ?g {{ {parts} }} GRAPH ?g {{ ?s ?p ?o }}")
    assert server.ask(together).body == server.ask(count.format("?s ?p ?o")).body


def test_options_are_a_graph_if_they_are_asked_for(designs: tuple[str, str]) -> None:
    design, knowledge = load(*designs), know()
    named = f" <{GRAPH}options> .".encode()
    assert any(named in piece for piece in quads(design, knowledge=knowledge, options=True))
    assert not any(named in piece for piece in quads(design, knowledge=knowledge))


def test_a_graph_is_given_as_a_whole(server: Server) -> None:
    answer = server.get("/data", {"graph": GRAPH + "findings"}, headers={"Accept": "application/n-triples"})
    counted = server.ask(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}findings> {{ ?s ?p ?o }} }}")
    assert answer.status == 200
    assert len(answer.text.splitlines()) == int(counted.text.splitlines()[1])
    refused(server.get("/data", {"graph": "urn:none"}), 404, "found no graph <urn:none>")
    refused(server.get("/data", {"graph": "file:///etc/passwd"}), 404, "found no graph <file:///etc/passwd>")
    refused(server.send("GET", "/data?default="), 413, "more than 5,000 rows")
    refused(server.send("PUT", "/data?default=", body=b""), 405, "only reads")
    refused(server.send("DELETE", "/data?default="), 405, "only reads")


# --- questions -------------------------------------------------------------------------------------------------------


def examples(question: Question) -> dict[str, str]:
    """The parameters of a question that any design has, as its header writes them."""
    return {each.name: each.example for each in question.parameters if ":" in each.example or each.example[0].isdigit()}


def test_every_question_is_answered_as_on_the_command_line(server: Server, designs: tuple[str, str]) -> None:
    design, knowledge = load(*designs), know()
    quads = dataset(design, knowledge=knowledge)
    plain = sparql.load(quads)
    for question in questions():
        wanted = examples(question)
        bound = bind(question, wanted, design=design, knowledge=knowledge)
        compares = bool(bound) and GIVEN in question.query
        held = sparql.load(quads + given(bound)) if compares else plain
        _, expected = sparql.solve(held, question.query, joined(question, bound))
        answer = server.get(f"/questions/{question.name}", wanted)
        assert answer.status == 200, (question.name, answer.text)
        assert sorted(map(str, json.loads(answer.body)["results"]["bindings"])) == sorted(
            map(str, json.loads(expected)["results"]["bindings"])
        ), question.name


def test_questions_are_described(server: Server) -> None:
    told = json.loads(server.get("/openapi.json").body)["paths"]
    for question in questions():
        described = told[f"/questions/{question.name}"]["get"]
        assert described["summary"] == question.text
        assert [each["name"] for each in described.get("parameters", [])] == [each.name for each in question.parameters]
    assert [each["name"] for each in json.loads(server.get("/questions").body)] == [each.name for each in questions()]


def test_a_parameter_that_is_not_one_is_told(server: Server) -> None:
    refused(server.get("/questions/free-cages", {"form": "x"}), 400, "expected formFactor")
    refused(server.get("/questions/free-cages", {"formFactor": "QSFP-D"}), 400, "QSFP-DD")
    refused(server.get("/questions/free-cages", [("formFactor", "SFP"), ("formFactor", "SFP")]), 400, "twice")
    refused(server.get("/questions/free-cages", headers={"Accept": "image/png"}), 406, "image/png")


# --- hostile clients -------------------------------------------------------------------------------------------------


def test_a_query_of_10_mb(server: Server) -> None:
    long = "SELECT * { ?s ?p ?o } #" + "x" * 10_000_000
    refused(server.ask(long), 413, "longer than 64 kB")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"query": long}).encode()
    refused(server.send("POST", "/sparql", body=body, headers=form), 413, "longer than 64 kB")
    refused(server.get("/sparql", {"query": long[:200_000]}), 413, "longer than 64 kB")
    try:  # an address of that length is no request: the server says so, and hangs up on who goes on sending
        assert server.get("/sparql", {"query": long}).status == 400
    except OSError as error:
        assert isinstance(error, ConnectionError)
    assert server.ask(SMALL).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{ " * 20_000 + "}" * 20_001,
        "SELECT ((" + "(" * 20_000 + "1" + ")" * 20_002 + " AS ?x) {}",
        "SELECT * { ?s " + "(" * 20_000 + "<p>" + ")" * 20_000 + " ?o }",
        "SELECT * { " + "[ <p> " * 9_000 + "1" + "]" * 9_000 + " }",
    ],
)
def test_brackets_without_end(server: Server, query: str) -> None:
    refused(server.ask(query), 400, "more than 64 brackets within each other")


@pytest.mark.parametrize("unary", ["!", "- ", "+ "])
def test_signs_without_end_end_one_process_at_most(server: Server, unary: str) -> None:
    answer = server.ask(f"SELECT * {{ FILTER({unary * 20_000}1) }}")
    assert answer.status in (200, 400, 503) and "Traceback" not in answer.text
    assert server.ask(SMALL).status == 200


def test_text_that_is_slow_to_look_at(server: Server) -> None:
    for text in ('"' + '\\"' * 30_000, "'''" + "\\'" * 30_000, '"""' + '"" ' * 20_000, "<" * 60_000, "a:" * 30_000):
        began = time.process_time()
        assert server.ask(text).status == 400
        assert time.process_time() - began < 5


def test_a_cartesian_product_is_ended_and_does_not_hold_up_others(server: Server) -> None:
    ended: list[Answer] = []
    thread = threading.Thread(target=lambda: ended.append(server.ask(ENDLESS)))
    thread.start()
    answers = [server.ask(SMALL) for _ in range(20)]
    assert thread.is_alive()
    thread.join()
    assert {answer.status for answer in answers} == {200}
    refused(ended[0], 504, f"no answer within {SECONDS} seconds")


def test_as_many_endless_queries_as_processes_do_not_hold_up_others(server: Server) -> None:
    with ThreadPoolExecutor(4) as clients:
        endless = [clients.submit(server.ask, ENDLESS) for _ in range(3)]
        time.sleep(0.5)
        assert server.ask(SMALL).status == 200
        statuses = sorted(each.result().status for each in endless)
    assert set(statuses) <= {503, 504} and 503 in statuses
    assert any("others were waiting" in each.result().text for each in endless)


def test_an_answer_without_end(server: Server) -> None:
    refused(server.ask("SELECT ?a { ?a ?b ?c }"), 413, "more than")
    refused(server.ask("SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f }"), 413, "more than 1 MB")
    refused(server.ask("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }", accept="*/*"), 413, "more than 5,000 rows")
    for accept in dict.fromkeys(RESULTS):
        refused(server.ask("SELECT (1 AS ?x) { ?a ?b ?c } LIMIT 5001", accept=accept), 413, "more than 5,000 rows")
        assert server.ask("SELECT (1 AS ?x) { ?a ?b ?c } LIMIT 5000", accept=accept).status == 200


def test_a_query_that_wants_all_memory(server: Server) -> None:
    # each doubles the text before it
    binds = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    answer = server.ask(f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("{"x" * 1000}" AS ?x0) {binds} }}')
    refused(answer, 503, "more than 256 MiB of memory")
    assert server.ask(SMALL).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://169.254.169.254/latest/meta-data/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://169.254.169.254/> { ?s ?p ?o } }",
        "SELECT * { SERV\\u0049CE <http://169.254.169.254/> { ?s ?p ?o } }",
        "SELECT * { { SELECT * { SERVICE ?where { ?s ?p ?o } } } }",
    ],
)
def test_service_to_a_metadata_address(server: Server, query: str) -> None:
    refused(server.ask(query), 403, "SERVICE")


def test_the_process_of_a_query_has_no_way_to_the_network(tmp_path: Path) -> None:
    """Whatever the text of a query hides from the screen, its process opens no connection."""
    import subprocess
    import sys

    from opticgraph.serve import run
    from opticgraph.serve.limits import Limits

    sparql.keep([b"<urn:a> <urn:b> <urn:c> .\n"], str(tmp_path))
    query = "SELECT * { SERVICE <http://127.0.0.1:7999/> { ?s ?p ?o } }"
    asked = json.dumps({"query": query, "formats": ["json"]}) + "\n"
    command = [sys.executable, *run._answering(tmp_path, Limits())]
    told = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert json.loads(told[1])["kind"] == "refused"
    assert "ermission denied" in told[2]


def test_updates_and_files(server: Server) -> None:
    load_file = "LOAD <file:///etc/passwd>"
    for text in (load_file, "INSERT DATA { <a:a> <a:b> <a:c> }", "PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }"):
        refused(server.get("/sparql", {"query": text}), 403, "only reads")
        refused(server.get("/sparql", {"update": text}), 403, "only reads")
        refused(server.ask(text), 403, "only reads")
    update = {"Content-Type": "application/sparql-update"}
    refused(server.send("POST", "/sparql", body=b"CLEAR ALL", headers=update), 403, "only reads")
    refused(server.ask("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"), 403, "FROM <file:///etc/passwd>")
    away = {"query": SMALL, "default-graph-uri": "file:///etc/passwd"}
    refused(server.get("/sparql", away), 403, "found the graph <file:///etc/passwd>")
    refused(server.send("PUT", "/sparql", body=b""), 405, "only reads")


@pytest.mark.parametrize(
    "above", ["../" * 6 + "etc/passwd", "..%2f" * 6 + "etc%2fpasswd", "..\\..\\pyproject.toml", "x.rq"]
)
@pytest.mark.parametrize("route", ["/questions/", "/static/", "/api/links/", "/api/options/"])
def test_names_that_climb(server: Server, route: str, above: str) -> None:
    refused(server.send("GET", route + quote(above, safe="/%.")), 404, "found no")


def test_a_question_is_never_a_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "own.rq"
    file.write_text("SELECT * { ?s ?p ?o }", encoding="utf-8")
    refused(server.send("GET", f"/questions/{file}"), 404, "found no such question")


def test_a_name_that_was_turned_to_this_machine(server: Server) -> None:
    for path in ("/", "/sparql", "/api/links", "/static/workbench.js"):
        refused(server.get(path, headers={"Host": "evil.example"}), 403, "found the host 'evil.example'")
    assert server.get("/", headers={"Host": f"localhost:{server.port}"}).status == 200


def test_a_script_in_a_name_is_text(server: Server) -> None:
    page = server.get("/")
    assert SCRIPT not in page.text and "&lt;script&gt;" in page.text
    for path in ("/", "/api/links", "/sparql", "/nothing", "/questions/nothing"):
        policy = server.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert server.get(path).headers["x-content-type-options"] == "nosniff"
    link = quote(f"odd/{SCRIPT}", safe="")
    told = server.get(f"/api/links/{link}")
    assert told.type == "application/json" and json.loads(told.body)["record"]["a_device"] == SCRIPT
    lanes = json.loads(server.get(f"/api/options/{link}").body)["links"][0]["lanes"]
    assert "<script" not in lanes and "&lt;script&gt;" in lanes
    refused(server.get(f"/api/links/{quote('<script>')}"), 404, "found no link")


def test_200_clients_at_once(server: Server) -> None:
    with ThreadPoolExecutor(200) as clients:
        answers = list(clients.map(lambda _: server.ask(SMALL), range(200)))
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}


@pytest.mark.parametrize(
    ("ask", "status", "says"),
    [
        (lambda s: s.ask("SELECT * { ?s ?p }"), 400, "no query in SPARQL 1.1"),
        (lambda s: s.get("/sparql", [("query", SMALL), ("query", SMALL)]), 400, "found 2 queries"),
        (lambda s: s.get("/sparql", {"query": SMALL, "x": "1"}), 400, "found the parameter 'x'"),
        (lambda s: s.ask(SMALL, accept="image/png"), 406, "image/png"),
        (lambda s: s.ask(SMALL, accept="text/turtle"), 406, "the answer is rows"),
        (lambda s: s.send("POST", "/sparql", body=b"{}", headers={"Content-Type": "application/json"}), 415, "json"),
        (
            lambda s: s.send("POST", "/sparql", body=b"\xff", headers={"Content-Type": "application/sparql-query"}),
            400,
            "UTF-8",
        ),
        (lambda s: s.get("/sparql", {"query": SMALL, "default-graph-uri": "not an iri"}), 400, "expected an IRI"),
        (lambda s: s.get("/api/links", {"limit": "1000000"}), 400, "limit"),
        (lambda s: s.get("/nothing"), 404, "found no such page"),
    ],
)
def test_what_is_not_understood(server: Server, ask: Callable[[Server], Answer], status: int, says: str) -> None:
    refused(ask(server), status, says)


# --- what the pages say, and the plan --------------------------------------------------------------------------------

ROOT = Path(__file__).parent.parent
SESSION = re.compile(r"```console\n\$ curl -s (?P<asked>[^\n]+)\n(?P<answer>.*?)```", re.DOTALL)


def test_the_session_in_the_docs_is_what_comes() -> None:
    told = SESSION.findall((ROOT / "docs" / "serve.md").read_text(encoding="utf-8"))
    assert len(told) > 2
    with served(str(ROOT / "examples" / "metro-ring"), "--workers", "1") as ring:
        for asked, answer in told:
            address, *words = shlex.split(asked)
            path, _, given = address.removeprefix("$HERE").partition("?")
            options = dict(zip(words[::2], words[1::2], strict=True))
            headers = dict([options["-H"].split(":")]) if "-H" in options else {}
            query = options.get("--data-urlencode", given).partition("=")
            assert ring.get(path, {query[0]: query[2]}, headers=headers).text.replace("\r\n", "\n") == answer


@pytest.fixture(scope="module")
def planned() -> Iterator[Server]:
    files = str(ROOT / "examples" / "metro-ring-400"), "--plan", str(ROOT / "docs" / "samples" / "plan.json")
    with served(*files, "--workers", "1") as running:
        yield running


def test_a_plan_is_shown_window_by_window(planned: Server, server: Server) -> None:
    page = planned.get("/plan")
    assert page.status == 200 and "Window 1" in page.text
    assert "sha256-" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert 'href="/plan"' in planned.get("/").text
    refused(server.get("/plan"), 404, "found no such page")


@pytest.mark.browser
def test_the_workbench_in_a_browser(server: Server) -> None:
    """By keyboard from the list to a link in full; a script in a name stays text; nothing is asked of anyone else."""
    with browsed("the workbench was") as seen:
        page = seen.page
        home = f"http://127.0.0.1:{server.port}"
        page.goto(home)
        page.wait_for_selector("table.links tbody tr")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.fill("input[name=text]", SCRIPT)
        page.wait_for_selector("table.links tbody tr:only-child")
        page.keyboard.press("Tab")
        page.focus("table.links tbody button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#detail .finding")
        assert SCRIPT in page.inner_text("#detail h3")
        page.focus("#detail summary >> nth=0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#detail svg.lanes", timeout=90_000)
        assert page.locator("#detail script").count() == 0
        page.select_option("#examples", "free-cages")
        page.fill("#parameters input", "QSFP-DD")
        page.keyboard.press("Enter")
        page.wait_for_selector("#answer tbody tr")
        # the field goes on to hold the query where YASGUI's editor stands in its place
        put = "text => { query.value = text; query.dispatchEvent(new Event('input')); }"
        page.evaluate(put, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
        if page.locator(".yasqe").count():
            page.click(".yasqe .CodeMirror-lines")
        else:
            page.focus("#query")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#answer .refused")
    assert {
        url.partition("?")[0].removeprefix(home).split("/")[0] for url in seen.asked if not url.startswith("data:")
    } == {""}
    assert [text for text in seen.said if "403" not in text] == []


# --- the command -----------------------------------------------------------------------------------------------------


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from opticgraph.errors import InputError
    from opticgraph.serve import run

    monkeypatch.setattr(run, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"serve needs fastapi, uvicorn: pip install 'opticgraph\[serve\]'"):
        run.available()


def test_an_address_that_is_taken(server: Server) -> None:
    from opticgraph.errors import InputError

    result = CliRunner().invoke(cli, ["serve", str(asking.DESIGN), "--port", str(server.port)])
    assert isinstance(result.exception, InputError)
    assert f"port {server.port}: address already in use" in str(result.exception)


def test_what_is_read_once_cannot_be_served() -> None:
    result = CliRunner().invoke(cli, ["serve", "-"])
    assert "more than once" in str(result.exception)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv, application/xml;q=0.9", ["csv", "xml"]),
        ("text/*", ["csv", "tsv", "xml"]),
        ("*/*;q=0.1, text/csv", ["csv", "json", "xml", "tsv"]),
        ("*/*, text/csv;q=0", ["json", "xml", "tsv"]),
        ("text/csv;q=nonsense", []),
        ("image/png", []),
    ],
)
def test_which_format_is_liked_best(accept: str, expected: list[str]) -> None:
    assert set(liked(accept, RESULTS)) == set(expected)
    assert liked(accept, RESULTS)[:1] == expected[:1] or accept == "text/*"
    assert liked("", GRAPHS)[0] == "turtle"
