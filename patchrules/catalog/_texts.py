"""Names and architectures of a catalog as its packaging world writes them, as inventories have them (SEMANTICS 5.e)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._microsoft import kb_id
from patchrules.families import family_named
from patchrules.families._architectures import ARCHES
from patchrules.families._windows_releases import ARCHITECTURES
from patchrules.model.names import FilterKey
from patchrules.sources.arrow import replaced, stripped
from patchrules.sources.package_names import coded_pairs, parted, tail_of

__all__ = ["as_named", "as_windows", "bare", "why_no_arch"]

_SAME = (("x86_64", "amd64"), ("aarch64", "arm64"), ("noarch", "all"))
_OTHERS = {"rpm": {dpkg: rpm for rpm, dpkg in _SAME}, "dpkg": dict(_SAME)}
"""By packaging world, what the other one calls an architecture."""


def bare(patches: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return rows without blanks around name, architecture and version; an architecture of ``(none)`` is empty."""
    for column in {"name", "arch", "evr"}.intersection(patches.column_names):
        patches = replaced(patches, column, stripped(patches[column]))
    return _translated(patches, "arch", {"(none)": ""}) if "arch" in patches.column_names else patches


def as_named(patches: Any, scheme: str, counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return rows of packages with names and architectures as rpm or dpkg, the ``scheme``, write them.

    An architecture in capitals, or under the name that the other one has for it, is translated (PR2217), and one behind
    a name is taken off (PR2233). Cost: Python once a distinct name or architecture.
    """
    arches = {one: _spelled(one, scheme) for one in pc.unique(patches["arch"]).drop_null().to_pylist()}
    patches = _translated(patches, "arch", {old: new for old, new in arches.items() if new != old}, counts, "PR2217")
    odd = [name for name in pc.unique(patches["name"]).drop_null().to_pylist() if tail_of(name, scheme)]
    if not odd:
        return patches
    mine = pc.is_in(patches["name"], pa.array(odd, pa.string())).combine_chunks()
    codes, pairs = coded_pairs(patches.filter(mine), "name", "arch")
    fresh = [parted(name, arch, scheme) for name, arch in pairs]
    cut = pa.array([new != old for new, old in zip(fresh, pairs, strict=True)], pa.bool_())
    counts["PR2233"] += pc.sum(cut.take(codes)).as_py() or 0
    for place, column in enumerate(("name", "arch")):
        texts = pa.array([one[place] for one in fresh], pa.string()).take(codes)
        patches = replaced(patches, column, pc.replace_with_mask(patches[column].combine_chunks(), mine, texts))
    return patches


def why_no_arch(patches: Any, scheme: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return of each row why its architecture is none of rpm or dpkg, the ``scheme``, null where it is one."""
    odd = [one for one in pc.unique(patches["arch"]).to_pylist() if one not in ARCHES[scheme]]
    absent = "the package has no architecture"
    why = pa.array([f"no {scheme} system has the architecture `{one}`" if one else absent for one in odd], pa.string())
    return why.take(pc.index_in(patches["arch"], pa.array(odd, pa.string())).combine_chunks())


def as_windows(patches: Any, counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return updates of Windows whose KBs, classifications and architectures are written as in every other feed.

    An architecture that Windows has not is not stated (PR2231). Cost: Python once a distinct text, and once a row where
    what updates replace is written otherwise.
    """
    if "arch" in patches.column_names:
        stated = pc.unique(patches["arch"]).drop_null().to_pylist()
        told = {one: ARCHITECTURES.get(one.lower()) for one in stated if one}
        strange = {old: None for old, new in told.items() if new is None}
        patches = _translated(patches, "arch", strange, counts, "PR2231")
        spelled = {old: new for old, new in told.items() if new not in (None, old)}
        patches = _translated(patches, "arch", spelled, counts, "PR2217")
    if "classification" in patches.column_names:
        stated = pc.unique(patches["classification"]).drop_null().to_pylist()
        known = {one.lower(): one for one in family_named("windows").values[FilterKey.CLASSIFICATION]}
        words = {one: known.get("".join(one.split()).lower()) for one in stated}
        spelled = {old: new for old, new in words.items() if new not in (None, old)}
        patches = _translated(patches, "classification", spelled)
    names = {one: kb_id(one) for one in pc.unique(patches["name"]).drop_null().to_pylist()}
    patches = _translated(patches, "name", {old: new for old, new in names.items() if new not in (None, old)})
    if "supersedes" not in patches.column_names:
        return patches
    told = {one: kb_id(one) or one for one in pc.unique(pc.list_flatten(patches["supersedes"])).drop_null().to_pylist()}
    if all(old == new for old, new in told.items()):
        return patches
    lists = [kbs and [told.get(kb) for kb in kbs] for kbs in patches["supersedes"].to_pylist()]
    return replaced(patches, "supersedes", pa.array(lists, pa.list_(pa.string())))


def _spelled(arch: str, scheme: str) -> str:
    """Return an architecture as rpm or dpkg writes it, where that is beyond doubt."""
    small = arch.lower()
    return next((one for one in (arch, small, _OTHERS[scheme].get(small)) if one in ARCHES[scheme]), arch)


def _translated(
    patches: Any,  # noqa: ANN401  pyarrow is Any
    column: str,
    words: Mapping[str, str | None],
    counts: Counter[str] | None = None,
    code: str = "",
) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return rows with other texts for some in a column; ``counts`` counts them by ``code``."""
    found = pc.index_in(patches[column], pa.array(list(words), pa.string()))
    number = len(found) - found.null_count
    if counts is not None:
        counts[code] += number
    if not number:
        return patches
    fresh = pa.array(list(words.values()), pa.string()).take(found)
    return replaced(patches, column, pc.if_else(pc.is_valid(found), fresh, patches[column]))
