"""What every reader does with its columns: check the versions, keep what was refused, count what is doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._reader import ROWLESS, Part, ReadOptions, Role
from patchrules.catalog._texts import as_named, bare, why_no_arch
from patchrules.codes import CODES
from patchrules.errors import CatalogError, Diagnostic, Level, Where
from patchrules.families._architectures import ARCHES
from patchrules.model.columns import CATALOG, REJECTS
from patchrules.sources.arrow import schema, table
from patchrules.sources.files import Document
from patchrules.sources.package_names import refused_names
from patchrules.versions.refused import refused_versions

__all__ = ["PartRows", "counted"]

_LONGEST_TEXT = 200
_WARNINGS = frozenset(
    {
        "PR2221",
        "PR2231",
        "PR2232",
        "PR3201",
        "PR3204",
        "PR3205",
        "PR3206",
        "PR3210",
        "PR3214",
        "PR3216",
        "PR3219",
        "PR3232",
        "PR3234",
        "PR3240",
    }
)
_DEFAULTS = {"offered": True, "security": False, "trusted": True, "reboot": False}


class PartRows:
    """The rows of one file on their way to a :class:`Part`: refused ones are kept, doubts are counted by code."""

    def __init__(self, document: Document, options: ReadOptions, role: Role, format: str) -> None:  # noqa: A002  our word
        """Start without rows."""
        self.counts: Counter[str] = Counter()
        self._refused: list[tuple[str, int | None, str, str, str]] = []
        self._document = document
        self._options = options
        self._role = role
        self._format = format

    def reject(self, line: int | None, code: str, message: str, text: str, *, file: str | None = None) -> None:
        """Refuse a row: keep why, or raise when the caller wants no bad row; ``file`` is that inside an archive."""
        file = file or self._document.name
        text = text[:_LONGEST_TEXT]
        if not text.isprintable():
            text = "".join(char if char.isprintable() else "\ufffd" for char in text)
        if self._options.on_bad_row == "raise":
            where = Where(file=file, line=line, text=text)
            hint = 'leave out --strict (on_bad_row="collect") to read on and keep such rows'
            raise CatalogError(message, code=code, where=where, hint=hint)
        self._refused.append((file, line, code, message, text))

    def note_end(self) -> None:
        """Count a last line that nothing ends, once a reader of lines is through: of several, each has an end."""
        self.counts["PR2232"] += (self._document.open_line or 1) > 1

    def part(
        self,
        patches: Any,  # noqa: ANN401  pyarrow is Any
        scheme: str,
        facts: Mapping[str, str] | None = None,
        *,
        family: str | None = None,
        products: tuple[str, ...] = (),
        made_at: datetime | None = None,
        fixes: Any = None,  # noqa: ANN401  catalog._advisories.Fixes, which knows this class
    ) -> Part:
        """Return the part: ``patches`` without the rows whose name, version or architecture ``scheme`` refuses."""
        patches = self._with_good_versions(bare(_filled(patches)), scheme)
        if scheme in ARCHES:
            patches = as_named(patches, scheme, self.counts)
            patches = self._without(patches, "PR3003", why_no_arch(patches, scheme))
            patches = self._without(patches, "PR2004", refused_names(patches, scheme))
        if not patches.num_rows and self._role not in ROWLESS:
            self.counts["PR3216"] += 1
        self.counts["PR2203"] += self._document.undecodable
        rejects = self._rejects()
        number = patches.num_rows if fixes is None else fixes.rows
        source = self._document.source(self._format, rows=number, rejects=rejects.num_rows)
        doubts = counted(self.counts, self._document.name)
        part = Part(self._role, source, patches, rejects, doubts, facts or {}, family, products, made_at, scheme)
        return part if fixes is None else replace(part, fixes=fixes)

    def _with_good_versions(self, patches: Any, scheme: str) -> Any:  # noqa: ANN401  pyarrow is Any
        """Move rows with a version that is none to the rejects. Cost: Python once per distinct version."""
        refused = refused_versions(pc.unique(patches["evr"]).to_pylist(), scheme)
        if not refused:
            return patches
        bad = pc.is_in(patches["evr"], pa.array(list(refused), pa.string()))
        for row in patches.select(["line", "name", "arch", "evr"]).filter(bad).to_pylist():
            self.reject(row["line"], "PR3002", refused[row["evr"]], f"{row['name']} {row['evr']} {row['arch'] or ''}")
        return patches.filter(pc.invert(bad))

    def _without(self, patches: Any, code: str, why: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Move packages of which ``why`` says something to the rejects: nobody knows what they would replace."""
        if why.null_count == len(why):
            return patches
        told = patches.select(["line", "name", "evr", "arch"]).append_column("why", why)
        for row in told.filter(pc.is_valid(why)).to_pylist():
            self.reject(row["line"], code, row["why"], f"{row['name']} {row['evr']} {row['arch'] or ''}".rstrip())
        return patches.filter(pc.is_null(why))

    def _rejects(self) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the rejects in order of line."""
        ordered = sorted(self._refused, key=lambda reject: (reject[0], reject[1] or 0))
        columns = zip(*ordered, strict=True) if ordered else ((), (), (), (), ())
        return table(
            REJECTS, dict(zip(("file", "line", "code", "message", "text"), columns, strict=True)), len(ordered)
        )


def counted(counts: Mapping[str, int], file: str | None) -> tuple[Diagnostic, ...]:
    """Return one diagnostic a code, in order of code."""
    where = None if file is None else Where(file=file)
    return tuple(
        Diagnostic(code, Level.WARNING if code in _WARNINGS else Level.INFO, CODES[code], where, count)
        for code, count in sorted(counts.items())
        if count
    )


def _filled(patches: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table in the order and types of CATALOG, its yes-or-no columns without null."""
    wanted: Sequence[Any] = schema(CATALOG)
    number = patches.num_rows
    arrays = []
    for one in wanted:
        values = patches[one.name] if one.name in patches.column_names else pa.nulls(number, one.type)
        if one.name in _DEFAULTS:
            values = pc.fill_null(values, _DEFAULTS[one.name])
        arrays.append(values)
    return pa.table(arrays, schema=wanted)
