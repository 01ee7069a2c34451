"""The lists in docs/, made from what they list; tests/test_docs.py holds them in step.

`python docs/generate.py` writes them: rules.md and questions.md whole, in data.md what stands between marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from opticgraph import owndata, terms
from opticgraph.fields import Field
from opticgraph.question import questions
from opticgraph.read import sheet
from opticgraph.read.cells import Column
from opticgraph.resources import folder
from opticgraph.rules import read_rules
from opticgraph.sources import OPTIC, read_sources
from opticgraph.strategies import strategies

DOCS = Path(__file__).parent

# Columns that are no field of a link, end, port, device or group but name one.
NAMES = {
    "link": "Unique name; if empty `a_device:a_port--b_device:b_port`.",
    "device": "Name of the device.",
    "port": "Name of the port, as the device calls it.",
    "module": "Catalogue id, common name or maker's part number of the module; see below.",
    "group": "Name that the members of a LAG, ring or protection pair share.",
}
KINDS = {
    "text": "text",
    "note": "text",
    "lanes": "`1` or `1-4`",
    "modes": "`4x100G 2x200G`",
    "adapter": "`OSFP-to-QSFP`: cage first, then what it takes",
}
SEVERITIES = {
    "violation": "cannot work, or clearly out of specification",
    "unknown": "a value is missing; the finding names it",
    "warning": "works, against good practice or the letter of a specification",
}


def pages() -> dict[str, str]:
    """Every generated page as it should be, by file name."""
    data = (DOCS / "data.md").read_text(encoding="utf-8")
    for name, rows in lists().items():
        mark = re.compile(rf"(<!-- list: {name} -->\n).*?(<!-- end of list -->)", re.DOTALL)
        data, count = mark.subn(lambda found, rows=rows: f"{found[1]}{rows}{found[2]}", data)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"data.md: found {count} lists called {name}; expected one")
    return {"data.md": data, "questions.md": questions_page(), "rules.md": rules_page()}


def lists() -> Mapping[str, str]:
    meaning = Graph().parse(folder("ontology") / "optics.ttl")
    return {
        "links": _table(("column", "values", "what it says"), _columns("links", meaning)),
        "ports": _table(("column", "values", "what it says"), _columns("ports", meaning)),
        "devices": _table(("column", "values", "what it says"), _columns("devices", meaning)),
        "own catalogue": _table(("column", "values"), _own()),
    }


def rules_page() -> str:
    known, sources = read_rules(), read_sources()
    text = [
        "# Rules",
        "",
        "Made by `python docs/generate.py` from shapes/; do not edit. One rule is one file, `shapes/<rule>.ttl`, in",
        "standard SHACL. A rule has outcomes, each a shape of its own:",
        "",
        *(f"- **{word}**: {what}." for word, what in SEVERITIES.items()),
        "",
        "A rule that lacks something it needs, where nothing blocks, is *not judged*: the report counts it.",
        "",
    ]
    for rule in known.rules.values():
        outcomes = [outcome for outcome in known.outcomes.values() if outcome.rule == rule.name and outcome.fault]
        text += [f"## {rule.name}", "", rule.sentence, "", f"Aspect: {rule.aspect}.", ""]
        text += [f"- {outcome.severity}: {outcome.fault}" for outcome in outcomes]
        if rule.sources:
            told = "; ".join(f"{sources[name].title} ({name})" if name in sources else name for name in rule.sources)
            text += ["", f"Source: {told}."]
        text.append("")
    return "\n".join(text)


def questions_page() -> str:
    text = [
        "# Questions",
        "",
        "Made by `python docs/generate.py` from queries/ask/; do not edit. One question is one file,",
        "`queries/ask/<question>.rq`, in SPARQL 1.1; a question in a file of your own is asked the same way.",
        "",
        "    opticgraph query DESIGN QUESTION [-p NAME=VALUE...]",
        "",
    ]
    for question in questions():
        text += [f"## {question.name}", "", question.text, ""]
        if question.parameters:
            text += [f"- `{p.name}`: {p.text}, such as `{p.example}`" for p in question.parameters]
            text.append("")
    text += [
        "# Strategies",
        "",
        "What a link may become is asked the same way: one strategy is one file, `queries/options/<strategy>.rq`. Each",
        "row is a proposal, judged by the same rules as any link; `opticgraph options` tries them in this order.",
        "",
    ]
    for strategy in strategies():
        text += [f"## {strategy.name}", "", strategy.text, ""]
    return "\n".join(text)


def _columns(kind: str, meaning: Graph) -> Iterable[tuple[str, ...]]:
    """One row a column, or a column of both ends: what names the thing first, then its ends, then the rest."""
    known = {column.key: column for column in sheet.columns(kind)}
    bare = {key: key[2:] if key[:2] in ("a_", "b_") else key for key in known}
    rows: dict[str, tuple[str, ...]] = {}
    for key, column in known.items():
        keys = [other for other in known if bare[other] == bare[key]]
        says = _meaning(bare[key], column, meaning)
        whole = " ".join(f"`{other}`" for other in keys if other == bare[other])
        ends = " ".join(f"`{other}`" for other in keys if other != bare[other])
        header = ", or ".join(filter(None, (whole, ends)))
        needed = key in sheet.REQUIRED[kind]
        rows.setdefault(bare[key], (header, _values(column), f"{says} Required." if needed else says))
    first = [name for name in ("link", "device", "port", "module") if name in rows]
    of_ends = [bare[key] for key in known if key != bare[key]]
    return [rows[name] for name in dict.fromkeys((*first, *of_ends, *sorted(rows, key=_by_length)))]


def _by_length(name: str) -> bool:
    return name not in ("length_km", "length_m")  # the two ways to say one thing stand together


def _meaning(bare: str, column: Column, meaning: Graph) -> str:
    if column.field.property == "name":
        return NAMES[bare]
    if bare == "length_km":
        return "The same in kilometres; give one of them."
    return str(meaning.value(URIRef(OPTIC + column.field.property), SKOS.definition))


def _values(column: Column) -> str:
    field: Field = column.field
    unit = "km" if column.key == "length_km" else field.unit
    if field.kind == "word":
        return ", ".join(terms.words(field.words))
    if field.kind == "decimal":
        return f"decimal, {unit}"
    if field.kind in ("count", "whole"):
        return f"whole number{f', {unit}' if unit and field.kind == 'whole' else ''}"
    return KINDS[field.kind]


def _own() -> Iterable[tuple[str, str]]:
    yield "`part`", "the part number. Required."
    yield "`sold_as`", "the catalogue id of its module type, as `opticgraph catalog modules SR4` shows it. Required."
    yield "`maker`, `note`", "text"
    for name, (_, closed) in owndata.COLUMNS.items():
        yield f"`{name}`", ", ".join(terms.words(closed)) if closed else "decimal"
    yield "`fiber`", f"the fibre that the next two hold for; SMF if empty. {', '.join(terms.words('Fiber'))}"
    yield "`reach_m`, `loss_budget_db`", "decimal"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
