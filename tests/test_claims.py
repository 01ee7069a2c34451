"""Every claim of the article has an outcome, found by the engine, which is that of those who checked it by hand.

golden/claim-classes.csv has the columns id and class of facts/claims.csv, the article's claims as they were checked one
by one against standards and data sheets. golden/claims.csv has all outcomes under both shipped policies; run this file
to write it anew, then read the difference.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from opticgraph.ask import query
from opticgraph.claims import claim_graphs, claims
from opticgraph.errors import QueryError
from opticgraph.judge import audit
from opticgraph.lookup import look_up
from opticgraph.read import load
from opticgraph.resources import folder
from opticgraph.sources import (
    CLAIM,
    OPPOSITES,
    OPTIC,
    SETS,
    SINGLE,
    catalog_files,
    quads_of,
    read_facts,
    text_of,
)

GOLDEN = Path(__file__).parent / "golden"
OUTCOME = {
    "correct": "holds",
    "correct with conditions": "holds if",
    "contradicted by standard/spec": "refuted",
    "vendor-dependent": "depends on vendor",
    "not technical / not checkable": "not checkable",
}
# Where the engine comes to another outcome than the class, and why.
OTHERWISE = {
    # "Not recognised" is a matter of CMIS against SFF-8636, which no term here speaks of; that no link comes up, holds.
    "S104": "holds",
    # 1270/1330 and 1290/1310 nm are in data sheets for 10 and 20 km (NOX-BX, DT-BX20), so the claim holds of those;
    # facts/notes.md, section 3, says so too. The modules for 40 and 80 km that the article means use others.
    "S65": "holds if",
    # All 400G modules of known wavelengths that send both ways on a fibre use 850 to 940 nm (TIA-SR42, CSCO-400G).
    "S66": "refuted",
}
# facts/errors.md: the groups of costly errors, with the claims in each and what a refusal of them has to name.
COSTLY = {
    "DR4 broken out to four LR4": (
        ("S48", "S51", "S58", "S74", "S75", "S96"),
        ("100GBASE-DR", "100GBASE-LR4", "ends-speak-same-interface"),
    ),
    "VSR4 over 2 km of single mode": (
        ("S28", "S33", "S44", "S53", "S76", "S78", "S79", "S100", "S101"),
        ("VSR4|400GBASE-VR4", "MPO-12|reach.OM4 reachM 50|fiber-suits-module"),
    ),
    "no new cables from LR4 to DR4": (("S45",), ("MPO-12", "LC duplex", "8 are needed", "strands-suffice")),
    "single-fibre 400G by VSR4": (("S62", "S63", "S64"), ("400GBASE-VR4", "8")),
    "duplex LC on single-fibre modules": (("S18",), ("100G-BIDI-40-PAM4 connector LC-simplex", "100G-BIDI-80")),
    "FEC by the wrong clause": (("S107",), ("400GBASE-DR4 fecClause Clause 119",)),
    "QSFP112 for QSFP28 line cards": (("S39",), ("cage-runs-module", "QSFP112-400G-DR4", "host lanes of 100 Gb/s")),
    "adapters between OSFP and QSFP-DD": (("S80", "S82"), ("S81 works", "400GBASE-VR4.reach.OM4")),
    "ER4 with both APD and amplifier": (("S9",), ("100G-4WDM-40 detector APD", "100GBASE-ER4 detector SOA-PIN")),
}


@cache
def answered(trust: str = "standards") -> dict[str, dict[str, str]]:
    """Every claim's row, by its name."""
    table = query(load(folder("ontology") / "claims"), "claim-outcomes", trust=trust)
    rows = (dict(zip(table.columns, map(str, row), strict=True)) for row in table.rows)
    return {row["claim"].removeprefix(CLAIM): row for row in rows}


def classes() -> dict[str, str]:
    with (GOLDEN / "claim-classes.csv").open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["class"] for row in csv.DictReader(lines)}


def outcomes() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("claim", "outcome", "by_the_article", "contradicts"))
    by_article = answered("playbook")
    for name, row in answered().items():
        writer.writerow((name, row["outcome"], by_article[name]["outcome"], row["contradicts"]))
    return text.getvalue()


def test_all_claims_are_answered_in_order() -> None:
    assert list(answered()) == [f"S{n}" for n in range(1, 112)]


def test_outcomes_are_those_of_the_classes() -> None:
    found = {name: row["outcome"] for name, row in answered().items()}
    wanted = {
        name: OTHERWISE.get(name, OUTCOME[kind]) for name, kind in classes().items() if "self-contradictory" not in kind
    }
    assert {name: found[name] for name in wanted} == wanted


def test_what_is_listed_as_otherwise_is_otherwise() -> None:
    assert {name for name, outcome in OTHERWISE.items() if OUTCOME[classes()[name]] == outcome} == set()


def test_claims_at_odds_with_others_name_them() -> None:
    at_odds = {name for name, kind in classes().items() if "self-contradictory" in kind}
    assert at_odds
    assert {name: answered()[name]["contradicts"] for name in sorted(at_odds)} == {
        "S39": "S83 S84 S103 S104",
        "S61": "S79 S100",
        "S87": "S88 S89",
    }


