"""Somebody who writes while others judge."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self


class Clerk:
    """A thread that does one thing after the other, while whoever hands them over goes on.

    At most one thing is being done and none waits, so that memory does not grow when the disk is slow.

    >>> written = []
    >>> with Clerk() as clerk:
    ...     clerk.give(written.append, "first")
    ...     clerk.give(written.append, "second")
    ...     clerk.wait()
    >>> written
    ['first', 'second']
    """

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._thread = ThreadPoolExecutor(1)
        self._doing: Future[Any] | None = None

    def give(self, work: Callable[..., Any], *given: object) -> None:
        """Have ``work`` done when what was given before is done; raises what that raised."""
        self.wait()
        self._doing = self._thread.submit(work, *given)

    def wait(self) -> None:
        """Wait until everything is done; raises what it raised."""
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.result()

    def close(self) -> None:
        """Let the thread end, whatever happened."""
        self._thread.shutdown()

    def __enter__(self) -> Self:
        """Return this one."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the thread end."""
        self.close()
