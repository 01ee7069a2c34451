"""Dagster: a link sheet as an asset, and a check for each rule; a rule whose findings fail the run blocks what follows.

opticgraph needs to be installed beside Dagster. LINKS is the sheet, WAIVERS and BASELINE may be left out.
"""

import os
from pathlib import Path

from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, Definitions, asset, multi_asset_check

import opticgraph

LINKS = os.environ.get("LINKS", "links.csv")
WAIVERS = [Path(file) for file in os.environ.get("WAIVERS", "").split()]
RULES = ["ends-speak-same-interface", "link-within-reach", "loss-within-budget", "module-fits-cage", "module-is-known"]


@asset
def links() -> str:
    """The link sheet, as it was exported."""
    return LINKS


@multi_asset_check(specs=[AssetCheckSpec(name=rule.replace("-", "_"), asset=links, blocking=True) for rule in RULES])
def optics():
    result = opticgraph.audit(opticgraph.load(LINKS), waivers=WAIVERS)
    for rule in RULES:
        found = [finding for finding in result.findings if finding.rule == rule and finding.counts]
        fails = any(finding.severity == "violation" for finding in found)
        yield AssetCheckResult(
            asset_key=links.key,
            check_name=rule.replace("-", "_"),
            passed=not found,
            severity=AssetCheckSeverity.ERROR if fails else AssetCheckSeverity.WARN,
            metadata={"findings": len(found), "first": found[0].message if found else "none"},
        )


defs = Definitions(assets=[links], asset_checks=[optics])
