"""Batch twin of ``reference.overrides``: what an InstallOverrideList means, over a catalog (SEMANTICS 4.8)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Bools
from patchrules.batch.patterns import NOBODY, identifies, names
from patchrules.families import Facts
from patchrules.model.names import Operation, State
from patchrules.model.verdict import OverridePatch, Settings


def override_of(settings: Settings) -> tuple[OverridePatch, ...] | None:
    """Batch twin of ``reference.overrides.override_of``."""
    return settings.install_override if settings.operation is Operation.INSTALL else None


def listed(settings: Settings, catalog: pa.Table, facts: Facts) -> Bools:
    """Say which rows a line of the list in force means. Cost: that of ``patterns.names`` for each line."""
    titled = dataclasses.replace(facts, name_forms=(*facts.name_forms, *facts.override_forms))
    meant = np.zeros(catalog.num_rows, dtype=np.bool_)
    for entry in override_of(settings) or ():
        hit = (
            np.minimum(names([entry.id], catalog, facts), identifies([entry.id], catalog, facts.override_ids)) != NOBODY
        )
        meant |= hit & (entry.title is None or names([entry.title], catalog, titled) != NOBODY)
    return meant


def unmet(settings: Settings) -> State:
    """Batch twin of ``reference.overrides.unmet``."""
    installs = settings.operation is Operation.INSTALL
    return State.FAILED if installs and settings.install_override is None else State.MISSING
