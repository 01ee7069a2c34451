"""What must hold of verdicts, as sheets: each row begins with the verdict it must get and the rules behind it."""

from __future__ import annotations

import csv
import io
from functools import cache

import pytest

from opticgraph import audit
from opticgraph.read import sheet
from opticgraph.result import Audit

# Rows without ports get ports of their own; an empty cell is not known, as in any sheet.
SHEETS = {
    "breakout": """
verdict,rules,link,a_port,a_cage,a_module,a_lanes,a_fec,b_cage,b_module,b_fec,fiber_type,length_m
works,,dr4-leg-1,E1,QSFP-DD,QDD-400G-DR4,1,rs544,QSFP28,100GBASE-DR,none,OS2,100
works,,dr4-leg-2,E1,QSFP-DD,QDD-400G-DR4,2,rs544,QSFP28,100GBASE-DR,none,OS2,100
works,,dr4-leg-3,E1,QSFP-DD,QDD-400G-DR4,3,rs544,QSFP28,100GBASE-DR,none,OS2,100
works,,dr4-leg-4,E1,QSFP-DD,QDD-400G-DR4,4,rs544,QSFP28,100GBASE-DR,none,OS2,100
fails,fec-agrees,dr-with-host-fec,E2,QSFP-DD,QDD-400G-DR4,1,rs544,QSFP28,100GBASE-DR,rs544,OS2,100
fails,fec-agrees,dr4-without-host-fec,E3,QSFP-DD,QDD-400G-DR4,1,none,QSFP28,100GBASE-DR,none,OS2,100
fails,ends-speak-same-interface,dr4-to-lr4,E4,QSFP-DD,QDD-400G-DR4,1,rs544,QSFP28,100GBASE-LR4,none,OS2,100
fails,breakout-is-supported,fr4-in-legs,E5,QSFP-DD,400GBASE-FR4,1,rs544,QSFP28,100GBASE-FR1,none,OS2,100
fails,port-serves-one-link,same-lane-1,E6,QSFP-DD,QDD-400G-DR4,1,rs544,QSFP28,100GBASE-DR,none,OS2,100
fails,port-serves-one-link,same-lane-2,E6,QSFP-DD,QDD-400G-DR4,1,rs544,QSFP28,100GBASE-DR,none,OS2,100
""",
    "cage": """
verdict,rules,link,a_cage,a_adapter,a_module,b_cage,b_adapter,b_module,fiber_type,length_m
fails,module-fits-cage,qsfp-dd-in-qsfp28,QSFP28,,QDD-400G-DR4,QSFP-DD,,QDD-400G-DR4,OS2,100
works,,qsfp28-in-qsfp-dd,QSFP-DD,,100GBASE-LR4,QSFP28,,100GBASE-LR4,OS2,8000
fails,cage-runs-module,qsfp56-in-qsfp28,QSFP28,,200GBASE-FR4-QSFP56,QSFP56,,200GBASE-FR4-QSFP56,OS2,1000
works,,qsfp28-in-osfp-by-adapter,OSFP,OSFP-to-QSFP,100GBASE-LR4,QSFP28,,100GBASE-LR4,OS2,8000
fails,module-fits-cage,qsfp28-in-osfp,OSFP,,QSFP-100G-LR4-S,QSFP28,,100GBASE-LR4,OS2,8000
fails,adapter-fits,osfp-adapter-in-qsfp-dd,QSFP-DD,OSFP-to-QSFP,100GBASE-LR4,QSFP28,,100GBASE-LR4,OS2,8000
fails,adapter-fits module-fits-cage,osfp-in-qsfp-dd,QSFP-DD,OSFP-to-QSFP,OSFP-400G-DR4,OSFP,,OSFP-400G-DR4,OS2,100
unknown,adapter-fits,adapter-not-known,OSFP,OSFP-to-CFP,100GBASE-LR4,QSFP28,,100GBASE-LR4,OS2,8000
unknown,module-fits-cage,cage-not-recorded,,,100GBASE-LR4,QSFP28,,100GBASE-LR4,OS2,8000
""",
    "distance": """
verdict,rules,link,a_module,b_module,fiber_type,connector,length_km,loss_db,attenuator_db,a_rx_dbm,b_rx_dbm,line_system
works,,lr4-8km,100GBASE-LR4,100GBASE-LR4,OS2,LC duplex,8,,,,,
fails,link-within-reach,lr4-14km,100GBASE-LR4,100GBASE-LR4,OS2,LC duplex,14,,,,,
fails,dispersion-within-limit link-within-reach,lr4-14km-measured,100GBASE-LR4,100GBASE-LR4,OS2,LC duplex,14,5.9,,,,
works,,er4-35km-measured,100GBASE-ER4,100GBASE-ER4,OS2,LC duplex,35,17,,,,
unknown,link-within-reach,lr4-nothing-known,100GBASE-LR4,100GBASE-LR4,OS2,LC duplex,,,,,,
works,,lr4-power-only,100GBASE-LR4,100GBASE-LR4,,,,,,-4,-4,
unknown,link-within-reach,lr4-power-at-one-end,100GBASE-LR4,100GBASE-LR4,,,,,,-4,,
unknown,link-within-reach,4wdm-40-power-only,100G-4WDM-40,100G-4WDM-40,,,,,,-14,-14,
fails,loss-within-budget,lr4-too-little-light,100GBASE-LR4,100GBASE-LR4,,,,,,-4,-12.1,
fails,receiver-not-overloaded,4wdm-40-2km,100G-4WDM-40,100G-4WDM-40,OS2,LC duplex,2,,,,,
works,,4wdm-40-2km-attenuated,100G-4WDM-40,100G-4WDM-40,OS2,LC duplex,2,,10,,,
unknown,link-within-reach loss-within-budget,er4-lite-35km,100G-ER4-LITE,100G-ER4-LITE,OS2,LC duplex,35,,,,,
unknown,loss-within-budget,zr4-80km,100G-ZR4,100G-ZR4,OS2,LC duplex,80,,,,,
works,,zr4-80km-22db,100G-ZR4,100G-ZR4,OS2,LC duplex,80,22,,,,
fails,loss-within-budget,zr4-80km-30db,100G-ZR4,100G-ZR4,OS2,LC duplex,80,30,,,,
fails,line-passes-wavelengths,zr4-amplified,100G-ZR4,100G-ZR4,OS2,LC duplex,80,,,,,amplified
unknown,link-within-reach,wavelengths-not-known-amplified,100G-100KM,100G-100KM,OS2,LC duplex,90,,,,,amplified
works,,dac-2m,DAC-400G-CR8,DAC-400G-CR8,DAC,,0.002,,,,,
fails,link-within-reach,dac-5m,DAC-400G-CR8,DAC-400G-CR8,DAC,,0.005,,,,,
""",
    "one-fiber": """
verdict,rules,link,a_module,b_module,strands,length_km
works,,up-to-down,100G-BIDI-40-PAM4-U,100G-BIDI-40-PAM4-D,1,20
fails,bidi-ends-are-complementary,up-to-up,100G-BIDI-40-PAM4-U,100G-BIDI-40-PAM4-U,1,20
unknown,bidi-ends-are-complementary,direction-not-recorded,100G-BIDI-40-PAM4,100G-BIDI-40-PAM4,1,20
fails,ends-speak-same-interface,bidi-to-4wdm-40,100G-BIDI-40-PAM4-U,100G-4WDM-40,1,20
fails,strands-suffice,lr4-on-one-fiber,100GBASE-LR4,100GBASE-LR4,1,8
""",
    "fiber": """
verdict,rules,link,a_module,b_module,fiber_type,connector,polish,polarity,length_m
works,,sr4-om4,100GBASE-SR4,100GBASE-SR4,OM4,MPO-12,UPC,B,30
fails,fiber-suits-module,sr4-om2,100GBASE-SR4,100GBASE-SR4,OM2,MPO-12,UPC,B,30
fails,fiber-suits-module,lr4-om4,100GBASE-LR4,100GBASE-LR4,OM4,LC duplex,UPC,,30
fails,connector-suits-module,sr8-mpo-12,400GBASE-SR8,400GBASE-SR8,OM4,MPO-12,APC,B,30
works,,sr8-mpo-16,400GBASE-SR8,400GBASE-SR8,OM4,MPO-16,APC,B,30
fails,polish-suits-module,lr4-apc,100GBASE-LR4,100GBASE-LR4,OS2,LC duplex,APC,,8000
fails,polish-suits-module,dr4-upc,QDD-400G-DR4,QDD-400G-DR4,OS2,MPO-12,UPC,B,30
works,,dr4-apc,QDD-400G-DR4,QDD-400G-DR4,OS2,MPO-12,APC,B,30
fails,polarity-crosses,dr4-straight,QDD-400G-DR4,QDD-400G-DR4,OS2,MPO-12,APC,A,30
""",
    "fec": """
verdict,rules,link,a_module,a_fec,b_module,b_fec,fiber_type,length_km
works,,lr4-with-fec,100GBASE-LR4,rs528,100GBASE-LR4,rs528,OS2,8
fails,fec-agrees,lr4-with-fec-at-b-only,100GBASE-LR4,none,100GBASE-LR4,rs528,OS2,8
fails,fec-agrees,lr4-with-fec-at-one-end,100GBASE-LR4,rs528,100GBASE-LR4,none,OS2,8
works,,er4-lite-35km-with-fec,100G-ER4-LITE,rs528,100G-ER4-LITE,rs528,OS2,35
fails,link-within-reach,er4-lite-35km-without-fec,100G-ER4-LITE,none,100G-ER4-LITE,none,OS2,35
""",
    "coherent": """
verdict,rules,link,a_module,b_module,length_km,loss_db,line_system,osnr_db,spacing_ghz
works,,400zr-osnr-27,400ZR,400ZR,80,,amplified,27,75
unknown,line-carries-coherent,400zr-osnr-not-known,400ZR,400ZR,80,,amplified,,75
fails,line-carries-coherent,400zr-osnr-22,400ZR,400ZR,80,,amplified,22,75
unknown,line-carries-coherent,ulh-need-not-known,400G-ULH,400G-ULH,80,,amplified,27,75
fails,line-carries-coherent,400zr-50ghz,400ZR,400ZR,80,,amplified,27,50
unknown,line-carries-coherent,400zr-line-not-known,400ZR,400ZR,30,,,,
works,,400zr-dark-30km,400ZR,400ZR,30,,none,,
works,,400zr-dark-11db,400ZR,400ZR,30,11,none,,
fails,loss-within-budget,400zr-dark-12db,400ZR,400ZR,30,12,none,,
fails,line-carries-coherent,openzr-dark,OpenZRplus-400,OpenZRplus-400,30,8,none,,
""",
    "names": """
verdict,rules,link,a_module,b_module,fiber_type,length_km
unknown,module-is-known,er4-means-three,ER4,ER4,OS2,2
fails,ends-speak-same-interface,er4-against-bidi,ER4,100G-BIDI-40-PAM4-U,OS2,20
""",
    "unknown-modules": """
verdict,rules,link,a_module,b_module,fiber_type,length_km
unknown,module-is-known,lr4x,FOO-LR4X,FOO-LR4X,OS2,2
unknown,module-is-known,nothing,,,OS2,2
""",
}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(SHEETS[name].strip())))


