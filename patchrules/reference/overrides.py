"""What an InstallOverrideList means: the patches an Install brings instead of the baseline's (SEMANTICS 4.8)."""

from __future__ import annotations

import dataclasses

from patchrules.families import Facts
from patchrules.model.names import Operation, State
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch, Settings
from patchrules.reference.patterns import identifies, names


def override_of(settings: Settings) -> tuple[OverridePatch, ...] | None:
    """Return the list in force, None where there is none; a Scan ignores it."""
    return settings.install_override if settings.operation is Operation.INSTALL else None


def lists(entry: OverridePatch, patch: Patch, facts: Facts) -> bool:
    """Say whether a line means this version: its id and, where it has one, its title too.

    An id is one of the texts of 4.1, on Windows also a bulletin's; a title may be a version alone (DECISIONS 8).
    """
    by_id = names([entry.id], patch.name, patch.arch, patch.evr, facts) or identifies(
        [entry.id], patch, facts.override_ids
    )
    if by_id is None or entry.title is None:
        return by_id is not None
    titled = dataclasses.replace(facts, name_forms=(*facts.name_forms, *facts.override_forms))
    return names([entry.title], patch.name, patch.arch, patch.evr, titled) is not None


def unmet(settings: Settings) -> State:
    """Return what an approved newer version is: FAILED after an Install that should have brought it.

    A Scan misses it, and so does an Install whose override list said what else to bring (5.8).
    """
    installs = settings.operation is Operation.INSTALL
    return State.FAILED if installs and settings.install_override is None else State.MISSING
