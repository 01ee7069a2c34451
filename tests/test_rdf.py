"""Designs as RDF: read in every syntax, written in one canonical form, and nothing lost on the way."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from opticgraph import fields, terms
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from opticgraph.errors import DesignError
from opticgraph.export import ENDINGS, convert
from opticgraph.graph import BASE, to_graph
from opticgraph.read import load, rdf, sheet, sniff, triples
from opticgraph.resources import folder

PREFIXES = """@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix part: <https://w3id.org/opticgraph/catalog#> .
@prefix design: <https://w3id.org/opticgraph/design#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
ONE = """
ex:L1 a optic:Link ; optic:aEnd ex:A ; optic:bEnd ex:B .
ex:A optic:port ex:pa .
ex:B optic:port ex:pb .
ex:pa optic:onDevice ex:leaf1 ; optic:name "Eth1" .
ex:pb optic:onDevice ex:leaf2 ; optic:name "Eth2" .
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(turtle: str) -> Design:
    return rdf.read("d.ttl", data=(PREFIXES + turtle).encode())


def told(turtle: str) -> str:
    with pytest.raises(DesignError) as caught:
        read(turtle)
    return str(caught.value)


def kept(design: Design) -> list[str]:
    """The triples beyond the columns, in short."""
    text = design.triples.decode()
    for prefix, namespace in (("optic", terms.OPTIC), ("design", BASE), ("ex", "http://example.org/")):
        text = text.replace(f"<{namespace}", f"<{prefix}:")
    return text.splitlines()


def notes(design: Design) -> list[str]:
    return [f"{note.place}: {note.text}".removeprefix(": ") for note in design.account.ignored]


def known(frame: pl.DataFrame) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if value is not None} for row in frame.rows(named=True)]


def same(one: Design, two: Design) -> None:
    """Equal but for where it was read."""
    assert_frame_equal(one.links.drop("file", "row"), two.links.drop("file", "row"))
    for name in ("ports", "devices", "groups"):
        assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.triples == two.triples


# What is read


def test_a_design_as_people_write_it() -> None:
    design = read("""
    ex:L1 a optic:OpticalLink ; optic:status optic:planned ; optic:lengthM 2000 ; optic:lossDb 2.50 ; optic:strands 2 ;
        optic:fiberType "single mode" ; optic:rateGbps 100.0 ; optic:note "one\\ntwo" ; optic:inGroup ex:ring ;
        optic:aEnd [ optic:port ex:pa ; optic:lane 2 , 1 ; optic:hostFec optic:no-fec ;
            optic:txDbm "-1.5E0"^^xsd:double ;
            optic:adapter part:OSFP-to-QSFP ; optic:plugConnector "lc" ; optic:plugPolish optic:APC ;
            optic:module [ optic:ofType part:100GBASE-LR4 ; optic:moduleName "what the label says" ] ] ;
        optic:bEnd [ optic:module ex:m ] .
    ex:m optic:moduleName "LR4" ; optic:seatedIn ex:p2 .
    ex:p2 optic:onDevice [ rdfs:label "leaf2"@en , "Blatt2"@de ] ; optic:name "Eth2" .
    ex:pa a optic:Cage ; optic:onDevice ex:leaf%201 ; optic:name "Eth1" ; optic:formFactor optic:OSFP ;
        optic:powerLimitW 15 ; optic:breakoutMode "4x100G" , "2X200g" ; optic:portGroup "g" ; optic:card 3 .
    ex:leaf%201 a optic:Device ; optic:deviceType "X 1" ; optic:site "dc1"@en ; optic:opticsPowerLimitW 120.5 .
    ex:ring a optic:Group ; rdfs:label "Ring 1" ; optic:groupKind "Ring" ; optic:floorGbps 400 .
    """)
    assert known(design.links) == [
        {
            "link": "L1",
            "status": "planned",
            "fiber_type": "SMF",
            "strands": 2,
            "length_mm": 2_000_000,
            "loss_mdb": 2_500,
            "splices": 0,
            "attenuator_mdb": 0,
            "group": "Ring 1",
            "rate_gbps": 100,
            "row_note": "one\ntwo",
            "file": "d.ttl",
            "a_device": "leaf 1",
            "a_port": "Eth1",
            "a_module": "100GBASE-LR4",
            "a_lanes": [1, 2],
            "a_adapter": "OSFP-to-QSFP",
            "a_fec": "none",
            "a_tx_mdbm": -1_500,
            "a_connector": "LC duplex",
            "a_polish": "APC",
            "b_device": "leaf2",
            "b_port": "Eth2",
            "b_module": "LR4",
        }
    ]
    assert design.ports.rows() == [
        ("leaf 1", "Eth1", "OSFP", 15_000, ["2x200G", "4x100G"], "g", "3"),
        ("leaf2", "Eth2", None, None, None, None, None),
    ]
    assert design.devices.rows() == [("leaf 1", "X 1", "dc1", 120_500), ("leaf2", None, None, None)]
    assert design.groups.rows() == [("Ring 1", "ring", 400)]
    frames = (design.links, design.ports, design.devices, design.groups)
    assert [frame.schema for frame in frames] == [LINK_SCHEMA, PORT_SCHEMA, DEVICE_SCHEMA, GROUP_SCHEMA]


def test_names_of_blank_links_are_made_of_the_ends() -> None:
    design = read(ONE.replace("ex:L1", "[]"))
    assert design.links["link"].to_list() == ["leaf1:Eth1--leaf2:Eth2"]


def test_a_type_outside_the_catalogue_is_called_by_its_iri() -> None:
    design = read(ONE + "ex:A optic:module [ optic:ofType ex:MyOptic ] .")
    assert design.links["a_module"].to_list() == ["http://example.org/MyOptic"]


def test_a_module_without_an_end_belongs_to_the_end_of_its_cage() -> None:
    design = read(ONE + 'ex:m optic:seatedIn ex:pa ; optic:moduleName "LR4" .')
    assert design.links.select("a_module", "b_module").rows() == [("LR4", None)]


def test_spare_cages_and_devices_are_there() -> None:
    design = read(ONE + 'ex:spare a optic:Device . ex:p9 a optic:Cage ; optic:onDevice ex:leaf2 ; optic:name "Eth9" .')
    assert design.devices["device"].to_list() == ["leaf1", "leaf2", "spare"]
    assert design.ports.select("device", "port").rows() == [("leaf1", "Eth1"), ("leaf2", "Eth2"), ("leaf2", "Eth9")]


def test_blank_cages_of_one_port_are_put_together() -> None:
    design = read("""
    ex:L1 optic:aEnd [ optic:port [ optic:onDevice ex:s ; optic:name "E1" ; optic:formFactor optic:OSFP ] ;
            optic:lane 1 ] ;
          optic:bEnd [ optic:port [ optic:onDevice ex:a ; optic:name "E1" ] ] .
    ex:L2 optic:aEnd [ optic:port [ optic:onDevice ex:s ; optic:name "E1" ; optic:powerLimitW 15 ] ; optic:lane 2 ] ;
          optic:bEnd [ optic:port [ optic:onDevice ex:b ; optic:name "E1" ] ] .
    """)
    assert design.ports.select("device", "port", "cage", "power_mw").rows() == [
        ("a", "E1", None, None),
        ("b", "E1", None, None),
        ("s", "E1", "OSFP", 15_000),
    ]


def test_the_same_triple_in_two_graphs_is_said_once() -> None:
    data = f"{PREFIXES}{ONE} GRAPH ex:g {{ ex:L1 optic:lengthM 5 }} GRAPH ex:h {{ ex:L1 optic:lengthM 5 }}"
    design = rdf.read("d.trig", data=data.encode())
    assert design.links["length_mm"].to_list() == [5_000]


def test_what_the_columns_do_not_hold_is_kept_about_the_designs_own_iris() -> None:
    design = read(ONE + "ex:leaf1 ex:rack ex:R5 . ex:R5 ex:in ex:leaf1 ; ex:owner [ ex:name 'Ann' ] . ex:A ex:note 1 .")
    assert kept(design) == [
        "<ex:R5> <ex:in> <design:device/leaf1> .",
        "<ex:R5> <ex:owner> _:b0 .",
        "<design:device/leaf1> <ex:rack> <ex:R5> .",
        "<design:device/leaf1> <http://www.w3.org/2002/07/owl#sameAs> <ex:leaf1> .",
        "<design:device/leaf2> <http://www.w3.org/2002/07/owl#sameAs> <ex:leaf2> .",
        '<design:link/L1/a> <ex:note> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        "<design:link/L1> <http://www.w3.org/2002/07/owl#sameAs> <ex:L1> .",
        "<design:port/leaf1/Eth1> <http://www.w3.org/2002/07/owl#sameAs> <ex:pa> .",
        "<design:port/leaf2/Eth2> <http://www.w3.org/2002/07/owl#sameAs> <ex:pb> .",
        '_:b0 <ex:name> "Ann" .',
    ]
    assert dict(design.account.counts) == {"links": 1, "ports": 2, "devices": 2, "groups": 0, "triples": 14, "kept": 10}
    assert notes(design) == [
        "5 named things have IRIs of their own, kept by owl:sameAs; findings use those made from names"
    ]
    same(design, rdf.read("again.nt", data=to_graph(design)))


def test_derived_facts_are_worked_out_anew_and_slips_of_the_pen_are_said() -> None:
    design = read(ONE.replace("ex:", "design:") + "design:L1 optic:pathLossHighDb 3.5 ; optic:lenghtM 7 .")
    assert [line for line in kept(design) if "sameAs" not in line] == [
        '<design:link/L1> <optic:lenghtM> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    ]
    assert notes(design)[1:] == [
        "optic:lenghtM: 1 values of a property that the ontology does not have; optic:lengthM looks like it",
        "optic:pathLossHighDb: 1 values are not read: they do not belong to such a thing, or are worked out anew",
    ]


def test_blank_nodes_are_the_same_in_every_run() -> None:
    text = ONE + "ex:leaf1 ex:a [ ex:b [ ex:c 1 ] ] , [ ex:d 2 ] ."
    assert read(text).triples == read(text).triples


def test_nothing_at_all() -> None:
    design = read("")
    assert (design.links.height, design.links.schema, design.triples) == (0, LINK_SCHEMA, b"")


# N-Triples that need no parsing

_TERMS = st.sampled_from(
    [
        "<http://e.org/a>", "<https://e.org/a%20b/1#x/y>", "<http://e.org>", "<http://e.org:80/>", "<http://e.org/a b>",
        "<urn:x:y>", "<http://e.org/%zz>", "<http://e.org/\\u0041>", "<http://e.org/\xe9>", "<a>", "<http://e.org/[>",
        "_:b0", "_:x1", "_:1", '"text"', '"a b . "', '"\xe9"', '""', '"a\\nb"', '"\\u0041"', '"\x01"', '"\x7f"',
        '"a"b"', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"s"^^<http://www.w3.org/2001/XMLSchema#string>',
        '"a"@en', '"a"@EN', '"a"@de-at', '"x"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>', "1", "",
    ]
)  # fmt: skip
_LAYOUTS = st.sampled_from(
    ["{} {} {} .\n"] * 12 + ["{} {} {}.\n", "{}\t{} {} .\n", "{} {} {} . \r\n", "# {} {} {}\n", "\n"]
)
_SOUND = st.sampled_from(["<http://e.org/a>", "<https://e.org/a%20b/1#x/y>", '"text"', '"1"^^<http://e.org/t>', "_:x1"])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_LAYOUTS, st.tuples(*[st.one_of(_SOUND, _SOUND, _SOUND, _TERMS)] * 3)), max_size=4))
def test_canonical_lines_are_what_a_parser_makes_of_them(rows: list[tuple[str, tuple[str, str, str]]]) -> None:
    data = "".join(layout.format(*terms) for layout, terms in rows).encode()
    found = triples.canonical(data)
    if found is not None:
        parsed = ox.serialize(ox.parse(data, format=ox.RdfFormat.N_TRIPLES), format=ox.RdfFormat.N_TRIPLES) or b""
        assert found.to_list() == parsed.decode().splitlines()


def test_what_is_written_needs_no_parsing() -> None:
    for name in ("campus", "metro-ring"):
        assert triples.canonical(to_graph(load(folder("examples") / name))) is not None
    for odd in (b"\xff", b"<http://e.org/a> <http://e.org/a> <http://e.org/a>", b"\xef\xbb\xbf", b"a\x01b\n"):
        assert triples.canonical(odd) is None


# Bad values


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'ex:L1 optic:lossDb "2,5" .',
            'optic:lossDb of <http://example.org/L1>: found "2,5"; expected a decimal of dB such as 2.5, '
            "without quotes or unit",
        ),
        (
            "ex:L1 optic:lossDb 250 .",
            'optic:lossDb of <http://example.org/L1>: found "250"^^xsd:integer; expected 0 to 100 dB',
        ),
        (
            "ex:L1 optic:lossDb 1 , 2 .",
            'optic:lossDb of <http://example.org/L1>: found "1"^^xsd:integer and "2"^^xsd:integer; expected one value',
        ),
        (
            'ex:L1 optic:lossDb "NaN"^^xsd:double .',
            'optic:lossDb of <http://example.org/L1>: found "NaN"^^xsd:double; expected a number of dB such as 2.5',
        ),
        (
            "ex:L1 optic:strands 2.5 .",
            'optic:strands of <http://example.org/L1>: found "2.5"^^xsd:decimal; expected a whole number of '
            "fibres such as 2",
        ),
        (
            "ex:L1 optic:strands ex:two .",
            "optic:strands of <http://example.org/L1>: found <http://example.org/two>; expected a whole "
            "number of fibres such as 2, without quotes or unit",
        ),
        ('ex:L1 optic:polarity "D7" .', 'optic:polarity of <http://example.org/L1>: found "D7"; expected A, B, C'),
        (
            "ex:L1 optic:polarity optic:APC .",
            "optic:polarity of <http://example.org/L1>: found optic:APC; expected A, B, C",
        ),
        (
            "ex:L1 optic:route ex:duct .",
            "optic:route of <http://example.org/L1>: found <http://example.org/duct>; expected text",
        ),
        (
            'ex:L1 optic:route "a\\nb" .',
            "optic:route of <http://example.org/L1>: found 'a\\nb'; expected one line of text without "
            "control characters",
        ),
        (
            'ex:A optic:adapter "QSFP" .',
            'optic:adapter of <http://example.org/A>: found "QSFP"; expected the cage, then what it is to '
            "take, such as OSFP-to-QSFP or OSFP-to-QSFP-DD",
        ),
        (
            "ex:A optic:adapter ex:x .",
            "optic:adapter of <http://example.org/A>: found <http://example.org/x>; expected an adapter of "
            "the catalogue, such as part:OSFP-to-QSFP",
        ),
        ("ex:A optic:lane 0 .", 'optic:lane of <http://example.org/A>: found "0"^^xsd:integer; expected 1 to 64'),
        (
            'ex:A optic:module [ optic:ofType "LR4" ] .',
            'optic:ofType of optic:module of <http://example.org/A>: found "LR4"; expected a module type or '
            "part, such as part:100GBASE-LR4",
        ),
        (
            'ex:pa optic:breakoutMode "four" .',
            'optic:breakoutMode of <http://example.org/pa>: found "four"; expected breakout modes such as '
            "4x100G 2x200G",
        ),
        (
            'ex:pa optic:name "Eth7" .',
            'optic:name of <http://example.org/pa>: found "Eth1" and "Eth7"; expected one name',
        ),
        (
            'ex:L1 optic:aEnd "x" .',
            'optic:aEnd of <http://example.org/L1>: found <http://example.org/A> and "x"; expected one end',
        ),
        ("ex:L2 optic:aEnd ex:A .", "optic:bEnd of <http://example.org/L2>: found nothing; expected an end"),
        (
            "ex:L2 optic:aEnd ex:A ; optic:bEnd [] .",
            "optic:port of optic:bEnd of <http://example.org/L2>: found nothing; expected the cage that the end uses",
        ),
        (
            "ex:A2 a optic:Cage .",
            "optic:onDevice of <http://example.org/A2>: found nothing; expected the device, with a name",
        ),
        (
            "[] optic:onDevice ex:leaf1 .",
            "optic:name of a blank node: found nothing; expected the name that the device gives the port",
        ),
        (
            'ex:other a optic:Device ; optic:name "leaf1" .',
            "optic:name of <http://example.org/leaf1>: found leaf1; expected a name no other device "
            "has\nd.ttl, optic:name of <http://example.org/other>: found leaf1; expected a name no other "
            "device has",
        ),
        (
            "ex:m1 optic:seatedIn ex:pa . ex:m2 optic:seatedIn ex:pa .",
            "optic:module of <http://example.org/A>: found nothing, and several modules in its cage; "
            "expected the module of this end",
        ),
        (
            "ex:A optic:module ex:m . ex:m optic:seatedIn ex:pb .",
            "optic:port of <http://example.org/A>: found <http://example.org/pa>; expected "
            "<http://example.org/pb>, in which its module is seated",
        ),
        (
            'ex:X optic:aEnd ex:A ; optic:bEnd ex:B ; optic:name "L1" .',
            "optic:name of <http://example.org/L1>: found L1; expected a name no other link has\nd.ttl, "
            "optic:name of <http://example.org/X>: found L1; expected a name no other link has",
        ),
    ],
)
def test_bad_values(more: str, said: str) -> None:
    assert told(ONE + more) == f"d.ttl, {said}"


def test_blank_cages_that_differ() -> None:
    assert (
        told("""
    ex:L1 optic:aEnd [ optic:port [ optic:onDevice ex:s ; optic:name "E1" ; optic:formFactor optic:OSFP ] ] ;
          optic:bEnd [ optic:port [ optic:onDevice ex:s ; optic:name "E1" ; optic:formFactor optic:QSFP28 ] ] .
    """)
        == "d.ttl, optic:formFactor: found QSFP28; expected OSFP as in d.ttl for s E1"
    )


def test_all_bad_values_come_at_once() -> None:
    with pytest.raises(DesignError) as caught:
        read(
            ONE
            + 'ex:L1 optic:lossDb "x" ; optic:polarity "Q7" . ex:pa optic:formFactor "QSFP29" . ex:A optic:rxDbm 99 .'
        )
    assert [cell.column for cell in caught.value.cells] == [
        "optic:formFactor of <http://example.org/pa>",
        "optic:lossDb of <http://example.org/L1>",
        "optic:polarity of <http://example.org/L1>",
        "optic:rxDbm of <http://example.org/A>",
    ]


def test_numbers_finer_than_a_thousandth_are_rounded_and_that_is_said() -> None:
    design = read(ONE.replace("ex:", "design:") + "design:L1 optic:lossDb 2.00049 .")
    assert design.links["loss_mdb"].to_list() == [2_000]
    assert notes(design)[1:] == ["optic:lossDb: 1 of 1 numbers are finer than a thousandth of dB and were rounded"]


# Bad files


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "d.ttl",
            "@prefix a: <x:> .\n\na:b a:c 2,5 ;\n",
            "d.ttl, row 4: found Unexpected end in column 1; expected Turtle without errors",
        ),
        ("d.ttl", "<a> <b> .", "d.ttl, row 1: found"),
        ("d.nt", "<http://a> <http://b> 5 .\n", "d.nt, row 1: found"),
        (
            "d.jsonld",
            '{"@context": "https://schema.org/", "name": "x"}',
            "d.jsonld: found a remote @context, which is not fetched; expected the context written into the file",
        ),
        (
            "d.jsonld",
            '{"@context": {"@import": "https://schema.org/"}, "name": "x"}',
            "d.jsonld: found a remote @context, which is not fetched; expected the context written into the file",
        ),
        ("d.jsonld", '{"@id": "x", ', "d.jsonld, row 1: found"),
        (
            "d.rdf",
            "<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><x/></rdf:RDF>",
            "d.rdf: found",
        ),
        (
            "d.rdf",
            "<?xml version='1.0'?>\n<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n<rdf:Descr",
            "d.rdf: found",
        ),
    ],
)
def test_broken_syntax(name: str, text: str, said: str) -> None:
    with pytest.raises(DesignError) as caught:
        load(written(text.encode(), name))
    assert str(caught.value)[: len(said)] == said


def written(data: bytes, name: str) -> str:
    Path(name).write_bytes(data)
    return name


def test_imports_are_not_fetched_but_kept() -> None:
    design = read(ONE + "<> a owl:Ontology ; owl:imports <http://192.0.2.1/never> .")
    assert [line for line in kept(design) if "imports" in line] == [
        "<https://w3id.org/opticgraph/design> <http://www.w3.org/2002/07/owl#imports> <http://192.0.2.1/never> ."
    ]


def test_external_entities_are_not_read() -> None:
    written(b"secret", "secret.txt")
    text = (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "secret.txt">]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:o="https://w3id.org/opticgraph/ontology#">'
        '<o:Device rdf:about="http://example.org/x"><o:name>&e;</o:name></o:Device></rdf:RDF>'
    )
    with pytest.raises(DesignError) as caught:
        load(written(text.encode(), "d.rdf"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(encoding: str) -> None:
    inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(9))
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [{inner}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:o="https://w3id.org/opticgraph/ontology#">'
        '<o:Device rdf:about="http://example.org/x"><o:name>&e8;</o:name></o:Device></rdf:RDF>'
    )
    with pytest.raises(DesignError, match=r"d\.rdf: found an XML entity, which is never expanded"):
        rdf.read("d.rdf", data=text.encode(encoding), format=ox.RdfFormat.RDF_XML)


def test_cut_off_gzip() -> None:
    whole = gzip.compress((PREFIXES + ONE).encode())
    with pytest.raises(DesignError) as caught:
        load(written(whole[:-10], "d.ttl.gz"))
    assert str(caught.value) == (
        "d.ttl.gz: found a gzip file that is broken or cut off (Compressed file ended before the end-of-stream marker "
        "was reached); expected a whole gzip file"
    )


# What is written


def test_the_graph_of_a_small_design() -> None:
    text = (
        "link,a_device,a_port,b_device,b_port,length_km,a_rx_dbm,a_module,a_lanes,a_cage,a_cage_power_w,group,fiber_type,splices\n"
        'up/1,leaf 1,Eth1/1,leaf2,Eth2,8,-0.05,"LR4 ""x""",1-2,QSFP+,3.5,lag1,OS2,3\n'
    )
    graph = to_graph(sheet.read("d.csv", data=text.encode())).decode()
    for prefix, namespace in (("optic", terms.OPTIC), ("d", BASE), ("xsd", "http://www.w3.org/2001/XMLSchema#")):
        graph = graph.replace(f"<{namespace}", f"<{prefix}:")
    graph = graph.replace("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "a")
    assert graph.splitlines() == [
        "<d:device/leaf%201> a <optic:Device> .",
        '<d:device/leaf%201> <optic:name> "leaf 1" .',
        "<d:device/leaf2> a <optic:Device> .",
        '<d:device/leaf2> <optic:name> "leaf2" .',
        "<d:group/lag1> a <optic:Group> .",
        '<d:group/lag1> <optic:name> "lag1" .',
        "<d:link/up%2F1/a> a <optic:End> .",
        '<d:link/up%2F1/a> <optic:lane> "1"^^<xsd:integer> .',
        '<d:link/up%2F1/a> <optic:lane> "2"^^<xsd:integer> .',
        "<d:link/up%2F1/a> <optic:module> <d:module/leaf%201/Eth1%2F1/LR4%20%22x%22> .",
        "<d:link/up%2F1/a> <optic:port> <d:port/leaf%201/Eth1%2F1> .",
        '<d:link/up%2F1/a> <optic:rxDbm> "-0.05"^^<xsd:decimal> .',
        "<d:link/up%2F1/b> a <optic:End> .",
        "<d:link/up%2F1/b> <optic:port> <d:port/leaf2/Eth2> .",
        "<d:link/up%2F1> a <optic:Link> .",
        "<d:link/up%2F1> <optic:aEnd> <d:link/up%2F1/a> .",
        '<d:link/up%2F1> <optic:attenuatorDb> "0"^^<xsd:decimal> .',
        "<d:link/up%2F1> <optic:bEnd> <d:link/up%2F1/b> .",
        "<d:link/up%2F1> <optic:fiberType> <optic:OS2> .",
        "<d:link/up%2F1> <optic:inGroup> <d:group/lag1> .",
        '<d:link/up%2F1> <optic:lengthM> "8000"^^<xsd:decimal> .',
        '<d:link/up%2F1> <optic:name> "up/1" .',
        '<d:link/up%2F1> <optic:spliceCount> "3"^^<xsd:integer> .',
        "<d:link/up%2F1> <optic:status> <optic:active> .",
        "<d:module/leaf%201/Eth1%2F1/LR4%20%22x%22> a <optic:Module> .",
        '<d:module/leaf%201/Eth1%2F1/LR4%20%22x%22> <optic:moduleName> "LR4 \\"x\\"" .',
        "<d:module/leaf%201/Eth1%2F1/LR4%20%22x%22> <optic:seatedIn> <d:port/leaf%201/Eth1%2F1> .",
        "<d:port/leaf%201/Eth1%2F1> a <optic:Cage> .",
        "<d:port/leaf%201/Eth1%2F1> <optic:formFactor> <optic:QSFP-plus> .",
        '<d:port/leaf%201/Eth1%2F1> <optic:name> "Eth1/1" .',
        "<d:port/leaf%201/Eth1%2F1> <optic:onDevice> <d:device/leaf%201> .",
        '<d:port/leaf%201/Eth1%2F1> <optic:powerLimitW> "3.5"^^<xsd:decimal> .',
        "<d:port/leaf2/Eth2> a <optic:Cage> .",
        '<d:port/leaf2/Eth2> <optic:name> "Eth2" .',
        "<d:port/leaf2/Eth2> <optic:onDevice> <d:device/leaf2> .",
    ]


def test_properties_and_datatypes_are_those_of_the_ontology() -> None:
    quads = list(ox.parse(path=str(folder("ontology") / "optics.ttl"), format=ox.RdfFormat.TURTLE))
    ranges = {
        quad.subject.value.removeprefix(terms.OPTIC): quad.object.value.rsplit("#", 1)[-1]
        for quad in quads
        if quad.predicate.value.endswith("#range") and isinstance(quad.subject, ox.NamedNode)
    }
    kinds = {
        quad.subject.value.removeprefix(terms.OPTIC): quad.object.value.rsplit("#", 1)[-1]
        for quad in quads
        if quad.predicate.value.endswith("#type") and isinstance(quad.subject, ox.NamedNode)
    }
    expected = {"text": "string", "note": "string", "modes": "string", "decimal": "decimal", "whole": "decimal"}
    expected |= {"count": "integer", "lanes": "integer"}
    for field in (*fields.LINK, *fields.END, *fields.PORT, *fields.DEVICE, *fields.GROUP):
        if field.kind in ("word", "adapter"):
            assert (field.property, kinds[field.property]) == (field.property, "ObjectProperty")
        else:
            assert (field.property, ranges[field.property]) == (field.property, expected[field.kind])


# There and back


names = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=6)
    .map(str.strip)
    .filter(bool)
)
texts = st.none() | names
kinds: dict[str, Callable[[fields.Field], st.SearchStrategy[object]]] = {
    "text": lambda _: texts,
    "note": lambda _: st.none() | st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool),
    "word": lambda field: st.none() | st.sampled_from(terms.words(field.words)),
    "decimal": lambda field: st.none() | st.integers(field.low * 1000, field.high * 1000),
    "whole": lambda field: st.none() | st.integers(field.low, field.high),
    "count": lambda field: st.none() | st.integers(field.low, field.high),
    "lanes": lambda _: st.none() | st.sets(st.integers(1, 16), min_size=1, max_size=4).map(sorted),
    "modes": lambda _: st.none() | st.sampled_from([["2x50G", "4x25G"], ["4x100G"], ["2x100G(4)"]]),
    "adapter": lambda _: st.none() | st.sampled_from(["OSFP-to-QSFP", "QSFP28-to-SFP28", "OSFP-to-QSFP+"]),
}


