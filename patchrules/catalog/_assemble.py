"""Parts to one table: notices joined with package lists, archives with their Release files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._advisories import Fixes, with_advisories
from patchrules.catalog._archives import Archive, archive, release_of, stem, with_release
from patchrules.catalog._listed import as_listed, refuse_silent
from patchrules.catalog._reader import Part
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import schema

__all__ = ["Placed", "joined", "released"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A part with the Release file that speaks for it, if one does."""

    part: Part
    says: Archive | None = None
    release: Part | None = None


def joined(parts: Sequence[Part], counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one table of all parts.

    With a package list, a notice's version is ``offered`` when the list has it, and takes its build time and its
    epoch; a version that no notice names is a row without advisory. Without one, every named package is offered and
    that is counted as PR3203 (DECISIONS 18).
    """
    notices = _together([part for part in parts if part.role == "notices"])
    packages = _together([part for part in parts if part.role == "packages"])
    modules = {key: module for part in parts if part.role == "modules" for key, module in part.facts.items()}
    others = [part.table for part in parts if part.role in {"archive", "patches"}]
    if any(part.role == "packages" for part in parts):
        notices, packages = _offered(notices, packages, counts)
    elif notices.num_rows:
        counts["PR3203"] += notices.num_rows
    notices, packages = (_with_modules(rows, modules) if modules else rows for rows in (notices, packages))
    # A row order of notices, list, archives, each as its file has it: the same input is the same table.
    return pa.concat_tables([notices, packages, *others]).combine_chunks()


def released(parts: Sequence[Part], counts: Counter[str]) -> list[Placed]:
    """Return every part but the Release files, each archive with what its Release file says of it."""
    releases = [part for part in parts if part.role == "release"]
    fixes = [part.fixes for part in parts if part.role == "advisories"]
    heard = {stem(one) for part in parts if part.role == "archive" and (one := release_of(part, releases))}
    for one in releases:
        if stem(one) not in heard:
            refuse_silent(one)
    found = []
    for part in parts:
        if part.role == "release":
            continue
        release = release_of(part, releases) if part.role == "archive" else None
        if release is None:
            counts["PR3214"] += part.role == "archive"
            found.append(Placed(_dated(part, None, fixes)))
        else:
            says = archive(release.facts, release.source.name)
            dated = _dated(as_listed(part, release), says.product, fixes)
            found.append(Placed(with_release(dated, says), says, release))
    return found


def _dated(part: Part, product: str | None, fixes: Sequence[Fixes]) -> Part:
    """Return the part of an archive with the advisories on its packages."""
    if part.role != "archive" or not fixes:
        return part
    return replace(part, table=with_advisories(part.table, product, fixes))


def _together(parts: Sequence[Part]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the rows of several parts as one table."""
    tables = [part.table for part in parts]
    return pa.concat_tables(tables).combine_chunks() if tables else schema(CATALOG).empty_table()


def _offered(notices: Any, packages: Any, counts: Counter[str]) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the notices with offered, built and epoch told by the package list, and the packages no notice names."""
    full, bare = _key(packages, with_epoch=True), _key(packages, with_epoch=False)
    first = pc.equal(pc.index_in(full, full), pa.array(range(len(full)), pa.int32()))
    counts["PR3218"] += pc.sum(pc.invert(first)).as_py() or 0
    packages, full, bare = packages.filter(first), full.filter(first), bare.filter(first)
    # An epoch the notice does not state takes any (DECISIONS 30); `index_in` gives the first such package.
    exact = pc.index_in(_key(notices, with_epoch=True), full)
    loose = pc.index_in(_key(notices, with_epoch=False), bare)
    places = pc.if_else(pc.match_substring_regex(notices["evr"], "^[0-9]+:"), exact, loose)
    matched = pc.is_valid(places)
    counts["PR3213"] += pc.sum(pc.invert(matched)).as_py() or 0
    notices = _set(notices, "offered", matched)
    notices = _set(notices, "built", packages["built"].take(places))
    notices = _set(notices, "evr", pc.coalesce(packages["evr"].take(places), notices["evr"]))
    named = pc.is_in(pa.array(range(len(full)), pa.int32()), pc.unique(places.drop_null()))
    return notices, packages.filter(pc.invert(named))


def _with_modules(patches: Any, modules: Mapping[str, str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the rows with their module, where they do not state one themselves."""
    keys = pa.array(modules.keys(), pa.string())
    names = pa.array(modules.values(), pa.string())
    told = names.take(pc.index_in(_key(patches, with_epoch=True), keys))
    return _set(patches, "module", pc.coalesce(patches["module"], told))


def _key(patches: Any, *, with_epoch: bool) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return name, arch and version as one text; an epoch of 0 is left out, so that it equals none."""
    evr = pc.replace_substring_regex(patches["evr"], "^0+:" if with_epoch else "^[0-9]+:", "")
    joined_text = pc.binary_join_element_wise(patches["name"], pc.fill_null(patches["arch"], ""), evr, "\n")
    return joined_text.combine_chunks()


def _set(patches: Any, name: str, values: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table with one column replaced."""
    place = patches.schema.get_field_index(name)
    return patches.set_column(place, patches.schema.field(place), values)
