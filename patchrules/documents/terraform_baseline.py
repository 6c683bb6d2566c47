"""One ``aws_ssm_patch_baseline`` of Terraform's JSON, in AWS's own shape; places stay those of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchrules.documents._yaml import Plain
from patchrules.documents.claims import mappings
from patchrules.documents.terraform import Resource
from patchrules.documents.text import Document
from patchrules.errors import Where

_PLAIN = {
    "name": "Name",
    "operating_system": "OperatingSystem",
    "description": "Description",
    "approved_patches": "ApprovedPatches",
    "approved_patches_compliance_level": "ApprovedPatchesComplianceLevel",
    "approved_patches_enable_non_security": "ApprovedPatchesEnableNonSecurity",
    "rejected_patches": "RejectedPatches",
    "rejected_patches_action": "RejectedPatchesAction",
    "available_security_updates_compliance_status": "AvailableSecurityUpdatesComplianceStatus",
}
DECIDING = frozenset(_PLAIN) - {"name", "description"} | {"approval_rule", "global_filter", "source"}
"""Arguments that decide verdicts: unknown, they leave nothing to judge by."""

APPLY = "give `terraform show -json` of the state once the plan is applied"
_SNAKE = {"PatchRules": "approval_rule", "GlobalFilters": "global_filter", "Sources": "source", "BaselineId": "id"}
_SILENT = frozenset({"ApprovalRules", "PatchFilterGroup"})


@dataclass(frozen=True)
class BaselineResource(Document):
    """A resource as a document of its own, in AWS's shape; ``file`` is the document it stands in."""

    file: Document | None = None
    base: str = ""

    def where(self, pointer: str) -> Where:
        """Return the place in the file, by Terraform's own names."""
        return (self.file or Document(None)).where(self.base + terraform_pointer(pointer))


def in_aws_shape(resource: Resource, document: Document) -> BaselineResource:
    """Return the resource as GetPatchBaseline would spell it."""
    values = resource.values
    made = {aws: values[own] for own, aws in _PLAIN.items() if not _is_unset(values.get(own))}
    # The provider needs a name; where it is made of something not known yet, the address calls the baseline.
    made.setdefault("Name", re.sub(r"[^a-zA-Z0-9_\-.]", "-", resource.address)[:128])
    if rules := _members(values.get("approval_rule"), _rule):
        made["ApprovalRules"] = {"PatchRules": rules}
    if filters := _members(values.get("global_filter"), _filter):
        made["GlobalFilters"] = {"PatchFilters": filters}
    if sources := _members(values.get("source"), _source):
        made["Sources"] = sources
    tags: Mapping[Any, Any] = next(
        (values[key] for key in ("tags_all", "tags") if isinstance(values.get(key), Mapping)), {}
    )
    if tags:
        made["Tags"] = [{"Key": key, "Value": value or ""} for key, value in tags.items()]
    own_id = values.get("id")
    if isinstance(own_id, str) and own_id:
        made["BaselineId"] = own_id
    return BaselineResource(made, document.name, document.sha256, file=document, base=resource.pointer)


def undecided(resource: Resource, block: Mapping[Any, Any]) -> list[str]:
    """Return the deciding arguments of a planned baseline that Terraform does not know yet.

    What the configuration does not set is the provider's to fill in: AWS's default, as if it were absent.
    """
    written = block.get("expressions") if block else resource.unknown
    set_by_hand = written if isinstance(written, Mapping) else {}
    return sorted(
        name
        for name, tree in resource.unknown.items()
        if name in DECIDING and name in set_by_hand and _is_unknown(tree)
    )


def terraform_pointer(pointer: str) -> str:
    """Return a pointer into AWS's shape as one into the resource's values.

    >>> terraform_pointer("/ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/1/Values/2")
    '/approval_rule/0/patch_filter/1/values/2'
    >>> terraform_pointer("/GlobalFilters/PatchFilters/0/Key")
    '/global_filter/0/key'
    """
    made: list[str] = []
    for step in pointer.split("/")[1:]:
        if step == "PatchFilters":
            made += [] if made[-1:] == ["global_filter"] else ["patch_filter"]
        elif step not in _SILENT:
            made.append(_SNAKE.get(step) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", step).lower())
    return "".join(f"/{step}" for step in made)


def _is_unknown(tree: Plain) -> bool:
    """Say whether a tree of ``after_unknown`` marks anything."""
    level = [tree]
    while level:
        if any(one is True for one in level):
            return True
        level = [
            child
            for one in level
            if isinstance(one, Mapping | list)
            for child in (one.values() if isinstance(one, Mapping) else one)
        ]
    return False


def _is_unset(value: Plain) -> bool:
    """Say whether the provider wrote what it writes for an argument nobody gave."""
    return value is None or value is False or value in ("", [], {})


def _members(value: Plain, shape: Any) -> Plain:  # noqa: ANN401 - one of the functions below
    """Return the blocks of a list in AWS's shape; what is no list of blocks stays, for the schema to refuse."""
    if not isinstance(value, list | tuple):
        return value
    blocks = dict(mappings(value))
    return [shape(blocks[index]) if index in blocks else one for index, one in enumerate(value)]


def _rule(block: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return an ``approval_rule``; a delay of 0 beside a date is the provider's way to say none."""
    days, until = block.get("approve_after_days"), block.get("approve_until_date")
    if isinstance(days, str) and re.fullmatch(r"[0-9]{1,9}", days, re.ASCII):
        days = int(days)
    made = {
        "ApproveAfterDays": None if days == 0 and until else days,
        "ApproveUntilDate": until,
        "ComplianceLevel": block.get("compliance_level"),
        "EnableNonSecurity": block.get("enable_non_security"),
    }
    filters = _members(block.get("patch_filter"), _filter)
    return {"PatchFilterGroup": {"PatchFilters": filters or []}} | {
        key: value for key, value in made.items() if value is not None and value is not False and value != ""
    }


def _filter(block: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return a ``patch_filter`` or ``global_filter``."""
    return {"Key": block.get("key"), "Values": block.get("values")}


def _source(block: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return a ``source``."""
    return {"Name": block.get("name"), "Products": block.get("products"), "Configuration": block.get("configuration")}
