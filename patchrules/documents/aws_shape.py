"""A baseline -> the document that CreatePatchBaseline takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchrules.documents.schema import VALID_ON
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter


def as_document(baseline: Baseline) -> dict[str, Any]:
    """Return a baseline in AWS's names, without fields that say nothing; the opposite of :func:`load_baseline`.

    >>> as_document(Baseline("prod", "DEBIAN", rejected_patches=("telnet",)))["RejectedPatches"]
    ['telnet']
    """
    found: dict[str, Any] = {"Name": baseline.name, "OperatingSystem": str(baseline.operating_system)}
    if baseline.description:
        found["Description"] = baseline.description
    if baseline.global_filters:
        found["GlobalFilters"] = _group(baseline.global_filters)
    if baseline.rules:
        found["ApprovalRules"] = {"PatchRules": [_rule(rule) for rule in baseline.rules]}
    if baseline.approved_patches:
        found["ApprovedPatches"] = list(baseline.approved_patches)
    found["ApprovedPatchesComplianceLevel"] = str(baseline.approved_patches_level)
    if baseline.approved_patches_enable_non_security:
        found["ApprovedPatchesEnableNonSecurity"] = True
    if baseline.rejected_patches:
        found["RejectedPatches"] = list(baseline.rejected_patches)
    found["RejectedPatchesAction"] = str(baseline.rejected_patches_action)
    if baseline.sources:
        found["Sources"] = [
            {"Name": one.name, "Products": list(one.products), "Configuration": one.configuration}
            for one in baseline.sources
        ]
    if baseline.available_security_updates:
        found["AvailableSecurityUpdatesComplianceStatus"] = str(baseline.available_security_updates)
    system = baseline.operating_system
    return {name: value for name, value in found.items() if system in VALID_ON.get(name, (system,))}


def _rule(rule: ApprovalRule) -> dict[str, Any]:
    """Return an approval rule."""
    found: dict[str, Any] = {"PatchFilterGroup": _group(rule.filters), "ComplianceLevel": str(rule.compliance_level)}
    if rule.approve_until is not None:
        found["ApproveUntilDate"] = rule.approve_until.isoformat()
    else:
        found["ApproveAfterDays"] = rule.approve_after_days or 0
    if rule.enable_non_security:
        found["EnableNonSecurity"] = True
    return found


def _group(filters: Iterable[PatchFilter]) -> dict[str, Any]:
    """Return a filter group."""
    return {"PatchFilters": [{"Key": str(one.key), "Values": list(one.values)} for one in filters]}
