"""`opticgraph options` and `explain --why-not` as pipelines see them: where answers go, and every clear error."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from opticgraph.report.options import ENDINGS
from test_cli import run

LINK = """link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
up-1,leaf1,1,QSFP-DD,100GBASE-LR4,leaf2,1,QSFP-DD,100GBASE-LR4,OS2,LC duplex,1.6
"""


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    file = tmp_path / "links.csv"
    file.write_text(LINK, encoding="utf-8")
    return str(file)


def test_each_output_gets_the_format_of_its_ending(sheet: str, tmp_path: Path) -> None:
    names = ("a.json", "a.csv", "a.xlsx", "a.html", "a.txt")
    code, out, err = run("options", sheet, *(part for name in names for part in ("-o", str(tmp_path / name))))
    assert (code, out, err) == (0, "", "")
    assert json.loads((tmp_path / "a.json").read_text())["links"][0]["link"] == "up-1"
    with (tmp_path / "a.csv").open(newline="") as file:
        assert {row["link"] for row in csv.DictReader(file)} == {"up-1"}
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["Options"]["A2"].value == "up-1"
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "a.txt").read_text().startswith("up-1: works at 100G, 400G wanted\n")


def test_formats_go_to_outputs_in_their_order(sheet: str, tmp_path: Path) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    arguments = ["--format", "json", "--format", "text", "-o", one, "-o", two]
    assert run("options", sheet, "--to", "200g", *arguments) == (0, "", "")
    assert json.loads(Path(one).read_text())["links"][0]["wanted_gbps"] == 200
    assert Path(two).read_text().startswith("up-1: works at 100G, 200G wanted\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "banana"], "'banana' is no rate; expected one such as 400G."),
        (["--to", "0G"], "'0G' is no rate; expected one such as 400G."),
        (["--to", "-1"], "'-1' is no rate; expected one such as 400G."),
        (["--output", "plan.pdf"], f"plan.pdf: the ending is none of {', '.join(ENDINGS)}."),
        (["--format", "jsn"], "'jsn' is not one of text, json, csv, xlsx, html, parquet, turtle. Did you mean json?"),
        (["--format", "json", "--format", "csv"], "Several --format need as many --output; stdout takes one."),
        (["--link", "up-2"], "link: found 'up-2'; expected one of the 1 judged links. Nearest: up-1."),
        (["--host", "no such thing"], "--host: found 'no such thing'; expected a model of the host catalogue"),
        (["--prices", "nowhere.csv"], "nowhere.csv: could not be read as UTF-8 text"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(
    sheet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("options", sheet, *arguments)
    assert (code, out) == (2, "")
    assert says in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv"]


def test_all_bad_cells_of_a_price_list_are_named_at_once(sheet: str, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("part,price,currency\nDR4,9x,EUR\n,5,EUR\nFR4,-1,USD\nFR4,7,\n", encoding="utf-8")
    code, out, err = run("options", sheet, "--prices", str(prices))
    assert (code, out) == (2, "")
    told = [line.partition("prices.csv")[2] for line in err.splitlines() if "prices.csv" in line]
    assert told == [
        ", row 2, column price: found '9x'; expected a number such as 899.00",
        ", row 3, column part: found nothing; expected a catalogue id or part number",
        ", row 4, column currency: found USD; expected EUR as in the rows above",
        ", row 4, column price: found '-1'; expected a number such as 899.00",
        ", row 5, column currency: found nothing; expected EUR as in the rows above",
    ]


def test_why_not_tells_rules_sentences_and_the_way_out(sheet: str) -> None:
    code, out, err = run("explain", sheet, "up-1", "--why-not", "400GBASE-DR4")
    assert (code, err) == (0, "")
    assert out.startswith("up-1: works at 100G, 400G wanted\n  not direct-swap\n    - 2 x QDD-400G-DR4")
    assert "connector-suits-module, link-within-reach" in out
    assert "400GBASE-DR4 reaches 500 m on OS2. Use a module of longer" in out
    assert "        would work with a run of at most 500 m\n" in out
    assert "nothing the catalogue knows" not in out  # other modules were not asked about


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("direct-swop", "expected a strategy (port-reuse, "),
        ("direct-swop", "Nearest: direct-swap."),
        ("100GBASE-SR10", "nothing of that sort was tried on up-1 at 400G"),
    ],
)
def test_why_not_of_something_else_is_named(sheet: str, what: str, says: str) -> None:
    code, out, err = run("explain", sheet, "up-1", "--why-not", what)
    assert (code, out) == (2, "")
    assert says in err
