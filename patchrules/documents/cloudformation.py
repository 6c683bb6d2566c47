"""CloudFormation templates and fragments of them: where their patch baselines stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchrules.documents import _yaml

TYPE = "AWS::SSM::PatchBaseline"

_EMPTY: Mapping[Any, Any] = {}


def baselines(value: Mapping[Any, Any], pointer: str = "") -> list[tuple[Mapping[Any, Any], str]] | None:
    """Return the properties and pointer of each patch baseline; None when ``value`` is nothing of CloudFormation.

    Read are a template (``Resources``), a fragment (logical ids and resources) and a single resource. ``PatchGroups``
    and ``DefaultBaseline`` stay in the properties: the schema knows them.

    >>> baselines({"Linux": {"Type": "AWS::SSM::PatchBaseline", "Properties": {"Name": "prod"}}})
    [({'Name': 'prod'}, '/Linux/Properties')]
    >>> baselines({"Resources": {}})
    []
    >>> baselines({"Name": "prod"}) is None
    True
    """
    if value.get("Type") == TYPE:
        return [_properties(value, pointer)]
    resources = value.get("Resources")
    if isinstance(resources, Mapping):
        return _among(resources, f"{pointer}/Resources")
    return _among(value, pointer) or None


def _among(resources: Mapping[Any, Any], pointer: str) -> list[tuple[Mapping[Any, Any], str]]:
    """Return the patch baselines among the resources of a template."""
    return [
        _properties(resource, f"{pointer}/{_yaml.escape(str(name))}")
        for name, resource in resources.items()
        if isinstance(resource, Mapping) and resource.get("Type") == TYPE
    ]


def _properties(resource: Mapping[Any, Any], pointer: str) -> tuple[Mapping[Any, Any], str]:
    """Return the properties of a resource; without any, the name is what will be missing."""
    properties = resource.get("Properties")
    return (properties if isinstance(properties, Mapping) else _EMPTY), f"{pointer}/Properties"
