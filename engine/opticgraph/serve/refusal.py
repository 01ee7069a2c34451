"""A request that is not answered, and why, as a status of HTTP and a sentence."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(Exception):
    """What the client is told instead of an answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
