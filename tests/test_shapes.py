"""Every rule finds in its examples what they say and nothing else, and every outcome of every rule is shown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polars as pl
import pyoxigraph as ox
import pytest

from opticgraph.derive import derive
from opticgraph.design import Design
from opticgraph.judge import judge
from opticgraph.knowledge import Knowledge, know
from opticgraph.read import rdf
from opticgraph.result import Finding
from opticgraph.rules import Rules, read_rules

SHAPES = Path(__file__).parents[1] / "shapes"
EXAMPLES = Path(__file__).parent / "shapes"
OPTIC = "https://w3id.org/opticgraph/ontology#"
RULE = "https://w3id.org/opticgraph/rules#"
SH = "http://www.w3.org/ns/shacl#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SEVERITIES = {f"{SH}Violation": "violation", f"{OPTIC}Unknown": "unknown", f"{SH}Warning": "warning"}

Result = tuple[str, str, str, str]  # focus, shape, severity, message


def rules() -> list[str]:
    return sorted(path.stem for path in SHAPES.glob("*.ttl") if path.stem != "prefixes")


def examples(pattern: str = "*") -> list[str]:
    return sorted(path.relative_to(EXAMPLES).with_suffix("").as_posix() for path in EXAMPLES.glob(f"{pattern}/*.ttl"))


@cache
def knowledge() -> Knowledge:
    return know()


@cache
def shipped() -> Rules:
    return read_rules()


@cache
def alone(rule: str) -> Rules:
    """One rule without the others."""
    shapes = type(shipped().shapes)()
    for name in (rule, "prefixes"):
        shapes.parse(SHAPES / f"{name}.ttl")
    outcomes = {shape: outcome for shape, outcome in shipped().outcomes.items() if outcome.rule == rule}
    return Rules({rule: shipped().rules[rule]}, outcomes, shapes)


@cache
def parts(example: str) -> tuple[Design, set[Result]]:
    """The design of an example, and the results it expects, which are no part of the design."""
    triples = list(ox.parse(path=str(EXAMPLES / f"{example}.ttl"), format=ox.RdfFormat.TURTLE))
    nodes = {t.subject for t in triples if t.predicate == TYPE and t.object.value == f"{SH}ValidationResult"}
    said = {(t.subject, t.predicate.value.removeprefix(SH)): t.object.value for t in triples if t.subject in nodes}
    results = {
        (
            said[node, "focusNode"],
            said[node, "sourceShape"],
            SEVERITIES[said[node, "resultSeverity"]],
            said[node, "resultMessage"],
        )
        for node in nodes
    }
    rest = (ox.Triple(t.subject, t.predicate, t.object) for t in triples if t.subject not in nodes)
    lines = ox.serialize(rest, format=ox.RdfFormat.N_TRIPLES)
    assert lines is not None
    return rdf.read(f"{example}.nt", data=lines, format=ox.RdfFormat.N_TRIPLES), results


@cache
def findings(rule: str) -> tuple[Finding, ...]:
    """What the rule finds in all its examples, judged side by side for speed: each has names of its own."""
    designs = [renamed(parts(example)[0], example.split("/")[1]) for example in examples(rule)]
    design = Design(
        links=pl.concat([each.links for each in designs]),
        ports=pl.concat([each.ports for each in designs]),
        devices=pl.concat([each.devices for each in designs]),
        groups=pl.concat([each.groups for each in designs]),
    )
    return judge(design, derive(design, knowledge()), knowledge(), alone(rule)).findings


def renamed(design: Design, name: str) -> Design:
    """Every link, device and group with the name of the example behind its own."""

    def frame(table: pl.DataFrame) -> pl.DataFrame:
        named = [column for column in ("link", "group", "device", "a_device", "b_device") if column in table.columns]
        return table.with_columns(pl.col(column) + f"~{name}" for column in named)

    return Design(
        links=frame(design.links),
        ports=frame(design.ports),
        devices=frame(design.devices),
        groups=frame(design.groups),
    )


def found(example: str) -> set[Result]:
    rule, name = example.split("/")
    mark = f"~{name}"
    return {
        (each.focus.replace(mark, ""), each.shape, each.severity, each.message.replace(mark, ""))
        for each in findings(rule)
        if each.links[0].endswith(mark)
    }


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == rules()
    for rule in rules():
        kinds = {example.split("/")[1].split("-")[0] for example in examples(rule)}
        assert kinds <= {"conforms", "violates", "unknown", "warns"}, rule
        severities = {outcome.severity for outcome in alone(rule).outcomes.values() if outcome.says}
        wanted = {"violation": "violates", "unknown": "unknown", "warning": "warns"}
        assert kinds == {"conforms", *(wanted[severity] for severity in severities)}, rule


@pytest.mark.parametrize("example", examples())
def test_example(example: str) -> None:
    _, expected = parts(example)
    assert bool(expected) != example.split("/")[1].startswith("conforms")
    assert found(example) == expected


@pytest.mark.parametrize("rule", rules())
def test_every_outcome_is_shown(rule: str) -> None:
    shown = {shape for example in examples(rule) for _, shape, _, _ in parts(example)[1]}
    assert shown == {shape for shape, outcome in alone(rule).outcomes.items() if outcome.says}


@pytest.mark.parametrize("rule", rules())
def test_sentences_are_whole(rule: str) -> None:
    """No name is left in braces, nothing is said to be None or unknown, there is no IRI, and all ends with a stop."""
    for message in {message for example in examples(rule) for *_, message in found(example)}:
        assert re.findall(r"[{}]|None|unknown|://|  |\.\.|^ ", message) == []
        assert message.endswith(".")


@pytest.mark.parametrize("rule", rules())
def test_rule_is_described(rule: str) -> None:
    """Title, sentence, aspect and target; every outcome names its rule, how bad it is and what kind of fault it is."""
    own = alone(rule)
    main = own.rules[rule]
    assert main.iri == f"{RULE}{rule}" and main.title and main.sentence.endswith(".") and main.aspect and main.target
    for outcome in own.outcomes.values():
        if outcome.says:
            assert outcome.fault.endswith(".")
            assert outcome.nature in ("cannot", "out-of-spec", "cannot-tell", "practice")
            assert (outcome.severity == "unknown") == (outcome.nature == "cannot-tell") == bool(outcome.supply)
