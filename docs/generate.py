"""The lists in docs/, made from what they list, and what commands answer; tests/test_docs.py holds all of it in step.

`python docs/generate.py` writes api.md, claims.md, rules.md and questions.md whole, in article.md, data.md, options.md
and verify.md what stands between marks, and on every page the output of each command that has a line such as
`<!-- shown: ✗ | FEC agrees -->` above it. Of an output stand there, in its order, the first entry, and each entry in
which one of these words is found, with the entries it belongs to and those that belong to it; `...` is what was left
out. An entry belongs to the nearest one before it that is less indented.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from apidoc import api_page
from click.testing import CliRunner
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS
from reference import table

from opticgraph import owndata, terms
from opticgraph.cli import cli
from opticgraph.fields import Field
from opticgraph.judge import audit
from opticgraph.lookup import look_up
from opticgraph.proof.verified import CHECKS
from opticgraph.question import questions
from opticgraph.read import load, sheet
from opticgraph.read.cells import Column
from opticgraph.resources import folder
from opticgraph.rules import read_rules
from opticgraph.sources import OPTIC, local, read_sources
from opticgraph.strategies import strategies

DOCS = Path(__file__).parent
WIDTH = 100  # of what a command prints
SHOWN = re.compile(
    r"(?P<head><!-- shown: (?P<words>[^\n]+) -->\n```console\n\$ (?P<command>opticgraph [^\n]+)\n)"
    r"(?P<output>.*?)(?=```)",
    re.DOTALL,
)

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
# The parts of the article, by the numbers of their claims.
PARTS = (
    ("What runs at 100G", 1, 21),
    ("Packages of 400G", 22, 39),
    ("Reuse of ports", 40, 54),
    ("Breakout", 55, 61),
    ("Reuse of fibres", 62, 68),
    ("The table of what works together", 69, 82),
    ("The pitfall it warns of", 83, 84),
    ("The metro ring", 85, 94),
    ("The six questions", 95, 109),
    ("The end", 110, 111),
)
SEVERITIES = {
    "violation": "cannot work, or clearly out of specification",
    "unknown": "a value is missing; the finding names it",
    "warning": "works, against good practice or the letter of a specification",
}


def pages() -> dict[str, str]:
    """Every generated page as it should be, by file name."""
    written = {
        "api.md": api_page(),
        "claims.md": claims_page(),
        "questions.md": questions_page(),
        "rules.md": rules_page(),
    }
    for page, names in lists().items():
        text = (DOCS / page).read_text(encoding="utf-8")
        for name, rows in names.items():
            mark = re.compile(rf"(<!-- list: {name} -->\n).*?(<!-- end of list -->)", re.DOTALL)
            text, count = mark.subn(lambda found, rows=rows: f"{found[1]}{rows}{found[2]}", text)  # type: ignore[misc]
            if count != 1:
                raise ValueError(f"{page}: found {count} lists called {name}; expected one")
        written[page] = text
    return written


def answered(text: str) -> str:
    """A page with the output of its marked commands as it is now; they run in the root of the repository."""

    def anew(found: re.Match[str]) -> str:
        with contextlib.chdir(DOCS.parent):
            done = CliRunner().invoke(cli, shlex.split(found["command"])[1:], catch_exceptions=False)
        return found["head"] + shortened(done.stdout, found["words"].split(" | "))

    return SHOWN.sub(anew, text)


def shortened(output: str, words: Sequence[str]) -> str:
    """Of an output the first entry and those that have one of the words, as said above; ValueError for an idle word."""
    entries = list(_entries(output))
    kept = {0}
    for word in words:
        meant = [at for at, (_, lines) in enumerate(entries) if word in " ".join(line.strip() for line in lines)]
        if not meant:
            raise ValueError(f"no entry has {word!r} in:\n{output}")
        for at in meant:
            kept |= {at, *_above(entries, at), *_below(entries, at)}
    text, last = [], -1
    for at in sorted(kept):
        text += ["..."] * (at > last + 1) + entries[at][1]
        last = at
    text += ["..."] * (last < len(entries) - 1)
    return "".join(f"{line}\n" for line in text)


Entry = tuple[int, list[str]]  # how far it is indented, and its lines


def _entries(output: str) -> Iterator[Entry]:
    """What was printed as one, which may have taken several lines: a word stands on a new one if it had no room."""
    entry: Entry | None = None
    before = ""
    for line in output.splitlines():
        indent, first = len(line) - len(line.lstrip()), line.split(maxsplit=1)[:1]
        if entry and first and before and indent == entry[0] and len(before) + 1 + len(first[0]) > WIDTH:
            entry[1].append(line)
        else:
            if entry:
                yield entry
            entry = (indent, [line]) if first else None
        before = line
    if entry:
        yield entry


def _above(entries: Sequence[Entry], at: int) -> Iterator[int]:
    indent = entries[at][0]
    for before in range(at - 1, -1, -1):
        if entries[before][0] < indent:
            indent = entries[before][0]
            yield before


def _below(entries: Sequence[Entry], at: int) -> Iterator[int]:
    for after in range(at + 1, len(entries)):
        if entries[after][0] <= entries[at][0]:
            return
        yield after


def lists() -> Mapping[str, Mapping[str, str]]:
    """Page -> name of a list -> its rows."""
    meaning = Graph().parse(folder("ontology") / "optics.ttl")
    return {
        "data.md": {
            "links": table(("column", "values", "what it says"), _columns("links", meaning)),
            "ports": table(("column", "values", "what it says"), _columns("ports", meaning)),
            "devices": table(("column", "values", "what it says"), _columns("devices", meaning)),
            "own catalogue": table(("column", "values"), _own()),
        },
        "article.md": {
            "both policies": table(("link", "a end", "b end", "fibre", "by the standards", "by the article"), _apart())
        },
        "options.md": {"strategies": table(("strategy", "what it asks"), _strategies())},
        "verify.md": {"checks": table(("check", "what holds"), [(f"`{name}`", told) for name, told in CHECKS.items()])},
    }


def claims_page() -> str:
    """All claims of the article, part by part, with what comes of them under both shipped policies."""
    told = {trust: _outcomes(trust) for trust in ("standards", "playbook")}
    text = [
        "# The article's claims, answered",
        "",
        "Made by `python docs/generate.py` from what `opticgraph catalog claims` answers; do not edit. The claims are",
        "in our words; [knowledge.md](knowledge.md#claims) says how they are kept and answered. A line with ✓ speaks",
        "for a claim, one with ✗ against it, one with ✶ says that sources differ or that none can tell; sources stand",
        "in brackets. *By the article* is the outcome if it is believed before all else (`--trust playbook`).",
        "",
        "| outcome | claims | by the article |",
        "|---|---|---|",
    ]
    for outcome in ("holds", "holds if", "refuted", "depends on vendor", "not checkable"):
        counts = [sum(row["outcome"] == outcome for row in rows.values()) for rows in told.values()]
        text.append(f"| {outcome} | {' | '.join(map(str, counts))} |")
    text.append("")
    for title, first, last in PARTS:
        text += [f"## {title}", ""]
        header = ("claim", "what it says", "outcome", "by the article", "decided by", "on condition", "contradicts")
        rows = []
        for name in (f"S{number}" for number in range(first, last + 1)):
            ours, theirs = told["standards"][name], told["playbook"][name]
            lines = ("<br>".join(ours[key].splitlines()) for key in ("decided_by", "condition"))
            rows.append((name, ours["says"], ours["outcome"], theirs["outcome"], *lines, ours["contradicts"]))
        text += [table(header, rows)]
    return "\n".join(text)


def _outcomes(trust: str) -> Mapping[str, Mapping[str, str]]:
    found = look_up("claims", trust=trust)
    columns = [re.sub("[A-Z]", lambda part: f"_{part[0].lower()}", column) for column in found.columns]
    rows = (dict(zip(columns, map(str, row), strict=True)) for row in found.rows)
    return {local(row["claim"]): row for row in rows}


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
        words = {"": "decimal", owndata.COUNT: "whole number"}
        yield f"`{name}`", words.get(closed) or ", ".join(terms.words(closed))
    yield "`fiber`", f"the fibre that the next two hold for; SMF if empty. {', '.join(terms.words('Fiber'))}"
    yield "`reach_m`, `loss_budget_db`", "decimal"


def _strategies() -> Iterable[tuple[str, str]]:
    return ((f"`{strategy.name}`", strategy.text) for strategy in strategies())


def _apart() -> Iterable[tuple[str, ...]]:
    """The links of the claims that another verdict comes of if the article is believed before all else."""
    design = load(folder("ontology") / "claims")
    told = [{v.link: v for v in audit(design, trust=trust).verdicts} for trust in ("standards", "playbook")]
    for row in design.links.sort("link").iter_rows(named=True):
        ours, theirs = (verdicts[row["link"]] for verdicts in told)
        if ours.verdict != theirs.verdict:
            metres = f"{row['length_mm'] / 1000:g} m of {row['fiber_type']}"
            verdicts = (f"{v.verdict}{': ' if v.rules else ''}{', '.join(v.rules)}" for v in (ours, theirs))
            yield (f"`{row['link']}`", row["a_module"], row["b_module"], metres, *verdicts)


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    for page in (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        if SHOWN.search(text):
            page.write_text(answered(text), encoding="utf-8")


if __name__ == "__main__":
    main()