def filled(about: tuple[fields.Field, ...]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({field.column: kinds[field.kind](field) for field in about})


@st.composite
def designs(draw: st.DrawFn) -> Design:
    devices = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    ports = draw(st.lists(st.tuples(st.sampled_from(devices), names), min_size=1, max_size=5, unique=True))
    groups = draw(st.lists(names, max_size=2, unique=True))
    links = []
    for name in draw(st.lists(names, max_size=4, unique=True)):
        row: dict[str, object] = {"link": name, "group": draw(st.none() | st.sampled_from(groups)) if groups else None}
        row |= draw(filled(fields.LINK))
        row |= {column: value for column, value in fields.ASSUMED.items() if row[column] is None}
        for side in SIDES:
            device, port = draw(st.sampled_from(ports))
            end = {"device": device, "port": port, "module": draw(texts), **draw(filled(fields.END))}
            row |= {f"{side}_{column}": value for column, value in end.items()}
        links.append(row | {"file": "", "row": None})
    return Design(
        links=pl.DataFrame(links, schema=LINK_SCHEMA).sort("link"),
        ports=pl.DataFrame(
            [{"device": device, "port": port, **draw(filled(fields.PORT))} for device, port in ports],
            schema=PORT_SCHEMA,
        ).sort("device", "port"),
        devices=pl.DataFrame(
            [{"device": device, **draw(filled(fields.DEVICE))} for device in devices], schema=DEVICE_SCHEMA
        ).sort("device"),
        groups=pl.DataFrame(
            [{"group": group, **draw(filled(fields.GROUP))} for group in groups], schema=GROUP_SCHEMA
        ).sort("group"),
    )


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(designs(), st.sampled_from([".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf", ".ttl.gz"]))
def test_a_design_written_as_rdf_and_read_again_is_the_same(design: Design, ending: str) -> None:
    # XML 1.0 has no characters for most of the controls, so RDF/XML cannot say a note that holds them.
    if ending == ".rdf":
        design = replace(design, links=design.links.with_columns(pl.col("row_note").str.replace_all(r"\p{C}", "")))
        design = replace(
            design, links=design.links.with_columns(pl.col("row_note").str.strip_chars().replace("", None))
        )
    convert(design, f"d{ending}")
    same(design, load(f"d{ending}"))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(designs())
def test_a_design_written_as_a_workbook_or_a_folder_and_read_again_is_the_same(design: Design) -> None:
    linked = design.groups.filter(pl.col("group").is_in(design.links["group"].implode()))
    clean = design.links.with_columns(
        pl.col("row_note").str.replace_all(r"\p{C}", "").str.strip_chars().replace("", None)
    )
    design = replace(design, groups=linked, links=clean)
    convert(design, "d.xlsx")
    same(design, load("d.xlsx"))


@settings(deadline=None, max_examples=25)
@given(designs())
def test_the_graph_is_sorted_canonical_and_without_repeats(design: Design) -> None:
    graph = to_graph(design)
    lines = graph.decode().split("\n")[:-1]
    assert lines == sorted(set(lines), key=str.encode)
    again = ox.serialize(ox.parse(graph, format=ox.RdfFormat.N_TRIPLES), format=ox.RdfFormat.N_TRIPLES)
    assert again == graph


def test_every_ending_is_read_again() -> None:
    design = read(ONE + "ex:leaf1 ex:rack [ ex:row 5 ] .")
    for ending in ENDINGS:
        lost = [note.text for note in convert(design, f"out{ending}")]
        again = load(f"out{ending}")
        if ending in (".csv", ".xlsx", ".parquet"):
            assert lost == ["7 triples have no column in a sheet and were left out"]
            again = replace(again, triples=design.triples)
        else:
            assert lost == []
        same(design, again)


def test_a_design_with_its_derived_facts_is_read_again_as_it_was() -> None:
    text = "link,a_device,a_port,b_device,b_port,length_km,a_module,b_module,a_cage,b_cage,fiber_type\n"
    line = "L1,leaf1,Eth1,leaf2,Eth2,2,100GBASE-LR4,100GBASE-LR4,QSFP28,QSFP28,OS2\n"
    design = sheet.read("d.csv", data=(text + line).encode())
    convert(design, "derived.ttl", derived=True)
    again = load("derived.ttl")
    assert "optic:pathLossHighDb" in {note.place for note in again.account.ignored}
    columns = ["link", "length_mm", "fiber_type", "a_device", "a_port", "b_device", "b_port"]
    assert_frame_equal(design.links.select(columns), again.links.select(columns))
    assert_frame_equal(design.ports, again.ports)


def test_derived_facts_have_no_place_in_a_sheet() -> None:
    with pytest.raises(DesignError) as caught:
        convert(read(ONE), "out.csv", derived=True)
    assert str(caught.value) == "out.csv: found derived facts in a .csv file; expected an ending of RDF"


# Whatever people have


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PREFIXES.encode(), "turtle"),
        (b"# a comment\n\nPREFIX ex: <http://x/>\n", "turtle"),
        (b"<http://a> <http://b> <http://c> .\n", "turtle"),
        (b'_:a <http://b> "c d" .\n', "turtle"),
        (b'<http://a> <http://b> "c"@en <http://g> .\n', "n-quads"),
        (b'{"@context": {}}', "json-ld"),
        (b'[{"@id": "x"}]', "json-ld"),
        (b'{"results": []}', "json"),
        (b"<?xml version='1.0'?>", "rdf/xml"),
        (b"<rdf:RDF", "rdf/xml"),
        (b"a_device,a_port\n", "text"),
        ("a_device,a_port\n".encode("utf-16"), "text"),
        ("a_device,a_port\n".encode("utf-16-le"), "text"),
        (b"PK\x03\x04", "workbook"),
        (b"PAR1", "parquet"),
        (b"\x1f\x8b", "gzip"),
        (b"\x7fELF\0\0", "binary"),
        (b"", "text"),
    ],
)
def test_content_tells_what_a_file_is(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


def test_content_counts_more_than_the_name() -> None:
    design = read(ONE)
    for ending, name in (
        ("ttl", "a.csv"),
        ("jsonld", "b.txt"),
        ("nq", "c"),
        ("rdf", "d.ttl"),
        ("parquet", "e.csv"),
        ("xlsx", "f"),
    ):
        convert(design, f"out.{ending}")
        Path(f"out.{ending}").rename(name)
        assert load(name).links["link"].to_list() == ["L1"]


def test_several_designs_are_put_together() -> None:
    written(b"link,a_device,a_port,b_device,b_port,a_cage\nL2,leaf1,Eth1,leaf3,E1,QSFP28\n", "one.csv")
    written((PREFIXES + ONE + "ex:leaf1 ex:rack [ ex:row 1 ] ; optic:site 'dc1' .").encode(), "two.ttl")
    written((PREFIXES + "ex:leaf9 a optic:Device ; ex:rack [ ex:row 2 ] .").encode(), "three.ttl")
    design = load("one.csv", "two.ttl", "three.ttl")
    assert design.links.select("link", "file", "row").rows() == [("L1", "two.ttl", None), ("L2", "one.csv", 2)]
    assert design.ports.filter(device="leaf1").rows() == [("leaf1", "Eth1", "QSFP28", None, None, None, None)]
    assert design.devices.select("device", "site").rows() == [
        ("leaf1", "dc1"),
        ("leaf2", None),
        ("leaf3", None),
        ("leaf9", None),
    ]
    assert design.account.files == ("one.csv", "two.ttl", "three.ttl")
    assert [line for line in kept(design) if "rack" in line or "row" in line] == [
        "<design:device/leaf1> <ex:rack> _:d1b0 .",
        "<design:device/leaf9> <ex:rack> _:d2b0 .",
        '_:d1b0 <ex:row> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '_:d2b0 <ex:row> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    ]


def test_designs_that_clash() -> None:
    written(b"link,a_device,a_port,b_device,b_port,a_cage\nL1,leaf1,Eth1,leaf3,E1,QSFP28\n", "one.csv")
    written((PREFIXES + ONE + "ex:pa optic:formFactor optic:OSFP .").encode(), "two.ttl")
    with pytest.raises(DesignError) as caught:
        load("one.csv", "two.ttl")
    assert str(caught.value) == (
        "two.ttl, cage: found OSFP; expected QSFP28 as in one.csv for leaf1 Eth1\n"
        "two.ttl, link: found L1; expected a name no other link has; one.csv row 2 has it too"
    )


EXPECTED = (
    "a link sheet (.csv .xlsx .parquet), a folder of sheets, RDF (.ttl .nt .nq .trig .jsonld .rdf, also .gz) "
    "or the folder of a NetBox REST dump"
)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "x.json",
            b'{"results": [], "count": 0}',
            f"x.json: found one file of a NetBox REST dump; give its folder; expected {EXPECTED}",
        ),
        (
            "x.json",
            b'{"a": 1, "b": 2}',
            "x.json: found JSON with the keys a, b that is not JSON-LD (it has no @context, @graph or @id); "
            f"expected {EXPECTED}",
        ),
        (
            "x.json",
            b'{"a": ',
            "x.json: found JSON that is broken or cut off (Expecting value: line 1 column 7 (char 6)); "
            f"expected {EXPECTED}",
        ),
        ("x.bin", b"\x7fELF\0\0\0", f"x.bin: found a binary file of no known kind; expected {EXPECTED}"),
        (
            "x.txt",
            b"hello\n",
            "x.txt, row 1, column a_device: found no such column among hello; expected a column a_device",
        ),
    ],
)
def test_files_that_are_no_design(name: str, data: bytes, said: str) -> None:
    with pytest.raises(DesignError) as caught:
        load(written(data, name))
    assert str(caught.value).splitlines()[0] == said


