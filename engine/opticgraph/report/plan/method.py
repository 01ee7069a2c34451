"""The method of procedure of each window as plain blocks, from which Markdown and pages are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...design import SIDES
from ...planned import Step, Window
from ..words import counted
from .spent import spent
from .told import FECS, Change, Told

__all__ = ["Block", "Checks", "Heading", "Table", "Text", "blocks", "title"]


@dataclass(frozen=True)
class Heading:
    """A title of level 1, 2 or 3."""

    level: int
    text: str


@dataclass(frozen=True)
class Text:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Checks:
    """Things to be ticked off, in order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Checks | Table
_ELSEWHERE = ("Before:", "After:", "Way back", "Drain ")  # what a step's words say that has a place of its own


def title(window: Window) -> str:
    """What a window is called."""
    day = f", {window.day}" if window.day else ""
    return f"Window {window.n}{day}: {', '.join(window.sites) or 'no site named'}"


def blocks(told: Told) -> Iterator[Block]:
    """All windows, one after the other."""
    links = {each.link for each in told.changes}
    yield Heading(1, "Method of procedure")
    yield Text(
        f"{counted(len(told.plan.windows), 'window')} for {counted(len(links), 'link')}. Each window starts from the "
        "state that the one before it left; if one is put off, those after it wait too."
    )
    for window in told.plan.windows:
        yield Heading(2, title(window))
        yield from _facts(window)
        yield from _before(told, window)
        yield from _drain(window)
        yield from _steps(told, window)
        yield Heading(3, "Decision point")
        yield Text(
            "Once every step above is done, and no later than half of the window: go on if all links below are up with "
            "the light and FEC that are expected. If not, and it cannot be mended at once, go the way back now."
        )
        yield from _after(told, window)
        yield from _back(told, window)
        yield Table(("", "name", "time"), tuple((who, "", "") for who in ("begun", "decided", "closed")))


def _facts(window: Window) -> Iterator[Block]:
    rows = [
        ("Links down while it is open", ", ".join(window.down) or "none"),
        *((f"{each.kind} {each.group}".strip(), _capacity(each)) for each in window.capacity),
        *((("Time", spent(window)),) if window.times else ()),
        ("State to reach", _state(window)),
        *(("Mind", warning) for warning in window.warnings),
    ]
    yield Table(("", ""), tuple(rows))


def _capacity(each: object) -> str:
    opened, after, floor = (getattr(each, f"{name}_gbps") for name in ("open", "after", "floor"))
    told = f"{opened}G while open, {after}G after"
    return told if floor is None else f"{told}; {floor}G must stay up"


def _state(window: Window) -> str:
    state = window.state
    return f"{state.works:,} links work, {state.fails:,} fail, {state.unknown:,} unknown"


def _before(told: Told, window: Window) -> Iterator[Block]:
    yield Heading(3, "Before")
    parts: dict[tuple[str, str], int] = {}
    for part in (part for step in window.steps for part in step.parts if part.action in ("buy", "use")):
        parts[part.part, part.action] = parts.get((part.part, part.action), 0) + part.count
    words = dict.fromkeys(_said(window, "Before:"))
    ends = dict.fromkeys(each.place(side, new=False) for each in told.of(window) for side in SIDES)
    yield Checks(
        (
            *(f"{count} x {part} on site{_from(action)}" for (part, action), count in sorted(parts.items())),
            *words,
            f"Note light, FEC counters and alarms of {', '.join(filter(None, ends))} as they are",
            *(
                f"All other links of {each.group} are up and without errors: it has no more than {each.open_gbps}G "
                "while the window is open"
                for each in window.capacity
            ),
        )
    )


def _from(action: str) -> str:
    return ", from stock or set free earlier" if action == "use" else ""


def _said(window: Window, start: str) -> Iterator[str]:
    """What the steps' words say that begins so, without that beginning."""
    for word in (word for step in window.steps for word in step.words if word.startswith(start)):
        rest = word.removeprefix(start).strip()
        yield f"{rest[:1].upper()}{rest[1:]}"


def _drain(window: Window) -> Iterator[Block]:
    yield Heading(3, "Drain")
    if not window.down:
        yield Text("Nothing: what is new is lit beside what runs.")
        return
    yield Checks(tuple(f"{link}: traffic moved to other paths, and it carries none" for link in window.down))


def _steps(told: Told, window: Window) -> Iterator[Block]:
    yield Heading(3, "Steps")
    begun = window.times.drain if window.times else 0
    for step in window.steps:
        when = f" (minute {begun} to {begun + step.minutes})" if step.minutes is not None else ""
        begun += step.minutes or 0
        yield Text(f"{step.unit}{_after_which(step)}{when}")
        rows = tuple(row for each in told.of(window, step) for row in _ends(each))
        if rows:
            yield Table(("link", "device and port", "take out", "fit", "plug", "lanes", "FEC", "Gb/s"), rows)
        yield Checks(tuple(word for word in step.words if not word.startswith(_ELSEWHERE)) or step.settings)


def _after_which(step: Step) -> str:
    return f", after {', '.join(step.after)}" if step.after else ""


def _ends(each: Change) -> Iterator[tuple[str, ...]]:
    for side in SIDES:
        was, now = each.place(side, new=False), each.place(side)
        old, new = each.text(f"{side}_module", new=False), each.text(f"{side}_module")
        out = f"{old} from {was}" if was and was != now else old if old != new else ""
        fit = new if new != old or was != now else "stays"
        yield (
            each.link, now or was, out, fit, each.plug(side), each.text(f"{side}_lanes"), each.fec(side),
            each.text("rate_gbps"),
        )  # fmt: skip


def _after(told: Told, window: Window) -> Iterator[Block]:
    yield Heading(3, "After")
    rows = []
    for each in told.of(window):
        if each.new is None:
            continue
        light = "; ".join(told.light(each.link)) or "no figure to hold it against: note what is there"
        fecs = sorted({each.fec(side) for side in SIDES})
        rows.append((each.link, light, " / ".join(fecs), "no uncorrected codeword in 15 minutes"))
    if rows:
        yield Table(("link", "light to expect", "FEC", "counters"), tuple(rows))
    words = dict.fromkeys(_said(window, "After:"))
    yield Checks((*words, f"State reached: {_state(window)}", "Traffic back on every link that was drained"))


def _back(told: Told, window: Window) -> Iterator[Block]:
    yield Heading(3, "Way back")
    yield Text("Until the soak is over keep the old modules and cords at hand. In this order, the last step first:")
    rows = []
    for each in reversed(told.of(window)):
        for side in SIDES if each.old else ():
            fec = FECS.get(each.text(f"{side}_fec", new=False), each.text(f"{side}_fec", new=False)) or "as saved"
            place = each.place(side, new=False)
            rows.append((each.link, place, each.text(f"{side}_module", new=False), each.plug(side, new=False), fec))
        if each.old is None:
            rows.append((each.link, each.place("a"), "take it away: it was not there before", "", ""))
    yield Table(("link", "device and port", "module as before", "plug", "FEC"), tuple(rows))
    yield Checks(("Saved configuration of both ends loaded", "Links up with the light that was noted before"))
