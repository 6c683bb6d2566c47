"""The shelf of reports: verdicts to bytes, one file a format."""

from __future__ import annotations

import functools
import importlib
import io
import os
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

from patchrules.errors import DocumentError, UnknownNameError
from patchrules.evaluation.rows import run_of
from patchrules.evaluation.run import Run, no_run
from patchrules.evaluation.saved import load_run
from patchrules.model.conditions import WORDS, condition
from patchrules.model.loaded import shown
from patchrules.model.verdict import HostReport
from patchrules.questions.tables import TABLES
from patchrules.reports._tables import shaped
from patchrules.reports._writer import Look, Writer
from patchrules.sources.placed import placed

__all__ = ["Look", "Writer", "write", "writer_for", "writers"]

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


def write(  # noqa: PLR0913 - the options of a report are keywords
    run: Run | HostReport | Sequence[HostReport],
    target: Target,
    *,
    format: str | None = None,  # noqa: A002  the word people use
    table: str | None = None,
    width: int = 100,
    color: bool = False,
    again: str = "",
    earlier: Sequence[Run] = (),
    account: str = "",
    region: str = "",
    fail_on: str | Iterable[str] | None = (),
) -> None:
    """Write the verdicts of a run, or of reports on single hosts, to a file, a folder or a binary stream.

    ``format`` is a name of :func:`writers`; without it the end of the file name decides, see :func:`writer_for`.
    ``parquet`` makes a folder (see ``load_run``). A file is written beside its place and renamed, so a reader
    never sees half of it and a failure leaves what was there. ``table`` writes one table of the run in place of all of
    it (``verdicts``, ``hosts``, ``patches``, ``groups``, ``cves``, ``exposures`` or ``upcoming``), as CSV, JSON
    lines, Parquet or Arrow. ``width``, ``color`` and ``again`` are for the format ``table``; ``earlier`` runs give
    ``html`` its trend; ``account`` and ``region`` are for ``asff``; ``fail_on`` are codes of diagnostics
    that ``junit`` has as failures.

    Raises UnknownNameError for a format, a table or a condition of ``fail_on`` that is not known and DocumentError
    (PR7803, PR7806, PR7901 to PR7906).

    >>> import io, patchrules as pr
    >>> host = pr.Host("web-1", "debian", "Debian12", packages=(pr.Package("bash", "amd64", "5.2"),))
    >>> report = pr.evaluate(pr.predefined("AWS-DebianDefaultPatchBaseline"), host, [], as_of="2025-03-01T00:00Z")
    >>> stream = io.BytesIO()
    >>> write(report, stream, format="csv")
    >>> stream.getvalue().decode().splitlines()[1][:29]
    'web-1,UNKNOWN,NO_CATALOG,AWS-'
    """
    writer = writer_for(target, format, table=table)
    whole = run if isinstance(run, Run) else run_of(_reports(run))
    whole = load_run(whole.folder) if whole.folder else whole
    look = Look(width, color, again, tuple(earlier), account, region, _conditions(fail_on))
    if table is not None and writer.write_table is not None:
        wanted, write_table = shaped(whole, table), writer.write_table
        with _opened(target) as stream:
            write_table(wanted, stream)
    elif writer.is_folder and isinstance(target, str | os.PathLike):
        writer.write(whole, Path(target), look)
    else:
        with _opened(target) as stream:
            writer.write(whole, stream, look)


def _conditions(given: str | Iterable[str] | None) -> frozenset[str]:
    """Return what is a failure; raises UnknownNameError for what is no word and no code."""
    found = {one: condition(one) for one in ((given,) if isinstance(given, str) else given or ())}
    for one, meant in found.items():
        if meant is None:
            raise UnknownNameError("condition of fail_on", one, WORDS)
    return frozenset(filter(None, found.values()))


