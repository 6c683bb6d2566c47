"""What a person sees on stderr while they wait: nothing in the first second, and nothing in a log file."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

_PATIENCE = 1.0


@contextlib.contextmanager
def stage(text: str) -> Iterator[None]:
    """Show what is being done once it takes longer than a second, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status(f"{text} …")
    timer = threading.Timer(_PATIENCE, status.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextlib.contextmanager
def bar(text: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what to tell how many rows are done, of how many; a bar shows it where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(text, total=None)
        yield lambda done, whole: shown.update(task, completed=done, total=whole)
