"""Options in every format: what each promises to those who read it, with made-up options and with the examples."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import openpyxl
import polars as pl
import pytest

import choices_made
from opticgraph import load
from opticgraph.become import options
from opticgraph.choices import TABLE_SCHEMA, Options
from opticgraph.errors import InputError
from opticgraph.report.options import FORMATS, render, summary, text
from opticgraph.report.options import csv as flat
from opticgraph.report.options import html as paged
from opticgraph.report.words import clean

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(text.__file__).with_name("options.schema.json")
# A link or two of each: breakouts, a repair, coherent modules, one strand, parallel plugs.
ASKED = {
    "leaf-spine": ("border-2", "edge-1", "peer-101-102"),
    "metro-ring": ("agb-ing-1", "agb-tie-1"),
    "bidi-plant": ("inv-nai",),
    "campus": ("core1-border",),
}
MADE: dict[str, Callable[[], Options]] = {
    "leaf": choices_made.leaf,
    "hostile": choices_made.hostile,
    "empty": choices_made.empty,
    **{name: lambda name=name: example(name) for name in ASKED},  # type: ignore[misc]
}


@cache
def example(name: str) -> Options:
    return options(load(ROOT / "examples" / name), links=ASKED[name])


@pytest.mark.parametrize("format", FORMATS)
def test_same_options_same_bytes(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(choices_made.leaf(), format=format)
    for name, value in {"COLUMNS": "37", "FORCE_COLOR": "1", "TERM": "dumb", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)
    assert render(choices_made.leaf(), format=format) == before


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(InputError) as error:
        render(choices_made.empty(), format="pdf")
    assert str(error.value) == "pdf: no such format for options; expected one of text json csv xlsx html parquet turtle"


@pytest.mark.parametrize("name", sorted(ASKED))
def test_what_both_ends_take_is_one_part_with_a_count(name: str) -> None:
    for each in example(name).links:
        for option in each.options:
            told = [(part.action, part.part) for part in option.work.parts]
            assert sorted(set(told)) == told


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", sorted(MADE))
def test_json_keeps_to_its_schema(design: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    told = json.loads(render(MADE[design](), format="json"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(told)] == []


def test_schema_refuses_what_nobody_promised() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    told = json.loads(render(choices_made.leaf(), format="json"))
    told["links"][0]["options"][0]["strategy"] = "hope"
    told["links"][0]["rejected"][0]["flips"] = []
    assert len(list(validator.iter_errors(told))) == 2


# --- CSV and XLSX ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", sorted(MADE))
def test_csv_has_a_row_for_each_option_rejection_and_repair(design: str) -> None:
    made = MADE[design]()
    content = render(made, format="csv").decode()
    told = list(csv.DictReader(io.StringIO(content, newline="")))
    expected = [
        kind
        for each in made.links
        for kind, several in (("option", each.options), ("rejected", each.rejected), ("repair", each.repairs))
        for _ in several
    ]
    assert [row["kind"] for row in told] == expected
    assert content.splitlines()[0].split(",") == list(flat.COLUMNS)


@pytest.mark.parametrize("design", sorted(MADE))
def test_no_csv_cell_is_a_formula(design: str) -> None:
    told = csv.reader(io.StringIO(render(MADE[design](), format="csv").decode(), newline=""))
    number = re.compile(r"-?[0-9.]+")
    assert [cell for row in told for cell in row if re.match(r"[=+\-@\t\r]", cell) and not number.fullmatch(cell)] == []


def test_csv_of_very_many_links_has_what_the_table_has(monkeypatch: pytest.MonkeyPatch) -> None:
    made = choices_made.fleet(3)
    monkeypatch.setattr(flat, "MOST", 2)
    told = list(csv.DictReader(io.StringIO(render(made, format="csv").decode(), newline="")))
    assert len(told) == made.table.height
    assert {row["kind"] for row in told} == {"option", "rejected"}
    assert {row["link"] for row in told} == {"up-0000", "up-0001", "up-0002"}


@pytest.mark.parametrize("design", sorted(MADE))
def test_workbook_is_one_to_plan_in(design: str) -> None:
    made = MADE[design]()
    content = render(made, format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Options", "Why not", "Repairs", "Parts", "Find out first"]
    sheet = book["Options"]
    number = sum(len(each.options) for each in made.links)
    assert sheet.max_row == number + 1
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions if number else "A1:Y1")
    assert sheet["E1"].value == "chosen"
    assert {sheet.cell(row, 5).value for row in range(2, number + 2)} <= {None}
    drops = [(str(drop.sqref), drop.formula1) for drop in sheet.data_validations.dataValidation]
    assert drops == ([(f"E2:E{number + 1}" if number > 1 else "E2", '"yes,maybe,no"')] if number else [])
    assert [cell.coordinate for each in book for row in each.iter_rows() for cell in row if cell.data_type == "f"] == []
    names = {part.filename for part in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert [name for name in names if "externalLink" in name or "hyperlink" in name] == []


def test_parts_name_the_option_they_belong_to() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render(choices_made.leaf(), format="xlsx")))
    known = {row[1] for row in book["Options"].iter_rows(min_row=2, values_only=True)}
    told = list(book["Parts"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in told} <= known
    assert told[0] == ("edge-1 1", "edge-1", "direct-swap", "buy", "400GBASE-FR4-QSFP-DD", 1)


# --- text --------------------------------------------------------------------------------------------------------


def test_options_of_several_links_are_told_as_agreed() -> None:
    assert text.render(choices_made.leaf()) == (GOLDEN / "options.txt").read_text(encoding="utf-8")


def test_options_of_one_link_are_told_in_full() -> None:
    made = choices_made.leaf()
    one = Options(made.version, made.trust, made.links[:1], (), made.table)
    assert text.render(one) == (GOLDEN / "options-of-one.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("design", sorted(MADE))
def test_text_keeps_to_its_width_and_has_no_control_character(design: str, width: int) -> None:
    told = text.render(MADE[design](), width=width)
    assert [line for line in told.splitlines() if len(line) > width] == []
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told) == []


def test_text_of_many_links_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_LINKS", 4)
    told = text.render(choices_made.fleet(9))
    assert told.startswith("4 links: 4 can take a step towards it\n")
    assert "5 more links not told here." in told.splitlines()


def test_mirror_images_stand_once_and_the_nearest_first() -> None:
    edge = choices_made.leaf().links[0]
    ways = dict(summary.by_strategy(summary.offered(edge)))
    assert [len(images) for images in ways["direct-swap"]] == [2]
    assert [len(images) for images in ways["breakout"]] == [1, 1, 1]
    refused = dict(summary.refusals(edge.rejected))["re-terminate"]
    assert [(summary.ends(refusal.nearest), len(refusal.all)) for refusal in refused] == [
        ("2 x 400GBASE-DR4-QSFP-DD", 1),
        ("400GBASE-DR4-QSFP-DD to QDD-400G-XDR4", 2),
    ]


def test_a_link_that_cannot_have_the_module_does_not_move_with_it() -> None:
    # Once all were offered, a span of 80 km was told to move with a tie of 50 m, as legs of one module.
    tie = next(each for each in example("metro-ring").links if each.link == "agb-tie-1")
    assert {option.together for option in tie.options if option.strategy == "breakout"} == {()}


def test_a_cable_with_legs_is_no_cable_between_two_ports() -> None:
    # The QSFP28 leg of a 400G breakout cable was once offered at both ends of a link, as 400G.
    cable = next(each for each in example("leaf-spine").links if each.link == "peer-101-102")
    tried = {each.a_interface for each in (*cable.options, *cable.rejected) if each.strategy == "direct-swap"}
    assert tried == {"ACC-400G", "AOC-400G", "DAC-400G-CR4", "DAC-400G-CR8"}


# --- HTML --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of the page: elements with their attributes, and the text outside of script and style."""

    def __init__(self, made: Options) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.inside = ""
        self.feed(paged.render(made, sources={"IEEE-802.3": ("IEEE 802.3", "javascript:alert(1)")}))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)