def test_paths_that_are_no_design() -> None:
    Path("empty").mkdir()
    Path("other").mkdir()
    written(b"", "other/a.yaml")
    folder_expected = (
        "a sheet called links (.csv .xlsx .parquet), or devices.json, interfaces.json and cables.json of a NetBox dump"
    )
    for paths, said in (
        (["nowhere"], "nowhere: found no such file or directory; expected a file or folder that can be read"),
        (["empty"], f"empty: found a folder of nothing; expected {folder_expected}"),
        (["other"], f"other: found a folder of a.yaml; expected {folder_expected}"),
        ([], f"no design was given; expected {EXPECTED}"),
    ):
        with pytest.raises(DesignError) as caught:
            load(*paths)
        assert str(caught.value) == said


def test_twenty_thousand_links_are_written_and_read_in_seconds() -> None:
    rows = "".join(f"L{n},leaf{n // 32},E{n % 32},spine{n % 99},P{n},{n % 999 / 1000},LR4\n" for n in range(20_000))
    design = sheet.read("d.csv", data=("link,a_device,a_port,b_device,b_port,loss_db,a_module\n" + rows).encode())
    start = time.perf_counter()
    graph = to_graph(design)
    assert time.perf_counter() - start < 4
    start = time.perf_counter()
    again = rdf.read("d.nt", data=graph)
    assert time.perf_counter() - start < 12
    same(design, again)
