"""The shelf of reports: verdicts to bytes, one file a format."""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

from patchrules.errors import DocumentError, UnknownNameError
from patchrules.evaluation.rows import run_of
from patchrules.evaluation.run import Run
from patchrules.evaluation.saved import load_run
from patchrules.model.verdict import HostReport
from patchrules.reports._placed import placed
from patchrules.reports._writer import Look, Writer

__all__ = ["Look", "Writer", "placed", "write", "writer_for", "writers"]

Target: TypeAlias = "str | os.PathLike[str] | BinaryIO"
"""A path, or a binary stream."""


@functools.cache
def writers() -> Mapping[str, Writer]:
    """Return every format by name: the files of this folder, then entry points ``patchrules.reports``.

    >>> writers()["csv"].label, "aws-patch-states" in writers()
    ('CSV, one patch a row', True)
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = [importlib.import_module(f"{__name__}.{name}").WRITER for name in names]
    found += [point.load() for point in entry_points(group="patchrules.reports")]
    return MappingProxyType({writer.name: writer for writer in found})


def write(
    run: Run | HostReport | Sequence[HostReport],
    target: Target,
    *,
    format: str | None = None,  # noqa: A002  the word people use
    width: int = 100,
    color: bool = False,
    again: str = "",
) -> None:
    """Write the verdicts of a run, or of reports on single hosts, to a file, a folder or a binary stream.

    ``format`` is a name of :func:`writers`; without it the end of the file name decides, see :func:`writer_for`.
    ``parquet`` makes a folder (see ``load_run``). A file is written beside its place and renamed, so a reader
    never sees half of it and a failure leaves what was there. ``width``, ``color`` and ``again`` are for ``table``.

    Raises UnknownNameError for a format that is not known and DocumentError (PR7803, PR7901, PR7902, PR7903).

    >>> import io, patchrules as pr
    >>> host = pr.Host("web-1", "debian", "Debian12", packages=(pr.Package("bash", "amd64", "5.2"),))
    >>> report = pr.evaluate(pr.predefined("AWS-DebianDefaultPatchBaseline"), host, [], as_of="2025-03-01T00:00Z")
    >>> stream = io.BytesIO()
    >>> write(report, stream, format="csv")
    >>> stream.getvalue().decode().splitlines()[1][:29]
    'web-1,UNKNOWN,NO_CATALOG,AWS-'
    """
    writer = writer_for(target, format)
    whole = run if isinstance(run, Run) else run_of(run)
    whole = load_run(whole.folder) if whole.folder else whole
    look = Look(width, color, again)
    if not isinstance(target, str | os.PathLike):
        writer.write(whole, target, look)
    elif writer.is_folder:
        writer.write(whole, Path(target), look)
    else:
        with placed(target) as stream:
            writer.write(whole, stream, look)


def writer_for(target: Target, format: str | None = None) -> Writer:  # noqa: A002  the word people use
    """Return the format asked for, else that of the file's name; ``table`` for streams and names without an end.

    It costs nothing to ask before anything is judged. Raises UnknownNameError for a format that is not known, and
    DocumentError PR7902 for a folder that would be a stream, PR7903 for an end of a name that no format has.

    >>> writer_for("out/verdicts.jsonl").name, writer_for("verdicts/").name, writer_for("report").name
    ('jsonl', 'parquet', 'table')
    """
    shelf = writers()
    name = os.fspath(target) if isinstance(target, str | os.PathLike) else None
    if format is not None and format not in shelf:
        raise UnknownNameError("report format", format, shelf)
    writer = shelf[format] if format is not None else shelf["table"] if name is None else _by_name(name)
    if writer.is_folder and name is None:
        message = f"`{writer.name}` is a folder of files and cannot be written to a stream"
        raise DocumentError(message, code="PR7902", hint="give a folder, e.g. -o verdicts/")
    return writer


def _by_name(name: str) -> Writer:
    """Return the format that the end of a file's name means."""
    shelf, text = writers(), name.lower()
    found = next((writer for writer in shelf.values() if text.endswith(writer.suffixes)), None)
    if found is not None:
        return found
    suffix = Path(text).suffix
    if not suffix:
        return shelf["table"]
    known = ", ".join(end for writer in shelf.values() for end in writer.suffixes if end.startswith("."))
    hint = _HINTS.get(suffix, f"end it in one of {known}, or say --output-format")
    raise DocumentError(f"`{name}` ends in `{suffix}`, which no report format does", code="PR7903", hint=hint)


_HINTS = {".parquet": "a saved run is a folder: -o verdicts/ --output-format parquet"}
"""What to write instead of an end that looks as if it were known."""
