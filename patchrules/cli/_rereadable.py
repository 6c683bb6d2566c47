"""What can be read only once, a pipe or standard input, kept so that a verb may read it again."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class _Kept(io.BytesIO):
    """The bytes of a pipe, under the name that it was given by."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def rereadable(paths: Sequence[str], most: int) -> Callable[[], Any]:
    """Return what gives the inputs as the library takes them, from their beginning each time it is asked.

    Of a pipe at most one byte more than ``most`` is read: the door that refuses it is to tell.

    >>> rereadable(["web-1.rpmqa"], 1 << 20)()
    'web-1.rpmqa'
    """
    kept = {path: content for path in paths if (content := _piped(path, most)) is not None}

    def sources() -> Any:  # noqa: ANN401  one input, or a list of them
        found = [_Kept(kept[path], path) if path in kept else path for path in paths]
        return found[0] if len(found) == 1 else found

    return sources


def _piped(path: str, most: int) -> bytes | None:
    """Return the bytes of what can be read only once, None for anything else and for what cannot be read."""
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            return None
        with Path(path).open("rb") as stream:
            return stream.read(most + 1)
    except (OSError, ValueError):
        return None
