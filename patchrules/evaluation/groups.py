"""Patch groups of hosts that nothing registers, and that are spelled nearly as one that is (SEMANTICS 7.3)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.model.baseline import Registry

_HINT = "AWS tells groups apart by case and blanks: write the tag of the hosts as the registration is written"


def misspelled(groups: pa.ChunkedArray, registry: Registry) -> list[Diagnostic]:
    """Return what to say of the patch groups of some hosts that differ from registered ones by case or blanks alone.

    PR7027, counted by hosts. Cost: a count in Arrow; Python once a group.

    >>> from patchrules.documents import load_registry
    >>> one = b"{Name: web-1, OperatingSystem: SUSE, ApprovedPatches: [bash], PatchGroups: [Web]}"
    >>> print(*misspelled(pa.chunked_array([["web", "Web", "db", "web"]]), load_registry([one])))
    warning PR7027: no baseline is registered for the patch group `web`, and one is for `Web` (2 times)
      hint: AWS tells groups apart by case and blanks: write the tag of the hosts as the registration is written
    """
    registered = {group for group, _ in registry.groups}
    folded = {_folded(group): group for group in sorted(registered)}
    found = []
    for one in pc.value_counts(groups.drop_null()).to_pylist():
        group, near = one["values"], folded.get(_folded(one["values"]))
        if group not in registered and near is not None:
            message = f"no baseline is registered for the patch group `{group}`, and one is for `{near}`"
            found.append(Diagnostic("PR7027", Level.WARNING, message, count=one["counts"], hint=_HINT))
    return sorted(found, key=str)


def _folded(group: str) -> str:
    """Return a group without case and blanks."""
    return "".join(group.split()).casefold()
