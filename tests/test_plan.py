"""Plans of the example networks: golden, sound in every state, the same each time, and honest where there is none.

`python tests/test_plan.py` writes the golden plans anew; read the diff before you keep it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from opticgraph import audit, load
from opticgraph.design import Design
from opticgraph.errors import DesignError, QueryError
from opticgraph.goal import Goal, Target, Windows
from opticgraph.goalfile import read_goal
from opticgraph.planned import Plan
from opticgraph.planner import plan
from opticgraph.report.plan import render

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests/golden/plans"
GOALS = sorted(path.relative_to(ROOT) for path in (ROOT / "examples").glob("*/*.toml"))


@pytest.fixture(autouse=True)
def _in_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings name the file as it was given; the golden files are made in the root of the repository."""
    monkeypatch.chdir(ROOT)


def named(goal: Path) -> str:
    return f"{goal.parent.name}-{goal.stem}"


def told(made: Plan, design: Design) -> str:
    """The plan as JSON, without the version, which is to change without a change of every golden file."""
    account = json.loads(render(made, design, format="json"))
    del account["opticgraph"]
    return json.dumps(account, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def made_of(goal: Path) -> tuple[Design, Plan]:
    design = load(str(goal.parent))
    return design, plan(design, goal=goal)


def replayed(design: Design, made: Plan) -> list[Design]:
    """The design after each window, each edit put into the frames by itself."""
    links = {row["link"]: row for row in design.links.iter_rows(named=True)}
    states = []
    for window in made.windows:
        for edit in (edit for step in window.steps for edit in step.edits):
            assert (edit.table, edit.action) == ("links", "set")
            for column, before, after in edit.values:
                now = links[edit.key][column]
                assert (tuple(now) if isinstance(now, list) else now) == before
                links[edit.key][column] = list(after) if isinstance(after, tuple) else after
        states.append(replace(design, links=pl.DataFrame(list(links.values()), schema=design.links.schema)))
    return states


def test_every_goal_has_a_golden_plan() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(map(named, GOALS))


@pytest.mark.parametrize("goal", GOALS, ids=named)
def test_plan_is_as_agreed_and_every_state_as_audited_whole(goal: Path) -> None:
    design, made = made_of(goal)
    assert told(made, design) == (GOLDEN / f"{named(goal)}.json").read_text(encoding="utf-8")
    states = replayed(design, made)
    for window, state in list(zip(made.windows, states, strict=True))[:: max(1, len(states) // 3)]:
        counts = audit(state).counts
        assert counts == {
            "links": state.links.height,
            "works": window.state.works,
            "fails": window.state.fails,
            "unknown": window.state.unknown,
        }
        assert window.state.new_findings == ()


def test_the_ring_opens_once_a_window_and_says_what_it_protects() -> None:
    _, made = made_of(Path("examples/metro-ring-400/goal.toml"))
    assert [len(window.down) for window in made.windows] == [1, 1]
    assert "2 of 5 spans at 400G still protect only 100G" in made.windows[-1].warnings[0]
    _, whole = made_of(Path("examples/metro-ring-400/whole-ring.toml"))
    assert [len(window.down) for window in whole.windows] == [1, 1, 1, 1, 1]
    assert whole.windows[-1].warnings == ()
    assert not {"2027-02-02", "2027-02-09"} & {window.day for window in whole.windows}  # frozen


def test_limits_that_collide_are_named_with_a_way_out() -> None:
    design = load("examples/metro-ring-400")
    few = plan(design, to_gbps=400, goal=Goal(windows=Windows(most=4)))
    assert few.status == "infeasible"
    assert few.windows == ()
    assert "5 links to be down, 1 of them at once" in few.collisions[0].words
    assert few.collisions[0].relaxations == ("5 windows",)
    alone = plan(design, to_gbps=400, goal=Goal(windows=Windows(sites=1)))
    assert alone.collisions[0].limits == ("sites",)
    unsafe = plan(design, to_gbps=400, goal=Goal(survive=True))
    assert unsafe.status == "infeasible"
    assert unsafe.collisions[0].limits == ("survive_failure", "nothing-cut-off")


def test_a_budget_that_is_too_small_is_told_with_the_one_that_is_enough(tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("part,price,currency\n400G-ER4-30-QSFP-DD,3000,EUR\n", encoding="utf-8")
    goal = tmp_path / "goal.toml"
    goal.write_text('budget = 11000\nprices = "prices.csv"\n', encoding="utf-8")
    made = plan(load("examples/metro-ring-400"), goal=goal)
    assert made.status == "infeasible"
    assert made.collisions[0].limits == ("budget",)
    assert made.collisions[0].relaxations == ("a budget of 12000",)


def test_a_link_without_a_way_round_needs_leave_to_be_down() -> None:
    design = load("examples/metro-ring-400")
    cut = replace(design, links=design.links.filter(pl.col("link") != "olt-zof-1"))
    made = plan(cut, goal=Goal(targets=(Target(("bas-lie-1",), gbps=400),)))
    assert made.collisions[0].limits == ("continuity",)
    assert "may_be_down" in made.collisions[0].relaxations[0]
    allowed = plan(cut, goal=Goal(targets=(Target(("bas-lie-1",), gbps=400),), may_be_down=("bas-lie-1",)))
    assert (allowed.status, [window.down for window in allowed.windows]) == ("complete", [("bas-lie-1",)])


def test_what_cannot_be_told_is_left_out_and_says_what_it_needs() -> None:
    made = plan(load("examples/metro-ring"), to_gbps=400)
    assert made.status == "infeasible"
    assert dict(made.left)["agb-ing-1"] == "nothing is known to work; line_system: give it"


def test_two_processes_make_the_same_plan() -> None:
    command = [sys.executable, "-m", "opticgraph.cli", "plan", "examples/germany50"]
    command += ["--goal", "examples/germany50/goal.toml", "--format", "json"]
    first, second = (subprocess.run(command, capture_output=True, check=False) for _ in range(2))
    assert (first.returncode, first.stderr) == (1, b"")  # not all links are in the plan
    assert second.stdout == first.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interrupted_it_gives_the_best_plan_so_far_or_ends_cleanly() -> None:
    command = [sys.executable, "-m", "opticgraph.cli", "plan", "examples/leaf-spine-400"]
    command += ["--goal", "examples/leaf-spine-400/goal.toml", "--work", "10000"]
    for seconds in (1.0, 4.0):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        assert b"Traceback" not in err
        assert process.returncode in (0, 1, 130, -signal.SIGINT)
        assert (process.returncode in (0, 1)) == out.startswith(b"128 links")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hands = 2", "hands: found a name nobody knows; expected"),
        ("[windows]\nhands = 0", "windows.hands: found 0; expected a whole number from 1 on"),
        ("[windows]\nhand = 2", "windows.hand: found a name nobody knows; expected hands"),
        ('to = "fast"', "to: found 'fast'; expected a rate such as \"400G\""),
        ('forbidden = ["merg"]', "forbidden: found 'merg'; expected one of"),
        ("[[target]]\nrate = 400", "target.1: found neither links nor between; expected one of the two"),
        ("[windows]\nfreeze = [{ from = 2027-01-01, to = 2027-01-31 }]", "windows.freeze: found days of no work"),
        ("[windows]\nminutes = 120", "windows.change_minutes: found nothing; expected how long a change takes"),
        (
            "[windows]\nminutes = 40\nchange_minutes = 30\ncheck_minutes = 15",
            "windows.minutes: found 40; expected at least",
        ),
        ("[hosts]\nx = 7060", "hosts.x: found 7060; expected a name in quotes"),
        ("to = ", "found no TOML"),
    ],
)
def test_a_goal_that_cannot_be_read_says_where_and_why(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "goal.toml"
    file.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(DesignError) as caught:
        read_goal(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_names_that_the_design_does_not_have_are_refused() -> None:
    design = load("examples/metro-ring-400")
    with pytest.raises(QueryError, match=r"target 1: found 'bas-lei-1'.*bas-lie-1"):
        plan(design, goal=Goal(targets=(Target(("bas-lei-1",), gbps=400),)))
    with pytest.raises(QueryError, match="may_be_down: found 'nothing'"):
        plan(design, goal=Goal(may_be_down=("nothing",)))
    with pytest.raises(QueryError, match="no link below a wanted rate"):
        plan(design, to_gbps=100)


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for goal in GOALS:
        design, made = made_of(goal)
        (GOLDEN / f"{named(goal)}.json").write_text(told(made, design), encoding="utf-8")


if __name__ == "__main__":
    main()
