"""What a person sees on stderr while they wait: nothing in the first second, and nothing in a log file."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

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
