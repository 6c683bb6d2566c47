"""A saved run: a folder with ``run.json`` and Parquet files that later questions read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.batch.listing import SCHEMA as SCHEMA_OF_VERDICTS
from patchrules.errors import BaselineError, ColumnError, Diagnostic, DocumentError, Where
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.plain import noun, plain
from patchrules.evaluation.run import SCHEMA, Run, address
from patchrules.model.baseline import Baseline
from patchrules.model.columns import DIGESTS, FIXES, REJECTS, RUN_HOSTS, UPCOMING, VERDICTS, Column
from patchrules.model.loaded import shown
from patchrules.model.source import Source
from patchrules.model.verdict import Settings
from patchrules.sources import arrow

_RUN, _HOSTS, _VERDICTS, _FIXES = "run.json", "hosts.parquet", "verdicts.parquet", "fixes.parquet"
_DIGESTS, _UPCOMING, _REJECTS = "digests.parquet", "upcoming.parquet", "rejects.parquet"
_FILES = frozenset({_RUN, _HOSTS, _VERDICTS, _FIXES, _DIGESTS, _UPCOMING, _REJECTS})
_ID = b"patchrules.run"
_SETTINGS = tuple(field.name for field in fields(Settings))
_HINT = 'write one with pr.write(run, FOLDER, format="parquet") or -o FOLDER/, where the slash makes it a run'

WRITING: dict[str, Any] = {"compression": "zstd", "write_statistics": ["host"], "write_batch_size": 1 << 16}
"""How verdicts are written as they come. Bounds of hosts find a host's row groups; those of the other columns find
nothing, for their values are not in order, and take as long as all else of writing does."""


def save_run(run: Run, folder: str | os.PathLike[str]) -> Path:
    """Write ``run`` to ``folder`` and return it; the same run gives the same bytes.

    Everything is written to a sibling folder first and renamed into place, so a reader never sees half a run and a
    failure leaves what was there. A run that is already there is replaced. Raises DocumentError PR7803 when the folder
    holds something else, PR7901 when it cannot be written.
    """
    with placed(folder) as fresh:
        _write(run, fresh)
    return Path(os.path.realpath(folder))


@contextlib.contextmanager
def placed(folder: str | os.PathLike[str], files: frozenset[str] = _FILES) -> Iterator[Path]:
    """Yield a fresh folder, which takes the place of ``folder`` when what is written into it is whole.

    Only an empty folder, or one that holds nothing but ``files``, is replaced. Whatever happens before, Ctrl-C
    included, leaves what was there and nothing else. Raises as :func:`save_run` does.
    """
    target = Path(os.path.realpath(folder))
    fresh, old = (target.with_name(f".{target.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    try:
        if not _may_replace(target, files):
            kind = "saved run" if files == _FILES else "packed fleet"
            message = f"`{folder}` is there already and is no {kind}, so it is not replaced"
            raise DocumentError(message, code="PR7803", hint="choose a new folder, or take away what is there")
        fresh.mkdir()
        yield fresh
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError as problem:
        message = f"cannot write `{folder}`: {problem.strerror or problem}"
        hint = None if target.parent.exists() else f"make the folder `{target.parent}` first"
        raise DocumentError(message, code="PR7901", hint=hint) from problem
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


class VerdictFile:
    """The verdicts of a run on their way into a fresh folder; ``rows`` is how many were written."""

    def __init__(self, folder: Path) -> None:
        """Open the file."""
        self.rows = 0
        self._folder = folder
        self._file = pq.ParquetWriter(folder / _VERDICTS, SCHEMA_OF_VERDICTS, **WRITING)

    def write(self, verdicts: pa.Table) -> None:
        """Write some verdicts, with dictionaries for texts; raises OSError where they cannot be written."""
        if verdicts.num_rows:
            self._file.write_table(verdicts)
        self.rows += verdicts.num_rows

    def finish(self, run: Run) -> None:
        """Write what is still to be written, and the hosts and inputs of the run."""
        said = document(run, self.rows)
        self._file.add_key_value_metadata({_ID: said["id"].encode()})
        self._file.close()
        _write_table(self._folder / _HOSTS, run.hosts, RUN_HOSTS, said["id"])
        _write_table(self._folder / _FIXES, run.fixes, FIXES, said["id"])
        _write_optional(run, self._folder, said["id"])
        _write_document(self._folder, said)

    def close(self) -> None:
        """Give the file back, whatever was written."""
        self._file.close()


def is_saved_run(path: str | os.PathLike[str]) -> bool:
    """Say whether a folder has the files of a saved run."""
    return all((Path(path) / name).is_file() for name in (_RUN, _HOSTS, _VERDICTS))


def load_run(path: str | os.PathLike[str]) -> Run:
    """Read the run that was saved in a folder.

    Raises DocumentError PR7801 for what is no saved run and PR7802 for one that is damaged or was changed by hand, and
    ColumnError for a table that misses a column.
    """
    if not isinstance(path, str | os.PathLike):
        message = f"`path` is {shown(path)}, wanted the folder of a saved run"
        raise DocumentError(message, code="PR7801", hint=_HINT)
    folder = Path(path)
    said = _said(folder, str(path))
    try:
        run = Run(
            settings=noun(Settings, {name: said[name] for name in _SETTINGS if name in said}),
            hosts=_table(folder / _HOSTS, "hosts", RUN_HOSTS, said["id"]),
            verdicts=_table(folder / _VERDICTS, "verdicts", VERDICTS, said["id"]),
            rows=said["rows"],
            version=said["version"],
            baselines=noun(tuple[Baseline, ...], said["policy"]),
            sources=noun(tuple[Source, ...], said["files"]),
            diagnostics=noun(tuple[Diagnostic, ...], said["diagnostics"]),
            limits=noun(AgeLimits, said["limits"]),
            fixes=_table(folder / _FIXES, "fixes", FIXES, said["id"]),
            upcoming=_optional(folder / _UPCOMING, "upcoming", UPCOMING, said["id"]),
            digests=_optional(folder / _DIGESTS, "digests", DIGESTS, said["id"]),
            rejects=_optional(folder / _REJECTS, "rejects", REJECTS, said["id"]),
        )
        if (identity := run.id) != said["id"]:
            raise _damaged(folder / _RUN, f"its inputs have the id `{identity}`, it says `{said['id']}`")
    except (KeyError, TypeError, AttributeError, OverflowError) as problem:
        raise _damaged(folder / _RUN, f"{type(problem).__name__}: {problem}") from problem
    except BaselineError as problem:  # of an earlier version, which took more than AWS does
        raise _damaged(folder / _RUN, f"in its policy, {problem.message}") from problem
    except ValueError as problem:
        if isinstance(problem, DocumentError | ColumnError):
            raise
        raise _damaged(folder / _RUN, str(problem)) from problem
    return run


def saved_runs(path: str | os.PathLike[str]) -> list[Path]:
    """Return the saved runs in a folder, the earliest instant first; the folder may be one itself.

    Raises DocumentError PR7804 when there is none, and PR7801 or PR7802 for one whose ``run.json`` cannot be read.
    """
    folder = Path(path)
    found = [folder] if (folder / _RUN).is_file() else [place.parent for place in sorted(folder.glob(f"*/{_RUN}"))]
    if not found:
        message = f"`{path}` holds no saved run"
        raise DocumentError(message, code="PR7804", hint="save runs in it: -o RUNS/monday/")
    return sorted(found, key=lambda one: str(_said(one, str(one)).get("as_of", "")))


def _said(folder: Path, name: str) -> dict[str, Any]:
    """Read ``run.json`` as far as it says that it is one."""
    try:
        said = json.loads((folder / _RUN).read_bytes())
    except OSError as problem:
        message = f"`{name}` is no saved run: {_RUN} cannot be read ({problem.strerror or problem})"
        raise DocumentError(message, code="PR7801", hint=_HINT) from problem
    except (ValueError, RecursionError) as problem:
        raise _damaged(folder / _RUN, f"it is not JSON ({problem})") from problem
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        found = said.get("schema") if isinstance(said, dict) else type(said).__name__
        message = f"`{name}` is no saved run: {_RUN} has the schema `{found}`, wanted `{SCHEMA}`"
        raise DocumentError(message, code="PR7801", hint=_HINT)
    return said


def document(run: Run, verdicts: int | None = None) -> dict[str, Any]:
    """Return what ``run.json`` says: the inputs and id, what the verdicts add up to, and the policy itself.

    ``verdicts`` is how many there are, where they are not in memory.
    """
    inputs = run.inputs()
    return {
        **inputs,
        "id": address(inputs),
        "hosts": run.hosts.num_rows,
        "verdicts": run.verdicts.num_rows if verdicts is None else verdicts,
        "statuses": run.statuses(),
        "totals": run.totals(),
        "policy": plain(run.baselines),
        "files": plain(run.sources),
        "diagnostics": plain(run.diagnostics),
    }


def _write(run: Run, folder: Path) -> None:
    """Write the files."""
    said = document(run)
    _write_document(folder, said)
    tables = ((_HOSTS, run.hosts, RUN_HOSTS), (_VERDICTS, run.verdicts, VERDICTS), (_FIXES, run.fixes, FIXES))
    for name, found, columns in tables:
        _write_table(folder / name, found, columns, said["id"])
    _write_optional(run, folder, said["id"])


def _write_document(folder: Path, said: dict[str, Any]) -> None:
    """Write ``run.json``."""
    text = json.dumps(said, indent=2, ensure_ascii=False)
    (folder / _RUN).write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))


def _write_table(path: Path, found: pa.Table, columns: tuple[Column, ...], identity: str) -> None:
    """Write one table, with the id of its run."""
    schema = arrow.schema(columns).with_metadata({_ID: identity.encode()})
    pq.write_table(found.cast(schema), path, compression="zstd")


def _write_optional(run: Run, folder: Path, identity: str) -> None:
    """Write the tables that not every run has."""
    refused = run.rejects if run.rejects is not None and run.rejects.num_rows else None
    tables = ((_UPCOMING, run.upcoming, UPCOMING), (_DIGESTS, run.digests, DIGESTS), (_REJECTS, refused, REJECTS))
    for name, found, columns in tables:
        if found is not None:
            _write_table(folder / name, found, columns, identity)


def _optional(path: Path, name: str, columns: tuple[Column, ...], identity: str) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Read such a table, None where the run has none."""
    return _table(path, name, columns, identity) if path.exists() else None


