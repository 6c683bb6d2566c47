"""What the library's functions are given, proved at their doors: a path is no baseline, and no catalog.

>>> as_baseline("prod.json")
Traceback (most recent call last):
...
patchrules.errors.BaselineError: `baseline` is 'prod.json', wanted a baseline that was loaded [PR1804]
  hint: load it with pr.load_baseline(...)
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from patchrules.errors import BaselineError, CatalogError, InventoryError
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Host
from patchrules.model.patch import Catalog


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


def shown(found: object) -> str:
    """Return what was given: a path as it is, else what kind of thing it is.

    >>> shown("prod.json"), shown(7), shown(None)
    ("'prod.json'", 'a `int`', 'None')
    """
    if found is None:
        return "None"
    return repr(os.fspath(found)) if isinstance(found, str | os.PathLike) else f"a `{type(found).__name__}`"
