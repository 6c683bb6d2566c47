"""Words for what went wrong: exceptions for input we refuse, diagnostics for doubt we report.

::

    PatchRulesError(Exception)
    ├─ DocumentError(ValueError)     a file you gave is wrong; has .code, .where, .hint
    │  ├─ ProjectError    PR00xx     where = key of patchrules.toml, /evaluate/dialect
    │  ├─ BaselineError   PR1xxx     where = JSON pointer, /ApprovalRules/PatchRules/0/ApproveAfterDays
    │  ├─ InventoryError  PR2xxx     where = file:line:column and the line itself
    │  ├─ CatalogError    PR3xxx
    │  ├─ ScheduleError   PR4xxx     caret under the bad field
    │  └─ PolicyTestError PR6xxx
    ├─ Faults(ExceptionGroup)        several of these in one document, told together
    ├─ VersionError(ValueError)      PR5xxx
    ├─ UnknownNameError(LookupError) what is available, and the closest match
    ├─ ColumnError(ValueError)       an Arrow table misses a column
    └─ InvariantError                our bug; says so
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a diagnostic matters: ``error`` fails under strict, ``warning`` asks for a look, ``info`` tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in something the user gave us.

    >>> print(Where(file="web-1.rpmqa", line=3, column=9, text="openssl x:3.0.7 x86_64"))
    web-1.rpmqa:3:9
      openssl x:3.0.7 x86_64
              ^
    >>> print(Where(file="prod.json", pointer="/ApprovalRules/PatchRules/0"))
    prod.json at /ApprovalRules/PatchRules/0
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        """Return the place as people quote it, with the line and a caret where we have them."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        if self.pointer is not None:
            place = f"{place} at {self.pointer or '/'}" if place else self.pointer or "/"
        if self.text is None:
            return place
        caret = f"\n  {' ' * (self.column - 1)}^" if self.column else ""
        return f"{place}\n  {self.text}{caret}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is doubtful and was decided anyway; never an exception.

    ``code`` is a key of ``codes.CODES``; ``count`` says how many rows it speaks for.

    >>> print(Diagnostic("PR1201", Level.WARNING, "a delay has no effect on Debian", Where(pointer="/Rules/0")))
    warning PR1201: a delay has no effect on Debian
      at /Rules/0
    """

    code: str
    level: Level
    message: str
    where: Where | None = None
    count: int = 1
    hint: str | None = None

    def __str__(self) -> str:
        """Return one readable paragraph."""
        times = f" ({self.count:,} times)" if self.count > 1 else ""
        return f"{self.level} {self.code}: {self.message}{times}{_tail(self.where, self.hint)}"


class PatchRulesError(Exception):
    """Root of everything patchrules raises on purpose."""


class Faults(ExceptionGroup[Exception], PatchRulesError):  # noqa: N818  a group, as ExceptionGroup is
    """Several things that are wrong with one document, all of them told at once; ``exceptions`` has each.

    >>> one, other = (DocumentError("`Name` is missing", code="PR1010"), DocumentError("`Rules` is 3", code="PR1050"))
    >>> try:
    ...     raise Faults("prod.json: 2 faults", [one, other])
    ... except PatchRulesError as problem:
    ...     print(problem.exceptions[1])
    `Rules` is 3 [PR1050]
    """

    def derive(self, excs: Sequence[Exception], /) -> Faults:  # type: ignore[override]  # generic there
        """Return the group of some of them, as ``except*`` asks for."""
        return Faults(self.message, excs)


class DocumentError(PatchRulesError, ValueError):
    """A file you gave is wrong, and we say where, how, and what to do.

    >>> print(DocumentError("epoch is not a number: `x`", code="PR2001", hint="write `0` when there is none"))
    epoch is not a number: `x` [PR2001]
      hint: write `0` when there is none
    """

    def __init__(self, message: str, *, code: str, where: Where | None = None, hint: str | None = None) -> None:
        """Keep the parts; ``str()`` puts them together."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Return message, place and hint, a line each."""
        return f"{self.message} [{self.code}]{_tail(self.where, self.hint)}"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by parts, so that errors cross process borders."""
        return _rebuild, (type(self), self.message, self.code, self.where, self.hint)


class ProjectError(DocumentError):
    """The project file, patchrules.toml, is wrong (PR00xx)."""


class BaselineError(DocumentError):
    """A baseline, registry or override document is wrong (PR1xxx)."""


class InventoryError(DocumentError):
    """An inventory or hosts file is wrong (PR2xxx)."""


class CatalogError(DocumentError):
    """A catalog file is wrong (PR3xxx)."""


class ScheduleError(DocumentError):
    """A schedule, window or calendar is wrong (PR4xxx)."""


class PolicyTestError(DocumentError):
    """A policy-test case is wrong (PR6xxx)."""


class VersionError(PatchRulesError, ValueError):
    """A text is not a version of its scheme (PR5xxx).

    >>> print(VersionError("`-` is not a dpkg version: the upstream part is empty", code="PR5001"))
    `-` is not a dpkg version: the upstream part is empty [PR5001]
    """

    def __init__(self, message: str, *, code: str) -> None:
        """Keep the parts; ``str()`` puts them together."""
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        """Return message and code."""
        return f"{self.message} [{self.code}]"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by parts."""
        return _rebuild_version, (self.message, self.code)


