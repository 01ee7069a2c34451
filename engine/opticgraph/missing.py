"""What is not recorded, in order of worth: the measurements and look-ups that settle most come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .choices import LinkOptions, Missing
from .result import Audit

__all__ = ["missing_facts"]


def missing_facts(told: Sequence[LinkOptions], now: Audit) -> tuple[Missing, ...]:
    """What is not recorded, those first that would settle most: of each sort the links whose record lacks it."""
    links: dict[str, set[str]] = defaultdict(set)
    verdicts: dict[str, int] = defaultdict(int)
    choices: dict[str, int] = defaultdict(int)
    asked = {each.link for each in told}
    by_link: dict[str, set[str]] = defaultdict(set)
    for finding in now.findings:
        if finding.severity == "unknown" and finding.supply and finding.link in asked:
            by_link[str(finding.link)].add(finding.supply)
    for link, supplies in by_link.items():
        for supply in supplies:
            links[supply].add(link)
            verdicts[supply] += len(supplies) == 1
    for each in told:
        for option in each.options:
            for need in option.needs if option.strategy != "stay" else ():
                supply = need.partition(":")[0].removeprefix("a_").removeprefix("b_")
                links[supply].add(each.link)
                choices[supply] += 1
    found = [
        Missing(supply, tuple(sorted(names)), verdicts[supply], choices[supply], _asking(supply, len(names)))
        for supply, names in links.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.verdicts - each.options, each.supply)))


def _asking(supply: str, count: int) -> str:
    spans = f"{count} span{'s' if count != 1 else ''}"
    said = {
        "loss_db": f"measure the loss of {spans}",
        "length_km": f"look up the length of {spans}",
        "module": f"read the part numbers at {count} link{'s' if count != 1 else ''}",
        "osnr_db": f"measure the OSNR of {spans}",
        "port": f"count the free cages at the ends of {count} link{'s' if count != 1 else ''}",
    }
    return said.get(supply, f"give {supply} of {count} link{'s' if count != 1 else ''}")
