"""Two plans of one goal compared: how many windows, what they cost, and which links are planned otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .difference import PlanChange, PlanMove, Planned, PlanSide
from .goal import Goal
from .limits import Limits
from .planned import Plan

__all__ = ["changed_plan", "limited"]


def changed_plan(old: Plan, new: Plan) -> PlanChange:
    """What differs between two plans; links that both treat alike in the same window are left out."""
    was, is_ = _links(old), _links(new)
    moves = (PlanMove(link, was.get(link), is_.get(link)) for link in sorted(was.keys() | is_.keys()))
    return PlanChange(_side(old), _side(new), tuple(move for move in moves if move.old != move.new))


def limited(goal: Goal, limits: Limits) -> Goal:
    """The goal, kept to what a what-if does not forbid."""
    modules = {*goal.no_modules, *limits.types, *limits.unsold, *limits.plugs}
    forbidden = dict.fromkeys((*goal.forbidden, *limits.strategies))
    return replace(goal, forbidden=tuple(forbidden), no_modules=tuple(sorted(modules)))


def _side(plan: Plan) -> PlanSide:
    return PlanSide(
        status=plan.status,
        windows=len(plan.windows),
        aims=plan.objective,
        collisions=tuple(each.words for each in plan.collisions),
        currency=plan.currency,
    )


def _links(plan: Plan) -> Mapping[str, Planned]:
    chosen = {
        each.link: Planned(each.window, each.strategy, each.a_module, each.b_module, each.rate_gbps, "")
        for each in plan.chosen
    }
    return {link: Planned(None, None, None, None, None, why) for link, why in plan.left} | chosen