@pytest.mark.parametrize("design", sorted(MADE))
def test_page_asks_for_nothing_from_elsewhere(design: str) -> None:
    page = Page(MADE[design]())
    loading = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "style", "xlink:href"}
    assert [tag for tag, attributes in page.tags if loading & set(attributes)] == []
    assert {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "use", "image"} == set()
    assert {attributes["href"] for _, attributes in page.tags if "href" in attributes} <= {"#links"}
    assert [tag for tag, _ in page.tags if tag in ("script", "style")] == ["style", "script"]
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []


def test_page_shows_hostile_names_as_text() -> None:
    shown = " ".join(Page(choices_made.hostile()).text)
    assert [name for name in map(clean, choices_made.HOSTILE) if name not in shown] == []


@pytest.mark.parametrize("design", sorted(ASKED))
def test_every_link_and_option_is_drawn_with_words_for_it(design: str) -> None:
    page, made = Page(MADE[design]()), MADE[design]()
    images = sum(len(several) for each in made.links for _, several in summary.by_strategy(summary.offered(each)))
    drawn = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(drawn) == len(made.links) + images
    assert [tag for tag, _ in page.tags].count("desc") == len(drawn)


def test_page_can_be_opened_without_its_script() -> None:
    page = Page(choices_made.leaf())
    links = [attributes for tag, attributes in page.tags if tag == "details" and "link" in attributes["class"].split()]
    assert [attributes["data-outcome"] for attributes in links] == ["step", "there", "there"]
    assert "hidden" in next(attributes for tag, attributes in page.tags if attributes.get("class") == "filter")


def test_page_of_many_links_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "MOST_LINKS", 4)
    shown = " ".join(Page(choices_made.fleet(9)).text)
    assert "5 more links are not on this page." in shown


def test_parquet_is_the_table() -> None:
    article = Path(__file__).parents[1] / "examples" / "article"
    found = options(load(str(article)), links=["vsr4-50m"])
    held = pl.read_parquet(io.BytesIO(render(found, format="parquet")))
    assert held.equals(found.table)
    assert held.columns == list(TABLE_SCHEMA)
