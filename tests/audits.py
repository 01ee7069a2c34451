"""Audits made by hand, for tests of what reports show: a small fabric, hostile names, nothing at all, a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from opticgraph.design import Account, Assumption, Note
from opticgraph.result import Audit, Coverage, Finding, Verdict

__all__ = ["SOURCES", "empty", "fabric", "fleet", "hostile", "mesh"]

SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ieee-802.3ba": (
            "IEEE 802.3ba-2010, 40 and 100 Gb/s Ethernet",
            "https://standards.ieee.org/ieee/802.3ba/4274/",
        ),
        "ieee-802.3cu": (
            "IEEE 802.3cu-2021, 100 and 400 Gb/s over single-mode fibre",
            "https://standards.ieee.org/ieee/802.3cu/7086/",
        ),
        "arista-breakout": ("Arista, 400G transceivers and cables: questions and answers", ""),
        "qsfp-dd-hardware": ("QSFP-DD hardware specification, revision 6.3", "http://www.qsfp-dd.com/"),
        "moduletek-zr4": ("ModuleTek, data sheet QSFP-100G-ZR4-I", "javascript:alert(1)"),
    }
)

ONTOLOGY = "https://w3id.org/opticgraph/ontology#"
RULES = "https://w3id.org/opticgraph/rules#"
DESIGN = "urn:opticgraph:design:"


def fabric() -> Audit:
    """Two sites, leaf and spine, two spans between them: some links work, some fail, some cannot be told."""
    links = [
        _link(
            f"ams-L{2 * leaf + spine - 2:02}",
            f"leaf{leaf}",
            f"Ethernet1/{48 + spine}",
            f"spine{spine}",
            f"Ethernet{leaf}/1",
            module="100GBASE-CWDM4",
            fiber="OS2",
            length="180",
            site="ams1",
            group=f"leaf{leaf} uplinks",
        )
        for leaf in (1, 2, 3, 4)
        for spine in (1, 2)
    ]
    links += [
        _link(
            f"fra-L{leg:02}",
            f"fra-leaf{leg}",
            "Ethernet1/49",
            "fra-spine1",
            f"Ethernet9/1/{leg}",
            module="100GBASE-LR4" if leg == 4 else "100GBASE-DR",
            module_b="400GBASE-DR4",
            fiber="OS2",
            length="120",
            site="fra1",
            rate="100",
        )
        for leg in (1, 2, 3, 4)
    ]
    links += [
        _link(
            "fra-L05",
            "fra-leaf1",
            "Ethernet1/50",
            "fra-spine2",
            "Ethernet1/1",
            module="400GBASE-FR4",
            fiber="OS2",
            length="1600",
            site="fra1",
            rate="400",
        ),
        _link(
            "fra-L06",
            "fra-leaf2",
            "Ethernet1/50",
            "fra-spine2",
            "Ethernet2/1",
            module="400GBASE-FR4",
            fiber=None,
            length=None,
            site="fra1",
            rate="400",
        ),
        _link(
            "fra-L07",
            "fra-leaf3",
            "Ethernet1/50",
            "fra-spine2",
            "Ethernet3/1",
            module="400GBASE-FR4",
            status="planned",
            fiber="OS2",
            length="3100",
            site="fra1",
            rate="400",
        ),
        _link(
            "wan-1",
            "spine1",
            "Ethernet32/1",
            "fra-spine1",
            "Ethernet32/1",
            module="100GBASE-ZR4",
            fiber="G.652.D",
            length="74000",
            site="ams1",
            site_b="fra1",
            group="ams1-fra1",
        ),
        _link(
            "wan-2",
            "spine2",
            "Ethernet32/1",
            "fra-spine2",
            "Ethernet32/1",
            module="400ZR",
            fiber="G.652.D",
            length="78500",
            site="ams1",
            site_b="fra1",
            group="ams1-fra1",
            rate="400",
        ),
        _link(
            "wan-3",
            "spine1",
            "Ethernet31/1",
            "fra-spine2",
            "Ethernet31/1",
            module="ZR",
            fiber="G.652.D",
            length=None,
            site="ams1",
            site_b="fra1",
            group="ams1-fra1",
        ),
    ]
    findings = [
        _finding(
            "module-fits-cage",
            "violation",
            "cannot",
            "ams-L08",
            end="a",
            subject="leaf4 Ethernet1/50 (100GBASE-CWDM4)",
            fault="The module does not fit the cage.",
            message="leaf4 Ethernet1/50 is a QSFP28 cage, but the module in it is a QSFP-DD; a QSFP28 cage "
            "takes no QSFP-DD. "
            "Use a QSFP28 module, or a port whose cage is QSFP-DD.",
            found="QSFP-DD",
            limit="QSFP28",
            sources=("qsfp-dd-hardware",),
            row=9,
            value="QSFP-DD",
            path="formFactor",
        ),
        _finding(
            "ends-speak-same-interface",
            "violation",
            "cannot",
            "fra-L04",
            subject="fra-L04 (100GBASE-LR4 against a lane of 400GBASE-DR4)",
            fault="The two ends speak different interfaces.",
            message="fra-leaf4 Ethernet1/49 (100GBASE-LR4) speaks NRZ on four wavelengths, but the lane of "
            "fra-spine1 Ethernet9/1 "
            "(400GBASE-DR4) speaks PAM4 on one. Put a 100GBASE-DR into fra-leaf4 Ethernet1/49.",
            found="NRZ",
            limit="PAM4",
            sources=("arista-breakout", "ieee-802.3ba"),
            row=13,
            value="NRZ",
        ),
        _finding(
            "loss-within-budget",
            "violation",
            "out-of-spec",
            "fra-L05",
            subject="fra-L05 (400GBASE-FR4)",
            fault="The path loses more light than its optics bear.",
            message="fra-L05 loses 5.2 dB as measured, but 400GBASE-FR4 bears 4 dB. Clean and measure the patch "
            "field again, "
            "take connectors out, or use 400GBASE-LR4-6 (6.3 dB).",
            found="5.2",
            limit="4",
            unit="dB",
            sources=("ieee-802.3cu",),
            row=14,
            value="5.2",
            path="lossDb",
        ),
        _finding(
            "link-within-reach",
            "violation",
            "out-of-spec",
            "fra-L07",
            subject="fra-L07 (400GBASE-FR4)",
            fault="The fibre is longer than its optics reach.",
            message="fra-L07 is 3100 m long, but 400GBASE-FR4 reaches 2000 m. Use 400GBASE-LR4-6.",
            found="3100",
            limit="2000",
            unit="m",
            sources=("ieee-802.3cu",),
            row=16,
            value="3100",
            path="lengthM",
        ),
        _finding(
            "group-keeps-its-floor",
            "violation",
            "out-of-spec",
            None,
            links=("ams-L07", "ams-L08"),
            subject="group leaf4 uplinks",
            fault="The group's working links carry less than its floor.",
            message="leaf4 uplinks must keep 150 Gb/s, but its working links carry 100 Gb/s. Mend ams-L08 first.",
            found="100",
            limit="150",
            unit="Gb/s",
            row=None,
            value="100",
            path="groupCapacityGbps",
        ),
        _finding(
            "module-is-known",
            "unknown",
            "cannot-tell",
            "wan-3",
            end="a",
            subject="spine1 Ethernet31/1 (ZR)",
            fault="The module is not known.",
            message="ZR may mean 400ZR, 400G OpenZR+ or 10GBASE-ZR, and they do not come to the same verdict: "
            "give the part number.",
            found="ZR",
            row=19,
            value="ZR",
            path="moduleName",
            supply="module",
        ),
        _finding(
            "module-is-known",
            "unknown",
            "cannot-tell",
            "wan-3",
            end="b",
            subject="fra-spine2 Ethernet31/1 (ZR)",
            fault="The module is not known.",
            message="ZR may mean 400ZR, 400G OpenZR+ or 10GBASE-ZR, and they do not come to the same verdict: "
            "give the part number.",
            found="ZR",
            row=19,
            value="ZR",
            path="moduleName",
            supply="module",
        ),
        _finding(
            "link-within-reach",
            "unknown",
            "cannot-tell",
            "fra-L06",
            subject="fra-L06 (400GBASE-FR4)",
            fault="Neither length nor loss can be judged.",
            message="fra-L06 has neither a length nor a measured loss: give length_km or loss_db.",
            row=15,
            path="distanceSettledBy",
            supply="length_km",
        ),
        _finding(
            "loss-within-budget",
            "unknown",
            "cannot-tell",
            "wan-1",
            subject="wan-1 (100GBASE-ZR4)",
            fault="The estimated loss may lie on either side of the budget.",
            message="wan-1 loses between 22.2 dB and 30.6 dB by estimate (0.3 to 0.4 dB/km, 2 connectors), and "
            "100GBASE-ZR4 bears "
            "25 dB: measure this span.",
            found="30.6",
            limit="25",
            unit="dB",
            estimated=True,
            sources=("moduletek-zr4",),
            row=17,
            value="30.6",
            path="pathLossHighDb",
            contested=True,
            supply="loss_db",
        ),
        _finding(
            "fec-agrees",
            "warning",
            "practice",
            "ams-L03",
            end="b",
            subject="spine1 Ethernet2/1 (100GBASE-CWDM4)",
            fault="FEC is not set as the interface asks for it.",
            message="spine1 Ethernet2/1 has no FEC set, but 100GBASE-CWDM4 asks for RS(528,514) at both ends. "
            "Set it to rs528.",
            found="none",
            limit="rs528",
            sources=("ieee-802.3ba",),
            row=4,
            value="none",
        ),
    ]
    return _audit(
        links,
        findings,
        assumed=("connector LC duplex, from the modules", "polish UPC, from the modules"),
        contested={
            "wan-1": ("channel insertion loss of 100GBASE-ZR4: 25 dB (moduletek-zr4), 24 dB (other data sheets)",)
        },
        read=Account(
            files=("fabric/links.csv", "fabric/ports.csv"),
            counts=MappingProxyType({"links": 18, "ports": 41, "devices": 12, "groups": 5}),
            guessed=(
                *(
                    Assumption(str(link["link"]), "connector", "LC duplex", "the modules of both ends")
                    for link in links[:8]
                ),
                Assumption("fra-L05", "polish", "UPC", "the modules of both ends"),
            ),
            ignored=(
                Note("fabric/links.csv", "column Tray", "no column of the link sheet; not used"),
                Note("fabric/links.csv", "row 20", "status is retired; not judged"),
            ),
        ),
    )


def hostile() -> Audit:
    """Names that a page, a spreadsheet, a terminal, an XML or a Turtle reader could take for something else."""
    names = [
        '<script>alert("x")</script>',
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\x1b[31mred\x1b[0m",
        "a\r\nb",
        "]]>&amp;</testcase>",
        '"; drop\\',
        "\u202egnp.exe",
        "münchen-\u6771\u4eac-\U0001f310",
        "n" * 300,
        "{{ 7*7 }}",
        "nul\x00",
        "'><img src=x onerror=alert(1)>",
        "\ud800",
    ]
    links = [
        _link(name, name, name, "b" + name, name, module=name, fiber=name, length="10", site=name) for name in names
    ]
    findings = [
        _finding(
            "ends-speak-same-interface",
            "violation",
            "cannot",
            name,
            subject=name,
            fault="The two ends speak different interfaces.",
            message=f"{name} clashes with {name}.",
            found=name,
            limit=name,
            unit=name,
            sources=(name,),
            row=row,
            file=name,
            value=name,
        )
        for row, name in enumerate(names, 2)
    ]
    findings.append(
        _finding(
            "=own rule <b>",
            "unknown",
            "cannot-tell",
            None,
            links=tuple(sorted(names[:2])),
            subject=names[0],
            fault="Own rule.",
            message=names[0],
            row=None,
            path="=field",
        ),
    )
    return _audit(
        links,
        findings,
        assumed=(names[0],),
        contested={name: (name,) for name in names},
        read=Account(
            files=tuple(names),
            counts=MappingProxyType({names[0]: 1}),
            guessed=tuple(Assumption(name, name, name, name) for name in names),
            ignored=tuple(Note(name, name, name) for name in names),
        ),
    )


def empty() -> Audit:
    """A design without a link."""
    return _audit([], [], read=Account(files=("empty.csv",)))


def fleet(size: int, sites: int = 8) -> Audit:
    """Many links over many leaves, of which one in nine fails, is unknown, or is warned about."""
    links, findings = [], []
    for number in range(size):
        site, leaf, spine = number % sites, number // (4 * sites), number // sites % 4
        name = f"link-{number:05}"
        links.append(
            _link(
                name,
                f"s{site}-leaf{leaf}",
                f"Ethernet1/{spine + 49}",
                f"s{site}-spine{spine}",
                f"Ethernet{leaf + 1}/1",
                module="100GBASE-LR4",
                fiber="OS2",
                length="400",
                site=f"site{site}",
            )
        )
        match number % 27:
            case 5:
                findings.append(
                    _finding(
                        "loss-within-budget",
                        "violation",
                        "out-of-spec",
                        name,
                        subject=name,
                        fault="The path loses more light than its optics bear.",
                        message=f"{name} loses 7 dB, but 100GBASE-LR4 bears 6.3 dB.",
                        found="7",
                        limit="6.3",
                        unit="dB",
                        row=number,
                    )
                )
            case 14:
                findings.append(
                    _finding(
                        "link-within-reach",
                        "unknown",
                        "cannot-tell",
                        name,
                        subject=name,
                        fault="Neither length nor loss can be judged.",
                        message=f"{name} has neither length nor loss: give length_km or loss_db.",
                        row=number,
                    )
                )
            case 23:
                findings.append(
                    _finding(
                        "fec-agrees",
                        "warning",
                        "practice",
                        name,
                        subject=name,
                        fault="FEC is set where none is due.",
                        message=f"{name} runs FEC that 100GBASE-LR4 does not ask for.",
                        row=number,
                    )
                )
    return _audit(links, findings, read=Account(files=("fleet.csv",), counts=MappingProxyType({"links": size})))


def mesh(size: int) -> Audit:
    """A backbone whose device names tell no roles: a chain of cities with chords."""
    cities = [f"{chr(65 + number // 26)}{chr(97 + number % 26)}stadt" for number in range(size)]
    ends = [(number, (number + 1) % size) for number in range(size)]
    ends += [(number, (number * 7 + 3) % size) for number in range(0, size, 3)]
    links = [
        _link(
            f"span-{one}-{two}",
            cities[one],
            "1",
            cities[two],
            "2",
            module="400ZR",
            fiber="G.652.D",
            length="80000",
            site="",
        )
        for one, two in ends
        if one != two
    ]
    return _audit(links, [], read=Account(files=("mesh.csv",)))


def _link(
    name: str,
    device_a: str,
    port_a: str,
    device_b: str,
    port_b: str,
    *,
    module: str,
    fiber: str | None,
    length: str | None,
    site: str,
    module_b: str = "",
    site_b: str = "",
    group: str | None = None,
    rate: str = "100",
    status: str = "active",
) -> dict[str, object]:
    return {
        "link": name,
        "status": status,
        "group": group,
        "rate_gbps": rate,
        "fiber_type": fiber,
        "length_m": length,
        "a_site": site,
        "a_device": device_a,
        "a_port": port_a,
        "a_module": module,
        "b_site": site_b or site,
        "b_device": device_b,
        "b_port": port_b,
        "b_module": module_b or module,
    }


def _finding(
    rule: str,
    severity: str,
    nature: str,
    link: str | None,
    *,
    subject: str,
    fault: str,
    message: str,
    row: int | None,
    links: tuple[str, ...] = (),
    end: str | None = None,
    found: str | None = None,
    limit: str | None = None,
    unit: str | None = None,
    estimated: bool = False,
    sources: tuple[str, ...] = (),
    contested: bool = False,
    value: str | None = None,
    path: str | None = None,
    file: str = "fabric/links.csv",
    supply: str | None = None,
) -> Finding:
    outcome = {"violation": "fails", "unknown": "unknown", "warning": "warns"}[severity]
    thing = f"{link or subject}:{end}" if end else link or subject
    return Finding(
        id=f"{rule}.{outcome}:{thing}",
        rule=rule,
        severity=severity,
        nature=nature,
        link=link,
        links=links or ((link,) if link else ()),
        end=end,
        subject=subject,
        message=message,
        fault=fault,
        found=found,
        limit=limit,
        unit=unit,
        estimated=estimated,
        sources=sources,
        contested=contested,
        input=(file, row) if row else None,
        shape=f"{RULES}{rule}.{outcome}",
        focus=DESIGN + quote(thing, safe=":", errors="replace"),
        path=ONTOLOGY + path if path else None,
        value=value,
        supply=supply,
    )


def _audit(
    links: list[dict[str, object]],
    findings: list[Finding],
    *,
    assumed: tuple[str, ...] = (),
    contested: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    read: Account,
) -> Audit:
    rank = ("violation", "unknown", "warning")
    ordered = sorted(
        findings, key=lambda finding: (rank.index(finding.severity), finding.rule, finding.link or "", finding.id)
    )
    verdicts = []
    for link in links:
        name = str(link["link"])
        of = [finding for finding in ordered if name in finding.links]
        worst = min((rank.index(finding.severity) for finding in of), default=2)
        rules = tuple(sorted({finding.rule for finding in of if rank.index(finding.severity) == worst < 2}))
        verdicts.append(
            Verdict(
                name,
                ("fails", "unknown", "works")[worst],
                rules,
                assumed,
                10 - worst,
                ("polarity-crosses",),
                contested.get(name, ()),
                (),
            )
        )
    verdicts.sort(key=lambda verdict: verdict.link)
    records = {str(link["link"]): link for link in links}
    found = Counter(finding.rule for finding in ordered)
    coverage = [Coverage(rule, len(links), number, 0, "kinds", "") for rule, number in sorted(found.items())]
    coverage += [
        Coverage("breakout-legs-are-independent", 0, 0, 0, "whole graph", "no group has two legs of one module"),
        Coverage("line-carries-coherent", 0, 0, 1, "kinds", "line_system is not given"),
    ]
    told = Counter(verdict.verdict for verdict in verdicts)
    return Audit(
        version="0.1.0",
        trust="standards",
        verdicts=tuple(verdicts),
        findings=tuple(ordered),
        coverage=tuple(sorted(coverage, key=lambda rule: rule.rule)),
        read=read,
        links=tuple(records[verdict.link] for verdict in verdicts),
        counts=MappingProxyType({"links": len(links), **{word: told[word] for word in ("works", "fails", "unknown")}}),
    )
