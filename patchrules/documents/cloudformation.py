"""CloudFormation templates and fragments of them: where their patch baselines stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchrules.documents import _yaml
from patchrules.documents.claims import text_at

TYPE = "AWS::SSM::PatchBaseline"

Named = tuple[str, Mapping[Any, Any], str, Any]
"""A logical id, the resource's properties, their pointer, and the condition under which it is made; None for none."""

_EMPTY: Mapping[Any, Any] = {}


def baselines(value: Mapping[Any, Any], pointer: str = "") -> list[tuple[Mapping[Any, Any], str, Any]] | None:
    """Return properties, pointer and condition of each patch baseline; None when nothing is of CloudFormation.

    Read are a template (``Resources``), a fragment (logical ids and resources) and a single resource. ``PatchGroups``
    and ``DefaultBaseline`` stay in the properties: the schema knows them.

    >>> baselines({"Linux": {"Type": "AWS::SSM::PatchBaseline", "Properties": {"Name": "prod"}}})
    [({'Name': 'prod'}, '/Linux/Properties', None)]
    >>> baselines({"Resources": {}})
    []
    >>> baselines({"Name": "prod"}) is None
    True
    """
    found = named(value, frozenset({TYPE}), pointer)
    return None if found is None else [one[1:] for one in found[TYPE]]


def spelled_otherwise(value: Mapping[Any, Any]) -> str | None:
    """Return the type of a resource that is a patch baseline's but for its case, None where there is none.

    >>> spelled_otherwise({"Resources": {"Linux": {"Type": "AWS::SSM::Patchbaseline"}}})
    'AWS::SSM::Patchbaseline'
    """
    resources = value.get("Resources")
    among = resources.values() if isinstance(resources, Mapping) else ()
    types = [text_at(one, "Type") for one in among if isinstance(one, Mapping)]
    return next((one for one in types if one and one != TYPE and one.lower() == TYPE.lower()), None)


def named(value: Mapping[Any, Any], types: frozenset[str], pointer: str = "") -> dict[str, list[Named]] | None:
    """Return the resources of some types by type; None when ``value`` is nothing of CloudFormation.

    >>> named({"Prod": {"Type": "AWS::SSM::MaintenanceWindow"}}, frozenset({"AWS::SSM::MaintenanceWindow"}))
    {'AWS::SSM::MaintenanceWindow': [('Prod', {}, '/Prod/Properties', None)]}
    """
    resources, place = value.get("Resources"), f"{pointer}/Resources"
    own = text_at(value, "Type")
    if own in types:
        return {one: [_named("", value, pointer)] if one == own else [] for one in types}
    template = isinstance(resources, Mapping)
    among, place = (resources, place) if isinstance(resources, Mapping) else (value, pointer)
    found: dict[str, list[Named]] = {one: [] for one in types}
    for name, resource in among.items():
        if isinstance(resource, Mapping) and text_at(resource, "Type") in types:
            found[resource["Type"]].append(_named(str(name), resource, f"{place}/{_yaml.escape(str(name))}"))
    return found if template or any(found.values()) else None


def _named(name: str, resource: Mapping[Any, Any], pointer: str) -> Named:
    """Return what is read of a resource; without properties, the name is what will be missing."""
    properties = resource.get("Properties")
    known = properties if isinstance(properties, Mapping) else _EMPTY
    return name, known, f"{pointer}/Properties", resource.get("Condition")
