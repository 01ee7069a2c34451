"""Options as RDF: a node of class optic:Option for each link and option or refusal, as lines of N-Triples."""

from __future__ import annotations

import polars as pl

from .graph import minted
from .ntriples import PART, RDF_TYPE, XSD, encoded, text
from .rules import RULE
from .terms import OPTIC

__all__ = ["OPTION", "option_lines"]

OPTION = "https://w3id.org/opticgraph/option#"
_NAMED = ("link", "strategy", "a_module", "b_module")  # what tells one option from another


def option_lines(table: pl.DataFrame) -> bytes:
    """The lines, sorted; table as choices.TABLE_SCHEMA.

    A name is `link/strategy/module/module`, and the second such option of a link has `/2` behind it.
    """
    names = table.select(encoded(table[name].fill_null("")) for name in _NAMED)
    nth = pl.int_range(pl.len()).over(_NAMED) + 1
    again = pl.when(nth > 1).then(pl.concat_str(pl.lit("/"), nth)).otherwise(pl.lit(""))
    iri = pl.concat_str(pl.lit(f"<{OPTION}"), pl.concat_str(_NAMED, separator="/"), again, pl.lit(">"))
    subject = names.select(iri).to_series()
    words = {"optionVerdict": "verdict", "optionNeeds": "needs", "strategy": "strategy"}
    objects: dict[str, pl.Series] = {
        RDF_TYPE: pl.repeat(f"<{OPTIC}Option>", table.height, eager=True),
        OPTIC + "optionOf": minted("link", table["link"]),
        OPTIC + "rateGbps": _wrapped('"', table["rate_gbps"].cast(pl.String), f'"^^<{XSD}decimal>'),
        **{f"{OPTIC}{side}ModuleType": _wrapped(f"<{PART}", encoded(table[f"{side}_module"]), ">") for side in "ab"},
        **{OPTIC + name: text(table[column]) for name, column in words.items()},
    }
    rejected = pl.DataFrame({"subject": subject, "rule": table["rules"]}).explode("rule").drop_nulls()
    rules = _wrapped(f"<{RULE}", encoded(rejected["rule"]), ">")
    every = [(subject, name, values) for name, values in objects.items()]
    every.append((rejected["subject"], OPTIC + "rejectedBy", rules))
    lines = pl.concat(
        pl.select(pl.concat_str(node, pl.lit(f" <{name}> "), values, pl.lit(" ."))).to_series().drop_nulls()
        for node, name, values in every
    )
    return "".join(f"{line}\n" for line in lines.sort()).encode()


def _wrapped(head: str, values: pl.Series, tail: str) -> pl.Series:
    return pl.select(pl.concat_str(pl.lit(head), values, pl.lit(tail))).to_series()
