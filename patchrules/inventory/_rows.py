"""Where readers put what they find: columns as plain lists, refused rows, and doubts counted by code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, InventoryError, Level, VersionError, Where
from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.model.columns import PACKAGES, REJECTS
from patchrules.sources.arrow import table
from patchrules.sources.files import Document
from patchrules.versions import SCHEMES

_LONGEST_TEXT = 200
_WARNINGS = frozenset({"PR2203", "PR2204", "PR2205", "PR2206", "PR2208"})
# A text these let pass is a version beyond doubt; only the others are taken apart one by one.
_PLAIN = {
    "rpm": re.compile(r"(?:(?:[0-9]{1,9}:)?[A-Za-z0-9._+~^-]+\n)*").fullmatch,
    "dpkg": re.compile(r"(?:(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~]*(?:-[A-Za-z0-9.+~]+)*\n)*").fullmatch,
}


class PackageRows:
    """The rows of one file while it is read: a reader appends to the lists of ``columns``, one value a row in each.

    A reader that has itself made sure of every version says so by ``checked``.

    Cost: a list append a value; versions are checked once per distinct text, all plain ones by one regular expression.
    """

    def __init__(self, document: Document, options: ReadOptions, scheme: str, used: Iterable[str]) -> None:
        """Start with the columns ``used`` empty; ``line`` is always one of them."""
        self.columns: dict[str, list[Any]] = {name: [] for name in (*used, "line")}
        self.rejects: list[tuple[int | None, str, str, str | None]] = []
        self.counts: Counter[str] = Counter()
        self.checked = False
        self._document = document
        self._options = options
        self._scheme = scheme

    def reject(self, line: int | None, code: str, message: str, text: str | None = None) -> None:
        """Refuse a row: keep why, or raise when the caller wants no bad row."""
        text = None if text is None else _shown(text)
        if self._options.on_bad_row == "raise":
            where = Where(file=self._document.name, line=line, text=text)
            raise InventoryError(
                message, code=code, where=where, hint='on_bad_row="collect" reads on and keeps such rows'
            )
        self.rejects.append((line, code, message, text))

    def finish(self) -> Rows:
        """Return the tables; rows whose version the scheme refuses go to the rejects."""
        if not self.checked:
            self._drop_refused()
        number = len(self.columns["line"])
        if not number:
            self.counts["PR2205"] += 1
        if "arch" in self.columns:
            self.counts["PR2207"] += self.columns["arch"].count(None)
        self.counts["PR2203"] += self._document.undecodable
        packages = table(PACKAGES, self.columns, number)
        packages = packages.set_column(0, "host", pa.repeat(pa.scalar(self._options.host), number))
        return Rows(packages, self._reject_table(), counted(self.counts, self._document.name))

    def _drop_refused(self) -> None:
        """Move rows whose name cannot be shown or whose version is none to the rejects."""
        names, versions = self.columns["name"], self.columns["evr"]
        refused = refused_versions(versions, self._scheme)
        if not refused and "".join(names).isprintable():
            return
        keep = [name.isprintable() and version not in refused for name, version in zip(names, versions, strict=True)]
        for kept, line, name, version in zip(keep, self.columns["line"], names, versions, strict=True):
            if not kept:
                code = "PR2002" if version in refused else "PR2003"
                why = refused.get(version, "the package name holds characters that cannot be shown")
                self.reject(line, code, why, f"{name} {version}")
        for column, values in self.columns.items():
            self.columns[column] = [value for value, kept in zip(values, keep, strict=True) if kept]

    def _reject_table(self) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the rejects in order of line."""
        ordered = sorted(self.rejects, key=lambda reject: reject[0] or 0)
        lines, codes, messages, texts = zip(*ordered, strict=True) if ordered else ((), (), (), ())
        number = len(ordered)
        names = {"file": [self._document.name] * number, "host": [self._options.host] * number}
        return table(REJECTS, names | {"line": lines, "code": codes, "message": messages, "text": texts}, number)


def refused_versions(versions: Iterable[str], scheme: str) -> dict[str, str]:
    """Return the texts that are no version of ``scheme``, each with why.

    >>> refused_versions(["1.0-1", "1.0 rc1"], "rpm")
    {'1.0 rc1': '`1.0 rc1` is not an rpm version: it holds a blank or control character at column 4'}
    """
    distinct = dict.fromkeys(versions)
    plain = _PLAIN.get(scheme)
    joined = "\n".join([*distinct, ""])
    if plain and joined.count("\n") == len(distinct) and plain(joined):
        return {}
    sort_key = SCHEMES[scheme].sort_key
    refused = {}
    for version in distinct:
        try:
            sort_key(version)
        except VersionError as problem:
            refused[version] = problem.message
    return refused


def counted(counts: Counter[str], file: str) -> tuple[Diagnostic, ...]:
    """Return one diagnostic a code, in order of code."""
    return tuple(
        Diagnostic(code, Level.WARNING if code in _WARNINGS else Level.INFO, CODES[code], Where(file=file), count)
        for code, count in sorted(counts.items())
        if count
    )


def _shown(text: str) -> str:
    """Return the start of a row, as one line that Arrow can hold."""
    return "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in text[:_LONGEST_TEXT])
