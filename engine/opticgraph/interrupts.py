"""What Ctrl-C does to a command: it ends it, whatever a compiled library makes of the KeyboardInterrupt on its way."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruptible", "on_interrupt"]


def interruptible() -> Callable[[], bool]:
    """Tell from now on whether Ctrl-C was pressed: an error that follows it is no error of the program.

    A KeyboardInterrupt raised within an import comes out as an ImportError, within Polars as a TypeError or, where
    Python calls back from compiled code, only as a note on stderr. A command that was started with Ctrl-C switched off
    (a job in the background of a script) is left so.
    """
    pressed = threading.Event()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return pressed.is_set
    shown = sys.unraisablehook

    def press(number: int, frame: FrameType | None) -> None:
        pressed.set()
        raise KeyboardInterrupt

    def show(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            shown(unraisable)

    signal.signal(signal.SIGINT, press)
    sys.unraisablehook = show
    return pressed.is_set


@contextmanager
def on_interrupt(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C set `stop`, for work that has a best answer so far; a second one ends it as ever."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # only the main thread is told of signals, and where they are switched off they stay so
        return

    def press(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            before(number, frame)
        stop.set()

    signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
