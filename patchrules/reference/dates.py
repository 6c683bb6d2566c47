"""How AWS's on-node code dates a patch: what it cannot read is 1970, that is old (SEMANTICS 2.1.5, 2.2.2, 2.4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from patchrules.model.patch import Patch
from patchrules.sources.dates import EPOCH, dnf_reading, yum_reading, zypper_reading

Dated = tuple[datetime | None, str | None]


def yum(patch: Patch) -> Dated:
    """Return ``updated``, else ``issued``; a package that no notice names is as old as its build (2.1.5)."""
    if patch.advisory is None:
        return patch.built or EPOCH, "built"
    if patch.updated_text is not None:
        return yum_reading(patch.updated_text), "updated"
    return yum_reading(patch.issued_text) or EPOCH, "issued"


def dnf(patch: Patch) -> Dated:
    """Return ``issued``, whatever ``updated`` says (2.2.2, Q5); a package that no notice names is of 1970 (Q7)."""
    return dnf_reading(patch.issued_text), "issued"


def zypper(patch: Patch) -> Dated:
    """Return the patch's date (2.4.4)."""
    return zypper_reading(patch.issued_text), "issued"


READINGS: Mapping[str, Callable[[Patch], Dated]] = MappingProxyType({"yum": yum, "dnf": dnf, "zypper": zypper})