class UnknownNameError(PatchRulesError, LookupError):
    """A name is not on the list; says what is, and the closest match.

    >>> print(UnknownNameError("family", "debain", ["debian", "ubuntu"]))
    there is no family `debain`: did you mean `debian`?
      hint: known are debian, ubuntu
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Keep what was asked for and what exists."""
        self.kind = kind
        self.name = name
        self.known: Sequence[str] = tuple(known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        """Return what is missing and the closest match."""
        closest = difflib.get_close_matches(str(self.name), self.known, n=1)
        guess = f": did you mean `{closest[0]}`?" if closest else ""
        known = ", ".join(self.known) or "none"
        return f"there is no {self.kind} `{self.name}`{guess}\n  hint: known are {known}"


class ColumnError(PatchRulesError, ValueError):
    """A table misses a column we need (PR2908), or has it ``twice`` (PR2005).

    >>> print(ColumnError("packages", missing=["arch"], present=["host", "name"]))
    the packages table has no column `arch`; found: host, name [PR2908]
      hint: rename columns with columns={"arch": "YOUR_COLUMN"} or --column arch=YOUR_COLUMN
    """

    code = "PR2908"

    def __init__(
        self,
        table: str,
        missing: Iterable[str],
        present: Iterable[str],
        file: str | None = None,
        twice: str | None = None,
    ) -> None:
        """Keep the names on both sides, and the file where the table is of one; ``twice`` is a column that is there."""
        self.table = table
        self.missing: Sequence[str] = tuple(missing)
        self.present: Sequence[str] = tuple(present)
        self.where = Where(file=file) if file else None
        columns = "column" if len(self.missing) == 1 else "columns"
        names = ", ".join(f"`{name}`" for name in self.missing)
        found = ", ".join(self.present) or "no columns"
        self.message = f"the {table} table has no {columns} {names}; found: {found}"
        first = self.missing[0] if self.missing else "name"
        self.hint = f'rename columns with columns={{"{first}": "YOUR_COLUMN"}} or --column {first}=YOUR_COLUMN'
        if twice is not None:
            self.code = "PR2005"
            self.message = f"the {table} table has the column `{twice}` more than once; found: {found}"
            self.hint = "keep one of them, or rename the others: nobody can say which is meant"
        super().__init__(table, self.missing, self.present, file, twice)

    def __str__(self) -> str:
        """Return what is missing, what was found, and what to do."""
        return f"{self.message} [{self.code}]{_tail(self.where, self.hint)}"


class InvariantError(PatchRulesError):
    """Something we promised ourselves does not hold: a bug in patchrules, not in your files."""


def _tail(where: Where | None, hint: str | None) -> str:
    """Return the indented lines that follow a message."""
    lines = []
    if where is not None:
        lines.append("at " + str(where))
    if hint is not None:
        lines.append("hint: " + hint)
    return "".join("\n  " + line.replace("\n", "\n  ") for line in lines)


def _rebuild(
    kind: type[DocumentError], message: str, code: str, where: Where | None, hint: str | None
) -> DocumentError:
    """Make a document error again from its pickled parts."""
    return kind(message, code=code, where=where, hint=hint)


def _rebuild_version(message: str, code: str) -> VersionError:
    """Make a version error again from its pickled parts."""
    return VersionError(message, code=code)
