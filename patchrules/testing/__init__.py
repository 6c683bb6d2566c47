"""What people import in their own tests: strategies, laws, and checks of what a baseline must and must not approve.

>>> from hypothesis import given
>>> from patchrules import testing
>>> @given(testing.patches("rhel", classification="Security", severity="Critical"))
... def test_something(patch): ...

hypothesis and pytest are needed here only: ``pip install 'patchrules[testing]'``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchrules.testing.documents import documents as documents
    from patchrules.testing.laws import assert_laws as assert_laws
    from patchrules.testing.nouns import advisories as advisories
    from patchrules.testing.nouns import baselines as baselines
    from patchrules.testing.nouns import equal_versions as equal_versions
    from patchrules.testing.nouns import filters as filters
    from patchrules.testing.nouns import hosts as hosts
    from patchrules.testing.nouns import instants as instants
    from patchrules.testing.nouns import neighbours as neighbours
    from patchrules.testing.nouns import packages as packages
    from patchrules.testing.nouns import patches as patches
    from patchrules.testing.nouns import products as products
    from patchrules.testing.nouns import rules as rules
    from patchrules.testing.nouns import versions as versions
    from patchrules.testing.promises import assert_approved_within as assert_approved_within
    from patchrules.testing.promises import assert_approves_more as assert_approves_more
    from patchrules.testing.promises import assert_never_approved as assert_never_approved
    from patchrules.testing.schedules import schedules as schedules
    from patchrules.testing.tables import catalogs as catalogs
    from patchrules.testing.tables import fleets as fleets
    from patchrules.testing.tables import situations as situations

_HOMES = {
    "advisories": "nouns",
    "assert_approved_within": "promises",
    "assert_approves_more": "promises",
    "assert_laws": "laws",
    "assert_never_approved": "promises",
    "baselines": "nouns",
    "catalogs": "tables",
    "documents": "documents",
    "equal_versions": "nouns",
    "filters": "nouns",
    "fleets": "tables",
    "hosts": "nouns",
    "instants": "nouns",
    "neighbours": "nouns",
    "packages": "nouns",
    "patches": "nouns",
    "products": "nouns",
    "rules": "nouns",
    "schedules": "schedules",
    "situations": "tables",
    "versions": "nouns",
}
"""Where each public name lives."""

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names are the keys of the table above


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module `patchrules.testing` has no attribute `{name}`"
        raise AttributeError(message)
    found = getattr(importlib.import_module(f"patchrules.testing.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return list(__all__)