def _reports(found: object) -> Sequence[HostReport]:
    """Return one report or several as a list; raises DocumentError PR7806 for a path or anything else."""
    if isinstance(found, str | os.PathLike) or not isinstance(found, Iterable | HostReport):
        raise no_run(f"`run` is {shown(found)}", "a run, a report or several reports")
    several = [found] if isinstance(found, HostReport) else list(found)
    for one in several:
        if not isinstance(one, HostReport):
            raise no_run(f"`run` has {shown(one)}", "a run, a report or several reports")
    return several


def _opened(target: Target) -> AbstractContextManager[BinaryIO]:
    """Return a stream to write to: a file that takes its place once it is whole, or the stream that was given."""
    return placed(target) if isinstance(target, str | os.PathLike) else nullcontext(target)


def writer_for(
    target: Target,
    format: str | None = None,  # noqa: A002  the word people use
    *,
    table: str | None = None,
) -> Writer:
    """Return the format asked for, else that of the file's name; ``table`` for streams and names without an end.

    It costs nothing to ask before anything is judged. Raises UnknownNameError for a format or ``table`` that is not
    known, and DocumentError PR7901 for a target that is neither path nor binary stream, PR7902 for a folder that would
    be a stream, PR7903 for an end of a name that no format has, PR7904 for a format that does not write single tables.

    >>> writer_for("out/verdicts.jsonl").name, writer_for("verdicts/").name, writer_for("report").name
    ('jsonl', 'parquet', 'table')
    >>> writer_for("patches.parquet", table="patches").name
    'parquet'
    """
    shelf = writers()
    name = os.fspath(target) if isinstance(target, str | os.PathLike) else None
    if name is None and (isinstance(target, io.TextIOBase) or not hasattr(target, "write")):
        message = f"`target` is {shown(target)}, wanted a path or a binary stream"
        hint = 'give a name, as "report.html", or a stream, as sys.stdout.buffer'
        raise DocumentError(message, code="PR7901", hint=hint)
    if format is not None and format not in shelf:
        raise UnknownNameError("report format", format, shelf)
    if table is not None:
        return _table_writer(name, format, table)
    writer = shelf[format] if format is not None else shelf["table"] if name is None else _by_name(name)
    if writer.is_folder and name is None:
        message = f"`{writer.name}` is a folder of files and cannot be written to a stream"
        raise DocumentError(message, code="PR7902", hint="give a folder, e.g. -o verdicts/")
    return writer


def _table_writer(name: str | None, form: str | None, table: str) -> Writer:
    """Return the format for one table: the one asked for, else that of the file's name, else CSV."""
    if table not in TABLES:
        raise UnknownNameError("table of a run", table, TABLES)
    shelf = writers()
    if form is None and name is not None and name.lower().endswith(_FILE_OF_PARQUET):
        return shelf["parquet"]
    found = shelf[form] if form is not None else shelf["csv"] if name is None else _by_name(name)
    if found.write_table is None:
        able = ", ".join(one.name for one in shelf.values() if one.write_table is not None)
        message = f"`{found.name}` does not write a single table such as `{table}`"
        raise DocumentError(message, code="PR7904", hint=f"choose one of {able}")
    return found


def _by_name(name: str) -> Writer:
    """Return the format that the end of a file's name means."""
    shelf, text = writers(), name.lower()
    ends = {end: writer for writer in shelf.values() for end in writer.suffixes if text.endswith(end)}
    if ends:
        return ends[max(ends, key=len)]
    suffix = Path(text).suffix
    if not suffix:
        return shelf["table"]
    known = ", ".join(end for writer in shelf.values() for end in writer.suffixes if end.startswith("."))
    hint = _HINTS.get(suffix, f"end it in one of {known}, or say --output-format")
    raise DocumentError(f"`{name}` ends in `{suffix}`, which no report format does", code="PR7903", hint=hint)


_FILE_OF_PARQUET = ".parquet"
_HINTS = {".parquet": "a saved run is a folder: -o verdicts/ --output-format parquet; one table of it needs --table"}
"""What to write instead of an end that looks as if it were known."""