def _table(path: Path, name: str, columns: tuple[Column, ...], identity: str) -> pa.Table:
    """Read one table and check that it is this run's."""
    try:
        with pq.ParquetFile(path) as file:
            found, metadata = file.read(), file.metadata.metadata or {}
    except (OSError, pa.ArrowException) as problem:
        raise _damaged(path, str(problem).partition("\n")[0]) from problem
    said = metadata.get(_ID, b"").decode("utf-8", "replace")
    if said != identity:
        raise _damaged(path, f"it belongs to the run `{said}`, not to `{identity}`")
    missing = [column.name for column in columns if column.name not in found.column_names]
    if missing:
        raise ColumnError(name, missing, found.column_names)
    try:
        return found.select([column.name for column in columns]).cast(arrow.schema(columns))
    except pa.ArrowException as problem:
        raise _damaged(path, str(problem).partition("\n")[0]) from problem


def _damaged(path: Path, why: str) -> DocumentError:
    """Return the error for a run that was written once and is not whole now."""
    message = f"the saved run is damaged: {why}"
    return DocumentError(message, code="PR7802", where=Where(file=str(path)), hint="evaluate again")


def _may_replace(target: Path, files: frozenset[str]) -> bool:
    """Say whether nothing is there, an empty folder, or one of some files only."""
    if not target.exists():
        return True
    if not target.is_dir():
        return False
    names = {found.name for found in target.iterdir()}
    return not names or (names <= files and any(name.endswith(".json") for name in names))
