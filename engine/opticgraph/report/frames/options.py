"""The tables of options."""

from __future__ import annotations

from ...choices import TABLE_SCHEMA
from .columns import MONEY, TEXT, TEXTS, TRUTH, WHOLE, columns, known

__all__ = ["OPTIONS"]

OPTIONS = {
    "options": known(
        "one row a link and option or refusal",
        TABLE_SCHEMA,
        {
            "link": "name of the link",
            "strategy": "by which way it would change",
            "a_module": "module of the a end, by catalogue id",
            "b_module": "module of the b end",
            "rate_gbps": "Gb/s that the link would have",
            "verdict": "works, unknown, or fails for a refusal",
            "needs": "what is not known yet, of an unknown",
            "rules": "the rules that refuse it",
        },
        lambda options: options.table,
    ),
    "missing": columns(
        "one row a fact that is not recorded, the most telling first",
        {
            "supply": (TEXT, "the column that would settle it"),
            "words": (TEXT, "what to find out"),
            "verdicts": (WHOLE, "unknown verdicts that it would settle"),
            "options": (WHOLE, "unknown options that it would settle"),
            "links": (TEXTS, "where"),
        },
        lambda options: ((m.supply, m.words, m.verdicts, m.options, m.links) for m in options.missing),
    ),
    "flips": columns(
        "one row a change that would make a refusal work, or a link that fails (strategy is then null)",
        {
            "link": (TEXT, "name of the link"),
            "strategy": (TEXT, "of the refusal; null for a repair of the link as it is"),
            "a_module": (TEXT, "of the refusal"),
            "b_module": (TEXT, "of the refusal"),
            "change": (TEXT, "all that has to change, in words"),
            "verdict": (TEXT, "what the rules then say: works or unknown"),
            "outage": (TRUTH, "whether service stops for it"),
            "price": (MONEY, "of what is bought, in `currency`; null without a price list"),
            "currency": (TEXT, "of the price list"),
        },
        lambda options: (
            (each.link, *of, f.words, f.verdict, f.outage, f.price, f.currency or None)
            for each in options.links
            for of, flips in (
                *(((r.strategy, r.a_module, r.b_module), r.flips) for r in each.rejected),
                ((None, None, None), each.repairs),
            )
            for f in flips
        ),
    ),
}
