"""Processes that answer one request after the other, any of which may be ended without harm to the others."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from .limits import Limits
from .refusal import Refused

__all__ = ["Pool"]

_START = 120.0  # seconds until a process is ready, on a busy machine


class _Process:
    """One process: a line of JSON in, a line of JSON and as many bytes as it says out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.since = 0.0  # when its request began
        self.yielded = False  # ended so that others have a turn

    async def ask(self, asked: bytes) -> tuple[str, bytes]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(asked)
        await self.process.stdin.drain()
        head = json.loads(await self.process.stdout.readuntil(b"\n"))
        return head["kind"], await self.process.stdout.readexactly(head["length"])

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Pool:
    """So many processes of one command; a request waits for a free one, and a process that is ended is replaced."""

    def __init__(self, command: Sequence[str], *, size: int, seconds: float, limits: Limits) -> None:
        self._command = [sys.executable, *command]
        self._size, self._seconds, self._limits = size, seconds, limits
        self._free: deque[_Process] = deque()
        self._busy: set[_Process] = set()
        self._waiting: deque[asyncio.Future[_Process]] = deque()
        self._renewals: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes and wait until they are ready."""
        await asyncio.gather(*(self._renew() for _ in range(self._size)))

    def close(self) -> None:
        """End all processes."""
        self._closed = True
        for process in (*self._free, *self._busy):
            process.end()

    async def ask(self, request: Mapping[str, Any]) -> tuple[str, bytes]:
        """The kind of answer and the answer; Refused where there is none within the limits."""
        asked = json.dumps(request).encode() + b"\n"
        process = await self._taken()
        process.since, process.yielded = time.monotonic(), False
        self._busy.add(process)
        try:
            async with asyncio.timeout(self._seconds):
                answer = await process.ask(asked)
        except TimeoutError as error:
            self._drop(process)
            raise Refused(
                504, f"found no answer within {self._seconds:g} seconds; expected a query that reads less"
            ) from error
        except (OSError, asyncio.IncompleteReadError) as error:
            self._drop(process)
            if process.yielded:
                took = f"it had taken more than {self._limits.share:g} seconds and others were waiting"
                raise Refused(503, f"the query was ended, as {took}; expected one that reads less") from error
            raise Refused(503, _died(self._limits)) from error
        except BaseException:
            self._drop(process)
            raise
        self._busy.discard(process)
        if answer[0] == "memory":
            self._drop(process)
            raise Refused(503, _died(self._limits))
        self._give(process)
        return answer

    async def _taken(self) -> _Process:
        if self._free:
            return self._free.pop()
        if len(self._waiting) >= self._limits.queue:
            raise Refused(503, f"{self._limits.queue} queries are waiting already; try again later")
        future: asyncio.Future[_Process] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        until = time.monotonic() + self._limits.waiting
        try:
            while not future.done() and (left := until - time.monotonic()) > 0:
                await asyncio.wait({future}, timeout=min(left, self._limits.share / 4))
                if not future.done():
                    self._end_longest()
            if future.done():
                return future.result()
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._give(future.result())
            raise
        finally:
            if not future.done():
                future.cancel()
            with suppress(ValueError):
                self._waiting.remove(future)
        raise Refused(503, f"found no free process within {self._limits.waiting:g} seconds; try again later")

    def _end_longest(self) -> None:
        """End the query that has run longest, if that is longer than its share while others wait."""
        running = [process for process in self._busy if not process.yielded]
        if len(running) == self._size:  # else a process is on its way already
            longest = min(running, key=lambda process: process.since)
            if time.monotonic() - longest.since > self._limits.share:
                longest.yielded = True
                longest.end()

    def _give(self, process: _Process) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(process)
                return
        self._free.append(process)

    def _drop(self, process: _Process) -> None:
        self._busy.discard(process)
        process.end()
        if not self._closed:
            task = asyncio.get_running_loop().create_task(self._replace())
            self._renewals.add(task)
            task.add_done_callback(self._renewals.discard)

    async def _replace(self) -> None:
        while not self._closed:
            try:
                return await self._renew()
            except (OSError, RuntimeError):  # the machine has no room for it now
                await asyncio.sleep(1)

    async def _renew(self) -> None:
        pipe = asyncio.subprocess.PIPE
        process = _Process(
            await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, start_new_session=True
            )
        )
        assert process.process.stdout is not None
        try:
            async with asyncio.timeout(_START):
                await process.process.stdout.readuntil(b"ready\n")
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            process.end()
            raise RuntimeError("a process that answers could not be started") from error
        if self._closed:
            process.end()
        else:
            self._give(process)


def _died(limits: Limits) -> str:
    most = f"most likely it needed more than {limits.memory_mb} MiB of memory"
    return f"the process that answered was stopped by the system: {most}, or was nested too deeply"
