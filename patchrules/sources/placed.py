"""Files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from patchrules.errors import DocumentError


@contextlib.contextmanager
def placed(
    target: str | os.PathLike[str], error: type[DocumentError] = DocumentError, code: str = "PR7901"
) -> Iterator[BinaryIO]:
    """Open a file beside ``target`` that takes its place once it is whole; a device or pipe is written as it is.

    A file that is there already keeps its mode.

    Raises ``error``, DocumentError PR7901 where nothing else is asked for, when it cannot be written.
    """
    try:
        place = Path(os.path.realpath(target))
    except ValueError as problem:
        raise error(f"cannot write `{os.fspath(target)}`: {problem}", code=code) from problem  # it has a null byte
    fresh = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        if place.exists() and not place.is_file():
            with place.open("wb") as stream:
                yield stream
            return
        # A process that was killed under this number may have left it; "xb" follows no link that somebody laid there.
        fresh.unlink(missing_ok=True)
        with fresh.open("xb") as stream:
            if place.is_file():
                shutil.copymode(place, fresh)  # before a byte is in it: what only its owner may read stays so
            yield stream
        fresh.replace(place)
    except OSError as problem:
        message = f"cannot write `{os.fspath(target)}`: {problem.strerror or problem}"
        hint = None if place.parent.exists() else f"make the folder `{place.parent}` first"
        raise error(message, code=code, hint=hint) from problem
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink()
