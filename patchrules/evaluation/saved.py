"""A saved run: a folder with ``run.json`` and three Parquet files that later questions read."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.errors import ColumnError, Diagnostic, DocumentError, Where
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.plain import noun, plain
from patchrules.evaluation.run import SCHEMA, Run, address
from patchrules.model.baseline import Baseline
from patchrules.model.columns import FIXES, RUN_HOSTS, VERDICTS, Column
from patchrules.model.source import Source
from patchrules.model.verdict import Settings
from patchrules.sources import arrow

_RUN, _HOSTS, _VERDICTS, _FIXES = "run.json", "hosts.parquet", "verdicts.parquet", "fixes.parquet"
_ID = b"patchrules.run"
_SETTINGS = tuple(field.name for field in fields(Settings))
_HINT = 'write one with pr.write(run, FOLDER, format="parquet") or --output-format parquet -o FOLDER'


def save_run(run: Run, folder: str | os.PathLike[str]) -> Path:
    """Write ``run`` to ``folder`` and return it; the same run gives the same bytes.

    Everything is written to a sibling folder first and renamed into place, so a reader never sees half a run and a
    failure leaves what was there. A run that is already there is replaced. Raises DocumentError PR7803 when the folder
    holds something else, PR7901 when it cannot be written.
    """
    target = Path(os.path.realpath(folder))
    fresh, old = (target.with_name(f".{target.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    try:
        if not _may_replace(target):
            message = f"`{folder}` is there already and is no saved run, so it is not replaced"
            raise DocumentError(message, code="PR7803", hint="choose a new folder, or take away what is there")
        fresh.mkdir()
        _write(run, fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError as problem:
        message = f"cannot write `{folder}`: {problem.strerror or problem}"
        raise DocumentError(message, code="PR7901") from problem
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return target


def load_run(path: str | os.PathLike[str]) -> Run:
    """Read the run that was saved in a folder.

    Raises DocumentError PR7801 for what is no saved run and PR7802 for one that is damaged or was changed by hand, and
    ColumnError for a table that misses a column.
    """
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
        )
        if (identity := run.id) != said["id"]:
            raise _damaged(folder / _RUN, f"its inputs have the id `{identity}`, it says `{said['id']}`")
    except (KeyError, TypeError, AttributeError, OverflowError) as problem:
        raise _damaged(folder / _RUN, f"{type(problem).__name__}: {problem}") from problem
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


def document(run: Run) -> dict[str, Any]:
    """Return what ``run.json`` says: the inputs and id, what the verdicts add up to, and the policy itself."""
    inputs = run.inputs()
    return {
        **inputs,
        "id": address(inputs),
        "hosts": run.hosts.num_rows,
        "verdicts": run.verdicts.num_rows,
        "statuses": run.statuses(),
        "totals": run.totals(),
        "policy": plain(run.baselines),
        "files": plain(run.sources),
        "diagnostics": plain(run.diagnostics),
    }


def _write(run: Run, folder: Path) -> None:
    """Write the files."""
    said = document(run)
    text = json.dumps(said, indent=2, ensure_ascii=False)
    (folder / _RUN).write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))
    tables = ((_HOSTS, run.hosts, RUN_HOSTS), (_VERDICTS, run.verdicts, VERDICTS), (_FIXES, run.fixes, FIXES))
    for name, found, columns in tables:
        schema = arrow.schema(columns).with_metadata({_ID: said["id"].encode()})
        pq.write_table(found.cast(schema), folder / name, compression="zstd")


def _table(path: Path, name: str, columns: tuple[Column, ...], identity: str) -> pa.Table:
    """Read one table and check that it is this run's."""
    try:
        found = pq.read_table(path)
    except (OSError, pa.ArrowException) as problem:
        raise _damaged(path, str(problem).partition("\n")[0]) from problem
    said = (found.schema.metadata or {}).get(_ID, b"").decode("utf-8", "replace")
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


def _may_replace(target: Path) -> bool:
    """Say whether nothing, an empty folder or a saved run is there."""
    if not target.exists():
        return True
    if not target.is_dir():
        return False
    names = {found.name for found in target.iterdir()}
    return not names or (_RUN in names and names <= {_RUN, _HOSTS, _VERDICTS, _FIXES})
