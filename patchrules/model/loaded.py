"""What the library's functions are given, proved at their doors: a path is no baseline, and no catalog.

>>> as_baseline("prod.json")
Traceback (most recent call last):
...
patchrules.errors.BaselineError: `baseline` is 'prod.json', wanted a baseline that was loaded [PR1804]
  hint: load it with pr.load_baseline(...)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from patchrules.errors import BaselineError, CatalogError, InventoryError
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Host
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import OverridePatch


def as_baseline(found: object, name: str = "baseline") -> Baseline:
    """Return a baseline as it is; raises BaselineError PR1804 for a path or anything else."""
    if isinstance(found, Baseline):
        return found
    hint = "load it with pr.load_baseline(...)"
    if isinstance(found, Registry):
        hint = "take one of its baselines"
    raise BaselineError(f"`{name}` is {shown(found)}, wanted a baseline that was loaded", code="PR1804", hint=hint)


def as_policy(found: object) -> Baseline | Registry:
    """Return a baseline or registry as it is; raises BaselineError PR1804 for a path or anything else."""
    if isinstance(found, Baseline | Registry):
        return found
    message = f"`policy` is {shown(found)}, wanted a baseline or registry that was loaded"
    raise BaselineError(message, code="PR1804", hint="load it with pr.load_baseline(...) or pr.load_registry(...)")


def as_catalogs(found: object, name: str = "catalogs") -> tuple[Catalog, ...]:
    """Return one catalog or several as a tuple; raises CatalogError PR3803 for a path or anything else.

    >>> as_catalogs([])
    ()
    """
    if isinstance(found, Catalog):
        return (found,)
    several = tuple(found) if isinstance(found, Iterable) and not isinstance(found, str | bytes) else (found,)
    for one in several:
        if not isinstance(one, Catalog):
            message = f"`{name}` has {shown(one)}, wanted catalogs that were read"
            raise CatalogError(message, code="PR3803", hint="read each with pr.read_catalog(...)")
    return several


def as_host(found: object) -> Host:
    """Return a host as it is; raises InventoryError PR2123 for an inventory or anything else."""
    if isinstance(found, Host):
        return found
    hint = "make one with pr.host(...); evaluate_fleet(...) judges several"
    raise InventoryError(f"`host` is {shown(found)}, wanted a host", code="PR2123", hint=hint)


def as_previous_run(found: object) -> PreviousRun | None:
    """Return what a tracking file remembers as it is, None for none; raises InventoryError PR2251 for anything else."""
    if found is None or isinstance(found, PreviousRun):
        return found
    message = f"`previous_run` is {shown(found)}, wanted what a node's tracking file remembers"
    raise InventoryError(message, code="PR2251", hint="read it with pr.load_previous_run(...)")


def as_previous_runs(found: object) -> dict[str, PreviousRun]:
    """Return what tracking files remember, by host id; raises InventoryError PR2251 for anything else."""
    if found is not None and not isinstance(found, Mapping):
        message = f"`previous_runs` is {shown(found)}, wanted what tracking files remember, by host id"
        raise InventoryError(message, code="PR2251", hint='give {"web-1": pr.load_previous_run(...)}')
    several = {host: as_previous_run(one) for host, one in (found or {}).items()}
    return {host: one for host, one in several.items() if one is not None}


def as_override(found: object) -> tuple[OverridePatch, ...] | None:
    """Return the lines of an InstallOverrideList, None for no list; raises BaselineError PR1262 for anything else."""
    if found is None:
        return None
    several = tuple(found) if isinstance(found, Iterable) and not isinstance(found, str | bytes) else (found,)
    for one in several:
        if not isinstance(one, OverridePatch):
            message = f"`install_override` has {shown(one)}, wanted a list that was loaded"
            raise BaselineError(message, code="PR1262", hint="load it with pr.load_install_override(...)")
    return several


def shown(found: object) -> str:
    """Return what was given: a path as it is, else what kind of thing it is.

    >>> shown("prod.json"), shown(7), shown(None)
    ("'prod.json'", 'a `int`', 'None')
    """
    if found is None:
        return "None"
    return repr(os.fspath(found)) if isinstance(found, str | os.PathLike) else f"a `{type(found).__name__}`"
