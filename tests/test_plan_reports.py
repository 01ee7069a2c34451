"""A plan as what people carry away: same plan same bytes, nothing unescaped, no formulas, everything told in each."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import PROV, RDF

import plans_made
from opticgraph.design import Design
from opticgraph.errors import InputError
from opticgraph.planned import Collision, Edit, Plan
from opticgraph.report.plan import FORMATS, format_of, render
from opticgraph.report.plan.told import Told

EVIL = '=HYPERLINK("x")<script>alert(1)</script>|`*_[a](javascript:b)\u202e'
PPLAN = "http://purl.org/net/p-plan#"


@cache
def hostile() -> tuple[Plan, Design]:
    """The plan and its network with a name that no format may take for more than text."""
    design, plan = plans_made.design(), plans_made.plan()

    def named(text: str) -> str:
        return EVIL if text == "span-1" else text

    def of_edit(edit: Edit) -> Edit:
        return replace(edit, key=named(edit.key))

    windows = tuple(
        replace(
            window,
            down=tuple(map(named, window.down)),
            sites=(*window.sites, EVIL),
            warnings=(EVIL,),
            steps=tuple(
                replace(
                    step,
                    unit=named(step.unit),
                    links=tuple(map(named, step.links)),
                    down=tuple(map(named, step.down)),
                    edits=tuple(map(of_edit, step.edits)),
                    words=(*step.words, EVIL),
                )
                for step in window.steps
            ),
        )
        for window in plan.windows
    )
    chosen = tuple(replace(each, link=named(each.link), unit=named(each.unit)) for each in plan.chosen)
    links = design.links.with_columns(pl.col("link").replace({"span-1": EVIL}))
    more = {"left": ((EVIL, EVIL),), "collisions": (Collision((EVIL,), EVIL, (EVIL,)),), "notes": (EVIL,)}
    return replace(plan, windows=windows, chosen=chosen, **more), replace(design, links=links)


def empty() -> tuple[Plan, Design]:
    """No plan, and why."""
    collision = Collision(("one window", "two spans"), "two spans of the ring need two windows", ("one window more",))
    none = replace(plans_made.plan(), status="infeasible", windows=(), chosen=(), bom=(), collisions=(collision,))
    return none, plans_made.design()


MADE: dict[str, Callable[[], tuple[Plan, Design]]] = {
    "made": lambda: (plans_made.plan(), plans_made.design()),
    "hostile": hostile,
    "empty": empty,
}


def told(made: str, format: str) -> str:
    return render(*MADE[made](), format=format).decode()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("made", MADE)
def test_same_plan_same_bytes(made: str, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(*MADE[made](), format=format)
    for name, value in {"COLUMNS": "37", "TZ": "Asia/Tokyo", "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, value)
    assert render(*MADE[made](), format=format) == before


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("plan.json", "json"), ("plan.md", "mop"), ("Plan.MOP.html", "mop-html"), ("plan.ticket.md", "ticket"),
        ("plan.html", "html"), ("plan.svg", "svg"), ("plan.ttl", "turtle"), ("plan.xlsx", "xlsx"), ("plan.csv", "csv"),
    ],
)  # fmt: skip
def test_the_longest_ending_tells_the_format(name: str, format: str) -> None:
    assert format_of(name) == format


def test_an_unknown_format_and_ending_are_named() -> None:
    with pytest.raises(InputError, match=r"^pdf: no such format for a plan; expected one of text json csv"):
        render(*MADE["made"](), format="pdf")
    with pytest.raises(InputError, match=r"^plan.pdf: the ending tells no format of a plan; expected one of .csv"):
        format_of("plan.pdf")


# --- tables ----------------------------------------------------------------------------------------------------------


def sheets(made: str) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(render(*MADE[made](), format="xlsx")))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def test_the_workbook_has_all_of_the_plan() -> None:
    found, plan = sheets("made"), plans_made.plan()
    assert list(found) == ["Windows", "Steps", "Bill of materials", "Chosen", "Worklist", "Ports and lanes", "Left"]
    assert [row[0] for row in found["Windows"][1:]] == [1, 2, 3]
    assert [row[2] for row in found["Steps"][1:]] == [step.unit for each in plan.windows for step in each.steps]
    bill = {row[0]: row[1:4] for row in found["Bill of materials"][1:]}
    assert bill == {line.part: (line.buy, line.reuse, line.freed) for line in plan.bom}
    assert {row[3] for row in found["Worklist"][1:]} == {chosen.link for chosen in plan.chosen}
    legs = {(row[3], row[4]) for row in found["Ports and lanes"][1:] if row[:2] == ("spine1", "E1")}
    assert legs == {("up-1-1", "1"), ("up-2-1", "2"), ("up-3-1", "3")}


def test_no_cell_of_the_workbook_is_a_formula() -> None:
    texts = [cell for rows in sheets("hostile").values() for row in rows for cell in row if isinstance(cell, str)]
    assert any(text.startswith("=HYPERLINK") for text in texts)  # as text, told by the type of its cell


@pytest.mark.parametrize("made", MADE)
def test_no_csv_cell_is_a_formula(made: str) -> None:
    rows = list(csv.reader(io.StringIO(told(made, "csv"), newline="")))
    number = re.compile(r"-?[0-9.]+")
    assert [cell for row in rows for cell in row if re.match(r"[=+\-@\t\r]", cell) and not number.fullmatch(cell)] == []
    edits = sum(len(edit.values) for each in MADE[made]()[0].windows for step in each.steps for edit in step.edits)
    assert len(rows) == 1 + edits


# --- pages -----------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page, the addresses it names, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("format", ["html", "mop-html"])
@pytest.mark.parametrize("made", MADE)
def test_a_page_needs_nothing_else_and_runs_nothing_of_the_record(made: str, format: str) -> None:
    text = told(made, format)
    page = Page(text)
    assert page.tags.count("script") == (1 if format == "html" else 0)
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert "default-src 'none'" in text
    assert "<script>alert" not in text
    assert "\u202e" not in text
    if made == "hostile":
        assert "<script>alert(1)</script>" in "".join(page.words)


def test_the_page_draws_the_network_in_every_window() -> None:
    text = told("made", "html")
    assert text.count('class="network') == 3
    assert text.count('class="lanes"') == 6
    for title in ("Over time", "Bill of materials", "Worklist of the patch team"):
        assert title in text
    # while the second window is open: the second span is down, the first has been changed
    second = text[text.index('id="window-2"') : text.index('id="window-3"')]
    drawn = dict(re.findall(r"<title>([a-z0-9-]+ — [a-z0-9-]+): 1 link \(1 ([a-z ]+)\)</title><path", second))
    assert drawn["east-cr — north-cr"] == "changed"
    assert drawn["south-cr — west-cr"] == "down"
    assert drawn["east-cr — south-cr"] == "as before"


def test_the_picture_over_time_is_an_svg_of_its_own() -> None:
    for made in MADE:
        root = ElementTree.fromstring(told(made, "svg"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
    tasks = told("made", "svg").count('<rect class="task')
    assert tasks == sum(len(window.sites) for window in plans_made.plan().windows)


def test_why_there_is_no_plan_stands_on_the_page() -> None:
    text = told("empty", "html")
    assert "There is no plan within these limits" in text
    assert "way out: one window more" in text


# --- method of procedure, tickets ------------------------------------------------------------------------------------


def test_each_window_has_its_method() -> None:
    text = told("made", "mop")
    windows = re.split(r"^## ", text, flags=re.M)[1:]
    assert [each.splitlines()[0] for each in windows] == [
        "Window 1: east, north", "Window 2: north, south, west", "Window 3: north",
    ]  # fmt: skip
    for each in windows:
        assert re.findall(r"^### (.*)", each, flags=re.M) == [
            "Before", "Drain", "Steps", "Decision point", "After", "Way back",
        ]  # fmt: skip
    first = windows[0]
    assert "- [ ] 2 x 400GBASE-FR4-QSFP-DD on site" in first
    assert "- [ ] span-1: traffic moved to other paths, and it carries none" in first
    assert (
        "| span-1 | north-cr E1 | 100GBASE-LR4 | 400GBASE-FR4-QSFP-DD | LC duplex UPC |  | RS(544,514) | 400 |" in first
    )
    assert "| span-1 | east-cr E2 | 100GBASE-LR4 | LC duplex UPC |" in first[first.index("### Way back") :]
    assert re.search(r"north-cr E1 receives -\d+\.\d to \d+\.\d dBm a lane, and at least -\d", first)


def test_light_to_expect_is_launch_less_loss() -> None:
    made = Told(plans_made.plan(), plans_made.design())
    row = made.rows["span-1"]
    here = made.knowledge.types["400GBASE-FR4-QSFP-DD"]
    assert (row["path_low_mdb"], row["path_high_mdb"]) == (1200, 1200)
    assert here.launch_min_mdbm is not None
    least = f"{(here.launch_min_mdbm - 1200) / 1000:.1f}"
    assert made.light("span-1")[0].startswith(f"north-cr E1 receives {least} to ")


@pytest.mark.parametrize("format", ["mop", "ticket"])
def test_markdown_holds_no_markup_of_the_record(format: str) -> None:
    text = told("hostile", format)
    assert "\\<script\\>" in text
    assert not re.search(r"(?<!\\)<script|(?<!\\)\]\(|(?<!\\)`", text)
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert not line.startswith("|") or cells in (3, 4, 5, 6, 9)


def test_a_ticket_names_what_a_window_touches() -> None:
    text = told("made", "ticket")
    assert re.findall(r"^# (.*)", text, flags=re.M)[0] == "Change: Window 1: east, north"
    assert "| Links down | core-1, span-3 |" in text
    assert "| Needs first | span-1 |" in text
    assert "- [ ] span-1: span-1, to 400G" in text


# --- RDF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", MADE)
def test_rdf_has_every_window_and_step_in_order(made: str) -> None:
    graph = Graph().parse(data=told(made, "turtle"), format="turtle")
    plan = MADE[made]()[0]
    steps = set(graph.subjects(RDF.type, URIRef(f"{PPLAN}Step")))
    assert len(steps) == sum(len(window.steps) for window in plan.windows)
    assert len(set(graph.subjects(RDF.type, URIRef(f"{PPLAN}MultiStep")))) == len(plan.windows)
    before = list(graph.subject_objects(URIRef(f"{PPLAN}isPrecededBy")))
    after = sum(len(step.after) for window in plan.windows for step in window.steps)
    assert len(before) == max(len(plan.windows) - 1, 0) + after
    assert len(list(graph.subject_objects(PROV.wasDerivedFrom))) == len(plan.windows)
