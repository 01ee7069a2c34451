"""Ctrl-C ends a command with one code and no traceback, whatever a compiled library makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from opticgraph.exits import INTERRUPTED, OURS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

PROGRAM = """
import os, signal, sys
from opticgraph import cli

def command(**_):
{body}

cli.cli.main = command
cli.program()
"""


class _Told:
    def __init__(self, body: str) -> None:
        program = PROGRAM.format(body=textwrap.indent(textwrap.dedent(body), "    "))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
        self.code, self.err = done.returncode, done.stderr


PRESS = "os.kill(os.getpid(), signal.SIGINT)"


def test_an_interrupted_command_ends_with_the_code_of_an_interruption() -> None:
    told = _Told(PRESS)
    assert (told.code, told.err) == (INTERRUPTED, "")


@pytest.mark.parametrize("error", ["ImportError", "TypeError", "BaseException", "__import__('click').UsageError"])
def test_what_a_library_makes_of_an_interruption_is_no_error_of_the_program(error: str) -> None:
    told = _Told(f"""
        try:
            {PRESS}
        except KeyboardInterrupt as pressed:
            raise {error}("made of it") from pressed
    """)
    assert (told.code, told.err) == (INTERRUPTED, "")


def test_an_interruption_that_cannot_be_raised_prints_nothing() -> None:
    told = _Told(f"""
        class Freed:
            def __del__(self):
                {PRESS}
        Freed()
        return 1
    """)
    assert (told.code, told.err) == (1, "")


def test_without_an_interruption_a_panic_is_our_fault_and_said() -> None:
    told = _Told('raise BaseException("a panic of compiled code")')
    assert told.code == OURS
    assert "internal error: BaseException: a panic of compiled code" in told.err


def test_where_ctrl_c_is_switched_off_it_stays_so() -> None:
    told = _Told(f"""
        {PRESS}
        return 1
    """)
    assert told.code == INTERRUPTED
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        told = _Told(f"""
            {PRESS}
            return 1
        """)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (told.code, told.err) == (1, "")
