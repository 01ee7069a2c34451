"""Made-up rules: SHACL over the vocabulary of a design, core and SPARQL, with all that a user's file may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

__all__ = ["PREFIXES", "rule_files"]

PREFIXES = """
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix part: <https://w3id.org/opticgraph/catalog#> .
@prefix design: <https://w3id.org/opticgraph/design#> .
@prefix rule: <https://w3id.org/opticgraph/rules#> .
@prefix ex: <https://example.org/#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/> a owl:Ontology ;
    sh:declare [ sh:prefix "optic" ; sh:namespace "https://w3id.org/opticgraph/ontology#"^^xsd:anyURI ] ,
        [ sh:prefix "part" ; sh:namespace "https://w3id.org/opticgraph/catalog#"^^xsd:anyURI ] ,
        [ sh:prefix "design" ; sh:namespace "https://w3id.org/opticgraph/design#"^^xsd:anyURI ] ,
        [ sh:prefix "ex" ; sh:namespace "https://example.org/#"^^xsd:anyURI ] .
"""

# What is said of each sort of thing, and the sort it leads to; "" is a literal, "term" a term of the catalogue.
_SAID: Mapping[str, Mapping[str, str]] = {
    "Link": {
        "aEnd": "End", "bEnd": "End", "inGroup": "Group", "name": "", "lengthM": "", "lossDb": "", "strands": "",
        "fiberType": "term", "status": "term", "polarity": "term", "crossing": "term", "connectorCount": "",
        "rateGbps": "", "reachLimitM": "", "lossLimitDb": "", "pathLossLowDb": "", "pathLossHighDb": "",
        "distanceSettledBy": "", "fiberClass": "term", "lineSystem": "term",
    },
    "End": {
        "port": "Cage", "module": "Module", "hostFec": "term", "rxDbm": "", "receiveMinDbm": "", "overloadDbm": "",
        "lane": "", "plugConnector": "term", "speaks": "term", "socket": "term", "moduleFormFactor": "term",
        "modulePowerHighW": "", "powerLimitW": "", "legLanes": "", "adapter": "term", "applicableReach": "term",
    },
    "Module": {"ofType": "term", "seatedIn": "Cage", "moduleName": ""},
    "Cage": {
        "formFactor": "term", "powerLimitW": "", "breakoutMode": "", "portGroup": "", "onDevice": "Device", "name": "",
        "modeInUse": "", "lanesDoubled": "", "modulesRecorded": "", "portGroupModes": "",
    },
    "Device": {"name": "", "opticsPowerLimitW": "", "opticsPowerDrawW": "", "site": ""},
    "Group": {"name": "", "floorGbps": "", "groupCapacityGbps": "", "groupKind": "term", "modulesShared": ""},
    "term": {
        "powerW": "", "hostFec": "term", "connector": "term", "fibers": "", "band": "term", "reach": "term",
        "reachM": "", "onFiber": "term", "implements": "term", "implementedBy": "term", "takes": "term",
        "interworksWith": "term", "formFactor": "term",
    },
    "": {},
}  # fmt: skip
_BACK: Mapping[str, Mapping[str, str]] = {
    "End": {"aEnd": "Link", "bEnd": "Link"},
    "Cage": {"port": "End", "seatedIn": "Module"},
    "Device": {"onDevice": "Cage"},
    "Group": {"inGroup": "Link"},
    "term": {"implements": "term", "fiberType": "Link", "ofType": "Module", "onFiber": "term"},
    "Link": {},
    "Module": {"module": "End"},
    "": {},
}
_CLASSES = {
    "Link": ("Link", "OpticalLink", "CableLink", "CoherentLink"),
    "End": ("End", "OpticalEnd"),
    "Cage": ("Cage",),
    "Device": ("Device",),
    "Group": ("Group",),
}
_TESTED: Mapping[str, tuple[str, ...]] = {
    "Link": ("optic:Link", "optic:OpticalLink", "optic:CoherentLink", "optic:CableLink"),
    "End": ("optic:End", "optic:OpticalEnd"),
    "term": ("optic:ModuleType", "optic:Cage", "ex:Special"),
}
_NUMBERS = (
    "0",
    "1",
    "2",
    "4",
    "30",
    "100",
    "400",
    "8000",
    "2.5",
    "0.0005",
    "-14.5",
    '"4"^^xsd:decimal',
    "1.0e2",
    "1.0e-1",
    '"nan"^^xsd:double',
)
_TERMS = (
    "optic:OS2", "optic:OM4", "optic:active", "optic:planned", "optic:QSFP28", "optic:QSFP-DD", "optic:MPO-12",
    "optic:RS-FEC-528", "optic:no-fec", "part:100GBASE-LR4", "optic:amplified", "optic:lag",
    '"L0"', '"E1"', '"leaf1"', '"lag"@en', '"4x100G"', '"1"',
)  # fmt: skip

_NAMED = "<https://w3id.org/opticgraph/design#group/lag>"  # a thing of the design, by its name


@dataclass(frozen=True)
class _Path:
    """A path from a sort of thing: how SHACL and SPARQL write it, and the sort it leads to."""

    shacl: str
    sparql: str
    to: str
    of: str


@st.composite
def rule_files(draw: st.DrawFn, *, most: int = 10) -> str:
    """A file of shapes, as Turtle."""
    count = draw(st.integers(most // 2, most))
    return PREFIXES + "\n".join(_rule(draw, f"rule:made{number}") for number in range(count))


def _rule(draw: st.DrawFn, name: str) -> str:
    sort = draw(st.sampled_from(("Link", "Link", "Link", "End", "End", "Cage", "Device", "Group")))
    kind = draw(st.sampled_from(("node", "node", "sparql", "sparql", "sparql", "property", "own")))
    head = [f"sh:targetClass optic:{draw(st.sampled_from(_CLASSES[sort]))}"]
    if _seldom(draw, 25):
        head = [
            draw(
                st.sampled_from(
                    (
                        "sh:targetSubjectsOf optic:seatedIn",
                        "sh:targetObjectsOf optic:port",
                        "sh:targetNode <https://w3id.org/opticgraph/design#link/L0> , ex:nobody",
                        "sh:targetClass optic:Module",
                        "sh:targetClass ex:Special",
                        "sh:targetClass optic:Link ; sh:targetClass optic:End",
                    )
                )
            )
        ]
    body = [*head, f'sh:message "{name} is broken." ; sh:severity {_severity(draw)}']
    if kind == "own":
        path = _path(draw, sort)
        told = _all(body + _constraints(draw, path.to, 2, path))
        return f"{name} a sh:PropertyShape ; sh:path {path.shacl} ; {told} .\n"
    if kind == "node":
        body += _constraints(draw, sort, draw(st.integers(1, 2)))
    if kind == "sparql":
        body.append(_sparql(draw, sort))
    more = ""
    if kind == "property" or _seldom(draw, 4):
        for nth in range(draw(st.integers(1, 2))):
            path = _path(draw, sort)
            told = _constraints(draw, path.to, draw(st.integers(1, 2)), path)
            said = f'sh:path {path.shacl} ; sh:message "{name} {nth}" ; sh:severity {_severity(draw)} ; {_all(told)}'
            if draw(st.booleans()):
                body.append(f"sh:property [ {said} ]")
            else:
                body.append(f"sh:property {name}-{nth}")
                more += f"{name}-{nth} a sh:PropertyShape ; {said} .\n"
    return f"{name} a sh:NodeShape ; {_all(body)} .\n{more}"


def _severity(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(("sh:Violation", "sh:Warning", "optic:Unknown")))


def _all(parts: list[str]) -> str:
    return " ; ".join(parts)


# --- core ----------------------------------------------------------------------------------------------------------


def _path(draw: st.DrawFn, sort: str, *, most: int = 3) -> _Path:
    steps, at = [], sort
    for _ in range(draw(st.integers(1, most))):
        if not _SAID[at]:
            break
        step = _step(draw, at)
        steps.append(step)
        at = step.to
    if len(steps) == 1:
        return steps[0]
    shacl = "( " + " ".join(step.shacl for step in steps) + " )"
    return _Path(shacl, "/".join(step.sparql for step in steps), at, sort)


def _step(draw: st.DrawFn, sort: str) -> _Path:
    onward = sorted(_SAID[sort])
    things = [name for name in onward if _SAID[sort][name]]
    name = draw(st.sampled_from(onward) | st.sampled_from(things or onward))
    chance = draw(st.integers(0, 39))
    if chance in range(20, 26) and sort != "term" and _BACK[sort]:
        name = draw(st.sampled_from(sorted(_BACK[sort])))
        return _Path(f"[ sh:inversePath optic:{name} ]", f"^optic:{name}", _BACK[sort][name], sort)
    if chance == 11 and _seldom(draw, 2):
        return _Path(f"[ sh:zeroOrMorePath optic:{name} ]", f"optic:{name}*", sort, sort)
    same = [other for other in onward if _SAID[sort][other] == _SAID[sort][name]]
    if chance in range(4, 10) and len(same) > 1:
        other = draw(st.sampled_from(same))
        shacl = f"[ sh:alternativePath ( optic:{name} optic:{other} ) ]"
        return _Path(shacl, f"(optic:{name}|optic:{other})", _SAID[sort][name], sort)
    if chance == 10 and _seldom(draw, 2):
        return _Path("ex:owner", "ex:owner", "", sort)
    return _Path(f"optic:{name}", f"optic:{name}", _SAID[sort][name], sort)


def _constraints(draw: st.DrawFn, sort: str, count: int, path: _Path | None = None) -> list[str]:
    told = [_constraint(draw, sort, path, depth=2) for _ in range(count)]
    return list({constraint.split(" ", 1)[0]: constraint for constraint in told}.values())  # most stand only once


def _constraint(draw: st.DrawFn, sort: str, path: _Path | None, *, depth: int) -> str:
    """One constraint on values of a sort, which a path leads to, if they are not the focus itself."""
    tested = _TESTED.get(sort, ("optic:Device",)) if not _seldom(draw, 10) else _TESTED["term"]
    plain: list[Callable[[], str]] = [
        lambda: f"sh:hasValue {_NAMED if _seldom(draw, 30) else draw(st.sampled_from(_TERMS + _NUMBERS))}",
        lambda: f"sh:in ( {' '.join(draw(st.lists(st.sampled_from(_TERMS + _NUMBERS), max_size=4)))} )",
        lambda: f"sh:nodeKind {draw(st.sampled_from(('sh:IRI', 'sh:Literal', 'sh:BlankNodeOrIRI')))}",
        lambda: f"sh:datatype {draw(st.sampled_from(('xsd:decimal', 'xsd:integer', 'xsd:string')))}",
        lambda: f"sh:class {draw(st.sampled_from(tested))}",
        lambda: f"sh:{draw(st.sampled_from(('equals', 'disjoint')))} {_property(draw, path.of if path else sort)}",
    ]
    if sort == "" or _seldom(draw, 12):
        order = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
        plain += 3 * [lambda: f"sh:{draw(st.sampled_from(order))} {draw(st.sampled_from(_NUMBERS))}"]
        plain += [
            lambda: draw(
                st.sampled_from(('sh:pattern "^L"', "sh:minLength 3", "sh:maxLength 4", 'sh:languageIn ( "en" )'))
            )
        ]
    if path is not None:
        plain += 2 * [lambda: f"sh:{draw(st.sampled_from(('minCount', 'maxCount')))} {draw(st.integers(0, 2))}"]
        plain += 2 * [
            lambda: f"sh:{draw(st.sampled_from(('lessThan', 'lessThanOrEquals')))} {_property(draw, path.of)}"
        ]
        plain += [lambda: "sh:uniqueLang true"]
    nested: list[Callable[[], str]] = []
    if depth:
        inner = lambda: _nested(draw, sort, depth - 1)  # noqa: E731
        nested = [
            lambda: f"sh:not {inner()}",
            lambda: f"sh:node [ {_constraint(draw, sort, None, depth=depth - 1)} ]",
            lambda: f"sh:or ( {inner()} {inner()} )",
            lambda: f"sh:and ( {inner()} {inner()} )",
            lambda: f"sh:xone ( {inner()} {inner()} )",
        ]
        if path is not None:
            least = lambda: f"sh:qualifiedM{draw(st.sampled_from(('in', 'ax')))}Count {draw(st.integers(0, 2))}"  # noqa: E731
            nested += [lambda: f"sh:qualifiedValueShape {inner()} ; {least()}"]
    odd: list[Callable[[], str]] = [
        lambda: "sh:closed true ; sh:ignoredProperties ( rdf:type )",
        lambda: f'sh:property [ sh:path {_property(draw, sort)} ; sh:minCount 1 ; sh:message "inner" ]',
    ]
    chosen = draw(st.sampled_from([plain, plain, plain, nested or plain, *([odd] if _seldom(draw, 5) else [plain])]))
    return draw(st.sampled_from(chosen))()


def _nested(draw: st.DrawFn, sort: str, depth: int) -> str:
    if draw(st.booleans()) and _SAID[sort]:
        path = _path(draw, sort, most=2)
        return f"[ sh:path {path.shacl} ; {_constraint(draw, path.to, path, depth=depth)} ]"
    return f"[ {_constraint(draw, sort, None, depth=depth)} ]"


def _property(draw: st.DrawFn, sort: str) -> str:
    """A property of a thing of this sort, and now and then of any."""
    every = {name for said in _SAID.values() for name in said}
    names = sorted(_SAID[sort] or {"name"}) if not _seldom(draw, 20) else sorted(every)
    return f"optic:{draw(st.sampled_from(names))}"


# --- SPARQL --------------------------------------------------------------------------------------------------------


def _sparql(draw: st.DrawFn, sort: str) -> str:
    patterns, sorts = [], {"$this": sort}
    for name in ("?value", "?one", "?two")[: draw(st.integers(1, 3))]:
        start = draw(st.sampled_from([var for var in sorts if _SAID[sorts[var]]]))
        path = _path(draw, sorts[start])
        patterns.append(f"{start} {path.sparql} {name} .")
        sorts[name] = path.to
    names = list(sorts)
    for _ in range(draw(st.integers(0, 2))):
        patterns.append(_more(draw, names, sorts))
    conditions = [_filter(draw, names, sorts) for _ in range(draw(st.integers(0, 2)))]
    shown = draw(
        st.sampled_from(("$this", "$this ?value", "DISTINCT $this ?value", "DISTINCT $this", "$this ?value ?one"))
    )
    end = draw(
        st.sampled_from(
            ("",) * 24 + ("ORDER BY ?value", "ORDER BY ?one", "LIMIT 1", "ORDER BY ?value", "GROUP BY $this ?value")
        )
    )
    odd = draw(st.sampled_from(("",) * 40 + _ODD))
    body = "\n      ".join([*patterns, *conditions, odd])
    text = f"SELECT {shown} WHERE {{\n      {body}\n    }} {end}"
    return f'sh:sparql [ sh:prefixes <https://example.org/> ; sh:select """{text}""" ]'


_ODD = (
    "?thing optic:lengthM ?any .",
    "MINUS { $this optic:lossDb ?loss }",
    "BIND ( 1 AS ?number )",
    "FILTER ( REGEX ( STR ( $this ), 'L' ) )",
    "{ SELECT $this ?sub WHERE { $this optic:aEnd ?sub } }",
    "FILTER ( STRLEN ( STR ( ?value ) ) > 3 )",
    "FILTER ( ?value + 1 < 5 )",
)


def _more(draw: st.DrawFn, names: list[str], sorts: Mapping[str, str]) -> str:
    start = draw(st.sampled_from([name for name in names if _SAID[sorts[name]]]))
    path = _path(draw, sorts[start])
    to = draw(st.sampled_from([*names, "?other", "?other", "[]", *_TERMS, *_NUMBERS[:7]]))
    pattern = f"{start} {path.sparql} {to} ."
    other = f"{start} {_path(draw, sorts[start]).sparql} {draw(st.sampled_from([*names, '?third']))} ."
    inner = _filter(draw, [*names, "?other"], sorts) if draw(st.booleans()) else ""
    return draw(
        st.sampled_from(
            (
                pattern,
                f"FILTER NOT EXISTS {{ {pattern} {inner} }}",
                f"FILTER EXISTS {{ {pattern} {other} }}",
                f"OPTIONAL {{ {pattern} {inner} }}",
                f"{{ {pattern} }} UNION {{ {other} {inner} }}",
                f"OPTIONAL {{ {pattern} FILTER NOT EXISTS {{ {other} }} }}",
            )
        )
    )


def _filter(draw: st.DrawFn, names: list[str], sorts: Mapping[str, str]) -> str:
    one, two = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    number, term = draw(st.sampled_from(_NUMBERS[:-4])), draw(st.sampled_from(_TERMS))
    order = draw(st.sampled_from(("<", "<=", ">", ">=", "<", ">=", "=", "!=")))
    test = draw(
        st.sampled_from(
            (
                f"{one} {order} {number}",
                f"{number} {order} {one}",
                f"{one} {order} {two}",
                f"{one} = {term}",
                f"{one} != {number}",
                f"{one} IN ( {term}, {number} )",
                f"{one} NOT IN ( {term}, {two} )",
                f"BOUND ( {one} )",
                f"! BOUND ( {draw(st.sampled_from(('?other', '?third', one)))} )",
                f"{one} < {number} || {two} = {term}",
                f"! ( {one} >= {number} && {two} != {one} )",
                f"EXISTS {{ {one} optic:name ?name }} || {two} > {number}",
            )
        )
    )
    return f"FILTER ( {test} )"


def _seldom(draw: st.DrawFn, of: int) -> bool:
    """Once in so many times; zero is drawn more often than others, so it is another number that decides."""
    return draw(st.integers(0, of - 1)) == of // 2
