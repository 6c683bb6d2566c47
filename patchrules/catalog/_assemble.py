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
from patchrules.catalog._listed import as_listed, holes, refuse_silent
from patchrules.catalog._reader import ROWLESS, Part
from patchrules.model.columns import CATALOG
from patchrules.model.module import streams, together
from patchrules.sources.arrow import replaced, schema

__all__ = ["Placed", "joined", "released"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A part with the Release file that speaks for it, if one does."""

    part: Part
    says: Archive | None = None
    release: Part | None = None


def joined(parts: Sequence[Part], counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one table of all parts.

    A notice's version is ``offered`` when a package list has it, and takes its build time and its epoch; a version that
    no notice names is a row without advisory. Notices whose own repository has no list are offered whatever the lists
    of others say, and those that no list has are counted as PR3203 (DECISIONS 18, decision 0042).
    """
    said = [part for part in parts if part.role == "notices"]
    lists = [_of_repository(part, said) for part in parts if part.role == "packages"]
    modules = _modules(parts)
    others = [part.table for part in parts if part.role in {"archive", "patches"}]
    notices, packages = _together(said), _together(lists)
    if lists:
        unlisted = [pa.repeat(not _has_list(part, lists), part.table.num_rows) for part in said]
        notices, packages = _offered(notices, packages, pa.concat_arrays([*unlisted, pa.repeat(False, 0)]), counts)
    else:
        counts["PR3203"] += notices.num_rows
    counts["PR3219"] += _without_notices(parts)
    notices, packages = (_with_modules(rows, modules) if modules else rows for rows in (notices, packages))
    # A row order of notices, list, archives, each as its file has it: the same input is the same table.
    return pa.concat_tables([notices, packages, *others]).combine_chunks()


def released(parts: Sequence[Part], counts: Counter[str]) -> list[Placed]:
    """Return every part but the Release files, each archive with what its Release file says of it."""
    releases = [part for part in parts if part.role == "release"]
    fixes = [part.fixes for part in parts if part.role == "advisories"]
    pairs = [(part, one) for part in parts if part.role == "archive" and (one := release_of(part, releases))]
    heard = {stem(one) for _, one in pairs}
    for one in releases:
        if stem(one) not in heard:
            refuse_silent(one)
    counts["PR3234"] += holes(pairs)
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


def _has_list(notices: Part, lists: Sequence[Part]) -> bool:
    """Say whether one of the package lists is of the repository that notices are of.

    What no repomd.xml names may be of one repository or of several: at least half of the names in a file of notices
    stand in the lists that it goes with.
    """
    own = [one.table["name"] for one in lists if one.repomd == notices.repomd]
    if notices.repomd is not None or not own:
        return bool(own)
    names = pc.unique(notices.table["name"])
    known = pc.is_in(
        names, value_set=pc.unique(pa.chunked_array([chunk for one in own for chunk in one.chunks], pa.string()))
    )
    return 2 * (pc.sum(known).as_py() or 0) >= len(names)


def _of_repository(packages: Part, notices: Sequence[Part]) -> Part:
    """Return a package list with the repository that the notices beside it name, where they name one."""
    told = {
        name
        for one in notices
        if one.repomd == packages.repomd
        for name in pc.unique(one.table["repository"]).to_pylist()
    } - {None}
    if packages.repomd is None or len(told) != 1:
        return packages
    return replace(
        packages, table=replaced(packages.table, "repository", pa.repeat(told.pop(), packages.table.num_rows))
    )


def _without_notices(parts: Sequence[Part]) -> int:
    """Return how many repositories have a package list and nothing that says more; loose files are one together."""
    roles: dict[str | None, set[str]] = {}
    for part in parts:
        roles.setdefault(part.repomd, set()).add(part.role)
    return sum(found - ROWLESS == {"packages"} for found in roles.values())


def _offered(notices: Any, packages: Any, unlisted: Any, counts: Counter[str]) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the notices with offered, built and epoch told by the package lists, and the packages no notice names.

    ``unlisted`` says which notices have no list of their own. An epoch that a notice does not state is the list's, if
    the lists have one; of several none is taken (DECISIONS 30).
    """
    packages, versions = _once(packages, counts)
    bare, of_notices = versions["bare"], _key(notices, with_epoch=False)
    several = pc.value_counts(bare)
    several = several.field("values").filter(pc.greater(several.field("counts"), 1))
    states_epoch = pc.match_substring_regex(notices["evr"], "^[0-9]+:")
    exact = pc.index_in(_key(notices, with_epoch=True), versions["key"])
    places = pc.if_else(states_epoch, exact, pc.index_in(of_notices, bare))
    open_epoch = pc.and_(pc.invert(states_epoch), pc.is_in(of_notices, several))
    matched = pc.is_valid(places)
    places = pc.if_else(open_epoch, None, places)
    lost = pc.invert(matched)
    counts["PR3203"] += pc.sum(pc.and_(lost, unlisted)).as_py() or 0
    counts["PR3213"] += pc.sum(pc.and_(lost, pc.invert(unlisted))).as_py() or 0
    notices = replaced(notices, "offered", pc.or_(matched, unlisted))
    notices = replaced(notices, "built", versions["built"].take(places))
    notices = replaced(notices, "evr", pc.coalesce(versions["evr"].take(places), notices["evr"]))
    named = pc.is_in(_key(packages, with_epoch=True), versions["key"].take(pc.unique(places.drop_null())))
    return notices, packages.filter(pc.invert(named))


def _once(packages: Any, counts: Counter[str]) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the packages of all lists, each version once a repository and built when it first was (2.a), and versions.

    Versions have ``key`` (see :func:`_key`), ``bare``, the same without epoch, ``evr`` and ``built``. Cost: Arrow.
    """
    keys = {"key": _key(packages, with_epoch=True), "bare": _key(packages, with_epoch=False)}
    rows = pa.table({**keys, "evr": packages["evr"], "built": packages["built"]})
    grouped = rows.group_by(["key", "bare"], use_threads=False).aggregate([("evr", "min"), ("built", "min")])
    versions = grouped.rename_columns(["key", "bare", "evr", "built"]).combine_chunks()
    packages = replaced(packages, "built", versions["built"].take(pc.index_in(keys["key"], versions["key"])))
    own = pc.binary_join_element_wise(keys["key"], pc.fill_null(packages["repository"], ""), "\n").combine_chunks()
    first = pc.equal(pc.index_in(own, own), pa.array(range(len(own)), pa.int32()))
    counts["PR3218"] += pc.sum(pc.invert(first)).as_py() or 0
    return packages.filter(first), versions


def _modules(parts: Sequence[Part]) -> Mapping[str, str]:
    """Return the module streams by package, those of all lists of modules."""
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        for key, module in part.facts.items() if part.role == "modules" else ():
            found[key] = streams(module) | found.get(key, frozenset())
    return {key: together(several) for key, several in found.items()}


def _with_modules(patches: Any, modules: Mapping[str, str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the rows with their module, where they do not state one themselves."""
    keys = pa.array(modules.keys(), pa.string())
    names = pa.array(modules.values(), pa.string())
    told = names.take(pc.index_in(_key(patches, with_epoch=True), keys))
    return replaced(patches, "module", pc.coalesce(patches["module"], told))


def _key(patches: Any, *, with_epoch: bool) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return name, arch and version as one text; an epoch of 0 is left out, so that it equals none."""
    evr = pc.replace_substring_regex(patches["evr"], "^0+:" if with_epoch else "^[0-9]+:", "")
    joined_text = pc.binary_join_element_wise(patches["name"], pc.fill_null(patches["arch"], ""), evr, "\n")
    return joined_text.combine_chunks()
