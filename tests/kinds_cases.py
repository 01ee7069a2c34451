"""Built cases for reasoning by kinds: what was found wrong once, or might go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl
from rdflib import Graph
from rdflib.namespace import RDF, RDFS

from madeup import PREFIXES
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, Design
from opticgraph.graph import OPTIC

__all__ = ["CASES", "FAR", "RINGS", "Case", "node", "parsed", "path", "select"]

DESIGN = "https://w3id.org/opticgraph/design#"

END = {
    "device": None,
    "port": None,
    "module": None,
    "lanes": None,
    "adapter": None,
    "fec": None,
    "rx_mdbm": None,
}


def design(*links: Mapping[str, object], ports: list[dict[str, object]] | None = None, triples: str = "") -> Design:
    """Links L0, L1, ... of the given columns, each between ports of its own unless they are given."""
    rows = [
        {
            "link": f"L{nth}",
            "status": "active",
            **{f"{side}_{name}": value for side in "ab" for name, value in END.items()},
            **{f"{side}_device": f"d{nth}{side}" for side in "ab"},
            **{f"{side}_port": "E1" for side in "ab"},
            **link,
        }
        for nth, link in enumerate(links)
    ]
    frame = pl.DataFrame(rows, schema_overrides=LINK_SCHEMA, infer_schema_length=None)
    missing = {name: pl.lit(None, kind) for name, kind in LINK_SCHEMA.items() if name not in frame.columns}
    devices = sorted({str(row[f"{side}_device"]) for row in rows for side in "ab" if row[f"{side}_device"]})
    groups = sorted({str(link["group"]) for link in links if link.get("group")})
    return Design(
        links=frame.with_columns(**missing).select(LINK_SCHEMA.names()).cast(dict(LINK_SCHEMA)),
        ports=pl.DataFrame(ports or [], schema=PORT_SCHEMA),
        devices=pl.DataFrame([{"device": name, "optics_power_mw": 5_000} for name in devices], schema=DEVICE_SCHEMA),
        groups=pl.DataFrame([{"group": name, "floor_gbps": 100} for name in groups], schema=GROUP_SCHEMA),
        triples=triples.encode(),
    )


@dataclass(frozen=True)
class Case:
    """A shape and a design; `by` is how the shape is judged there."""

    shape: str
    design: Design
    by: str = "kinds"


def node(body: str, target: str = "Link") -> str:
    return f'rule:made a sh:NodeShape ; sh:targetClass optic:{target} ; sh:message "broken" ; {body} .'


def select(where: str, shown: str = "$this ?value") -> str:
    return f'sh:sparql [ sh:prefixes <https://example.org/> ; sh:select "SELECT {shown} WHERE {{ {where} }}" ]'


def path(path: str, body: str) -> str:
    return f'sh:property [ sh:path {path} ; sh:message "broken" ; {body} ]'


LR4, SR4, QDD = "100GBASE-LR4", "100GBASE-SR4", "QDD-400G-DR4"
LOOP = {"a_device": "x", "b_device": "x"}  # both ends in one cage
ENDS = "( [ sh:alternativePath ( optic:aEnd optic:bEnd ) ] optic:port )"
FAR = design({"length_mm": 5_000}, {"length_mm": 7_000}, {"length_mm": 9_000})
LIGHT = design({"a_rx_mdbm": -3_000}, {"a_rx_mdbm": -4_500}, {"b_rx_mdbm": -3_000}, {})
TRIPLE = f"<{DESIGN}link/L0> <{OPTIC}lengthM>"

CASES: Mapping[str, Case] = {
    # values and their number
    "one cage at both ends is one value of two ways": Case(node(path(ENDS, "sh:minCount 2")), design({}, LOOP, {})),
    "cages told apart when joined": Case(
        node(select("$this optic:aEnd/optic:port ?value ; optic:bEnd/optic:port ?value .")),
        design({}, {"b_device": "d1a"}, {}),
    ),
    "a figure is each member's own": Case(node(path("optic:lengthM", "sh:maxInclusive 6")), FAR),
    "a figure at an end is each member's own": Case(
        node(path("( optic:aEnd optic:rxDbm )", "sh:minInclusive 0")), LIGHT
    ),
    "figures of several ways": Case(
        node(path("[ sh:alternativePath ( optic:lengthM optic:lossDb ) ]", "sh:maxInclusive 4")),
        design(
            {"length_mm": 5_000, "loss_mdb": 5_000},
            {"length_mm": 5_000, "loss_mdb": 6_000},
            {"length_mm": 8_000, "loss_mdb": 5_000},
        ),
    ),
    "a thing as value is each member's own": Case(node(path("optic:aEnd", "sh:nodeKind sh:Literal")), FAR),
    "a cage as value is each member's own": Case(node(select("$this optic:aEnd/optic:port ?value .")), FAR),
    "the other property's things as values": Case(node(path("( optic:aEnd optic:port )", "sh:equals optic:bEnd")), FAR),
    "the focus as value": Case(node("sh:nodeKind sh:Literal", "End"), FAR),
    "an own figure of SPARQL": Case(node(select("$this optic:lengthM ?value . FILTER ( ?value > 6 )")), FAR),
    "a figure reached in two branches": Case(
        node(select("{ $this optic:lengthM ?value . FILTER ( ?value > 6 ) } UNION { $this optic:lossDb ?value }")),
        design(
            {"length_mm": 7_000, "loss_mdb": 7_000},
            {"length_mm": 8_000, "loss_mdb": 9_000},
            {"length_mm": 7_000, "loss_mdb": 8_000},
        ),
    ),
    "two SPARQL constraints on one shape": Case(
        node(
            select("$this optic:lengthM ?value . FILTER ( ?value > 1 )")
            + " ; "
            + select("$this optic:lossDb ?value . FILTER ( ?value > 1 )")
        ),
        design({"length_mm": 7_000, "loss_mdb": 7_000}, {"length_mm": 8_000, "loss_mdb": 9_000}),
    ),
    "lanes doubled in a list are one": Case(
        node(path("optic:lane", "sh:maxCount 1"), "End"), design({"a_lanes": [1, 1]}, {"a_lanes": [1, 2]})
    ),
    "lanes of the whole module": Case(
        node(path("optic:lane", "sh:maxCount 4"), "End"), design({"a_module": LR4}, {"a_module": "400GBASE-SR8"}, {})
    ),
    "numbers beyond a term": Case(
        node(path("( optic:aEnd optic:applicableReach optic:onFiber )", "sh:maxCount 1")),
        design(
            {"a_module": SR4, "b_module": SR4, "fiber_type": "OM4"},
            {"a_module": LR4, "b_module": LR4, "fiber_type": "OS2"},
        ),
    ),
    "a datatype is tested once": Case(node(path("optic:lengthM", "sh:datatype xsd:integer")), FAR),
    "a blank property shape and one of its own": Case(
        node(path("optic:lengthM", "sh:maxInclusive 6") + " ; sh:property rule:own")
        + ' rule:own a sh:PropertyShape ; sh:path optic:lengthM ; sh:maxInclusive 8 ; sh:message "far" .',
        FAR,
    ),
    # order
    "measured numbers keep their order": Case(
        node(path("optic:lengthM", "sh:lessThan optic:lossDb")),
        design(
            {"length_mm": 1_000, "loss_mdb": 2_000},
            {"length_mm": 2_000, "loss_mdb": 1_000},
            {"length_mm": 2_000, "loss_mdb": 2_000},
        ),
    ),
    "figures of the catalogue are compared by what they are": Case(
        node(
            select(
                "$this optic:lengthM ?value ; optic:aEnd/optic:speaks/optic:reach/optic:reachM ?reach . "
                "FILTER ( ?value > ?reach )"
            )
        ),
        design(
            {"length_mm": 50_000, "a_module": SR4},
            {"length_mm": 150_000, "a_module": SR4},
            {"length_mm": 150_000, "a_module": LR4},
        ),
    ),
    "figures of two terms": Case(
        node(
            select(
                "$this optic:aEnd/optic:module/optic:ofType/optic:powerW ?value . "
                "$this optic:bEnd/optic:module/optic:ofType/optic:powerW ?other . FILTER ( ?value < ?other )"
            )
        ),
        design(
            {"a_module": LR4, "b_module": QDD}, {"a_module": QDD, "b_module": LR4}, {"a_module": SR4, "b_module": LR4}
        ),
    ),
    "nested alternatives of unlike lengths": Case(
        node(
            path(
                "optic:aEnd",
                "sh:node [ sh:property [ sh:lessThan optic:txDbm ; "
                "sh:path [ sh:alternativePath ( optic:rxDbm ( optic:port optic:powerLimitW ) ) ] ] ]",
            )
        ),
        design({"a_rx_mdbm": -1_000, "a_tx_mdbm": 0}, {"a_rx_mdbm": 1_000, "a_tx_mdbm": 0}, {}),
    ),
    "a constant that is no number": Case(node(path("optic:lengthM", 'sh:maxInclusive "INF"^^xsd:double')), FAR),
    "a constant beyond all columns": Case(
        node(path("optic:lengthM", "sh:maxInclusive 1e30 ; sh:minExclusive -1e30")), FAR
    ),
    "a constant finer than thousandths": Case(
        node(path("optic:lengthM", "sh:maxInclusive 6.9999 ; sh:minInclusive 0.00005")), FAR
    ),
    "a number against a term": Case(
        node(path("optic:lengthM", "sh:lessThan optic:fiberType")),
        design({"length_mm": 5_000, "fiber_type": "OS2"}, {"length_mm": 5_000}),
    ),
    "a number before its constant": Case(
        node(select("$this optic:lengthM ?value . FILTER ( 6 < ?value && -1.5 < ?value )")), FAR
    ),
    "a constant that is a double": Case(
        node(path("optic:lossDb", "sh:maxExclusive 1.0e-1")),
        design({"loss_mdb": 99}, {"loss_mdb": 100}, {"loss_mdb": 101}),
    ),
    # equality
    "numbers that differ": Case(node(select("$this optic:lengthM ?value . FILTER ( ?value != 7.0 )")), FAR),
    "numbers in a list, by term": Case(node(path("optic:lengthM", 'sh:in ( "5"^^xsd:decimal 7 "9" )')), FAR),
    "plain strings in a list": Case(node(path("optic:name", 'sh:in ( "L0" "L1"@en )')), FAR),
    "is it the focus": Case(
        node(select("$this optic:aEnd ?value . ?link optic:aEnd ?value . FILTER ( ?link = $this )", "$this")), FAR
    ),
    "is the end the focus": Case(
        node(select("$this ^optic:aEnd/optic:bEnd ?value . FILTER ( ?value != $this )"), "End"), FAR
    ),
    "duplicate solutions": Case(node(select("$this (optic:aEnd|optic:bEnd)/optic:port ?value .")), design({}, LOOP)),
    # which side
    "the link of this side only": Case(
        node(path("( [ sh:inversePath optic:bEnd ] optic:lengthM )", "sh:minCount 1"), "End"), FAR
    ),
    "the link of either side": Case(
        node(select("$this ^(optic:aEnd|optic:bEnd)/optic:lengthM ?value . FILTER ( ?value > 6 )"), "End"), FAR
    ),
    "classes of the link of one side": Case(
        node(path("[ sh:inversePath optic:aEnd ]", "sh:class optic:CableLink"), "End"),
        design({}, {"a_module": "DAC-400G-CR8", "b_module": "DAC-400G-CR8"}),
    ),
    # what is missing, or there twice
    "a module without a port is none": Case(
        node(path("( optic:aEnd optic:module optic:moduleName )", "sh:minCount 1")),
        design({"a_module": LR4}, {"a_module": LR4, "a_port": None}, {}),
    ),
    "names, groups and port groups of a further meaning": Case(
        node(
            path("optic:inGroup", "sh:minCount 1")
            + " ; "
            + path("optic:name", 'sh:pattern "^L.$"')
            + " ; "
            + path("( optic:aEnd optic:port optic:portGroup )", "sh:minCount 1")
        ),
        design(
            {"a_module": "ER4", "group": "lag", "a_device": "x"},
            {"group": "lag", "a_device": "x", "a_port": "E2"},
            ports=[{"device": "x", "port": "E1", "port_group": "1"}, {"device": "x", "port": "E2", "port_group": "1"}],
        ),
    ),
    "further meanings of two links do not meet": Case(
        node(
            select(
                "$this optic:aEnd/optic:module/optic:ofType ?value . FILTER ( ?value != part:100G-BIDI-20-LR1-QSFP28 )"
            )
        ),
        design(
            {"a_module": "100G-BIDI-20", "a_device": "x"},
            {"a_module": "100G-BIDI-20", "b_module": "ER4", "a_device": "x"},
            {"a_module": "100G-BIDI-20", "b_module": "ER4"},
        ),
    ),
    "one module, told to be of two types": Case(
        node(path("( optic:aEnd optic:module optic:ofType )", "sh:maxCount 1")),
        design(
            {"a_module": "LR4"},
            {"a_module": "LR4", "a_device": "x"},
            {"a_module": "LR4", "a_device": "x", "a_adapter": "CFP2-to-QSFP28"},
            ports=[{"device": "x", "port": "E1", "cage": "CFP2"}, {"device": "d0a", "port": "E1", "cage": "CFP2"}],
        ),
    ),
    "coherent at one end, a cable at the other": Case(
        node("sh:nodeKind sh:Literal", "CoherentLink"),
        design({"a_module": "400ZR", "b_module": "DAC-400G-CR8"}, {"a_module": "400ZR", "b_module": "400ZR"}),
    ),
    "types that no link has are not in the graph": Case(
        node(path("( optic:aEnd optic:speaks optic:implementedBy optic:powerW )", "sh:minCount 2")),
        design({"a_module": LR4}, {"b_module": LR4}, {"a_module": "CFP2-100G-LR4"}),
    ),
    "types that interfaces name, back": Case(
        node(path("( optic:aEnd optic:speaks [ sh:inversePath optic:implements ] )", "sh:maxCount 1")),
        design({"a_module": LR4}, {"a_module": SR4}, {}),
    ),
    # judged on the whole graph
    "a thing by its name": Case(
        node(path("optic:inGroup", f"sh:hasValue <{DESIGN}group/lag>")),
        design({"group": "lag"}, {"group": "ring"}),
        "whole graph",
    ),
    "a thing by its name in SPARQL": Case(
        node(select(f"$this optic:inGroup ?value . FILTER ( ?value != <{DESIGN}group/lag> )")),
        design({"group": "lag"}, {"group": "ring"}),
        "whole graph",
    ),
    "the letters of a name": Case(
        node(path("optic:inGroup", 'sh:pattern "lag$"')), design({"group": "lag"}, {"group": "ring"}), "whole graph"
    ),
    "things in the order of their names": Case(node(path("optic:aEnd", "sh:lessThan optic:bEnd")), FAR, "whole graph"),
    "back from a term": Case(
        node(path("( optic:fiberType [ sh:inversePath optic:fiberType ] )", "sh:maxCount 1")),
        design({"fiber_type": "OS2"}, {"fiber_type": "OS2"}, {"fiber_type": "OM4"}),
        "whole graph",
    ),
    "back from a cage": Case(
        node(path("( optic:port [ sh:inversePath optic:port ] )", "sh:maxCount 1"), "End"),
        design({}, {"a_device": "d0a"}, {}),
        "whole graph",
    ),
    "a branch that is not tied": Case(
        node(select("{ $this optic:aEnd ?value } UNION { ?value optic:port ?port }")), design({}, {}), "whole graph"
    ),
    "an optional part that ties nothing": Case(
        node(select("OPTIONAL { $this optic:inGroup ?value } ?value optic:name ?name .")),
        design({"group": "lag"}, {}),
        "whole graph",
    ),
    "an optional part tied from outside": Case(
        node(select("$this optic:inGroup ?group . { $this optic:aEnd ?end OPTIONAL { ?group optic:name ?value } }")),
        design({"group": "lag"}, {}),
        "whole graph",
    ),
    "not tied where nothing exists": Case(
        node(select("FILTER NOT EXISTS { ?any optic:lossDb ?loss }", "$this")),
        design({"loss_mdb": 1}, {}),
        "whole graph",
    ),
    "a constraint component of its own": Case(
        node("ex:least 6")
        + " ex:Least a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ; "
        + "sh:nodeValidator [ a sh:SPARQLSelectValidator ; "
        + 'sh:message "broken" ; sh:prefixes <https://example.org/> ; '
        + 'sh:select "SELECT $this ?value WHERE { $this optic:lengthM ?value . FILTER ( ?value < $least ) }" ] .',
        FAR,
        "whole graph",
    ),
    "the device of a port": Case(
        node(path("( optic:aEnd optic:port optic:onDevice optic:name )", 'sh:in ( "d0a" )')), FAR, "whole graph"
    ),
    "the figures of a group": Case(
        node(path("( optic:inGroup optic:floorGbps )", "sh:minInclusive 200")),
        design({"group": "lag"}, {}),
        "whole graph",
    ),
    "any number of steps": Case(
        node(path("( [ sh:zeroOrMorePath optic:aEnd ] optic:port )", "sh:maxCount 0")), FAR, "whole graph"
    ),
    "a class as its own shape": Case(
        'optic:Link a sh:NodeShape , rdfs:Class ; sh:message "broken" ; '
        + path("optic:lengthM", "sh:maxInclusive 6")
        + " .",
        FAR,
        "whole graph",
    ),
    "a closed shape": Case(node("sh:closed true ; sh:ignoredProperties ( rdf:type optic:name )"), FAR, "whole graph"),
    # what a design says beyond its columns
    "a value of the wrong type": Case(
        node(path("optic:lengthM", "sh:maxInclusive 6")),
        replace(FAR, triples=f'{TRIPLE} "far" .\n'.encode()),
        "whole graph",
    ),
    "an ill-typed value": Case(
        node(path("optic:lengthM", "sh:datatype xsd:decimal")),
        replace(FAR, triples=f'{TRIPLE} "far"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'.encode()),
        "whole graph",
    ),
    "a doubled value": Case(
        node(path("optic:lengthM", "sh:maxCount 1")),
        replace(FAR, triples=f'{TRIPLE} "6"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'.encode()),
        "whole graph",
    ),
    "language tags": Case(
        node(path("ex:owner", 'sh:uniqueLang true ; sh:languageIn ( "en" )')),
        replace(
            FAR,
            triples="".join(
                f'<{DESIGN}link/L0> <https://example.org/#owner> "{each} .\n' for each in ('a"@de', 'b"@en', 'c"@en')
            ).encode(),
        ),
        "whole graph",
    ),
    "a blank node": Case(
        node(path("( ex:owner optic:name )", "sh:minCount 1")),
        replace(
            FAR,
            triples=f'<{DESIGN}link/L0> <https://example.org/#owner> _:one .\n_:one <{OPTIC}name> "one" .\n'.encode(),
        ),
        "whole graph",
    ),
    "a link that no column has": Case(
        node("sh:nodeKind sh:Literal"),
        replace(
            FAR,
            triples=f"<https://example.org/#stray> <{RDF.type}> <{OPTIC}Link> .\n".encode(),
        ),
        "whole graph",
    ),
    "a narrower class": Case(
        node("sh:nodeKind sh:Literal", "CableLink"),
        replace(
            FAR,
            triples=f"<{OPTIC}OpticalLink> <{RDFS.subClassOf}> <{OPTIC}CableLink> .\n".encode(),
        ),
        "whole graph",
    ),
    "what does not concern the rule": Case(
        node(path("optic:lengthM", "sh:maxInclusive 6")),
        replace(FAR, triples=f'<{DESIGN}link/L0> <https://example.org/#owner> "x" .\n'.encode()),
    ),
}


def ring(names: str) -> list[dict[str, object]]:
    pairs = zip(names, names[1:] + names[:1], strict=True)
    return [{"a_device": a, "a_port": "E1", "b_device": b, "b_port": "E2"} for a, b in pairs]


def parsed(shape: str) -> Graph:
    return Graph().parse(data=PREFIXES + shape, format="turtle")


# Twelve devices that colour refinement sees alike, six of them in triangles.
RINGS = Case(
    node(
        select(
            "$this ^optic:onDevice/^optic:port/^optic:aEnd/optic:bEnd/optic:port/optic:onDevice ?one . "
            "?one ^optic:onDevice/^optic:port/^optic:aEnd/optic:bEnd/optic:port/optic:onDevice ?two . "
            "?two ^optic:onDevice/^optic:port/^optic:aEnd/optic:bEnd/optic:port/optic:onDevice $this .",
            "DISTINCT $this",
        ),
        "Device",
    ),
    design(*ring("abcdef"), *ring("uvw"), *ring("xyz")),
    "whole graph",
)
