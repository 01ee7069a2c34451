"""The time of a run: now, or what SOURCE_DATE_EPOCH says, so that a run can be repeated to the byte."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from .errors import InputError

__all__ = ["now"]


def now() -> datetime:
    """The time in UTC, to the second. Raises InputError where SOURCE_DATE_EPOCH is no number of seconds since 1970."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if not told:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(told), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(f"SOURCE_DATE_EPOCH: found {told!r}; expected seconds since 1970-01-01, UTC") from error
