"""The shelf of inventory formats, and the door they stand behind: what is installed, as Arrow with its rejects."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.codes import CODES
from patchrules.errors import ColumnError, Diagnostic, DocumentError, InventoryError, Level, UnknownNameError, Where
from patchrules.families import family_named
from patchrules.inventory._architectures import without_strange
from patchrules.inventory._checked import checked, misplaced
from patchrules.inventory._contradicting import contradiction, joined
from patchrules.inventory._damaged import damage, without_refused
from patchrules.inventory._delimited import host_header
from patchrules.inventory._hosts import facts_of, facts_of_table, hosts_table
from patchrules.inventory._modules import with_streams
from patchrules.inventory._names import without_arches
from patchrules.inventory._places import Place, places
from patchrules.inventory._reader import OnBadRow, Reader, ReadOptions, Rows
from patchrules.inventory._unread import is_meant, without_versions
from patchrules.inventory.arrow_table import read_stream
from patchrules.inventory.identify import Identity, identify
from patchrules.model.columns import PACKAGES, REJECTS
from patchrules.model.host import Inventory
from patchrules.model.loaded import shown
from patchrules.model.source import Source
from patchrules.sources.arrow import schema
from patchrules.sources.files import Document, Limits

__all__ = ["Identity", "ReadOptions", "Reader", "Rows", "identify", "read_inventory", "readers", "sniffed"]

_NOT_FORMATS = frozenset({"identify"})
_OF_SEVERAL = frozenset({"PR2102"})
"""What is wrong with several files together, and with none of them alone."""


@functools.cache
def readers() -> Mapping[str, Reader]:
    """Return every format by name: the files of this folder, then entry points ``patchrules.inventory``.

    >>> readers()["dpkg_status"].label
    "dpkg's status file"
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = {name: importlib.import_module(f"{__name__}.{name}").READER for name in names if name not in _NOT_FORMATS}
    for point in entry_points(group="patchrules.inventory"):
        found[point.name] = point.load()
    return MappingProxyType(found)


def read_inventory(  # noqa: PLR0913  each is a keyword with a default
    source: Any,  # noqa: ANN401  Input, a sequence of those, or anything that speaks Arrow
    *,
    family: str | None = None,
    product: str | None = None,
    host: str | None = None,
    arch: str | None = None,
    format: str | None = None,  # noqa: A002  the word people use
    hosts: Sequence[Any] | None = None,
    columns: Mapping[str, str] | None = None,
    product_alias: Mapping[str, str] | None = None,
    on_bad_row: OnBadRow = "collect",
    limits: Limits | None = None,
) -> Inventory:
    r"""Read what is installed on one host or many.

    ``source`` is a path, bytes, a binary file, a folder, a glob, a list of those, or an object with
    ``__arrow_c_stream__``. A file is one host called by the file (``web-1.rpmqa`` is ``web-1``), a folder with
    ``os-release`` or ``hostname`` in it is one host, a table names its hosts itself; ``host`` puts everything under one
    id. ``family``, ``product`` and ``arch`` hold for every host to which neither ``hosts`` nor its table gives one:
    they go before ``os-release`` and what packages tell. ``hosts`` are facts about single hosts, matched by ``.host``
    or by the path ``.inventory``. ``columns`` renames columns of tables, ours to theirs; ``product_alias`` says AWS's
    product for systems that AWS does not name, or not so: ``{"Rocky Linux 9*": "RockyLinux9.3"}``. A bad row is kept in
    ``.rejects``, or raised with ``on_bad_row="raise"``; so is a damaged file among several, whose host has no packages
    then. What is doubtful is in ``.diagnostics``, one for a code and file.

    Raises InventoryError (PR2xxx), ColumnError and UnknownNameError, and nothing else.

    >>> print(
    ...     read_inventory(
    ...         b"bash-5.1.8-6.el9.x86_64\n", host="web-1", family="rhel", product="RedhatEnterpriseLinux9.3"
    ...     )
    ... )
    inventory of 1 hosts: 1 packages
    """
    if on_bad_row not in ("collect", "raise"):
        raise UnknownNameError("way to treat bad rows", str(on_bad_row), ("collect", "raise"))
    if isinstance(hosts, str | bytes | Path):
        message = f"`hosts` is a path, wanted the facts that are read from it: {hosts!r}"
        raise InventoryError(message, code="PR2120", hint="hosts=pr.load_hosts(PATH)")
    family = None if family is None else family_named(family).name
    reader = _reader_named(format)
    for name, value in {"product": product, "host": host, "arch": arch}.items():
        if value is not None and not isinstance(value, str):
            raise InventoryError(f"`{name}` is {shown(value)}, wanted text", code="PR2513", hint="put it in quotes")
    stated = {"family": family, "product": product, "arch": arch}
    common = ReadOptions(host or "", host is not None, family, on_bad_row, columns or {}, limits or Limits())
    reading = _Reading(common, reader, {name: value for name, value in stated.items() if value}, tuple(hosts or ()))
    reading.aliases = product_alias or {}
    if hasattr(source, "__arrow_c_stream__"):
        reading.add_rows(read_stream(source, "<table>", common), Place(host or "", ()))
    else:
        reading.add_all(places(source, host=host, limits=common.limits))
    return reading.inventory()


