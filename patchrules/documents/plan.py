"""A Terraform plan as two registries: the baselines as they are, and as the plan leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchrules.documents import terraform
from patchrules.documents.baseline import Source, opened
from patchrules.documents.registry import load_registry
from patchrules.errors import BaselineError
from patchrules.model.baseline import Registry


def load_plan(source: Source, *, strict: bool = False) -> tuple[Registry, Registry]:
    """Load the baselines and registrations before a plan and after it (``terraform show -json PLAN``).

    A plan that finds no patch baseline in its state has an empty registry before: AWS's predefined baselines serve.

    Raises BaselineError PR1041 for what is no plan, and what :func:`load_registry` raises.
    """
    value = opened(source).value
    if not isinstance(value, Mapping) or not isinstance(value.get("planned_values"), Mapping):
        message = "the document is no Terraform plan: it has no `planned_values`"
        raise BaselineError(message, code="PR1041", hint="run `terraform show -json PLAN > plan.json` and give that")
    return _registry(_state(value), strict=strict), _registry(value, strict=strict)


def _state(plan: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the state before a plan as ``terraform show -json`` shows it."""
    prior = plan.get("prior_state")
    values = prior.get("values") if isinstance(prior, Mapping) else None
    return {"format_version": plan.get("format_version"), "values": values if isinstance(values, Mapping) else {}}


def _registry(shown: Mapping[Any, Any], *, strict: bool) -> Registry:
    """Load a registry; without any baseline and registration it is empty."""
    if not terraform.resources(shown):
        return Registry(())
    return load_registry(shown, strict=strict)
