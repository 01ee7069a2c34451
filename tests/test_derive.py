"""What is worked out over columns is what queries/derive says it means, and what follows from the standards."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

import derivation
from designs import designs, knowledge, one_link
from opticgraph import budget, load
from opticgraph.derive import derive
from opticgraph.design import Design
from opticgraph.facts import DEVICE, END, GROUP, LINK, PORT, graph_of

ROOT = Path(__file__).parent.parent
OPTIC = Namespace("https://w3id.org/opticgraph/ontology#")
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


# --- the columns and the queries ------------------------------------------------------------------------------


@given(designs())
@settings(
    max_examples=50,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_columns_hold_what_the_queries_mean(design: Design) -> None:
    assert_same(design)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_hold_what_the_queries_mean(name: str) -> None:
    assert_same(load(str(ROOT / "examples" / name)))


def assert_same(design: Design) -> None:
    judged = derive(design, knowledge())
    by_columns = derivation.columns(design, judged)
    by_queries = derivation.queries(design, judged, by_columns, knowledge().graph)
    assert (sorted(by_columns - by_queries), sorted(by_queries - by_columns)) == ([], [])


# --- the queries by themselves ----------------------------------------------------------------------------------


def test_every_query_says_what_it_means_and_where_that_is_from() -> None:
    for name in derivation.order():
        first, *_ = derivation.query(name).splitlines()
        assert re.fullmatch(r"# [A-Z].*", first), name
        assert derivation.listed(name, "reads") or derivation.listed(name, "after"), name
        assert derivation.listed(name, "source"), name


def test_every_derived_fact_has_one_query() -> None:
    facts = {field.property for table in (LINK, END, PORT, DEVICE, GROUP) for field in table}
    made: dict[str, list[str]] = defaultdict(list)
    for name, own in made_by().items():
        for term in own:
            made[term].append(name)
    assert {term: names for term, names in made.items() if len(names) > 1} == {}
    assert facts - set(made) == set()


def test_every_query_comes_after_those_whose_facts_it_reads() -> None:
    """Of facts that nothing else states; a fact such as the polarity may be recorded as well."""
    recorded = {"fiberType", "lane", "plugConnector", "plugPolish", "polarity", "strands"}
    stated = {"direction", "legLanes", "overloadDbm", "powerLimitW", "receiveMinDbm", "reflectanceLimitDb"}
    maker = {term: name for name, own in made_by().items() for term in own - recorded - stated}
    for name in derivation.order():
        read = {maker[term] for term in terms_of(derivation.query(name)) if term in maker} - {name}
        assert read - set(earlier(name)) == set(), name


def made_by() -> dict[str, set[str]]:
    """Query -> the properties and classes, by local name, that it constructs."""
    made = {name: terms_of(body(name).split("WHERE")[0]) for name in derivation.order()}
    # these say by a variable which property they construct
    made["assumed"] = {"fiberType", "plugConnector", "plugPolish", "polarity", "strands"}
    made["reach-limits"] = {"reachAdvisedM", "reachLimitM"}
    return made


def body(name: str) -> str:
    return derivation.query(name).split("CONSTRUCT", 1)[1]


def terms_of(text: str) -> set[str]:
    return set(re.findall(r"optic:([A-Za-z][\w.-]*)", text.split("CONSTRUCT", 1)[-1]))


def earlier(name: str) -> Iterator[str]:
    for before in derivation.after()[name]:
        yield before
        yield from earlier(before)


# --- OWL adds nothing that a rule reads ---------------------------------------------------------------------------


def test_full_closure_adds_nothing_that_a_rule_reads() -> None:
    """A design gets its few entailments from queries/derive: all that OWL 2 RL adds to it, no rule looks at."""
    design = one_link(
        a_module="100GBASE-LR4", b_module="100GBASE-LR4", fiber_type="OS2", length_mm=8_000_000, a_connector="LC duplex"
    )
    judged = derive(design, knowledge())
    graph = about(Graph().parse(data=graph_of(design, judged, knowledge()), format="nt"))
    before, things = set(graph), set(graph.subjects())
    closed = graph + Graph().parse(ROOT / "ontology" / "optics.ttl")
    DeductiveClosure(OWLRL_Semantics).expand(closed)
    properties, classes = read_by_rules()
    added = {
        (s, p, o)
        for s, p, o in closed
        if s in things and (s, p, o) not in before and (p in properties or (p == RDF.type and o in classes))
    }
    assert {(str(s), str(p), str(o)) for s, p, o in added} == set()
    assert (None, RDF.type, OPTIC.OpticalInterface) in closed  # it has worked at all


def about(graph: Graph) -> Graph:
    """The part of a graph that can be reached from its links, without what is said of pairs of other interfaces."""
    between = {OPTIC.interworksWith, OPTIC.clashesWith, OPTIC.takes, OPTIC.refuses, OPTIC.backwardCompatibleWith}
    kept, waiting = Graph(), list(graph.subjects(RDF.type, OPTIC.Link))
    seen: set[Node] = set(waiting)
    while waiting:
        for triple in graph.triples((waiting.pop(), None, None)):
            kept.add(triple)
            if triple[1] not in between | {RDF.type} and isinstance(triple[2], URIRef) and triple[2] not in seen:
                seen.add(triple[2])
                waiting.append(triple[2])
    for subject, predicate, value in list(kept):
        if predicate in between and value not in seen:
            kept.remove((subject, predicate, value))
    return kept


@cache
def read_by_rules() -> tuple[frozenset[URIRef], frozenset[URIRef]]:
    """The properties and the classes that the shapes name, in Core or in SPARQL."""
    names: set[URIRef] = set()
    for file in sorted((ROOT / "shapes").glob("*.ttl")):
        names |= {OPTIC[name] for name in re.findall(r"optic:([\w-]+)", file.read_text(encoding="utf-8"))}
    classes = frozenset(name for name in names if str(name).rpartition("#")[2][0].isupper())
    return frozenset(names) - classes, classes


# --- arithmetic, against values worked by hand from the contract's estimate ---------------------------------------


@pytest.mark.parametrize(
    ("columns", "low", "high"),
    [
        # 80 x 0.3; 80 x 0.4 + 2 x 0.5
        ({"a_module": "100G-ZR4", "b_module": "100G-ZR4", "length_mm": 80_000_000}, 24_000, 33_000),
        # 1.6 x 0.3; 1.6 x 0.4 + 4 x 0.5
        ({"length_mm": 1_600_000, "connectors": 4}, 480, 2_640),
        # an attenuator counts at both ends, splices at the high end only: 0.3 + 5; 0.4 + 1.0 + 2 x 0.15 + 5
        ({"length_mm": 1_000_000, "splices": 2, "attenuator_mdb": 5_000}, 5_300, 6_700),
        # multimode: 0.1 x 2.3; 0.1 x 3.0 + 2 x 0.75
        (
            {"a_module": "100GBASE-SR4", "b_module": "100GBASE-SR4", "fiber_type": "OM4", "length_mm": 100_000},
            230,
            1_800,
        ),
        # rounded outwards: 0.0033 x 0.3 = 0.00099; 0.0033 x 0.4 + 1.0 = 1.00132
        ({"length_mm": 3_300}, 0, 1_002),
        # measured beats estimated, and is without the attenuator
        ({"length_mm": 8_000_000, "loss_mdb": 4_100, "attenuator_mdb": 1_000}, 5_100, 5_100),
        ({"length_mm": None}, None, None),
        ({"length_mm": 80_000_000, "line_system": "amplified"}, None, None),
        ({"length_mm": 8_000_000, "a_rx_mdbm": -4_000, "b_rx_mdbm": -4_000}, None, None),
    ],
)
def test_path_loss(columns: dict[str, object], low: int | None, high: int | None) -> None:
    modules = {"a_module": "100GBASE-LR4", "b_module": "100GBASE-LR4", "fiber_type": "OS2"}
    row = derive(one_link(**(modules | columns)), knowledge()).links.frame().row(0, named=True)
    assert (row["path_low_mdb"], row["path_high_mdb"]) == (low, high)


PARTS = {"length_mm": 10**11, "connectors": 50, "splices": 50, "attenuator_mdb": 30_000, "mux_mdb": 10_000}
PLANT = st.fixed_dictionaries({name: st.integers(0, most) for name, most in PARTS.items()})


@given(PLANT, st.sampled_from(sorted(PARTS)), st.integers(1, 10**9))
@settings(deadline=None)
def test_more_of_anything_never_loses_less(plant: dict[str, int], what: str, more: int) -> None:
    (low, high), (more_low, more_high) = estimate(plant), estimate(plant | {what: plant[what] + more})
    assert low <= high
    assert low <= more_low
    assert high <= more_high


@given(PLANT)
@settings(deadline=None)
def test_the_estimate_is_rounded_outwards(plant: dict[str, int]) -> None:
    low, high = estimate(plant)
    exact_low = plant["length_mm"] * 300 + 1_000_000 * (plant["attenuator_mdb"] + plant["mux_mdb"])
    exact_high = (
        plant["length_mm"] * 400
        + 1_000_000 * (plant["attenuator_mdb"] + plant["mux_mdb"])
        + 1_000_000 * (500 * plant["connectors"] + 150 * plant["splices"])
    )
    assert exact_low - 1_000_000 < 1_000_000 * low <= exact_low
    assert exact_high <= 1_000_000 * high < exact_high + 1_000_000


def estimate(plant: dict[str, int]) -> tuple[int, int]:
    known = {"km_low_mdb": 300, "km_high_mdb": 400, "plug_low_mdb": 0, "plug_high_mdb": 500, "splice_mdb": 150}
    frame = pl.DataFrame([plant | known]).with_columns(
        loss_mdb=pl.lit(None, pl.Int64), line_system=pl.lit(None, pl.String)
    )
    row = budget.path_loss(frame).row(0, named=True)
    return row["path_low_mdb"], row["path_high_mdb"]


def test_a_module_counts_once_in_what_its_device_draws() -> None:
    ends = pl.DataFrame(
        {
            "device": ["s1", "s1", "s1", "s1", "s2"],
            "port": ["E1", "E1", "E2", None, "E1"],
            "type": ["DR4", "DR4", "LR4", "LR4", None],
            "power_high_mw": [10_000, 10_000, 4_500, 4_500, None],
        }
    )
    assert budget.device_draw(ends).rows() == [("s1", 14_500)]


@pytest.mark.parametrize(
    ("kind", "rates", "capacity"),
    [
        ("LAG", [100, 100, 400], 600),
        ("ring", [100, 400], 100),
        ("protection", [400, 100], 100),
        (None, [100], 100),
        ("LAG", [100, None], None),
    ],
)
def test_group_capacity(kind: str | None, rates: list[int | None], capacity: int | None) -> None:
    links = pl.DataFrame(
        {
            "group": ["g"] * len(rates) + ["g"],
            "kind": [kind] * len(rates) + [kind],
            "status": ["active"] * len(rates) + ["spare"],
            "rate_gbps": [*rates, 25],
        },
        schema_overrides={"kind": pl.String, "rate_gbps": pl.Int64},
    )
    assert budget.group_capacity(links).rows() == [("g", capacity)]


# --- dispersion, against the formula of G.652 (facts R14) ---------------------------------------------------------

SLOPE, ZERO = 0.093, (1300.0, 1324.0)  # ps/(nm2 km), nm: G.652 as facts R14 gives it
WINDOWS = {  # nm: the edges within which the lanes of an interface may lie (facts R3)
    "100GBASE-LR4": (1294.53, 1310.19),  # LAN-WDM
    "400GBASE-FR4": (1264.5, 1337.5),  # CWDM
    "100GBASE-DR": (1304.5, 1317.5),
    "400GBASE-LR8": (1272.55, 1310.19),
    "100G-PSM4": (1295.0, 1325.0),
    "400ZR": (1530.0, 1565.0),
}


def per_km(nm: float, zero: float) -> float:
    return SLOPE / 4 * nm * (1 - (zero / nm) ** 4)


@pytest.mark.parametrize("interface", WINDOWS)
def test_dispersion_of_a_kilometre_is_that_of_g652(interface: str) -> None:
    low, high = WINDOWS[interface]
    type_ = knowledge().types[knowledge().by_interface[interface][0]]
    assert type_.dispersion_km is not None
    expected = per_km(low, ZERO[1]), per_km(high, ZERO[0])
    assert [value / 1000 for value in type_.dispersion_km] == pytest.approx(expected, abs=0.006)


def test_no_figure_that_is_worked_with_is_finer_than_a_thousandth() -> None:
    """Else what the columns compare would not be what the graph says."""
    figures = "(?:dispersion|reach|loss|launch|receive|overload|power|fiberLoss|connectorLoss|spliceLoss|osnr|grid)"
    finer = re.compile(rf"ontology#{figures}\w*> \"-?\d*\.\d{{3}}\d*[1-9]\d*\"")
    assert [line for line in knowledge().graph.decode().splitlines() if finer.search(line)] == []


def test_dispersion_is_borne_as_far_as_every_type_reaches() -> None:
    beyond = []
    for type_ in knowledge().types.values():
        floor, ceiling = type_.dispersion_limits
        if type_.dispersion_km is None or floor is None or ceiling is None or type_.coherent:
            continue
        low, high = type_.dispersion_km
        for reach in type_.reaches:
            frame = pl.DataFrame(
                {"length_mm": [reach.reach_mm or 0], "dispersion_km_low": [low], "dispersion_km_high": [high]}
            )
            found = budget.dispersion(frame).row(0, named=True)
            if found["dispersion_low"] < floor or found["dispersion_high"] > ceiling:
                beyond.append((type_.id, reach.id, found["dispersion_low"], floor, found["dispersion_high"], ceiling))
    assert beyond == []
