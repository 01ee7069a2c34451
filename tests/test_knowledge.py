"""What is believed where sources differ, what a user's catalogue changes, and that the shipped closure is in step."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opticgraph import cache
from opticgraph.errors import CatalogError
from opticgraph.knowledge import CODE, _digest, _shipped, _worked_out, fold, know
from opticgraph.packed import packed, unpacked
from opticgraph.resources import folder
from opticgraph.sources import Fact, Source, believe, catalog_files, read_facts, read_policy, read_sources

OPTIC = "https://w3id.org/opticgraph/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
SOURCES = {
    "IEEE": Source("IEEE", "a standard", "Standard"),
    "MAKER": Source("MAKER", "a data sheet", "DataSheet"),
    "SHOP": Source("SHOP", "a shop", "Reseller"),
}
POLICY = ("OwnData", "Standard", "Msa", "DataSheet", "VendorGuide", "Reseller", "Article")


def fact(figure: str, value: float | str, source: str, evidence: str = "read", subject: str = "x") -> Fact:
    return Fact(f"part:{subject}", OPTIC + figure, f'"{value}"^^<{DECIMAL}>', source, evidence)


def believed(*facts: Fact, policy: tuple[str, ...] = POLICY) -> dict[str, str]:
    belief = believe(facts, policy=policy, sources=SOURCES)
    return {f.figure.removeprefix(OPTIC): f"{f.number} {f.source}" for f in belief.facts}


def test_the_better_ranked_source_wins() -> None:
    facts = fact("reachM", 2000, "SHOP"), fact("reachM", 500, "IEEE", "cited")
    assert believed(*facts) == {"reachM": "500 IEEE"}
    assert believed(*facts, policy=("SHOP", *POLICY)) == {"reachM": "2000 SHOP"}


def test_at_equal_rank_the_stricter_value_wins() -> None:
    assert believed(fact("reachM", 100, "SHOP"), fact("reachM", 70, "SHOP")) == {"reachM": "70 SHOP"}
    assert believed(fact("powerW", 10, "SHOP"), fact("powerW", 12, "SHOP")) == {"powerW": "12 SHOP"}


def test_powers_are_one_sources_set() -> None:
    mixed = (
        fact("launchMinDbm", -4.3, "MAKER"),
        fact("launchMaxDbm", 4.5, "MAKER"),
        fact("receiveMinDbm", -10.6, "MAKER"),
        fact("overloadDbm", 4.5, "MAKER"),
        fact("launchMaxDbm", 5.1, "SHOP"),
    )
    assert believed(*mixed) == {
        "launchMinDbm": "-4.3 MAKER",
        "launchMaxDbm": "4.5 MAKER",
        "receiveMinDbm": "-10.6 MAKER",
        "overloadDbm": "4.5 MAKER",
    }
    assert believed(*mixed, policy=("SHOP", *POLICY)) == {"launchMaxDbm": "5.1 SHOP"}


def test_a_clash_outweighs_an_equal_word_for_interworking() -> None:
    a, b = "part:a", "<part:b>"
    works = Fact(a, OPTIC + "interworksWith", b, "SHOP", "read")
    clashes = Fact(a, OPTIC + "clashesWith", b, "SHOP", "read")
    assert believe([works, clashes], policy=POLICY, sources=SOURCES).facts == (clashes,)
    told = Fact(a, OPTIC + "interworksWith", b, "MAKER", "read")
    assert believe([told, clashes], policy=POLICY, sources=SOURCES).facts == (told,)


def test_contested_figures_are_kept_side_by_side() -> None:
    one, other = fact("reachM", 2000, "SHOP"), fact("reachM", 500, "IEEE")
    belief = believe([one, other], policy=POLICY, sources=SOURCES)
    assert belief.contested == {("part:x", OPTIC + "reachM"): tuple(sorted([one, other]))}


def test_shipped_figures_of_known_parts() -> None:
    knowledge = know()
    lr4 = knowledge.types["100GBASE-LR4-QSFP28"]
    assert (lr4.launch_min_mdbm, lr4.launch_max_mdbm, lr4.receive_min_mdbm, lr4.overload_mdbm) == (
        -4300,
        4500,
        -10600,
        4500,
    )
    assert [(r.fiber, r.reach_mm, r.budget_mdb) for r in lr4.reaches] == [("SMF", 10_000_000, 6300)]
    assert knowledge.losses["O band"] == (300, 400)
    assert knowledge.plugs["MPO-12"] == (0, 750)
    assert knowledge.splice == 150


def test_every_shipped_source_is_known() -> None:
    sources = read_sources()
    assert {f.source for f in read_facts(catalog_files())} - set(sources) == set()


def test_every_policy_ranks_every_source_kind_once() -> None:
    kinds = {source.kind for source in read_sources().values()}
    for file in sorted((folder("ontology") / "trust").glob("*.ttl")):
        order = read_policy(file.stem)
        assert len(order) == len(set(order)), file.name
        assert kinds - set(order) == set(), file.name


def test_the_shipped_closure_is_of_the_shipped_catalogue() -> None:
    for file in sorted((folder("ontology") / "trust").glob("*.ttl")):
        head = _shipped(file.stem).read_text(encoding="utf-8").splitlines()[0]
        assert head == f"# {_digest(catalog_files(), file.stem)}", "run `make closure`"


@pytest.mark.parametrize("trust", ["standards", "playbook"])
def test_packed_knowledge_is_the_same_knowledge(trust: str) -> None:
    worked_out = _worked_out(catalog_files(), (), trust)
    again = unpacked(packed(worked_out))
    assert again == worked_out
    assert [*again.types, *again.facts, *again.names] == [*worked_out.types, *worked_out.facts, *worked_out.names]
    assert packed(again) == packed(worked_out)


@pytest.mark.parametrize("harm", [lambda kept: b"", lambda kept: kept[:-1], lambda kept: b"[]\n"])
def test_what_was_kept_and_harmed_is_worked_out_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known = know()
    (kept,) = (tmp_path / "opticgraph").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(harm(whole))
    assert know() == known
    assert kept.read_bytes() == whole


def test_what_is_kept_is_of_the_files_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    own = tmp_path / "ours.csv"
    for watts in ("3.2", "3.4"):
        own.write_text(f"part,maker,sold_as,power_w\nXY-LR4-L,Example,100GBASE-LR4-QSFP28,{watts}\n")
        assert know(catalogs=[own]) == know(catalogs=[own])
        assert know(catalogs=[own]).types["Example.XY-LR4-L"].power_high_mw == int(float(watts) * 1000)


def test_what_is_kept_hangs_on_every_module_that_makes_it() -> None:
    code = "import sys, opticgraph.knowledge, opticgraph.check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    used = {name.removeprefix("opticgraph.") for name in done.stdout.split() if name.startswith("opticgraph.")}
    assert used - set(CODE) == {"cache", "errors", "queries", "resources", "stepwise"}  # these make no difference to it


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "100GBASE-LR4-QSFP28" in know().types


def test_what_was_kept_longest_ago_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "MOST", 10)
    for age, name in enumerate(("new", "old"), start=1):
        cache.keep(name, b"12345")
        os.utime(tmp_path / "opticgraph" / name, (1_000_000 // age, 1_000_000 // age))
    cache.keep("newest", b"123")
    assert [cache.recall(name) for name in ("newest", "new", "old")] == [b"123", b"12345", None]


def test_names_are_folded() -> None:
    assert fold("QSFP28 100G-LR4") == fold("qsfp28_100g lr4") == "qsfp28100glr4"
    assert fold("400GBASE-SR4.2") != fold("400GBASE-SR42")


def test_an_own_part_is_known_by_its_number_and_says_whose_it_is(tmp_path: Path) -> None:
    own = tmp_path / "ours.csv"
    own.write_text("part,maker,sold_as,reach_m,power_w\nXY-LR4-L,Example,100GBASE-LR4-QSFP28,12000,3.2\n")
    knowledge = know(catalogs=[own])
    part = knowledge.types["Example.XY-LR4-L"]
    assert knowledge.names[fold("xy lr4 l")] == ("Example.XY-LR4-L",)
    assert (part.interface, part.form_factor, part.power_high_mw) == ("100GBASE-LR4", "QSFP28", 3200)
    assert [r.reach_mm for r in part.reaches] == [12_000_000]
    assert {f.source for f in knowledge.facts["Example.XY-LR4-L", "powerW"]} == {"own-ours"}
    assert know().types.get("Example.XY-LR4-L") is None


def test_every_bad_cell_of_an_own_table_is_told_at_once(tmp_path: Path) -> None:
    own = tmp_path / "ours.csv"
    own.write_text('part,sold_as,power_w,polish\nA,100GBASE-LR4-QSFP28,"3,2",round\n,x,,\n')
    with pytest.raises(CatalogError) as caught:
        know(catalogs=[own])
    assert str(caught.value).splitlines() == [
        "ours.csv, row 2, column polish: found 'round'; expected APC, UPC",
        "ours.csv, row 2, column power_w: found '3,2'; expected a decimal, such as 3.2",
        "ours.csv, row 3, column part: found nothing; expected the part number",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@prefix : <x:> .\n:a :b\n", "ours.ttl:3: found "),
        (
            "<https://w3id.org/opticgraph/catalog#100GBASE-DR> a "
            "<https://w3id.org/opticgraph/ontology#MultimodeInterface> .\n",
            "the catalogue contradicts the ontology:",
        ),
    ],
)
def test_a_broken_or_contradicting_catalogue_is_refused(tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "ours.ttl"
    own.write_text(text)
    with pytest.raises(CatalogError, match=f"^{said}"):
        know(catalogs=[own])


def test_a_catalogue_that_breaks_its_own_rules_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "ours.ttl"
    own.write_text(
        "@prefix optic: <https://w3id.org/opticgraph/ontology#> ."
        "@prefix part: <https://w3id.org/opticgraph/catalog#> ."
        ' part:X.LR4 a optic:Part ; optic:soldAs part:100GBASE-LR4-QSFP28 ; optic:maker "X" ;'
        ' <http://www.w3.org/2000/01/rdf-schema#label> "X.LR4" ;'
        ' <http://www.w3.org/2004/02/skos/core#notation> "LR4-X" ; optic:launchMinDbm 5.0 ; optic:launchMaxDbm 4.5 .'
    )
    with pytest.raises(CatalogError) as caught:
        know(catalogs=[own])
    assert str(caught.value).splitlines() == [
        "the catalogue breaks its own rules:",
        "X.LR4: The lowest launch power is above the highest. Stated by: own-ours.",
    ]


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(CatalogError, match="found 'standard'; expected a Turtle file or one of playbook, standards"):
        know(trust="standard")


def typed(figure: str, thing: str, source: str, subject: str = "x") -> Fact:
    name = RDF + "type" if figure == "a" else OPTIC + figure
    return Fact(f"part:{subject}", name, f"<{thing}>", source, "read")


def test_an_article_does_not_stand_beside_what_rules_it_out() -> None:
    sources = SOURCES | {"ARTICLE": Source("ARTICLE", "an article", "Article")}
    multimode, single = OPTIC + "MultimodeInterface", OPTIC + "SingleModeInterface"
    om4, smf = "part:x.reach.OM4", "part:x.reach.SMF"
    facts = (
        typed("a", multimode, "MAKER"),
        typed("a", single, "ARTICLE"),
        typed("reach", om4, "MAKER"),
        typed("onFiber", OPTIC + "OM4", "MAKER", "x.reach.OM4"),
        fact("reachM", 50, "MAKER", subject="x.reach.OM4"),
        typed("reach", smf, "ARTICLE"),
        typed("onFiber", OPTIC + "SMF", "ARTICLE", "x.reach.SMF"),
        fact("reachM", 2000, "ARTICLE", subject="x.reach.SMF"),
    )

    def told(*policy: str) -> set[str]:
        belief = believe(facts, policy=policy, sources=sources)
        assert {key[1].rsplit("#", 1)[1] for key in belief.contested} == {"type", "reach"}
        return {f.value for f in belief.facts}

    metres = {text: f'"{text}"^^<{DECIMAL}>' for text in ("50", "2000")}
    assert told(*POLICY) == {f"<{multimode}>", f"<{om4}>", f"<{OPTIC}OM4>", metres["50"]}
    assert told("ARTICLE", *POLICY) == {f"<{single}>", f"<{smf}>", f"<{OPTIC}SMF>", metres["2000"]}


def test_a_part_may_be_made_otherwise_than_its_interface(tmp_path: Path) -> None:
    own = tmp_path / "ours.csv"
    own.write_text(
        "part,maker,sold_as,connector,polish,fiber,reach_m,fibers,band\n"
        "VSR4-2K,X,QSFP56-DD-400G-VSR4,LC duplex,UPC,SMF,2000,2,O band\n"
    )
    knowledge = know(catalogs=[own])
    part, shipped = knowledge.types["X.VSR4-2K"], knowledge.types["QSFP56-DD-400G-VSR4"]
    assert (part.medium, part.fibers, part.connectors) == ("SMF", 2, ("LC duplex",))
    assert (shipped.medium, shipped.fibers, shipped.connectors) == ("MMF", 8, ("MPO-12",))
    assert shipped == know().types["QSFP56-DD-400G-VSR4"]


def test_a_policy_may_leave_out_sources_and_kinds_of_source() -> None:
    believed = know(trust="standards without source:CSCO-100G, Reseller")
    assert believed.trust == "standards without source:CSCO-100G, Reseller"
    told = {fact.source for facts in believed.facts.values() for fact in facts}
    kinds = {source.kind for id, source in read_sources().items() if id in told}
    assert "CSCO-100G" in {fact.source for fact in read_facts(catalog_files())} - told
    assert "Reseller" in {source.kind for source in read_sources().values()} - kinds


def test_leaving_out_nothing_that_is_known_is_an_error() -> None:
    with pytest.raises(CatalogError, match=r"found 'IEE' after `without`; expected a source .* Nearest: IEEE"):
        know(trust="standards without IEE")
