"""Terraform's JSON -> claims: baselines, patch groups and defaults, as a state has them or a plan will make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patchrules.documents._load import baselines_of
from patchrules.documents.aws_ssm import tail
from patchrules.documents.claims import Claims, Registration, system_named, text_at
from patchrules.documents.terraform import BASELINE, DEFAULT, GROUP, Resource, resources
from patchrules.documents.terraform_baseline import APPLY, in_aws_shape, undecided
from patchrules.documents.terraform_references import References
from patchrules.documents.text import Document, quoted
from patchrules.errors import Diagnostic, Level
from patchrules.model.baseline import Baseline
from patchrules.model.names import OperatingSystem


def claims_of(document: Document, *, strict: bool) -> Claims:
    """Return what the resources say. A value not known yet is a diagnostic, and the hosts it decides on stay undecided.

    References between resources are followed by id and ARN where these are known, else through the configuration.
    """
    found = resources(document.value)
    references = References.of(document.value, found)
    reader = _Reader(document, references, Claims())
    for one in found:
        if one.kind == BASELINE:
            reader.baseline(one, strict=strict)
    for one in found:
        if one.kind in {GROUP, DEFAULT} and not one.is_data:
            reader.claims.states = True
            reader.registration(one)
    return reader.claims


@dataclass(slots=True)
class _Reader:
    """Reads resources; remembers which address became which baseline, and which one could not."""

    document: Document
    references: References
    claims: Claims
    read: dict[str, Baseline] = field(default_factory=dict)
    undecided: dict[str, tuple[Diagnostic, OperatingSystem | None]] = field(default_factory=dict)

    def baseline(self, one: Resource, *, strict: bool) -> None:
        """Read one baseline; a data source is one of the account only where something refers to it."""
        unknown = undecided(one, self.references.block(one))
        if unknown:
            names = " and ".join(f"`{name}`" for name in unknown)
            message = (
                f"the baseline {quoted(one.address)} is not loaded: {names} is known only once the plan is applied"
            )
            told = self.claims.doubt("PR1232", message, self.document.where(one.pointer), APPLY, level=Level.ERROR)
            system = one.values.get("operating_system")
            self.undecided[one.address] = (told, system_named(system) if isinstance(system, str) else None)
            return
        good, faults = baselines_of(in_aws_shape(one, self.document), strict=strict)
        self.claims.faults += faults
        for baseline in good:
            self.read[one.address] = baseline
            labelled = (one.address, baseline)
            (self.claims.others if one.is_data else self.claims.baselines).append(labelled)

    def registration(self, one: Resource) -> None:
        """Read one registration of a group or default."""
        where = self.document.where(one.pointer)
        group = text_at(one.values, "patch_group") or None
        if one.kind == GROUP and group is None:
            message = f"the patch group of {quoted(one.address)} is known only once the plan is applied"
            self.claims.doubt("PR1232", message, where, APPLY, level=Level.ERROR)
            return
        named, target = text_at(one.values, "baseline_id"), None
        if named:
            target = next((r for r in self.references.resources.values() if _is_called(r.values, named)), None)
        else:
            target = self.references.baseline(one)
        stated = one.values.get("operating_system") if one.kind == DEFAULT else None
        system = system_named(stated) if isinstance(stated, str) else None
        known = self.read.get(target.address) if target else None
        doubt = None
        if known is None and target is not None and target.address in self.undecided:
            doubt, found = self.undecided[target.address]
            system = system or found
        elif known is None and not named:
            message = f"which baseline {quoted(one.address)} registers is known only once the plan is applied"
            doubt = self.claims.doubt("PR1232", message, where, APPLY, level=Level.ERROR)
        if known or doubt or named:
            kept = Registration(group if one.kind == GROUP else None, named, system, where, known=known, doubt=doubt)
            self.claims.registrations.append(kept)


def _is_called(values: Mapping[Any, Any], named: str) -> bool:
    """Say whether a resource has this id or ARN."""
    return any(tail(text) == tail(named) for text in (text_at(values, "id"), text_at(values, "arn")) if text)
