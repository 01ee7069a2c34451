"""The tables of a plan, and of what its proof comes to."""

from __future__ import annotations

from ...proof.verified import CHECKS
from .columns import MONEY, TEXT, TEXTS, WHOLE, columns

__all__ = ["PLAN", "VERIFICATION"]

PLAN = {
    "windows": columns(
        "one row a window, in order",
        {
            "window": (WHOLE, "its number, from 1"),
            "day": (TEXT, "as in 2027-03-31, where the goal names days"),
            "sites": (TEXTS, "where hands are needed"),
            "steps": (WHOLE, "how many steps are done in it"),
            "down": (TEXTS, "links that carry nothing while it is open"),
            "works": (WHOLE, "links that work after it"),
            "fails": (WHOLE, "links that fail after it"),
            "unknown": (WHOLE, "links of which it is not known"),
            "warnings": (TEXTS, "what a planner wants to hear"),
        },
        lambda plan: (
            (w.n, w.day, w.sites, len(w.steps), w.down, w.state.works, w.state.fails, w.state.unknown, w.warnings)
            for w in plan.windows
        ),
    ),
    "steps": columns(
        "one row a step, in order of windows",
        {
            "window": (WHOLE, "in which it is done"),
            "step": (TEXT, "name that is unique in the plan"),
            "strategy": (TEXT, "by which the links change"),
            "links": (TEXTS, "that change together"),
            "sites": (TEXTS, "where hands are needed"),
            "devices": (TEXTS, "that are touched"),
            "down": (TEXTS, "links that carry nothing while it is done"),
            "after": (TEXTS, "steps that have to be done before"),
            "parts": (TEXTS, "`buy 2 x PART`, also use, move and free"),
            "settings": (TEXTS, "of ports, in words"),
            "words": (TEXTS, "what to do, in order"),
        },
        lambda plan: (
            (w.n, s.unit, s.strategy, s.links, s.sites, s.devices, s.down, s.after,
             tuple(f"{p.action} {p.count} x {p.part}" for p in s.parts), s.settings, s.words)
            for w in plan.windows for s in w.steps
        ),
    ),
    "chosen": columns(
        "one row a link that is wanted at another rate",
        {
            "link": (TEXT, "name of the link"),
            "strategy": (TEXT, "of the option it takes"),
            "a_module": (TEXT, "module of the a end then, by catalogue id"),
            "b_module": (TEXT, "module of the b end then"),
            "rate_gbps": (WHOLE, "Gb/s then"),
            "verdict": (TEXT, "of the option: works or unknown"),
            "needs": (TEXTS, "what is not known yet"),
            "step": (TEXT, "in which it changes"),
            "window": (WHOLE, "of that step; null where it could not be put in order"),
            "cost": (MONEY, "of what is bought, in Plan.currency; null without a price list"),
        },
        lambda plan: (
            (c.link, c.strategy, c.a_module, c.b_module, c.rate_gbps, c.verdict, c.needs, c.unit, c.window, c.cost)
            for c in plan.chosen
        ),
    ),
    "bom": columns(
        "one row a part over the whole plan, net",
        {
            "part": (TEXT, "catalogue id or part number"),
            "buy": (WHOLE, "pieces to buy"),
            "reuse": (WHOLE, "pieces from stock or set free by an earlier window"),
            "freed": (WHOLE, "pieces left free at the end"),
            "sites": (TEXTS, "that need it"),
            "first_window": (WHOLE, "that needs it first"),
            "price": (MONEY, "of what is bought, in Plan.currency; null without a price list"),
        },
        lambda plan: ((b.part, b.buy, b.reuse, b.freed, b.where, b.first, b.price) for b in plan.bom),
    ),
}  # fmt: skip
VERIFICATION = {
    "checks": columns(
        "one row a check",
        {
            "check": (TEXT, "its name"),
            "asserts": (TEXT, "what holds, as a sentence"),
            "looked": (WHOLE, "at how many things it looked"),
            "faults": (WHOLE, "how many of them do not hold"),
        },
        lambda told: (
            (check, words, told.looked.get(check, 0), sum(fault.check == check for fault in told.faults))
            for check, words in CHECKS.items()
        ),
    ),
    "faults": columns(
        "one row a thing that does not hold",
        {
            "window": (WHOLE, "where it is; null for the plan as a whole"),
            "step": (TEXT, "where it is; null for the window as a whole"),
            "check": (TEXT, "which check says so"),
            "words": (TEXT, "why, in one sentence"),
            "links": (TEXTS, "that it touches"),
        },
        lambda told: ((f.window or None, f.step or None, f.check, f.words, f.links) for f in told.faults),
    ),
    "windows": columns(
        "one row a window, as replayed",
        {
            "window": (WHOLE, "its number"),
            "day": (TEXT, "as in 2027-03-31, where the plan names days"),
            "steps": (WHOLE, "how many steps were replayed"),
            "judged": (WHOLE, "links judged anew on the graph"),
            "down": (TEXTS, "links that carry nothing while it is open"),
            "works": (WHOLE, "links that work after it"),
            "fails": (WHOLE, "links that fail after it"),
            "unknown": (WHOLE, "links of which it is not known"),
        },
        lambda told: (
            (w.n, w.day, w.steps, w.judged, w.down, *(w.state[word] for word in ("works", "fails", "unknown")))
            for w in told.windows
        ),
    ),
}
