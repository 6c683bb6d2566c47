"""Where readers put what they find: columns as plain lists, refused rows, and doubts counted by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, InventoryError, Level, Where
from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.inventory._text_columns import NO_ARCH
from patchrules.model.columns import PACKAGES, REJECTS
from patchrules.sources.arrow import table
from patchrules.sources.files import Document
from patchrules.versions.refused import refused_versions

_LONGEST_TEXT = 200
_WARNINGS = frozenset(
    {
        "PR2132",
        "PR2134",
        "PR2203",
        "PR2204",
        "PR2205",
        "PR2206",
        "PR2208",
        "PR2212",
        "PR2213",
        "PR2216",
        "PR2220",
        "PR2221",
        "PR2224",
        "PR2232",
    }
)


class PackageRows:
    """The rows of one file while it is read: a reader appends to the lists of ``columns``, one value a row in each.

    A file that names its hosts has a column ``host``; one that mixes package managers a column ``scheme``. ``facts``
    holds by host what the file says of it: columns of HOSTS, and what ``identify`` takes. A reader that has itself made
    sure of every version says so by ``checked``, one whose file need not have packages by ``about_hosts``, one whose
    rows show themselves where they end (JSON) by ``self_ending``.

    Cost: a list append a value; versions are checked once per distinct text, all plain ones by one regular expression.
    """

    def __init__(self, document: Document, options: ReadOptions, scheme: str | None, used: Iterable[str]) -> None:
        """Start with the columns ``used`` empty; ``line`` is always one of them."""
        self.columns: dict[str, list[Any]] = {name: [] for name in (*used, "line")}
        self.rejects: list[tuple[int | None, str, str, str | None, str | None]] = []
        self.counts: Counter[str] = Counter()
        self.facts: dict[str, dict[str, Any]] = {}
        self.checked = False
        self.about_hosts = False
        self.self_ending = False
        self._document = document
        self._options = options
        self._scheme = scheme
        self._narrowest = 0

    def add(self, **values: Any) -> None:  # noqa: ANN401  the values of one row
        """Add one row; columns that are not given are null."""
        for name, column in self.columns.items():
            column.append(values.get(name))

    def reject(self, line: int | None, code: str, message: str, text: str | None = None, host: str = "") -> None:
        """Refuse a row: keep why, or raise when the caller wants no bad row."""
        text = None if text is None else _shown(text)
        message = message if message.isprintable() else _shown(message)
        if self._options.on_bad_row == "raise":
            where = Where(file=self._document.name, line=line, text=text)
            raise InventoryError(
                message,
                code=code,
                where=where,
                hint='leave out --strict (on_bad_row="collect") to read on and keep such rows',
            )
        self.rejects.append((line, code, message, text, host or None))

    def is_stump(self, line: int, width: int) -> bool:
        """Say whether a row is the last line, which nothing ends, and has fewer columns than every row before it."""
        if line == self._document.open_line:
            return width < self._narrowest
        self._narrowest = min(self._narrowest or width, width)
        return False

    def finish(self) -> Rows:
        """Return the tables; rows whose version the scheme refuses go to the rejects."""
        if not self.checked:
            self._drop_refused()
        number = len(self.columns["line"])
        if not number and not self.about_hosts:
            self.counts["PR2205"] += 1
        if "arch" in self.columns:
            self._leave_absent("arch")
            unstated = self.columns["arch"].count(None)
            if unstated and "scheme" in self.columns:
                pairs = zip(self.columns["arch"], self.columns["scheme"], strict=True)
                unstated = sum(arch is None and scheme != "dotted" for arch, scheme in pairs)
            self.counts["PR2207"] += unstated
        self.counts["PR2203"] += self._document.undecodable
        # One line alone is mostly no list; of several, each but the last has an end.
        self.counts["PR2232"] += not self.self_ending and (self._document.open_line or 1) > 1
        self._give_way()
        packages = self._package_table(number)
        if "host" not in self.columns:
            packages = packages.set_column(0, "host", pa.repeat(pa.scalar(self._options.host), number))
        elif len(self.facts) > 1:
            packages = packages.sort_by("host")
        doubts = counted(self.counts, self._document.name)
        return Rows(packages, self._reject_table(), doubts, facts=self.facts or None)

    def _leave_absent(self, name: str) -> None:
        """Make of texts that state nothing the null they are, as in tables."""
        absent = {text for text in set(self.columns[name]) if text is not None and text.strip() in NO_ARCH}
        if absent:
            self.columns[name] = [None if text in absent else text for text in self.columns[name]]

    def _package_table(self, number: int) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the packages; halves of UTF-16 pairs, which JSON can write and Arrow cannot hold, are replaced."""
        try:
            return table(PACKAGES, self.columns, number)
        except UnicodeEncodeError:
            for name, values in self.columns.items():
                self.columns[name] = [_shown(value) if isinstance(value, str) else value for value in values]
            return table(PACKAGES, self.columns, number)

    def _give_way(self) -> None:
        """Put a file that names one host under the id that the caller chose."""
        if "host" not in self.columns:
            return
        names = {*self.columns["host"], *self.facts}
        if self._options.host_stated and len(names) == 1:
            stated = self._options.host
            self.facts = {stated: next(iter(self.facts.values()), {})}
            self.columns["host"] = [stated] * len(self.columns["host"])
            self.rejects = [(*row[:4], stated if row[4] in names else row[4]) for row in self.rejects]
        for name in names - self.facts.keys():
            if not self._options.host_stated or len(names) > 1:
                self.facts[name] = {}

    def _drop_refused(self) -> None:
        """Move rows whose name cannot be shown or whose version is none to the rejects."""
        names, versions = self.columns["name"], self.columns["evr"]
        schemes = self.columns.get("scheme") or [self._scheme] * len(names)
        refused = {
            (scheme, version): why
            for scheme in dict.fromkeys(schemes)
            for version, why in refused_versions(
                (version for version, own in zip(versions, schemes, strict=True) if own == scheme), scheme
            ).items()
        }
        if not refused and "".join(names).isprintable():
            return
        hosts = self.columns.get("host") or [""] * len(names)
        keep = []
        for scheme, line, name, version, host in zip(
            schemes, self.columns["line"], names, versions, hosts, strict=True
        ):
            why = refused.get((scheme, version))
            keep.append(why is None and name.isprintable())
            if not keep[-1]:
                said = why or "the package name holds characters that cannot be shown"
                self.reject(line, "PR2002" if why else "PR2003", said, f"{name} {version}", host)
        for column, values in self.columns.items():
            self.columns[column] = [value for value, kept in zip(values, keep, strict=True) if kept]

    def _reject_table(self) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the rejects in order of line."""
        ordered = sorted(self.rejects, key=lambda reject: reject[0] or 0)
        lines, codes, messages, texts, hosts = zip(*ordered, strict=True) if ordered else ((), (), (), (), ())
        number = len(ordered)
        default = self._options.host if "host" not in self.columns else None
        names: dict[str, Any] = {"file": [self._document.name] * number, "host": [host or default for host in hosts]}
        return table(REJECTS, names | {"line": lines, "code": codes, "message": messages, "text": texts}, number)


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
