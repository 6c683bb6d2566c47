"""What a file is, how much of it was read, and how good what was read is: before anything is judged by it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules import catalog, inventory
from patchrules.errors import CatalogError, ColumnError, Diagnostic, DocumentError, PatchRulesError
from patchrules.evaluation.opened import diagnostics_of
from patchrules.evaluation.saved import is_saved_run, load_run
from patchrules.families import families, family_named
from patchrules.inventory._places import places
from patchrules.inventory._star import Star, star_of
from patchrules.inventory._unread import is_meant, without_versions
from patchrules.model.host import Inventory
from patchrules.model.names import FilterKey
from patchrules.questions.wording import counted
from patchrules.sources.files import Document, Input, Limits, expand, open_document

__all__ = ["Inspection", "Measure", "Refusal", "inspect"]

_STATED_EPOCH = "^[0-9]+:"
_WITH_EPOCHS = "rpm"  # dpkg writes no epoch where there is none, so nothing is lost
_OF_UPDATES = "dotted"
_SHOWN = 5
_SEVERITIES = (FilterKey.SEVERITY, FilterKey.MSRC_SEVERITY)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows that were refused for one reason: its code, what was said of the first of them, and where that stands."""

    code: str
    message: str
    count: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How many of how many have a fault: ``advisories without a date``, 3 of 40."""

    name: str
    count: int
    of: int

    def __str__(self) -> str:
        """Return the count with its share.

        >>> print(Measure("advisories without a date", 3, 40))
        3 of 40 advisories without a date (7.5 %)
        """
        share = f" ({100 * self.count / self.of:.1f} %)" if self.of else ""
        noun, _, rest = self.name.partition(" ")
        return f"{self.count:,} of {self.of:,} {noun} {rest}{share}"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found out about one file, or a folder that is one thing.

    ``kind`` is ``inventory``, ``catalog``, ``enrichment`` or ``run``, None for a file that is none of them; ``format``
    and ``label`` say which format. ``fault`` is why the file as a whole was refused, which may begin as one of them.
    ``about`` says what is in it.
    """

    file: str
    kind: str | None = None
    format: str | None = None
    label: str | None = None
    sha256: str | None = None
    bytes: int = 0
    compression: str | None = None
    about: str | None = None
    rows: int = 0
    rejects: int = 0
    refusals: tuple[Refusal, ...] = ()
    measures: tuple[Measure, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    fault: PatchRulesError | None = None

    @property
    def clean(self) -> bool:
        """Whether everything in the file was read."""
        return self.fault is None and not self.rejects

    def __str__(self) -> str:
        """Return the report of one file, a paragraph."""
        lines = [f"{self.file}: {self.label or 'no inventory and no catalog'}"]
        if self.about:
            lines.append(self.about)
        if self.fault is not None:
            lines += str(self.fault).splitlines()
        elif self.kind != "run":
            lines.append(f"{self.rows:,} rows read, {self.rejects:,} refused")
        lines += [str(one) for one in self.measures if one.count]
        for one in self.refusals:
            place = f", first in line {one.line}" if one.line else ""
            lines.append(f"refused {one.count:,}{place}: {one.message} [{one.code}]")
        lines += [line for one in self.diagnostics for line in _told(one)]
        return "\n  ".join(lines)


def inspect(
    *sources: Input, family: str | None = None, columns: Mapping[str, str] | None = None, limits: Limits | None = None
) -> tuple[Inspection, ...]:
    r"""Say of each file what it is, which rows of it were refused and why, and what is missing or doubtful in it.

    ``sources`` are paths, folders, globs, bytes or binary files; a packed fleet and a saved run are one answer each. A
    file in a folder that is neither inventory nor catalog has the kind None and no fault; one that was named itself,
    looks like a list of packages, is a host of its own among others, or whose folder holds nothing that is known, has
    the fault PR3001, or PR2108 where it is a list without versions. ``family`` is
    that of files that do not say theirs; ``columns`` renames columns of tables. Counts are of rows, advisories,
    packages and hosts.
    A file that is damaged is a finding with its ``fault``, no error.

    Raises DocumentError (PR2901, PR2905) for a path that is not there, UnknownNameError for a family that is none.

    >>> (found,) = inspect(b"bash-5.1.8-6.el9.x86_64\nbash 5.1\n", family="rhel")
    >>> found.format, found.rows, found.rejects
    ('rpm_qa', 1, 1)
    >>> print(found.measures[0])
    1 of 1 versions without an epoch (100.0 %)
    """
    family = None if family is None else family_named(family).name
    look = _Look(family, columns or {}, limits or Limits())
    found = []
    for source in sources:
        whole = _folder(source)
        if whole is not None:
            found.append(whole)
            continue
        several = expand(source)
        told = [look.at(one, named=len(several) == 1) for one in several]
        refused = _refused(source, told, look.limits)
        told = [
            look.at(file, named=True) if one.file in refused and not one.fault else one
            for one, file in zip(told, several, strict=True)
        ]
        found += told
    return tuple(found)


def _refused(source: Input, told: Sequence[Inspection], limits: Limits) -> set[str]:
    """Return the files that nobody knows and that are refused: all, or of an inventory those of hosts with no other.

    Beside another list of their host, such files are left out.
    """
    known = {one.file: one.kind for one in told}
    if set(known.values()) == {None}:
        return set(known)
    if set(known.values()) - {None} != {"inventory"}:
        return set()
    files = [[document.name for document in place.documents] for place in places(source, host=None, limits=limits)]
    return {name for names in files if not any(known.get(name) for name in names) for name in names}


def _folder(source: Input) -> Inspection | None:
    """Return what a folder is that stands for one thing, a packed fleet or a saved run; None for any other source."""
    if not isinstance(source, str | os.PathLike) or not Path(source).is_dir():
        return None
    found = Inspection(os.fspath(source))
    try:
        if is_saved_run(source):
            return replace(found, kind="run", format="saved_run", label="saved run", about=str(load_run(source)))
        star = star_of(Path(source))
    except (DocumentError, ColumnError) as fault:
        return replace(found, fault=fault)
    return None if star is None else _packed(found, star)


def _packed(found: Inspection, star: Star) -> Inspection:
    """Return what a packed fleet holds."""
    rows = sum(one.rows for one in star.parts)
    return replace(
        found,
        kind="inventory",
        format="packed_fleet",
        label="packed fleet",
        about=f"{counted(star.hosts.num_rows, 'host')}, {counted(rows, 'package')}",
        rows=rows,
        rejects=star.rejects.num_rows,
        refusals=_refusals(star.rejects),
        diagnostics=tuple(diagnostics_of(star)),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """How files are looked at."""

    family: str | None
    columns: Mapping[str, str]
    limits: Limits

    def at(self, source: Input, *, named: bool) -> Inspection:
        """Return what one file is; a file that is refused is an answer here, so its error is one, too."""
        document = None
        try:
            document = open_document(source, limits=self.limits)
            return self._known(document, named=named)
        except (DocumentError, ColumnError) as fault:
            if document is None:
                return Inspection(str(source), fault=fault)
            return replace(self._told(document, None, fault=fault), **_format_of(document, fault))

    def _known(self, document: Document, *, named: bool) -> Inspection:
        """Read the file by the shelf that knows it; a table may be of either, and its columns tell."""
        as_inventory, as_catalog = inventory.sniffed(document), catalog.sniffed(document)
        if as_inventory:
            try:
                found = self._inventory(document)
                return self._of_inventory(document, as_inventory, found)
            except ColumnError as lacking:
                if as_catalog is None or "host" not in lacking.missing:
                    raise
        if as_catalog:
            scheme = family_named(self.family).scheme if self.family else None
            options = catalog.ReadOptions(scheme, columns=self.columns, limits=self.limits)
            document.error = CatalogError
            return self._of_catalog(document, as_catalog, as_catalog.read(document, options))
        feed = catalog.feed_of(document)
        if feed:
            told = catalog.read_enrichment(_again(document), name=document.name, limits=self.limits)
            return self._told(document, "enrichment", format=feed, label=_FEEDS[feed], about=str(told), read=told)
        if not named and not is_meant(document):
            return self._told(document, None)
        if not document.head:
            raise document.fail("PR3001", "the file is empty")
        if problem := without_versions(document):
            raise problem
        hint = "`patchrules baselines FILE` shows baselines"
        raise document.fail("PR3001", "the file is no inventory and no catalog that we know", hint=hint)

    def _inventory(self, document: Document) -> Inventory:
        """Read the file as the inventory of one host or many."""
        source = _again(document)
        return inventory.read_inventory(source, family=self.family, columns=self.columns, limits=self.limits)

    def _of_inventory(self, document: Document, reader: inventory.Reader, found: Inventory) -> Inspection:
        """Return what an inventory holds."""
        hosts, packages = found.hosts, found.packages
        shelf = families()
        schemes: set[str | None] = {shelf[name].scheme for name in hosts["family"].unique().to_pylist() if name} or {
            reader.scheme
        }
        measures = []
        if schemes & {_WITH_EPOCHS, None}:
            measures.append(Measure("versions without an epoch", _unmatched(packages["evr"]), packages.num_rows))
        measures.append(Measure("packages without an architecture", packages["arch"].null_count, packages.num_rows))
        for name, words in _HOST_MEASURES.items():
            measures.append(Measure(f"hosts without {words}", hosts[name].null_count, hosts.num_rows))
        pairs = zip(hosts["product"].to_pylist(), hosts["identified_by"].to_pylist(), strict=True)
        told = sorted({f"{product} ({evidence})" for product, evidence in pairs if product})
        about = f"{counted(hosts.num_rows, 'host')}, {counted(packages.num_rows, 'package')}"
        if told:
            about = f"{about}; {', '.join(told[:_SHOWN])}"
        return self._told(
            document,
            "inventory",
            format=reader.name,
            label=reader.label,
            about=about,
            read=found,
            rows=packages.num_rows,
            measures=tuple(measures),
        )

    def _of_catalog(self, document: Document, reader: catalog.Reader, part: catalog.Part) -> Inspection:
        """Return what a catalog file holds; where versions are no package's, each update is its own advisory."""
        rows = part.table.num_rows
        noun = "updates" if part.scheme == _OF_UPDATES else "advisories"
        told = _advisories(part.table, "name" if part.scheme == _OF_UPDATES else "advisory")
        severities = _severities(part.family or self.family)
        unknown = [text for text in told["severity"].to_pylist() if text and text.lower() not in severities]
        repeated = sum(one.count for one in part.diagnostics if one.code == "PR3208")
        number = told.num_rows
        measures = [
            Measure(f"{noun} without a severity", told["severity"].null_count, number),
            Measure(f"{noun} without a date", _undated(told), number),
            Measure(f"{noun} updated before they were issued", _backwards(told), number),
            Measure(f"{noun} with a severity that is not known", len(unknown), number),
            Measure(f"{noun} whose id was given before", repeated, number + repeated),
        ]
        if part.scheme == _WITH_EPOCHS:
            measures.append(Measure("versions without an epoch", _unmatched(part.table["evr"]), rows))
        about = f"{number:,} {noun}, {rows:,} patches" if rows else None
        if unknown:
            about = f"{about}; not known as a severity: {', '.join(sorted(set(unknown))[:_SHOWN])}"
        return self._told(
            document,
            "catalog",
            format=reader.name,
            label=reader.label,
            about=about,
            read=part,
            rows=part.source.rows,
            measures=tuple(one for one in measures if one.of),
        )

    def _told(
        self,
        document: Document,
        kind: str | None,
        *,
        read: Any = None,  # noqa: ANN401  Inventory, Part or Enrichment: all have rejects and diagnostics
        **known: Any,  # noqa: ANN401  fields of Inspection
    ) -> Inspection:
        """Put an inspection together."""
        if read is not None:
            known |= {"rejects": read.rejects.num_rows, "refusals": _refusals(read.rejects)}
            known["diagnostics"] = tuple(read.diagnostics)
            known.setdefault("rows", getattr(read, "table", read.rejects).num_rows)
        known |= {"sha256": document.sha256, "bytes": document.size, "compression": document.compression}
        return Inspection(document.name, kind, **known)


def _format_of(document: Document, fault: PatchRulesError) -> dict[str, Any]:
    """Return what a file that was refused begins like; nothing where its columns or first bytes do not tell."""
    if isinstance(fault, ColumnError):
        return {}
    try:
        for kind, shelf in (("inventory", inventory), ("catalog", catalog)):
            reader = shelf.sniffed(document)
            if reader:
                return {"kind": kind, "format": reader.name, "label": reader.label}
    except DocumentError:
        return {"label": "cannot be read"}
    return {}


_HOST_MEASURES = {"product": "a product", "boot_time": "a boot time", "captured_at": "a time of collection"}
_FEEDS = {"kev": "exploited vulnerabilities (CISA KEV)", "epss": "exploit prediction scores (FIRST EPSS)"}


def _again(document: Document) -> Input:
    """Return what the document was opened from; of a stream, which is read once, its bytes."""
    return document.read() if document.path is None else document.name


def _refusals(rejects: pa.Table) -> tuple[Refusal, ...]:
    """Return refused rows by reason, the most frequent first."""
    found: dict[str, Refusal] = {}
    for row in rejects.select(["code", "message", "line"]).to_pylist():
        before = found.get(row["code"])
        first = before or Refusal(row["code"], row["message"], 0, row["line"])
        found[row["code"]] = Refusal(first.code, first.message, first.count + 1, first.line)
    return tuple(sorted(found.values(), key=lambda one: (-one.count, one.code)))


def _advisories(patches: pa.Table, key: str) -> pa.Table:
    """Return one row an advisory: severity, and the dates of any of its rows."""
    named = patches.filter(pc.is_valid(patches[key]))
    wanted = ["severity", "issued", "updated"]
    found = named.group_by(key).aggregate([(name, "max") for name in wanted])
    return found.rename_columns([name.removesuffix("_max") for name in found.column_names])


def _undated(told: pa.Table) -> int:
    """Return how many advisories have no date at all."""
    none = pc.and_(pc.is_null(told["issued"]), pc.is_null(told["updated"]))
    return pc.sum(none).as_py() or 0


def _backwards(told: pa.Table) -> int:
    """Return how many advisories were updated before they were issued."""
    return pc.sum(pc.less(told["updated"], told["issued"])).as_py() or 0


def _unmatched(versions: Any) -> int:  # noqa: ANN401  pyarrow is Any
    """Return how many versions state no epoch."""
    return pc.sum(pc.invert(pc.match_substring_regex(versions, _STATED_EPOCH))).as_py() or 0


def _severities(family: str | None) -> frozenset[str]:
    """Return the severities of a family in lower case, of every family where it is not known."""
    shelf = [family_named(family)] if family else families().values()
    return frozenset(text.lower() for one in shelf for key in _SEVERITIES for text in one.values.get(key, ()))


def _told(doubt: Diagnostic) -> Sequence[str]:
    """Return a doubt without the name of its file, which the report has said."""
    times = f" ({doubt.count:,} times)" if doubt.count > 1 else ""
    return [f"{doubt.level} {doubt.code}: {doubt.message}{times}"]
