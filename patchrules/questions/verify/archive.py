"""The archive of a bundle: a ZIP of fixed names whose every file the manifest names by sha256."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.catalog import read_catalog
from patchrules.errors import DocumentError
from patchrules.evaluation.plain import noun
from patchrules.evaluation.run import Run
from patchrules.evaluation.saved import load_run
from patchrules.model.host import Inventory
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.source import Source
from patchrules.sources.files import Input, Limits, open_document

SCHEMA = "patchrules/evidence/1"
MANIFEST = "manifest.json"
RUN = ("run/run.json", "run/hosts.parquet", "run/verdicts.parquet", "run/fixes.parquet")
INVENTORY = ("inventory/hosts.parquet", "inventory/packages.parquet", "inventory/rejects.parquet")
TRACKING = "inventory/tracking.json"
"""What tracking files remembered, by host; only in the bundle of a run that was told."""
_MOST_BYTES = 4 * 1024**3
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a bundle holds; ``missing`` and ``changed`` are files that the manifest names otherwise."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def run(self) -> Run:
        """Return the run; raises DocumentError PR7802 where it was changed by hand."""
        with tempfile.TemporaryDirectory() as folder:
            for name in RUN:
                (Path(folder) / Path(name).name).write_bytes(self.files[name])
            return load_run(folder)

    def fleet(self) -> Inventory:
        """Return what was installed."""
        hosts, packages, rejects = (_table(self.files[name]) for name in INVENTORY)
        return Inventory(hosts, packages, rejects, noun(tuple[Source, ...], self.manifest["inventory"]))

    def previous_runs(self) -> dict[str, PreviousRun]:
        """Return what tracking files remembered; raises DocumentError PR7831 where that cannot be read."""
        try:
            told = json.loads(self.files.get(TRACKING, b"{}"))
            return {host: noun(PreviousRun, one) for host, one in told.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise _none(f"its {TRACKING} is not one") from problem

    def catalogs(self) -> tuple[Catalog, ...]:
        """Return what could be installed."""
        names = sorted(name for name in self.files if name.startswith("catalogs/"))
        return tuple(read_catalog(self.files[name]) for name in names)


def written(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> bytes:
    """Return the archive of some files; the same files are the same bytes."""
    told = {**manifest, "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}}
    text = json.dumps({"schema": SCHEMA, **told}, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MANIFEST, text), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def opened(source: Input) -> Evidence:
    """Read a bundle; raises DocumentError PR7831 for what is none."""
    content = open_document(source, limits=Limits(max_bytes=_MOST_BYTES), error=DocumentError).read()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise _none("it grows beyond 4 GiB")
            names = [name for name in archive.namelist() if name == MANIFEST or not name.endswith("/")]
            files = {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise _none("it is no ZIP archive") from problem
    try:
        manifest = json.loads(files.pop(MANIFEST, b"null"))
        named = dict(manifest["files"]) if manifest["schema"] == SCHEMA else None
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise _none(f"its {MANIFEST} is not one") from problem
    if named is None:
        raise _none(f"its {MANIFEST} has another schema")
    wanted = sorted({*named, *RUN, *INVENTORY})
    missing = tuple(name for name in wanted if name not in files)
    changed = tuple(name for name in sorted(files) if named.get(name) != hashlib.sha256(files[name]).hexdigest())
    return Evidence(manifest, files, missing, changed)


def parquet(table: pa.Table) -> bytes:
    """Return a table as Parquet; the same table is the same bytes."""
    sink = io.BytesIO()
    pq.write_table(table.combine_chunks(), sink, compression="zstd")
    return sink.getvalue()


def _table(content: bytes) -> pa.Table:
    """Return the table that was written."""
    return pq.read_table(io.BytesIO(content))


def _none(why: str) -> DocumentError:
    """Return the error for what is no bundle."""
    hint = "make one: patchrules bundle RUN -o evidence.zip"
    return DocumentError(f"this is no bundle of evidence: {why}", code="PR7831", hint=hint)