def test_outcomes_are_the_golden_ones_under_both_policies() -> None:
    assert outcomes() == (GOLDEN / "claims.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("error", COSTLY)
def test_costly_errors_are_refuted_and_the_parts_named(error: str) -> None:
    names, words = COSTLY[error]
    for name in names:
        assert answered()[name]["outcome"] == "refuted", name
    told = " ".join(" ".join(answered()[name].values()) for name in names)
    assert [word for word in words if not re.search(word, told)] == []


def test_every_outcome_but_one_names_what_decides_and_its_source() -> None:
    silent = {name for name, row in answered().items() if not row["decidedBy"]}
    assert silent == {name for name, row in answered().items() if row["outcome"] == "not checkable"}
    sourced = re.compile(r"[✓✗✶].+ \[[^\[\]]+\]")
    for name in sorted(set(answered()) - silent):
        assert [line for line in answered()[name]["decidedBy"].splitlines() if not sourced.fullmatch(line)] == [], name


def test_mixed_outcomes_say_what_differs() -> None:
    for name, row in answered().items():
        mixed = row["outcome"] in ("holds if", "depends on vendor")
        assert (len({line[0] for line in row["condition"].splitlines()}) > 1) == mixed or (
            row["outcome"] == "depends on vendor" and row["condition"]
        ), name


def test_what_no_fact_or_case_can_tell_is_all_that_is_not_checked() -> None:
    """A claim says a remark, or facts and cases; one with a remark alone is the only sort that is not checkable."""
    said: dict[str, set[str]] = {name: set() for name in claims(catalog_files())}
    for quad in ox.parse(claim_graphs(catalog_files())[1], format=ox.RdfFormat.N_QUADS):
        said[quad.graph_name.value.removeprefix(CLAIM)].add(quad.predicate.value)  # type: ignore[union-attr]
    remarks = {name for name, predicates in said.items() if predicates == {OPTIC + "remark"}}
    assert remarks == {name for name, row in answered().items() if row["outcome"] == "not checkable"}


def test_cases_and_links_of_the_claims_match() -> None:
    links = set(load(folder("ontology") / "claims").links["link"])
    quads = list(ox.parse(claim_graphs(catalog_files())[1], format=ox.RdfFormat.N_QUADS))
    looked_at = {text_of(str(q.object)) for q in quads if q.predicate.value == OPTIC + "ofLink"}
    assert looked_at == links
    verdicts = {text_of(str(q.object)) for q in quads if q.predicate.value == OPTIC + "claimedVerdict"}
    assert verdicts <= {"works", "fails", "unknown"}


def test_a_claim_that_is_taken_back_is_no_fact_but_answered() -> None:
    fact = ("400GBASE-DR4", "connector", "LC-duplex")
    stated = {
        tuple(part.rsplit("#", 1)[-1] for part in (f.subject, f.figure, text_of(f.value)))
        for f in read_facts(catalog_files())
        if f.source == "playbook"
    }
    assert fact not in stated
    assert ("400GBASE-DR4", "connector", "MPO-12") in stated
    assert answered()["S45"]["outcome"] == "refuted"


def test_what_claims_say_of_themselves_is_no_fact() -> None:
    assert [f for f in read_facts(catalog_files()) if f.subject.startswith(CLAIM)] == []


def test_the_article_works_by_its_own_word() -> None:
    """Under its own policy the article's links come up that others rule out."""
    found = {
        trust: {v.link: v.verdict for v in audit(load(folder("ontology") / "claims"), trust=trust).verdicts}
        for trust in ("standards", "playbook")
    }
    links = ("S44", "S48", "S56.lr4", "S79")
    assert {link: found["standards"][link] for link in links} == dict.fromkeys(links, "fails")
    assert {link: found["playbook"][link] for link in links} == dict.fromkeys(links, "works")


def test_how_properties_are_weighed_stands_in_the_ontology() -> None:
    said: dict[str, set[str]] = {"one value": set(), "whole set": set()}
    opposites = set()
    for quad in quads_of(folder("ontology") / "optics.ttl"):
        if quad.predicate.value == OPTIC + "weighed":
            said[text_of(str(quad.object))].add(text_of(str(quad.subject)))
        if quad.predicate.value == OPTIC + "opposite":
            opposites.add((text_of(str(quad.subject)), text_of(str(quad.object))))
    assert said == {"one value": set(SINGLE), "whole set": set(SETS)}
    assert opposites == set(OPPOSITES)


def test_one_claim_is_looked_up_with_the_findings_behind_it() -> None:
    table = look_up("claims", "s75")
    assert table.columns == ("claim", "says", "outcome", "condition", "contradicts", "decidedBy", "why")
    assert [dict(zip(table.columns, map(str, row), strict=True)) for row in table.rows] == [answered()["S75"]]


def test_an_unknown_claim_is_refused_with_the_nearest() -> None:
    with pytest.raises(QueryError, match=r"^catalog claims: found nothing by the name 'S500'; nearest: S50"):
        look_up("claims", "S500")


if __name__ == "__main__":
    (GOLDEN / "claims.csv").write_text(outcomes(), encoding="utf-8")
    sys.stdout.write("written; now read the difference\n")
