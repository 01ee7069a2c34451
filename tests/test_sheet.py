"""Link sheets as people keep them: what is read, what is said about it, and every way in which a file can be bad."""

from __future__ import annotations

import codecs
import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from opticgraph import fields
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, Design
from opticgraph.errors import BadCell, DesignError
from opticgraph.export import convert
from opticgraph.read import sheet, workbook

NAMES = "link,a_device,a_port,b_device,b_port"
LINE = "L1,leaf1,Eth1,leaf2,Eth2"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File names in errors are as they were given, so they are given short."""
    monkeypatch.chdir(tmp_path)


def written(text: str | bytes, name: str = "links.csv") -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return name


def one(header: str, cell: str) -> dict[str, object]:
    """The link of a sheet with one more column."""
    quoted = '"' + cell.replace('"', '""') + '"'
    return dict(sheet.read(written(f"{NAMES},{header}\n{LINE},{quoted}\n")).links.row(0, named=True))


def told(name: str) -> str:
    with pytest.raises(DesignError) as caught:
        sheet.read(name)
    return str(caught.value)


def wrong(header: str, cell: str) -> str:
    """What is said of one bad cell, from what was found on."""
    quoted = '"' + cell.replace('"', '""') + '"'
    said = told(written(f"{NAMES},{header}\n{LINE},{quoted}\n"))
    assert said.startswith(f"links.csv, row 2, column {header}: ")
    return said.split(": ", 1)[1]


def notes(design: Design) -> list[str]:
    return [f"{note.file} {note.place}: {note.text}".replace(" :", ":") for note in design.account.ignored]


def book(cells: Sequence[Sequence[object]], name: str = "links.xlsx", title: str = "links") -> str:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in cells:
        made.active.append(row)
    made.save(name)
    return name


# What is read


def test_every_column_of_the_contract() -> None:
    columns = {
        "link": "L1",
        "status": "Planned",
        "a_device": "leaf1",
        "a_port": "Ethernet1/1",
        "b_device": "spine1",
        "b_port": "Ethernet2/1",
        "a_site": "dc1",
        "b_site": "dc2",
        "a_device_type": "Arista DCS-7060CX-32S",
        "b_device_type": "Arista DCS-7280CR3-32P4",
        "a_cage": "qsfp 28",
        "b_cage": "QSFP_DD",
        "a_cage_power_w": "3.5",
        "b_cage_power_w": "12",
        "a_breakout": "4x25G 2x50g",
        "b_breakout": "4X100G[50G]",
        "a_module": "100GBASE-LR4",
        "b_module": "QSFP-100G-LR4-S",
        "a_lanes": "1",
        "b_lanes": "1-4",
        "a_adapter": "none",
        "b_adapter": "osfp to qsfp-dd",
        "a_fec": "off",
        "b_fec": "RS-FEC",
        "a_tx_dbm": "-1.5",
        "a_rx_dbm": "-0.05",
        "b_tx_dbm": "+2",
        "b_rx_dbm": "-20",
        "fiber_type": "single mode",
        "strands": "2",
        "spare_strands": "6",
        "route": "duct 7",
        "connector": "LC",
        "b_connector": "mpo",
        "polish": "apc",
        "a_polish": "PC",
        "panel_connector": "SC",
        "panel_polish": "UPC",
        "polarity": "crossed",
        "length_km": "2.5",
        "loss_db": "1.25",
        "loss_nm": "1310",
        "connectors": "2",
        "splices": "3",
        "attenuator_db": "5",
        "reflectance_db": "-45",
        "line_system": "DWDM",
        "osnr_db": "26.5",
        "channel": "C34",
        "spacing_ghz": "75",
        "mux_db": "4.5",
        "group": "ring1",
        "group_kind": "Ring",
        "group_floor_gbps": "400",
        "rate_gbps": "100",
        "target_gbps": "400G",
        "peak_gbps": "80",
        "row_note": "two\nlines",
        "a_module_also": "100GBASE-LR4",
        "b_module_also": "LR4",
    }
    quoted = ",".join(f'"{cell}"' for cell in columns.values())
    design = sheet.read(written(",".join(columns) + "\n" + quoted + "\n"))
    assert design.links.row(0, named=True) == {
        "link": "L1",
        "status": "planned",
        "fiber_type": "SMF",
        "strands": 2,
        "spare_strands": 6,
        "route": "duct 7",
        "panel_connector": "SC duplex",
        "panel_polish": "UPC",
        "polarity": "B",
        "length_mm": 2_500_000,
        "loss_mdb": 1_250,
        "loss_nm": 1310,
        "connectors": 2,
        "splices": 3,
        "attenuator_mdb": 5_000,
        "reflectance_mdb": -45_000,
        "line_system": "amplified",
        "osnr_mdb": 26_500,
        "channel": "C34",
        "spacing_mhz": 75_000,
        "mux_mdb": 4_500,
        "group": "ring1",
        "rate_gbps": 100,
        "target_gbps": 400,
        "peak_gbps": 80,
        "row_note": "two\nlines",
        "file": "links.csv",
        "row": 2,
        "a_device": "leaf1",
        "a_port": "Ethernet1/1",
        "a_module": "100GBASE-LR4",
        "a_module_also": "100GBASE-LR4",
        "a_lanes": [1],
        "a_adapter": None,
        "a_fec": "none",
        "a_tx_mdbm": -1_500,
        "a_rx_mdbm": -50,
        "a_connector": "LC duplex",
        "a_polish": "UPC",
        "b_device": "spine1",
        "b_port": "Ethernet2/1",
        "b_module": "QSFP-100G-LR4-S",
        "b_module_also": "LR4",
        "b_lanes": [1, 2, 3, 4],
        "b_adapter": "OSFP-to-QSFP-DD",
        "b_fec": "rs528",
        "b_tx_mdbm": 2_000,
        "b_rx_mdbm": -20_000,
        "b_connector": "MPO-12",
        "b_polish": "APC",
    }
    port = {"port_group": None, "card": None}
    assert design.ports.rows(named=True) == [
        {"device": "leaf1", "port": "Ethernet1/1", "cage": "QSFP28", "power_mw": 3_500, "modes": ["2x50G", "4x25G"]}
        | port,
        {"device": "spine1", "port": "Ethernet2/1", "cage": "QSFP-DD", "power_mw": 12_000, "modes": ["4x50G", "4x100G"]}
        | port,
    ]
    assert design.devices.rows(named=True) == [
        {"device": "leaf1", "device_type": "Arista DCS-7060CX-32S", "site": "dc1", "optics_power_mw": None},
        {"device": "spine1", "device_type": "Arista DCS-7280CR3-32P4", "site": "dc2", "optics_power_mw": None},
    ]
    assert design.groups.rows(named=True) == [{"group": "ring1", "kind": "ring", "floor_gbps": 400}]
    assert dict(design.account.counts) == {"links": 1, "ports": 2, "devices": 2, "groups": 1}
    assert (design.account.files, design.account.ignored, design.triples) == (("links.csv",), (), b"")


def test_schemas_are_those_of_the_design() -> None:
    design = sheet.read(written(f"{NAMES}\n{LINE}\n"))
    frames = (design.links, design.ports, design.devices, design.groups)
    assert [frame.schema for frame in frames] == [LINK_SCHEMA, PORT_SCHEMA, DEVICE_SCHEMA, GROUP_SCHEMA]


def test_every_field_has_a_column_and_every_column_a_field() -> None:
    keys = {column.key for column in sheet.columns("links")}
    assert len(keys) == len(sheet.columns("links"))
    told_of_ends = {f"{side}_{each.header}" for side in "ab" for each in (*fields.END, *fields.PORT, *fields.DEVICE)}
    names = {f"{side}_{name}" for side in "ab" for name in ("device", "port", "module")}
    assert keys == (
        {"link", "group", "length_km", "connector", "polish"}
        | told_of_ends
        | names
        | {each.header for each in (*fields.LINK, *fields.GROUP)}
    )


def test_an_empty_cell_is_not_known_but_for_the_defaults() -> None:
    design = sheet.read(written(f"{NAMES},status,splices,attenuator_db,length_km,a_lanes,connectors\n{LINE},,,,,,\n"))
    known = {name: value for name, value in design.links.row(0, named=True).items() if value is not None}
    assert known == {
        "link": "L1",
        "a_device": "leaf1",
        "a_port": "Eth1",
        "b_device": "leaf2",
        "b_port": "Eth2",
        "file": "links.csv",
        "row": 2,
        "status": "active",
        "splices": 0,
        "attenuator_mdb": 0,
    }


@pytest.mark.parametrize("header", ["a_device", "A Device", "a-device", " A_DEVICE ", "ADevice", "a.device"])
def test_headers_are_forgiving(header: str) -> None:
    design = sheet.read(written(f"{header},a_port,b_device,b_port,Length (km),Fibre Type\nx,1,y,2,3,OS2\n"))
    assert design.links.select("a_device", "length_mm", "fiber_type").row(0) == ("x", 3_000_000, "OS2")


def test_unknown_columns_are_named_with_the_nearest_known_one() -> None:
    design = sheet.read(written(f"{NAMES},lenght_m,Colour of the cat\n{LINE},5,red\n"))
    assert notes(design) == [
        "links.csv column Colour of the cat: not a column that is known, so not read",
        "links.csv column lenght_m: not a column that is known, so not read; the nearest known column is length_m",
    ]


def test_a_missing_name_is_made_of_the_ends() -> None:
    design = sheet.read(written(f"{NAMES}\n,leaf1,Eth1,leaf2,Eth2\n"))
    assert design.links["link"].to_list() == ["leaf1:Eth1--leaf2:Eth2"]


def test_links_are_in_order_of_their_names_and_keep_their_rows() -> None:
    design = sheet.read(written(f"{NAMES}\nb,x,1,y,1\n\n ,,,,\na,x,2,y,2\n\n\n"))
    assert design.links.select("link", "row").rows() == [("a", 5), ("b", 2)]


@pytest.mark.parametrize(
    ("cell", "thousandths"),
    [
        ("2.5", 2_500),
        ("2.50", 2_500),
        (".5", 500),
        ("5.", 5_000),
        ("1e1", 10_000),
        (" 3 ", 3_000),
        ("4 dB", 4_000),
        ("0.001", 1),
        ("6.3", 6_300),
        ("0.0", 0),
        ("+1", 1_000),
    ],
)
def test_decimals_are_exact(cell: str, thousandths: int) -> None:
    assert one("loss_db", cell)["loss_mdb"] == thousandths


def test_numbers_finer_than_a_thousandth_are_rounded_and_that_is_said() -> None:
    design = sheet.read(written(f"{NAMES},loss_db\n{LINE},3.40000000000000004\nL2,x,1,y,1,2.0005\nL3,x,2,y,2,2.0015\n"))
    assert design.links["loss_mdb"].to_list() == [3_400, 2_000, 2_002]
    assert notes(design) == [
        "links.csv column loss_db: 2 of 3 numbers are finer than a thousandth of dB and were rounded"
    ]


@pytest.mark.parametrize(
    ("cell", "lanes"), [("1", [1]), ("1-4", [1, 2, 3, 4]), ("1,2", [1, 2]), ("4 3", [3, 4]), ("1-2,5-6", [1, 2, 5, 6])]
)
def test_lanes(cell: str, lanes: list[int]) -> None:
    assert one("a_lanes", cell)["a_lanes"] == lanes


@pytest.mark.parametrize(
    ("cell", "adapter"),
    [
        ("OSFP-to-QSFP", "OSFP-to-QSFP"),
        ("cfp2 to qsfp28", "CFP2-to-QSFP28"),
        ("QSFP28-to-SFP28", "QSFP28-to-SFP28"),
        ("QDD-to-QSFP+", "QSFP-DD-to-QSFP+"),
        ("None", None),
    ],
)
def test_adapters(cell: str, adapter: str | None) -> None:
    assert one("a_adapter", cell)["a_adapter"] == adapter


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_found_and_said(separator: str) -> None:
    design = sheet.read(written(f"{NAMES},loss_db\n{LINE},2.5\n".replace(",", separator)))
    names = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
    assert design.links["loss_mdb"].to_list() == [2_500]
    assert notes(design) == [f"links.csv: the columns are separated by a {names[separator]}"]


TEXT = f"{NAMES},row_note\r\nL1,leaf1,Eth1,leaf2,Eth2,Größe\r\n"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (TEXT.encode(), []),
        (codecs.BOM_UTF8 + TEXT.encode(), []),
        (TEXT.encode("utf-16"), ["links.csv: the text is UTF-16, not UTF-8, and was read as such"]),
        (TEXT.encode("utf-16-le"), ["links.csv: the text is UTF-16, not UTF-8, and was read as such"]),
        (TEXT.encode("utf-16-be"), ["links.csv: the text is UTF-16, not UTF-8, and was read as such"]),
        (TEXT.encode("cp1252"), ["links.csv line 2: byte 0xF6 is not UTF-8; the text was read as cp1252"]),
        (TEXT.replace("\r\n", "\r").encode(), []),
        (TEXT.replace("\r\n", "\n").removesuffix("\n").encode(), []),
    ],
)
def test_encodings(raw: bytes, said: list[str]) -> None:
    design = sheet.read(written(raw))
    assert design.links["row_note"].to_list() == ["Größe"]
    assert notes(design) == said


def test_cut_off_utf_16() -> None:
    assert told(written(TEXT.encode("utf-16")[:-1])) == (
        "links.csv: found UTF-16 text that breaks off; expected a whole text file in UTF-8"
    )


def test_a_title_above_the_header_is_left_out_and_said() -> None:
    design = sheet.read(written(f'"Links of\nthe campus",,,,\n\n{NAMES}\n{LINE}\n'))
    assert design.links.select("link", "row").rows() == [("L1", 4)]
    assert notes(design) == ["links.csv row 3: the header was found here; what stands above it was not read"]


def test_quotes_and_line_breaks_in_cells_keep_the_rows_of_a_spreadsheet() -> None:
    design = sheet.read(written(f'{NAMES},row_note\nL1,x,1,y,1,"a ""b""\nc"\nL2,x,2,y,2,d\n'))
    assert design.links.select("row", "row_note").rows() == [(2, 'a "b"\nc'), (3, "d")]


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert sheet.read(written(f"{NAMES}\n{LINE},,\n\nL2,x,1,y,1,\n")).links.select("link", "row").rows() == [
        ("L1", 2),
        ("L2", 4),
    ]


def test_only_a_header_is_a_design_without_links_and_that_is_said() -> None:
    design = sheet.read(written(NAMES + "\n"))
    assert design.links.height == 0
    assert notes(design) == ["links.csv row 1: no row below the header"]
    assert design.links.schema == LINK_SCHEMA


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(f"{NAMES}\n{LINE}\n".encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    design = sheet.read("-")
    assert design.links.select("link", "file", "row").rows() == [("L1", "-", 2)]


def test_many_unknown_columns_are_counted_not_listed() -> None:
    extra = [f"x{index}" for index in range(10_000)]
    start = time.perf_counter()
    design = sheet.read(written(f"{NAMES},{','.join(extra)}\n{LINE},{',' * (len(extra) - 1)}\n"))
    assert time.perf_counter() - start < 20
    assert len(design.account.ignored) == 51
    assert notes(design)[0] == "links.csv: 9950 more columns are not known and were not read"


# Side sheets


def test_a_folder_of_sheets() -> None:
    written(f"{NAMES},a_cage\n{LINE},QSFP28\n", "plant/links.csv")
    written(
        "device;port;cage;power_w;modes;port_group;card\nleaf1;Eth1;;3.5;4x25G;g1;c1\nleaf3;E9;OSFP;;;;\n",
        "plant/Ports.csv",
    )
    pl.DataFrame({"Device": ["leaf1", "leaf4"], "type": ["X", None], "optics_power_w": [120.5, None]}).write_parquet(
        "plant/devices.parquet"
    )
    design = sheet.read("plant")
    assert design.ports.rows() == [
        ("leaf1", "Eth1", "QSFP28", 3_500, ["4x25G"], "g1", "c1"),
        ("leaf2", "Eth2", None, None, None, None, None),
        ("leaf3", "E9", "OSFP", None, None, None, None),
    ]
    assert design.devices.rows() == [
        ("leaf1", "X", None, 120_500),
        ("leaf2", None, None, None),
        ("leaf3", None, None, None),
        ("leaf4", None, None, None),
    ]
    assert design.account.files == ("plant/links.csv", "plant/Ports.csv", "plant/devices.parquet")


def test_a_folder_without_a_link_sheet() -> None:
    written("x", "plant/readme.md")
    assert told("plant") == "plant: found readme.md; expected a sheet called links (.csv .xlsx .parquet)"


def test_a_folder_with_two_link_sheets() -> None:
    written(f"{NAMES}\n{LINE}\n", "plant/links.csv")
    written(f"{NAMES}\n{LINE}\n", "plant/Links.tsv")
    assert told("plant") == "plant: found Links.tsv and links.csv; expected one sheet called links"


def test_a_port_said_in_two_ways_names_both_rows() -> None:
    header = f"{NAMES},a_cage,b_cage,a_cage_power_w,a_breakout,a_site,a_device_type,group,group_kind,group_floor_gbps"
    text = (
        f"{header}\n{LINE},QSFP28,,3.5,4x25G,dc1,X,g1,LAG,100\n"
        "L2,leaf1,Eth1,leaf3,Eth1,OSFP,,4,2x50G,dc2,Y,g1,ring,200\n"
        "L3,leaf3,Eth1,leaf1,Eth1,,QSFP-DD,,,,,g1,,\n"
    )
    assert told(written(text)) == (
        "links.csv, row 3, column a_breakout: found 2x50G; expected 4x25G as in row 2 for leaf1 Eth1\n"
        "links.csv, row 3, column a_cage: found OSFP; expected QSFP28 as in row 2 for leaf1 Eth1\n"
        "links.csv, row 3, column a_cage_power_w: found 4; expected 3.5 as in row 2 for leaf1 Eth1\n"
        "links.csv, row 3, column a_device_type: found Y; expected X as in row 2 for leaf1\n"
        "links.csv, row 3, column a_site: found dc2; expected dc1 as in row 2 for leaf1\n"
        "links.csv, row 3, column group_floor_gbps: found 200; expected 100 as in row 2 for g1\n"
        "links.csv, row 3, column group_kind: found ring; expected LAG as in row 2 for g1\n"
        "links.csv, row 4, column b_cage: found QSFP-DD; expected QSFP28 as in row 2 for leaf1 Eth1"
    )


def test_a_side_sheet_that_differs_names_its_file() -> None:
    written(f"{NAMES},a_cage\n{LINE},QSFP28\n", "plant/links.csv")
    written("device,port,cage\nleaf1,Eth1,OSFP\n", "plant/ports.csv")
    assert told("plant") == (
        "plant/ports.csv, row 2, column cage: found OSFP; expected QSFP28 as in row 2 of plant/links.csv for leaf1 Eth1"
    )


# Bad cells


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("loss_db", "2,5", "found 2,5; expected 2.5: decimals have a point, thousands have nothing between them"),
        (
            "length_m",
            "1,500",
            "found 1,500; expected 1500 or 1.500: decimals have a point, thousands have nothing between them",
        ),
        ("loss_db", "low", "found low; expected a number of dB such as 2.5"),
        ("loss_db", "NaN", "found NaN; expected a number of dB such as 2.5"),
        ("loss_db", "inf", "found inf; expected a number of dB such as 2.5"),
        ("loss_db", "1_0", "found 1_0; expected a number of dB such as 2.5"),
        ("loss_db", "٣", "found ٣; expected a number of dB such as 2.5"),
        ("loss_db", "n/a", "found n/a; expected a number of dB, or an empty cell for what is not known"),
        ("loss_db", "101", "found 101; expected 0 to 100 dB"),
        ("loss_db", "-1", "found -1; expected 0 to 100 dB"),
        ("loss_db", "9" * 40, f"found {'9' * 40}; expected 0 to 100 dB"),
        ("length_km", "20001", "found 20001; expected 0 to 20000 km"),
        ("length_km", "5 m", "found 5 m; expected a number of km, without another unit"),
        ("length_m", "5 km", "found 5 km; expected a number of m, without another unit"),
        ("length_m", "20000000.001", "found 20000000.001; expected 0 to 20000000 m"),
        ("a_rx_dbm", "-61", "found -61; expected -60 to 40 dBm"),
        ("b_tx_dbm", "41", "found 41; expected -60 to 40 dBm"),
        ("reflectance_db", "45", "found 45; expected -100 to 0 dB"),
        ("connectors", "10001", "found 10001; expected 0 to 10000"),
        ("connectors", "2.5", "found 2.5; expected a whole number such as 2"),
        ("strands", "0", "found 0; expected 1 to 10000 fibres"),
        ("rate_gbps", "2.5", "found 2.5; expected a whole number of Gb/s such as 2"),
        ("rate_gbps", "fast", "found fast; expected a whole number of Gb/s such as 2"),
        ("a_cage_power_w", "1001", "found 1001; expected 0 to 1000 W"),
        ("a_lanes", "0", "found 0; expected lanes counted upwards from 1, at most 64"),
        ("a_lanes", "4-1", "found 4-1; expected lanes counted upwards from 1, at most 64"),
        ("a_lanes", "1,1", "found 1,1; expected each lane once"),
        ("a_lanes", "first", "found first; expected lanes such as 1 or 1-4 or 1,2"),
        ("a_breakout", "four", "found four; expected breakout modes such as 4x100G 2x200G"),
        ("a_breakout", "0x100G", "found 0x100G; expected breakout modes such as 4x100G 2x200G"),
        (
            "a_adapter",
            "QSFP",
            "found QSFP; expected the cage, then what it is to take, such as OSFP-to-QSFP or OSFP-to-QSFP-DD",
        ),
        ("status", "actve", "found actve; expected active (nearest), or planned, retired, spare"),
        ("polish", "SPC", "found SPC; expected UPC (nearest), or APC"),
        ("polarity", "Q7", "found Q7; expected A, B, C"),
        (
            "connector",
            "LCD duplex",
            "found LCD duplex; expected LC duplex (nearest), or CS duplex, LC simplex, MPO-12, MPO-16, "
            "MPO-24, SC duplex, "
            "SN duplex, attached, dual CS duplex, dual LC duplex, dual MPO-12",
        ),
        ("route", "duct\n7", "found duct\n7; expected one line of text without control characters"),
    ],
)
def test_bad_cells(header: str, cell: str, said: str) -> None:
    assert wrong(header, cell) == said


def test_all_bad_cells_come_at_once_in_the_order_of_the_rows() -> None:
    text = (
        f"{NAMES},loss_db,polish\nL1,leaf1,,leaf2,Eth2,x,SPC\nL1,,Eth1,leaf2,Eth3,,\n"
        "L1,leaf1,Eth1,leaf2,Eth3,1,APC\nL1,a,b,c,d,1,APC\n"
    )
    with pytest.raises(DesignError) as caught:
        sheet.read(written(text))
    assert caught.value.cells == (
        BadCell("links.csv", 2, "a_port", "an empty cell", "a name"),
        BadCell("links.csv", 2, "loss_db", "x", "a number of dB such as 2.5"),
        BadCell("links.csv", 2, "polish", "SPC", "UPC (nearest), or APC"),
        BadCell("links.csv", 3, "a_device", "an empty cell", "a name"),
        BadCell("links.csv", 5, "link", "L1", "a name no other link has; row 4 has it too"),
    )


def test_generated_names_are_unique_too() -> None:
    assert told(written(f"{NAMES}\n,x,1,y,1\n,x,1,y,1\n")) == (
        "links.csv, row 3, column link: found x:1--y:1; expected a name no other link has; row 2 has it too"
    )


def test_two_lengths_that_differ() -> None:
    assert sheet.read(written(f"{NAMES},length_km,length_m\n{LINE},0.5,500\n")).links["length_mm"].to_list() == [
        500_000
    ]
    assert told(written(f"{NAMES},length_km,length_m\n{LINE},0.5,600\n")) == (
        "links.csv, row 2, column length_m: found 600; expected 500 m as in length_km"
    )


def test_a_hundred_are_shown_and_the_rest_counted() -> None:
    rows = "".join(f"L{index},x,{index},y,{index},low\n" for index in range(1_000))
    with pytest.raises(DesignError) as caught:
        sheet.read(written(f"{NAMES},loss_db\n{rows}"))
    assert len(caught.value.cells) == 1_000
    assert str(caught.value).count("\n") == 100
    assert str(caught.value).endswith("... and 900 more")


# Bad files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "links.csv: found an empty file; expected a sheet with a header row"),
        (" \n\n", "links.csv: found an empty file; expected a sheet with a header row"),
        (
            "a_device,a_port,B Dev,b_port\nx,1,y,1\n",
            "links.csv, row 1, column b_device: found no such column among a_device, a_port, B Dev, b_port; "
            "B Dev looks like it; expected a column b_device",
        ),
        (
            f"{NAMES},Loss dB,loss_db\n{LINE},1,2\n",
            "links.csv, row 1, column loss_db: found loss_db in column G, the same as Loss dB in column F; "
            "expected each column once",
        ),
        (
            f"{NAMES}\n{LINE},5,6\nL2,x,1,y,1\n",
            "links.csv, row 2, column cell 6 and beyond: found 5; expected 5 cells as in the header; "
            "a text with a comma stands in quotes",
        ),
        (
            f'{NAMES}\n{LINE}\nL2,"x,1,y,1\n',
            "links.csv, row 3: found a cell whose quotes do not close (unexpected end of data); "
            'expected quotes in pairs; a " inside a text is written ""',
        ),
    ],
)
def test_bad_files(text: str, said: str) -> None:
    assert told(written(text)) == said


def test_a_file_that_is_not_there() -> None:
    assert told("nowhere.csv") == "nowhere.csv: found no such file or directory; expected a file that can be read"


# Parquet


def test_parquet_of_any_type() -> None:
    pl.DataFrame(
        {
            "a_device": pl.Series(["x", "x"], dtype=pl.Categorical),
            "a_port": [1, 2],
            "b_device": ["y", "y"],
            "b_port": [1.0, 2.0],
            "length_km": [0.1, 2.5],
            "loss_db": pl.Series([Decimal("1.250"), None], dtype=pl.Decimal(10, 3)),
            "a_rx_dbm": pl.Series([-0.1, 0.3], dtype=pl.Float32),
            "connectors": pl.Series([2, None], dtype=pl.UInt8),
            "a_lanes": [[1, 2], None],
            "a_breakout": [["4x25G"], None],
        }
    ).write_parquet("links.parquet")
    design = sheet.read("links.parquet")
    columns = ["a_port", "b_port", "length_mm", "loss_mdb", "a_rx_mdbm", "connectors", "a_lanes", "row"]
    assert design.links.select(columns).rows() == [
        ("1", "1", 100_000, 1_250, -100, 2, [1, 2], 2),
        ("2", "2", 2_500_000, None, 300, None, None, 3),
    ]
    assert design.ports["modes"].to_list() == [["4x25G"], None, None, None]


def test_parquet_with_bad_numbers() -> None:
    names = {"a_device": ["x"], "a_port": ["1"], "b_device": ["y"], "b_port": ["1"]}
    pl.DataFrame({**names, "loss_db": [float("nan")], "splices": [2.5], "mux_db": [date(2026, 1, 4)]}).write_parquet(
        "l.parquet"
    )
    assert told("l.parquet") == (
        "l.parquet, row 2, column loss_db: found NaN; expected a number of dB such as 2.5\n"
        "l.parquet, row 2, column mux_db: found 2026-01-04; expected a number of dB such as 2.5\n"
        "l.parquet, row 2, column splices: found 2.5; expected a whole number such as 2"
    )


def test_cut_off_parquet() -> None:
    pl.DataFrame({"a_device": ["x"]}).write_parquet("links.parquet")
    whole = Path("links.parquet").read_bytes()
    said = told(written(whole[:-20], "links.parquet"))
    assert said.startswith("links.parquet: found a Parquet file that is broken or cut off (")
    assert said.endswith("); expected a whole Parquet file")


# Workbooks


def test_a_workbook_of_three_sheets() -> None:
    made = openpyxl.Workbook()
    made.active.title = "Links"
    for row in ([*NAMES.split(","), "length_km", "a_lanes", "Colour"], [*LINE.split(","), 0.1 + 0.2, 1, "red"]):
        made.active.append(row)
    ports = made.create_sheet("ports")
    for row in (["device", "port", "power_w"], ["leaf1", "Eth1", 3.5]):
        ports.append(row)
    made.create_sheet("devices").append(["device", "type"])
    made.create_sheet("Scratch").append(["x"])
    made.save("plan.xlsx")
    design = sheet.read("plan.xlsx")
    assert design.links.select("link", "length_mm", "a_lanes", "file", "row").rows() == [
        ("L1", 300_000, [1], "plan.xlsx", 2)
    ]
    assert design.ports["power_mw"].to_list() == [3_500, None]
    assert notes(design) == [
        "plan.xlsx column Colour: not a column that is known, so not read",
        "plan.xlsx sheet Scratch: not a sheet that is known, so not read",
        "plan.xlsx sheet devices row 1: no row below the header",
    ]


def test_the_first_sheet_that_has_the_columns_is_the_link_sheet() -> None:
    made = openpyxl.Workbook()
    made.active.append(["Read me first"])
    inventory = made.create_sheet("Inventory 2026")
    for row in (["Our links"], [], NAMES.split(","), LINE.split(",")):
        inventory.append(row)
    inventory.merge_cells("A1:E1")
    made.save("plan.xlsx")
    design = sheet.read("plan.xlsx")
    assert design.links.select("link", "row").rows() == [("L1", 4)]
    assert notes(design) == [
        "plan.xlsx row 3: the header was found here; what stands above it was not read",
        "plan.xlsx sheet Sheet: not a sheet that is known, so not read",
    ]


def test_bad_cells_of_a_workbook() -> None:
    made = openpyxl.Workbook()
    made.active.append([*NAMES.split(","), "loss_db", "a_lanes", "mux_db"])
    made.active.append([*LINE.split(","), "#N/A", date(2026, 1, 4), "=1+1"])
    made.active["F2"].data_type = "e"
    made.save("plan.xlsx")
    assert told("plan.xlsx") == (
        "plan.xlsx, row 2, column a_lanes: found 2026-01-04 00:00:00; expected lanes such as 1 or 1-4; "
        "the spreadsheet made a date of them: format the column as text\n"
        "plan.xlsx, row 2, column loss_db: found #N/A; expected a value\n"
        "plan.xlsx, row 2, column mux_db: found =1+1; "
        "expected a stored value: open and save the workbook in a spreadsheet program"
    )


def test_formulas_are_read_as_their_stored_values() -> None:
    with xlsxwriter.Workbook("plan.xlsx") as made:
        page = made.add_worksheet()
        page.write_row(0, 0, [*NAMES.split(","), "loss_db"])
        page.write_row(1, 0, LINE.split(","))
        page.write_formula(1, 5, "=1+1.5", None, 2.5)
    design = sheet.read("plan.xlsx")
    assert design.links["loss_mdb"].to_list() == [2_500]
    assert notes(design) == ["plan.xlsx: 1 formulas were read as the values stored with them"]


def test_cut_off_workbook() -> None:
    whole = Path(book([NAMES.split(","), LINE.split(",")])).read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 5):
        said = told(written(whole[:cut], "links.xlsx"))
        assert said.startswith("links.xlsx: found a workbook that is broken or cut off (")
        assert said.endswith("); expected a whole .xlsx workbook")


def test_a_damaged_workbook() -> None:
    whole = bytearray(Path(book([NAMES.split(","), LINE.split(",")])).read_bytes())
    place = whole.index(b"xl/worksheets/sheet1.xml") + 40
    whole[place : place + 20] = b"\0" * 20
    assert "broken or cut off" in told(written(bytes(whole), "links.xlsx"))


def test_another_zip_is_no_workbook() -> None:
    with zipfile.ZipFile("links.xlsx", "w") as made:
        made.writestr("hello.txt", "hello")
    assert told("links.xlsx") == (
        "links.xlsx: found a workbook that is broken or cut off "
        "(\"There is no item named 'xl/_rels/workbook.xml.rels' in the archive\"); expected a whole .xlsx workbook"
    )


def test_an_old_or_locked_workbook() -> None:
    assert told(written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "links.xls")) == (
        "links.xls: found an .xls workbook or one under a password; expected an .xlsx workbook without a password"
    )


def packed(**more: bytes) -> str:
    """A workbook with other parts in place of its own, or beside them."""
    book([NAMES.split(","), LINE.split(",")])
    parts = {}
    with zipfile.ZipFile("links.xlsx") as made:
        parts = {name: made.read(name) for name in made.namelist()}
    with zipfile.ZipFile("links.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (parts | more).items():
            made.writestr(name, content)
    return "links.xlsx"


def claimed(size: int) -> str:
    """A workbook with a part of fifty million bytes of which its directory says that it has so many."""
    name = packed(**{"xl/media/x.bin": b"\0" * 50_000_000})
    raw = bytearray(Path(name).read_bytes())
    place = raw.rindex(b"xl/media/x.bin") - 46  # its entry in the directory
    raw[place + 24 : place + 28] = size.to_bytes(4, "little")
    return written(bytes(raw), name)


def test_a_bomb_is_refused_by_its_directory() -> None:
    assert told(claimed(workbook.UNPACKED)) == (
        "links.xlsx: found a workbook that unpacks to 1,024 MiB; expected at most 1,024 MiB; use .csv or .parquet"
    )


def test_a_bomb_whose_directory_lies_is_refused_too() -> None:
    assert told(claimed(1_000)) == (
        "links.xlsx: found a workbook that is broken or cut off (Bad CRC-32 for file 'xl/media/x.bin'); "
        "expected a whole .xlsx workbook"
    )


def test_a_sheet_that_reaches_to_the_last_cell() -> None:
    made = openpyxl.Workbook()
    made.active.append(NAMES.split(","))
    made.active.append(LINE.split(","))
    made.active["XFD1048576"] = "x"
    made.save("links.xlsx")
    assert told("links.xlsx") == (
        "links.xlsx: found sheet Sheet, which reaches to cell XFD1048576: 17,179,869,184 cells; "
        "expected at most 100,000,000; delete the empty rows and columns at its end"
    )


def test_an_empty_workbook() -> None:
    openpyxl.Workbook().save("links.xlsx")
    assert told("links.xlsx") == "links.xlsx: found an empty sheet; expected a sheet with a header row"


def test_a_million_empty_rows() -> None:
    made = openpyxl.Workbook(write_only=True)
    page = made.create_sheet("links")
    page.append(NAMES.split(","))
    page.append(LINE.split(","))
    made.save("links.xlsx")
    with zipfile.ZipFile("links.xlsx") as old:
        xml = old.read("xl/worksheets/sheet1.xml")
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(3, 300_003))
    name = packed(**{"xl/worksheets/sheet1.xml": xml.replace(b"</sheetData>", rows + b"</sheetData>")})
    assert sheet.read(name).links.select("link", "row").rows() == [("L1", 2)]
    assert sheet.read(written(f"{NAMES}\n{LINE}\n" + "\n" * 1_000_000)).links.height == 1


# And out again


def full() -> Design:
    text = (
        f"{NAMES},status,length_m,loss_db,a_rx_dbm,a_lanes,a_breakout,a_cage,a_cage_power_w,connector,a_site,a_device_type,"
        "group,group_kind,row_note,b_adapter,a_module\n"
        f"{LINE},planned,2500,1.25,-0.5,1-4,4x25G 2x50G,QSFP28,3.5,LC,dc1,Arista,g1,LAG,=1+1,OSFP-to-QSFP,LR4\n"
        '=cmd|x,@leaf,-1,+leaf,"a,""b",,,,,,,,,,,,,,,,\n'
    )
    return sheet.read(written(text))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_sheet_written_and_read_again_is_the_same(ending: str) -> None:
    design = full()
    assert convert(design, f"out.{ending}") == ()
    again = sheet.read(f"out.{ending}")
    assert_frame_equal(design.links.drop("file", "row"), again.links.drop("file", "row"))
    for name in ("ports", "devices", "groups"):
        assert_frame_equal(getattr(design, name), getattr(again, name))
    assert again.account.ignored == ()
    assert [path.name for path in Path.cwd().iterdir() if path.name.startswith(".")] == []


def test_no_text_becomes_a_formula_in_a_workbook() -> None:
    convert(full(), "out.xlsx")
    cells = [cell for page in openpyxl.load_workbook("out.xlsx") for row in page for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell.value for cell in cells if str(cell.value).startswith("=")] == ["=cmd|x", "=1+1"]


def test_the_same_design_gives_the_same_bytes() -> None:
    design = full()
    for ending in ("csv", "xlsx", "parquet"):
        convert(design, f"one.{ending}")
        convert(design, f"two.{ending}")
        assert Path(f"one.{ending}").read_bytes() == Path(f"two.{ending}").read_bytes()


def test_what_a_sheet_cannot_hold_is_said() -> None:
    written(f"{NAMES}\n{LINE}\n", "plant/links.csv")
    written("device,port,cage\nleaf9,E9,OSFP\n", "plant/ports.csv")
    design = sheet.read("plant")
    lost = [note.text for note in convert(design, "out.csv")]
    assert lost == [
        "1 ports without a link have no place in one link sheet; an .xlsx or RDF file keeps them",
        "1 devices without a link have no place in one link sheet; an .xlsx or RDF file keeps them",
    ]
    assert convert(design, "out.xlsx") == ()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "out.doc",
            "out.doc: found the ending .doc; expected .csv, .xlsx, .parquet, .ttl, .nt, .nq, .trig, .jsonld, .rdf, "
            ".ttl.gz, .nt.gz, .nq.gz, .trig.gz, .jsonld.gz, .rdf.gz",
        ),
        (
            "nowhere/out.csv",
            "nowhere/out.csv: found no such file or directory; expected a folder that can be written to",
        ),
    ],
)
def test_where_nothing_can_be_written(path: str, said: str) -> None:
    with pytest.raises(DesignError) as caught:
        convert(full(), path)
    assert str(caught.value) == said


def test_a_write_that_fails_leaves_the_old_file() -> None:
    Path("out.csv").mkdir()
    with pytest.raises(DesignError) as caught:
        convert(full(), "out.csv")
    assert str(caught.value) == "out.csv: found is a directory; expected a file that can be written"
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["links.csv", "out.csv"]


# And fast


def rows(count: int) -> Iterator[str]:
    for index in range(count):
        yield f"L{index},leaf{index // 32},E{index % 32},spine{index % 99},P{index},{index % 1000 / 1000},SMF,LR4\n"


def test_a_hundred_thousand_rows() -> None:
    name = written(f"{NAMES},loss_db,fiber_type,a_module\n" + "".join(rows(100_000)))
    start = time.perf_counter()
    assert sheet.read(name).links.height == 100_000
    assert time.perf_counter() - start < 5
