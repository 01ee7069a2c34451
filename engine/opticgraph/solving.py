"""CP-SAT asked so that the same question gets the same answer, and Ctrl-C ends the search and not the program."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .errors import InputError

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

__all__ = ["Effort", "available", "solve"]

MISSING = (
    "plan: OR-Tools is not installed, and it chooses and orders the work. "
    "Install it with: pip install 'opticgraph[plan]'"
)


def available() -> None:
    """Raise InputError, which says how to install it, where OR-Tools is missing."""
    if find_spec("ortools") is None:
        raise InputError(MISSING)


@dataclass
class Effort:
    """What a search may still spend, in deterministic seconds, and whether it was told to stop.

    Not frozen: it is what the solves of one plan share, and it is spent.
    """

    left: float
    seed: int = 1
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether nothing may be asked any more."""
        return self.stop.is_set() or self.left <= 0


def solve(model: CpModel, effort: Effort, *, most: float) -> tuple[str, CpSolver]:
    """Solve with up to so many deterministic seconds: OPTIMAL, FEASIBLE, INFEASIBLE or UNKNOWN, and the solver."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1  # several workers that run freely gave another plan each time
    parameters.random_seed = effort.seed
    parameters.max_deterministic_time = max(0.0, min(most, effort.left))
    answer: list[Any] = []
    done = threading.Event()

    def ask() -> None:
        try:
            answer.append(solver.solve(model))
        except Exception as error:  # it must reach the thread that waits
            answer.append(error)
        finally:
            done.set()

    threading.Thread(target=ask, daemon=True).start()
    while not done.wait(0.05):  # a thread that waits for an event sees signals; one that joins a thread does not
        if effort.stop.is_set():
            solver.stop_search()
    if isinstance(answer[0], Exception):
        raise answer[0]
    effort.left -= solver.response_proto.deterministic_time
    return solver.status_name(answer[0]), solver