def sniffed(document: Document, host: str | None = None) -> Reader | None:
    """Return the format of a document by its first bytes, None when no format knows it.

    ``host`` is what the caller calls the column of hosts: a text with that column is a table, and no list of one host.
    """
    if host is not None and host_header(document.head_lines(), host):
        return readers()["packages_csv"]
    return next((reader for reader in readers().values() if reader.sniff(document)), None)


class _Reading:
    """What one call has read so far."""

    def __init__(
        self, common: ReadOptions, reader: Reader | None, stated: dict[str, str], hosts: tuple[Any, ...]
    ) -> None:
        self._common = common
        self._reader = reader
        self._stated = stated
        self._given = {str(getattr(one, "host", "")): one for one in hosts if getattr(one, "host", None)}
        self._by_file = {Path(str(one.inventory)).resolve(): one for one in hosts if getattr(one, "inventory", None)}
        self._facts: dict[str, dict[str, Any]] = {name: facts_of(one) for name, one in self._given.items()}
        self._read: dict[str, tuple[Place, str]] = {}
        self._schemes: dict[str, list[tuple[str, str]]] = {}
        self.aliases: Mapping[str, str] = {}
        self._packages: list[Any] = []
        self._rejects: list[Any] = []
        self._sources: list[Source] = []
        self._diagnostics: list[Diagnostic] = []

    def add_all(self, found: Sequence[Place]) -> None:
        """Read every place; one of several whose file is damaged does not keep the others from being read."""
        refused: list[DocumentError | ColumnError] = []
        for one in found:
            place = self._named(one)
            try:
                self._add(place)
            except (DocumentError, ColumnError) as problem:
                if self._common.on_bad_row == "raise" or problem.code in _OF_SEVERAL:
                    raise
                refused.append(problem)
                where = problem.where or Where(file=place.documents[0].name)
                self._own(place.host, place, str(where.file))
                known = {"os_release": place.os_release} if place.os_release else {}
                self._facts[place.host] = known | self._facts.get(place.host, {})
                self._refuse(place.host, problem, where)
        if refused and len(refused) == len(found):
            raise refused[0]

    def _refuse(self, host: str, problem: DocumentError | ColumnError, where: Where) -> None:
        """Say why the file of a host was not read."""
        code, message = problem.code, problem.message
        row = {"file": where.file, "line": where.line, "host": host, "code": code, "message": message}
        self._rejects.append(pa.Table.from_pylist([row], schema=schema(REJECTS)))
        self._diagnostics.append(Diagnostic(code, Level.ERROR, message, where, hint=problem.hint))

    def _own(self, host: str, place: Place, file: str) -> None:
        """Note which file speaks of a host; raises InventoryError PR2102 where a file of another place does, too."""
        owner, before = self._read.setdefault(host, (place, file))
        if owner is not place:
            raise InventoryError(
                f"`{before}` and `{file}` both speak of the host `{host}`",
                code="PR2102",
                hint="rename one file, read one host's files with host=, or give tables that share hosts as one",
            )

    def _add(self, place: Place) -> None:
        """Read the files of one place; of several, those that are no inventory and not meant as one are left out."""
        for document in place.aside:
            self._doubt("PR2209", document.name, Level.INFO)
        known = [
            (document, self._reader or sniffed(document, self._common.columns.get("host")))
            for document in place.documents
        ]
        if len(known) != 1 and any(reader for _, reader in known):
            aside = [document for document, reader in known if reader is None and not is_meant(document)]
            for document in aside:
                self._doubt("PR2209", document.name, Level.INFO)
            known = [(document, reader) for document, reader in known if document not in aside]
        facts = self._given.get(place.host)
        options = ReadOptions(
            place.host,
            place.stated,
            getattr(facts, "family", None) or self._common.family,
            self._common.on_bad_row,
            self._common.columns,
            self._common.limits,
        )
        if not known:
            self._facts.setdefault(place.host, {"os_release": place.os_release})
        # All files of a host are read before any counts: a host of which only some can be read is not judged by those.
        read = [_read(document, reader, options) for document, reader in known]
        lists = [(one, rows) for (one, reader), rows in zip(known, read, strict=True) if reader]
        # Of two packaging worlds, PR2106 tells once the host's family is known.
        worlds = {reader.scheme for _, reader in known if reader and reader.scheme}
        problem = contradiction(lists) if len(lists) > 1 and len(worlds) <= 1 else None
        if problem:
            raise problem
        for (document, reader), rows in zip(known, read, strict=True):
            if reader is None:
                continue
            self._sources.append(
                document.source(reader.name, rows=rows.packages.num_rows, rejects=rows.rejects.num_rows)
            )
            self.add_rows(rows, place, document.name)
            if reader.scheme:
                self._schemes.setdefault(place.host, []).append((reader.scheme, document.name))

    def add_rows(self, rows: Rows, place: Place, file: str = "<table>") -> None:
        """Keep the rows of one file and what it says of hosts; a file without packages adds to what others say."""
        self._packages.append(rows.packages)
        self._rejects.append(rows.rejects)
        self._diagnostics += rows.diagnostics
        said: Mapping[str, Mapping[str, Any]] = rows.facts or {}
        if rows.facts is None:
            said = {place.host: {}} if rows.hosts is None else facts_of_table(rows.hosts)
        giving = set(rows.packages["host"].unique().to_pylist()) if rows.facts else said.keys()
        for host, facts in said.items():
            if host in giving:
                self._own(host, place, file)
            more = {"os_release": place.os_release} if place.os_release else {}
            self._facts[host] = {**facts, **more, **self._facts.get(host, {})}

    def inventory(self) -> Inventory:
        """Return everything, packages sorted by host."""
        packages = pa.concat_tables([schema(PACKAGES).empty_table(), *self._packages]).combine_chunks()
        if len(self._facts) > 1:
            packages = packages.sort_by("host")
        facts = {host: self._stated | found for host, found in self._facts.items()}
        packages, told = without_arches(packages, {host: found.get("family") for host, found in facts.items()})
        facts, modular = with_streams(facts)
        hosts, doubts, odd = hosts_table(facts, packages, self.aliases)
        packages = self._placed(without_strange(packages, odd), hosts)
        packages, refused = checked(packages, hosts, self._common.on_bad_row)
        rejects = pa.concat_tables([schema(REJECTS).empty_table(), *self._rejects, refused]).combine_chunks()
        packages, rejects, lost = without_refused(packages, rejects)
        return Inventory(
            hosts, packages, rejects, tuple(self._sources), (*self._diagnostics, *told, *modular, *doubts, *lost)
        )

    def _placed(self, packages: Any, hosts: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the packages without those of files that are none of their host's family; raises PR2106 for all."""
        wrong = misplaced(hosts, self._schemes)
        if wrong and (self._common.on_bad_row == "raise" or len(wrong) == hosts.num_rows):
            raise next(iter(wrong.values()))
        for host, problem in wrong.items():
            self._refuse(host, problem, problem.where or Where(file=host))
        if not wrong:
            return packages
        return packages.filter(pc.invert(pc.is_in(packages["host"], pa.array(list(wrong), pa.string()))))

    def _named(self, place: Place) -> Place:
        """Return the place under the id that the hosts file gives its inventory file."""
        for document in place.documents:
            one = self._by_file.get(document.path.resolve()) if document.path else None
            if one is not None:
                return replace(place, host=str(one.host), stated=True)
        return place

    def _doubt(self, code: str, file: str, level: Level) -> None:
        """Add one diagnostic about a file."""
        self._diagnostics.append(Diagnostic(code, level, CODES[code], Where(file=file)))


def _reader_named(name: str | None) -> Reader | None:
    """Return a format by name; raises UnknownNameError."""
    if name is None:
        return None
    found = readers().get(name)
    if found is None:
        raise UnknownNameError("inventory format", name, readers())
    return found


def _read(document: Document, reader: Reader | None, options: ReadOptions) -> Rows:
    """Read one file; raises InventoryError for a format that nobody knows and for a list that is not whole."""
    if reader is None:
        raise _unrecognised(document)
    rows = reader.read(document, options)
    problem = damage(document, reader, rows) or joined(document, reader, rows)
    if problem:
        raise problem
    return rows


def _unrecognised(document: Document) -> DocumentError:
    """Return the error for a file no format knows."""
    if not document.head:
        return document.fail("PR2101", "the file is empty", hint="collect it again: docs/how-to/collect.md")
    if problem := without_versions(document):
        return problem
    hint = f"leave it out, or say which it is with format= or --format: {' | '.join(readers())}"
    return document.fail("PR2101", "the file is no inventory that we know", hint=hint)
