"""The files behind a verdict: which bytes the patch, the package and the baseline were read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.source import Source
from patchrules.model.verdict import HostReport, Verdict

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Origin:
    """One file that ``what`` (patch, package or baseline) was read from; ``line`` where the file tells.

    >>> print(Origin("package", "web-1.rpmqa", "ab" * 32, 7))
    package: line 7 of web-1.rpmqa, sha256 abababababab…
    """

    what: str
    file: str
    sha256: str
    line: int | None = None

    def __str__(self) -> str:
        """Return the place and the beginning of the digest; where a checkout lies says nothing about what is in it."""
        name = PurePath(self.file).name
        place = f"line {self.line} of {name}" if self.line else name
        return f"{self.what}: {place}, sha256 {self.sha256[:_SHORT]}…"


def origins(report: HostReport, verdict: Verdict) -> Iterator[Origin]:
    """Yield the files behind a verdict, as far as the report knows them.

    A catalog of several files does not say which of them a row is of: all that have rows are named, and a line only
    where there is one.
    """
    patch = verdict.decision.patch if verdict.decision else None
    if patch is not None:
        yield from _of("patch", sources_of(report, patch), patch.line)
    package = _package(report, verdict)
    if package is not None:
        yield from _of("package", _of_host(report), package.line)
    if report.baseline.sha256:
        yield Origin("baseline", report.baseline.name, report.baseline.sha256)


def sources_of(report: HostReport, patch: Patch) -> tuple[Source, ...]:
    """Return the files of the catalog that has a patch."""
    wanted = (patch.name, patch.arch, patch.advisory, patch.line)
    known = enumerate(report.patches)
    place = next((n for n, one in known if (one.name, one.arch, one.advisory, one.line) == wanted), None)
    if place is None:
        return ()
    for rows, sources in report.catalog_sources:
        if place < rows:
            return sources
        place -= rows
    return ()


def _of(what: str, sources: tuple[Source, ...], line: int | None) -> Iterator[Origin]:
    """Yield the files that have rows."""
    filled = [one for one in sources if one.rows]
    for one in filled:
        yield Origin(what, one.name, one.sha256, line if len(filled) == 1 else None)


def _of_host(report: HostReport) -> tuple[Source, ...]:
    """Return the files of the inventory that are of the host: the only one, else those that carry its name."""
    if len(report.sources) == 1:
        return report.sources
    paths = [(one, PurePath(one.name)) for one in report.sources]
    return tuple(one for one, path in paths if report.host.id in (path.stem, path.name, path.parent.name))


def _package(report: HostReport, verdict: Verdict) -> Package | None:
    """Return the installed package that a verdict is about."""
    if verdict.installed is None:
        return None
    named = [one for one in report.host.packages if one.name == verdict.name]
    same = [one for one in named if one.arch in (verdict.arch, None)]
    return next(iter(same or named), None)
