"""What options must not bring in: strategies, module types and plugs, each with the words that forbid it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["NO_LIMITS", "Limits"]


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Limits:
    """Forbidden things and why, in words; what a link has already stays.

    strategies  by name
    types       module types that are not to be brought in; unsold: those that no allowed maker sells
    plugs       module types whose plugs are not to be fitted, even where the module is there
    """

    strategies: Mapping[str, str] = field(default_factory=_nothing)
    types: Mapping[str, str] = field(default_factory=_nothing)
    unsold: Mapping[str, str] = field(default_factory=_nothing)
    plugs: Mapping[str, str] = field(default_factory=_nothing)

    def forbidding(self, strategy: str, modules: Mapping[str, str | None], now: Mapping[str, str | None]) -> str:
        """The words that forbid a strategy with these modules, by end, on a link that has those now; else empty."""
        if strategy == "stay":
            return ""
        said = [self.strategies.get(strategy, "")]
        for end, module in modules.items():
            if module is None:
                continue
            if module != now.get(end):
                said += [self.types.get(module, ""), self.unsold.get(module, "")]
            if strategy == "re-terminate":
                said.append(self.plugs.get(module, ""))
        return "; ".join(dict.fromkeys(filter(None, said)))


NO_LIMITS = Limits()
