"""What a plan is asked for: which links at which rate by when, and within which limits; read from a small file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

__all__ = ["AIMS", "Goal", "Lead", "Risk", "Service", "Target", "Windows"]

# What a plan may be asked to keep small, in the order in which it is asked where the goal does not say.
AIMS = ("cost", "windows", "outage", "power", "recabling")


@dataclass(frozen=True, order=True)
class Target:
    """Links that are wanted at a rate: by name, by pattern (`muc-*`) or as all links between two devices.

    strategies  by which alone they may get there; with one that keeps the rate, such as breakout, rate is None
    """

    links: tuple[str, ...] = ()
    between: tuple[str, str] | None = None
    gbps: int | None = None
    by: date | None = None
    strategies: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Service:
    """Traffic between two devices that no window may take below a floor, over whatever ways there are."""

    name: str
    a: str
    b: str
    floor_gbps: int


@dataclass(frozen=True, order=True)
class Risk:
    """Links that fail together: a shared duct, amplifier or card."""

    name: str
    links: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Lead:
    """A part that is not there before so many days after the first window's day."""

    part: str
    days: int


@dataclass(frozen=True)
class Windows:
    """When work may be done, and how much of it in one window.

    days          of the windows, in order; without them windows are only counted
    most          windows at most
    hands         changes a window; hands_a_site: of those, at one site
    sites         at which work may be done in one window: a link between two sites needs both
    soak          whole windows that must pass before what was set free may be used again
    soak_days     the same in days, where windows have days
    minutes       that a window is open, of which draining and checks take theirs once; changes come one after another,
                  each with change_minutes, and the exchange of a host with host_minutes
    """

    days: tuple[date, ...] = ()
    most: int | None = None
    hands: int | None = None
    hands_a_site: int | None = None
    sites: int | None = None
    soak: int = 0
    soak_days: int = 0
    minutes: int | None = None
    drain_minutes: int = 0
    change_minutes: int = 0
    host_minutes: int | None = None
    check_minutes: int = 0

    @property
    def work_minutes(self) -> int | None:
        """What a window has for changes, between draining and checks."""
        return None if self.minutes is None else self.minutes - self.drain_minutes - self.check_minutes

    @property
    def timed(self) -> bool:
        """Whether anything is said of how long work takes."""
        return bool(self.minutes or self.drain_minutes or self.change_minutes or self.host_minutes)

    def minutes_of(self, *, host: bool) -> int:
        """What a change takes, or the exchange of a host."""
        return self.host_minutes if host and self.host_minutes is not None else self.change_minutes

    def count(self, otherwise: int) -> int:
        """How many windows there are at most."""
        told = [number for number in (self.most, len(self.days) or None) if number is not None]
        return min(told, default=otherwise)

    def usable_from(self, window: int) -> int:
        """The first window, from 0, that may use what a window has set free."""
        first = window + 1 + self.soak
        if self.days:
            rested = self.days[window] + timedelta(days=self.soak_days)
            while first < len(self.days) and self.days[first] < rested:
                first += 1
        return first


@dataclass(frozen=True)
class Goal:
    """What a plan is asked for; every default is no limit.

    to_gbps      the rate wanted of all links below it, where there are no targets
    may_be_down  links whose service may stop; floors holds of groups, by name, another floor than the record's
    forbidden    strategies that are not to be used; no_connectors: plugs, and no_modules: module
                 types, that may not be newly needed
    makers       whose modules may be bought: the part before the first dot of a catalogue id
    hosts        devices, or patterns of them, and the model that may take their place where a link needs it
    resets_device  devices, or patterns of them, that a change of breakout resets as a whole, not a port group alone
    lag          together: members of a LAG change in one window; apart: in any
    survive      with a window open, one further failure of a link or risk group still cuts nothing off
    objective    aims with their weights in order; lexicographic unless weighted
    work         deterministic seconds of search
    """

    targets: tuple[Target, ...] = ()
    to_gbps: int | None = None
    services: tuple[Service, ...] = ()
    floors: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    windows: Windows = Windows()
    stock: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    buy: bool = True
    leads: tuple[Lead, ...] = ()
    budget: Decimal | None = None
    power_w: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    forbidden: tuple[str, ...] = ()
    no_connectors: tuple[str, ...] = ()
    no_modules: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()
    may_be_down: tuple[str, ...] = ()
    resets_device: tuple[str, ...] = ()
    lag: str = "together"
    survive: bool = False
    risks: tuple[Risk, ...] = ()
    unknown: str = "leave"
    objective: tuple[tuple[str, int], ...] = tuple((aim, 1) for aim in AIMS)
    weighted: bool = False
    prices: str | None = None
    work: float = 60.0
    seed: int = 1
