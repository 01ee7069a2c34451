"""Verdicts that hang on whom one believes: held against whole designs judged under each belief by itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

import opticgraph
from opticgraph import contested
from opticgraph.derive import derive
from opticgraph.design import Design
from opticgraph.judge import Verdicts, judge
from opticgraph.knowledge import Knowledge, _closed, know
from opticgraph.layout import laid_out
from opticgraph.rules import read_rules
from opticgraph.sources import OPPOSITES, POWERS, believe, catalog_files, local, read_facts, read_policy, read_sources

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import fleet

RELATIONS = {name for pair in OPPOSITES for name in pair}
ARTICLE = """
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix part: <https://w3id.org/opticgraph/catalog#> .
@prefix source: <https://w3id.org/opticgraph/sources#> .
source:playbook.read a optic:FactGraph ; optic:accordingTo source:playbook ; optic:evidence optic:read .
source:playbook.read {
    part:400GBASE-VR4 a optic:SingleModeInterface , optic:DuplexInterface ;
        optic:fibers 2 ; optic:connector optic:LC-duplex ; optic:reach part:400GBASE-VR4.reach.SMF .
    part:400GBASE-VR4.reach.SMF a optic:Reach ; optic:onFiber optic:SMF ; optic:reachM 2000.0 .
    part:400GBASE-DR4 optic:breakout part:400GBASE-DR4.breakout.LR4 .
    part:400GBASE-DR4.breakout.LR4 a optic:Breakout ; optic:legs 4 ; optic:legLanes 1 ; optic:legRateGbps 100.0 ;
        optic:legInterface part:100GBASE-LR4 .
    part:100GBASE-LR4 optic:clashesWith part:100G-4WDM-20 .
    optic:QSFP28 optic:takes optic:OSFP .
}
"""
SHEET = """
link,a_device,a_port,a_cage,a_module,a_lanes,b_device,b_port,b_cage,b_module,fiber_type,length_m,line_system,connector,a_fec,b_fec
er4,a,1,QSFP28,100G-ER4-LITE,,b,1,QSFP28,100G-ER4-LITE,SMF,35000,,,rs528,rs528
zr,a,2,QSFP-DD,400ZR,,b,2,QSFP-DD,400ZR,SMF,100000,amplified,,,
lr1,a,3,QSFP28,100GBASE-LR1,,b,3,QSFP28,100GBASE-LR1,SMF,9000,,,,
vr4,a,4,QSFP-DD,400GBASE-VR4,,b,4,QSFP-DD,400GBASE-VR4,OM4,40,,,,
vr4-smf,a,5,QSFP-DD,400GBASE-VR4,,b,5,QSFP-DD,400GBASE-VR4,SMF,1500,,,,
leg,a,6,QSFP-DD,400GBASE-DR4,1,b,6,QSFP28,100GBASE-LR4,SMF,120,,,,
dr,a,7,QSFP-DD,400GBASE-DR4,1,b,7,QSFP28,100GBASE-DR,SMF,400,,,,
mixed,a,8,QSFP28,100GBASE-LR4,,b,8,QSFP28,100G-4WDM-20,SMF,9000,,,,
tight,a,9,QSFP-DD,QSFP56-DD-400G-VSR4,,b,9,QSFP-DD,400GBASE-VR4,OM4,40,,MPO-12,,
twice,a,10,QSFP-DD,400GBASE-VR4,,b,10,QSFP-DD,400GBASE-VR4,OM4,40,,,,
twice-too,a,10,QSFP-DD,400GBASE-VR4,,b,11,QSFP-DD,400GBASE-VR4,OM4,40,,,,
"""


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sources") / "article.trig"
    file.write_text(ARTICLE)
    return file


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Design:
    file = tmp_path_factory.mktemp("network") / "links.csv"
    file.write_text(SHEET.strip())
    return opticgraph.load(str(file))


def verdicts(design: Design, knowledge: Knowledge) -> dict[str, str]:
    found = judge(design, derive(design, knowledge), knowledge, read_rules()).verdicts
    assert isinstance(found, Verdicts)
    return dict(found.words.iter_rows())


def every_belief(catalogs: tuple[Path, ...], near: frozenset[str]) -> Mapping[str, Knowledge]:
    """All that is known, laid out anew for every source that any contested figure of these is granted to."""
    files = [*catalog_files(), *catalogs]
    facts, policy, sources = read_facts(files), read_policy("standards"), read_sources(catalogs)
    now = believe(facts, policy=policy, sources=sources)
    inferred = tuple(_closed(now.facts, files=files, trust="standards"))
    found = {"policy playbook": know(trust="playbook", catalogs=catalogs)}
    for (subject, figure), rivals in now.contested.items():
        if local(subject).split(".reach")[0] not in near:
            continue
        for source in {fact.source for fact in rivals}:
            granted = {(fact.subject, fact.figure): source for fact in rivals if fact.source == source}
            if figure in POWERS:
                granted = {(subject, power): source for power in POWERS}
            then = believe(facts, policy=policy, sources=sources, granted=granted)
            if then.facts != now.facts:
                turned = {(f.subject, f.figure) for f in set(now.facts) ^ set(then.facts)}
                kept = [t for t in inferred if t[1] not in RELATIONS or not {(t[0], t[1]), (t[2][1:-1], t[1])} & turned]
                found[f"{local(figure)} of {local(subject)} {source}"] = laid_out("standards", then, kept, sources)
    return found


def test_each_verdict_is_contested_by_just_the_beliefs_that_would_change_it(design: Design, article: Path) -> None:
    told = opticgraph.audit(design, catalogs=[article]).verdicts
    now = verdicts(design, know(catalogs=[article]))
    near = frozenset(
        {"100G-ER4-LITE", "400ZR", "100GBASE-LR1", "400GBASE-VR4", "400GBASE-DR4", "100GBASE-LR4", "100GBASE-DR"}
        | {"100G-4WDM-20", "QSFP28", "QSFP-DD"}
    )
    others = {words: verdicts(design, knowledge) for words, knowledge in every_belief((article,), near).items()}
    for verdict in told:
        expected = {found[verdict.link] for found in others.values()} - {now[verdict.link]}
        assert {each.split()[0] for each in verdict.contested} == expected, verdict.link
        # each says what would have to be believed, and there is one for each belief that comes to another verdict
        by_policy = [each for each in verdict.contested if "policy playbook" in each]
        assert len(by_policy) == (others["policy playbook"][verdict.link] != now[verdict.link])
        changing = [words for words, found in others.items() if found[verdict.link] != now[verdict.link]]
        assert len(verdict.contested) == len(changing), (verdict.link, verdict.contested, changing)
    assert {verdict.link for verdict in told if verdict.contested} == {
        "dr", "er4", "leg", "mixed", "tight", "vr4", "vr4-smf", "zr",
    }  # fmt: skip


def test_a_contested_verdict_says_whom_one_would_have_to_believe(design: Design, article: Path) -> None:
    told = {verdict.link: verdict for verdict in opticgraph.audit(design, catalogs=[article]).verdicts}
    assert "fails if connector of 400GBASE-VR4: LC-duplex (playbook), not MPO-12 (DELL-OPT)" in told["tight"].contested
    # what fails for another reason as well fails whomever one believes
    assert (told["twice"].verdict, told["twice"].contested) == ("fails", ())


@cache
def _fleet(folder: Path) -> Design:
    fleet.write(fleet.fleet(600, seed=3), folder / "fleet.parquet")
    return opticgraph.load(str(folder / "fleet.parquet"))


def test_one_link_stands_for_all_that_no_belief_tells_apart(
    tmp_path_factory: pytest.TempPathFactory, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = _fleet(tmp_path_factory.mktemp("fleet"))

    def told(most: int) -> dict[str, tuple[str, ...]]:
        monkeypatch.setattr(contested, "MANY", most)
        return {each.link: each.contested for each in opticgraph.audit(design, catalogs=[article]).verdicts}

    assert told(0) == told(10**6)
    assert any(told(0).values())
