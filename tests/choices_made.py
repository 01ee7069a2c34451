"""Options made by hand, for tests of what reports show: a breakout, a swap that needs a measurement, hostile names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from opticgraph.choices import Change, Flip, LinkOptions, Missing, Option, Options, Part, Rejected, Work
from opticgraph.fleet import table_from
from opticgraph.result import Finding

__all__ = ["HOSTILE", "empty", "fleet", "hostile", "leaf"]

HOSTILE = (
    "<script>alert(1)</script>", '=HYPERLINK("http://x.example","y")', "@SUM(1)", '"><img src=x onerror=alert(1)>',
    "a\u202eb\x1b[31m", "</title></svg>", "{{ 7 * 7 }}", "&amp;",
)  # fmt: skip


def leaf() -> Options:
    """Three links: one may be broken out or swapped once measured, one fails and may be repaired, one is there."""
    return _options(_edge(), _border(), _there())


def empty() -> Options:
    """No link at all."""
    return _options()


def hostile() -> Options:
    """The same with names that a browser, a spreadsheet or a terminal would take for something else."""
    return _options(*(_renamed(nth, name) for nth, name in enumerate(HOSTILE)))


def fleet(number: int) -> Options:
    """Many links alike."""
    return _options(*(replace(_edge(), link=f"up-{nth:04}") for nth in range(number)))


def _options(*links: LinkOptions) -> Options:
    missing = (Missing("loss_db", tuple(each.link for each in links), 0, 1, "measure the loss of 1 span"),)
    return Options("0.1.0", "standards", links, missing if links else (), table_from(links))


def _renamed(nth: int, name: str) -> LinkOptions:
    edge = _edge()
    record = {**edge.record, "link": name, "a_device": name, "a_port": name, "b_module": name, "a_connector": name}
    work = replace(edge.options[0].work, parts=(Part("buy", name, 1),), settings=(name,), steps=(name,))
    option = replace(edge.options[0], a_module=name, work=work, together=(name,), needs=(name,))
    finding = replace(edge.rejected[0].findings[0], message=f"{name}: it does not fit.")
    flip = replace(edge.rejected[0].flips[0], changes=(Change((("a_cage", "QSFP-DD"),), name),))
    refused = replace(edge.rejected[0], a_module=name, findings=(finding,), flips=(flip,))
    return replace(edge, link=f"{name} {nth}", record=record, options=(option,), rejected=(refused,), repairs=(flip,))


def _edge() -> LinkOptions:
    stay = _option("stay", "100GBASE-LR4-QSFP28", "100GBASE-LR4-QSFP28", rate=100, verdict="works")
    broken = _option(
        "breakout", "QDD-400G-DR4", "100GBASE-DR-QSFP28", rate=100, verdict="works",
        parts=(Part("buy", "QDD-400G-DR4", 1), Part("buy", "100GBASE-DR-QSFP28", 1)),
        together=("up-102",), changes={"a_lanes": (None, [1])},
    )  # fmt: skip
    others = [replace(broken, b_module=name) for name in ("100GBASE-FR1-QSFP28", "100GBASE-LR1-QSFP28")]
    swap = _option(
        "direct-swap", "400GBASE-FR4-QSFP-DD", "400GBASE-LR4-6-QSFP-DD", rate=400, verdict="unknown",
        needs=("loss_db: measure it; it works up to 4.0 dB",), parts=(Part("buy", "400GBASE-FR4-QSFP-DD", 1),),
        findings=(_finding("receiver-not-overloaded", "warning", "leaf1 1: hardly any loss; watch the power."),),
        cost=Decimal("899.00"),
    )  # fmt: skip
    mirror = replace(swap, a_module=swap.b_module, b_module=swap.a_module)
    cage = _flip("a QSFP-DD cage at spine1", a_cage="QSFP-DD")
    fits = _finding("module-fits-cage", "violation", "leaf1 1: a QSFP28 cage takes no QSFP-DD module.")
    refused = [
        _rejected("re-terminate", "400GBASE-DR4-QSFP-DD", "400GBASE-DR4-QSFP-DD", (fits,), (cage,)),
        _rejected("re-terminate", "QDD-400G-XDR4", "400GBASE-DR4-QSFP-DD", (fits,), (cage,)),
        _rejected("re-terminate", "400GBASE-DR4-QSFP-DD", "QDD-400G-XDR4", (fits,), (_flip("an OSFP cage at leaf1"),)),
        _rejected("bond", "100GBASE-LR4-QSFP28", "100GBASE-LR4-QSFP28", (), ()),
    ]
    options = (swap, mirror, broken, *others, stay)
    return LinkOptions("edge-1", "works", 100, 400, options, tuple(refused), (), _record("edge-1"))


def _border() -> LinkOptions:
    stay = _option("stay", "QDD-400G-DR4", "QDD-400G-DR4", rate=400, verdict="fails")
    straight = _finding("polarity-crosses", "violation", "border-1: polarity A leaves transmitter on transmitter.")
    repair = _flip("polarity B end to end, by another cord", polarity="B")
    record = {**_record("border-1"), "a_connector": "MPO-12", "b_connector": "MPO-12", "polarity": "A"}
    return LinkOptions("border-1", "fails", 400, None, (replace(stay, findings=(straight,)),), (), (repair,), record)


def _there() -> LinkOptions:
    stay = _option("stay", "QDD-400G-DR4", "QDD-400G-DR4", rate=400, verdict="works")
    return LinkOptions("spine-1", "works", 400, None, (stay,), (), (), _record("spine-1"))


def _record(link: str) -> dict[str, object]:
    ends = {
        f"{side}_{name}": value
        for side, device in (("a", "spine1"), ("b", "leaf1"))
        for name, value in (("device", device), ("port", "1"), ("cage", "QSFP28"), ("connector", "LC duplex"))
    }
    return {"link": link, "fiber_type": "OS2", "length_mm": 1_600_000, "strands": 2, "polarity": "B", **ends}


def _option(
    strategy: str,
    a: str,
    b: str,
    *,
    rate: int,
    verdict: str,
    needs: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    parts: tuple[Part, ...] = (),
    together: tuple[str, ...] = (),
    changes: dict[str, tuple[object, object]] | None = None,
    cost: Decimal | None = None,
) -> Option:
    stays = strategy == "stay"
    steps = () if stays else ("Drain it.", "Fit the modules.", "After: light at both ends.")
    work = Work(
        parts, () if stays else ("spine1 1: FEC RS(544,514)",), (), steps, not stays, "the cages are used again",
        (7000, 15500), cost,
    )  # fmt: skip
    return Option(
        strategy, a, b, a.rpartition("-")[0], b.rpartition("-")[0], rate, verdict, needs, findings, together,
        changes or {}, work,
    )  # fmt: skip


def _rejected(strategy: str, a: str, b: str, findings: tuple[Finding, ...], flips: tuple[Flip, ...]) -> Rejected:
    rules = tuple(sorted({finding.rule for finding in findings})) or ("strands-suffice",)
    return Rejected(strategy, a, b, a.rpartition("-")[0], b.rpartition("-")[0], 400, rules, findings, flips, {})


def _flip(words: str, **values: object) -> Flip:
    return Flip((Change(tuple(values.items()), words),), "works", (), 1, True)


def _finding(rule: str, severity: str, message: str) -> Finding:
    return Finding(
        id=message, rule=rule, severity=severity, nature="cannot", link="edge-1", links=("edge-1",), end="a",
        subject="spine1 1", message=message, fault="It does not hold.", found=None, limit=None, unit=None,
        estimated=False, sources=("IEEE-802.3",), contested=False, input=None, shape="", focus="",
        path=None, value=None,
    )  # fmt: skip
