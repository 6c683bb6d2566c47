"""What the entry point ``hypothesis`` calls: ``@given(baseline=...)`` and ``st.builds`` know our nouns by their types.

Every program that imports hypothesis calls this, so that the strategies are made when the first one is drawn.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.package import Package
from patchrules.model.patch import Patch

_NOUNS = {
    ApprovalRule: "rules",
    Baseline: "baselines",
    Host: "hosts",
    Package: "packages",
    Patch: "patches",
    PatchFilter: "filters",
}
"""The types, and the strategies of ``patchrules.testing`` that draw them."""


def register() -> None:
    """Tell hypothesis how our nouns are drawn."""
    for noun, name in _NOUNS.items():
        st.register_type_strategy(noun, _lazily(name))


def _lazily(name: str) -> Any:
    """Return what makes the strategy when it is asked for."""

    def made(_: type) -> st.SearchStrategy[Any]:
        from patchrules import testing

        found: st.SearchStrategy[Any] = getattr(testing, name)()
        return found

    return made