@cache
def audited() -> Audit:
    """All sheets audited together, without what they expect, with names for the ports and cages they leave out."""
    table = []
    for name in SHEETS:
        for number, row in enumerate(rows(name), 1):
            ends = {"a_device": f"{name}1", "a_port": f"E{number}", "b_device": f"{name}2", "b_port": f"E{number}"}
            cages = {f"{side}_cage": cage(row[f"{side}_module"]) for side in "ab"}
            table.append(ends | cages | {key: value for key, value in row.items() if key not in ("verdict", "rules")})
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted({key for row in table for key in row}))
    writer.writeheader()
    writer.writerows(table)
    return audit(sheet.read("links.csv", data=text.getvalue().encode()))


def sentences(link: str) -> list[str]:
    return [finding.message for finding in audited().findings if finding.link == link]


def cage(module: str) -> str:
    return "QSFP-DD" if "400" in module else "QSFP28"


@pytest.mark.parametrize("name", SHEETS)
def test_verdicts(name: str) -> None:
    expected = {row["link"]: (row["verdict"], tuple(row["rules"].split())) for row in rows(name)}
    assert {v.link: (v.verdict, v.rules) for v in audited().verdicts if v.link in expected} == expected


def test_estimate_that_straddles_the_budget_says_so() -> None:
    assert sentences("zr4-80km") == [
        "zr4-80km: the loss is estimated at 24 dB to 33 dB (80 km at 0.3 to 0.4 dB/km, 2 connectors of 0 to 0.5 dB), "
        "the budget of 100G-ZR4 is 25 dB. Measure this span and give loss_db."
    ]


def test_missing_distance_says_what_to_give() -> None:
    assert sentences("lr4-nothing-known") == [
        "lr4-nothing-known: neither length, loss nor received power is recorded. Give length_km, loss_db, or the "
        "received power of both ends."
    ]


def test_fec_at_both_ends_of_a_link_specified_without_is_a_warning() -> None:
    found = [(f.rule, f.severity, f.end) for f in audited().findings if f.link == "lr4-with-fec"]
    assert found == [("fec-agrees", "warning", "a"), ("fec-agrees", "warning", "b")]


def test_ambiguous_name_says_what_each_meaning_comes_to() -> None:
    assert sentences("er4-means-three") == [
        "er4-means-three: “ER4” is the name of several modules: as 100G-4WDM-40 it fails; as 100G-ER4-LITE it fails; "
        "as 100GBASE-ER4 it works. Give the part number or the catalogue id."
    ]
