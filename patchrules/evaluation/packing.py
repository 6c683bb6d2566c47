"""Any inventory as a star: read and checked once, so that later questions cost what integers cost."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.batch.packages import PackageNumbers
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.batch.star import NO_ROWS, dimension, row_table
from patchrules.evaluation.findings import Progress, stream_of
from patchrules.evaluation.opened import Fleet, opened
from patchrules.evaluation.plain import plain
from patchrules.evaluation.saved import placed
from patchrules.evaluation.split import once
from patchrules.evaluation.streaming import together
from patchrules.inventory import read_inventory
from patchrules.inventory._packed import FILES, HOSTS_FILE, ID, INSTALLED, PACKAGES_FILE, REJECTS_FILE, SAID
from patchrules.inventory._star import SCHEMA
from patchrules.model.columns import HOSTS, REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow

GROUP_ROWS = 1_000_000
"""Rows of a row group, which holds whole hosts."""


def pack_fleet(
    source: Any,  # noqa: ANN401 - whatever open_fleet takes or gives
    folder: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    **options: Any,  # noqa: ANN401 - of open_fleet
) -> Fleet:
    """Write an inventory to ``folder`` in the star layout, and open it; options as :func:`patchrules.open_fleet`.

    ``source`` is what :func:`patchrules.open_fleet` takes, or what it gave; the options were said to it then.
    Everything is read and checked as for an evaluation, once: hosts get their family and product, the rows of a host
    stand together whatever files they were in, and refused rows are kept beside them. Each file has the id of the
    fleet, a digest of what was written. What was there before is replaced when all is written. ``progress`` is told how
    many rows are done, of how many. Raises what ``open_fleet`` raises, and DocumentError PR7803, PR7901.

    >>> import tempfile, pyarrow as pa
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["x86_64"], "evr": ["0:5.1.8-6.el9"]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(pack_fleet(pa.table(packages), f"{folder}/fleet", family="rhel", product="RedhatEnterpriseLinux9.3"))
    fleet of 1 hosts and 1 rows in 1 file
    """
    is_open = isinstance(source, Fleet | Inventory)
    fleet = source if is_open else opened(source, options) or read_inventory(source, **options)
    whole = fleet.rows if isinstance(fleet, Fleet) else fleet.packages.num_rows
    numbers = PackageNumbers()
    # One reader numbers packages in the order of rows, so that the same inventory gives the same bytes.
    stream = stream_of(fleet, numbers, readers=1)
    with placed(folder, FILES) as fresh:
        writer = _Writer(fresh, numbers)
        for portion, rows in stream.portions():
            writer.add(portion, rows)
            if progress:
                progress(stream.done, whole)
        for portion, rows in stream.rest(once(writer.names)):
            writer.add(portion, rows)
        said = {"schema": SCHEMA, "sources": plain(fleet.sources), "diagnostics": plain(together(stream.diagnostics))}
        writer.finish(stream.rejects, said)
    found = opened(folder, {})
    assert found is not None  # noqa: S101 - it was just written
    return found


class _Writer:
    """A star on its way into a folder."""

    def __init__(self, folder: Path, numbers: PackageNumbers) -> None:
        """Start with no host."""
        self.names: list[str] = []
        self._folder, self._numbers = folder, numbers
        self._hosts: list[Any] = []
        self._waiting: list[Any] = []
        self._digest = hashlib.sha256()
        self._files: dict[str, tuple[pq.ParquetWriter, _Digested]] = {}

    def add(self, portion: Portion, rows: Rows) -> None:
        """Take in the hosts of a portion; a row group is written when it is full."""
        self._waiting.append(row_table(portion, rows, len(self.names)))
        self._hosts.append(portion.hosts)
        self.names += portion.hosts["host"].to_pylist()
        if sum(one.num_rows for one in self._waiting) >= GROUP_ROWS:
            self._flush()

    def finish(self, rejects: Sequence[Any], said: Mapping[str, Any]) -> None:
        """Write what is still to be written, and into each file the id of all that was."""
        self._flush()
        hosts = pa.concat_tables([arrow.schema(HOSTS).empty_table(), *self._hosts])
        refused = pa.concat_tables([arrow.table(REJECTS, {}, 0), *rejects])
        tables = {HOSTS_FILE: hosts, PACKAGES_FILE: dimension(self._numbers), REJECTS_FILE: refused}
        for name, found in tables.items():
            self._open(name, found.schema).write_table(found)
        self._digest.update(json.dumps(said, sort_keys=True).encode())
        identity = self._digest.hexdigest()
        for writer, file in self._files.values():
            writer.add_key_value_metadata({ID: identity.encode()})
            writer.close()
            file.close()
        (self._folder / SAID).write_text(json.dumps({**said, "id": identity}, indent=2) + "\n", "utf-8")

    def _flush(self) -> None:
        """Write the rows that wait as one row group."""
        rows = pa.concat_tables(self._waiting) if self._waiting else NO_ROWS
        self._waiting = []
        file = self._open(f"{INSTALLED}.parquet", rows.schema, coded=["host", "status"])
        if rows.num_rows:
            file.write_table(rows, row_group_size=rows.num_rows)

    def _open(self, name: str, schema: pa.Schema, coded: Sequence[str] | None = None) -> pq.ParquetWriter:
        """Return the writer of a file, which is open until all is written; ``coded`` has dictionaries, or all has."""
        if name not in self._files:
            file = _Digested(self._folder / name, self._digest)
            self._files[name] = pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=coded or True), file
        return self._files[name][0]


class _Digested(io.BufferedWriter):
    """A file whose bytes are digested on their way: not read again, and none of them is missed."""

    def __init__(self, path: Path, digest: Any) -> None:  # noqa: ANN401 - hashlib has no public type
        """Open the file."""
        super().__init__(io.FileIO(path, "w"))
        self._digest = digest

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes, or what gives them
        """Digest and write some bytes."""
        self._digest.update(data)
        return super().write(data)
