"""One parsed document -> baselines and faults; the doors decide what to raise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from patchrules.documents import _yaml, oddities, terraform
from patchrules.documents.faults import Findings, Loc
from patchrules.documents.parts import NOT_A_BASELINE, Part, parts
from patchrules.documents.schema import BaselineDocument, PatchFilterGroup
from patchrules.documents.shape import Shaper
from patchrules.documents.terraform_baseline import APPLY, in_aws_shape, undecided
from patchrules.documents.terraform_references import References
from patchrules.documents.text import BASELINES, Document, quoted
from patchrules.errors import BaselineError, Diagnostic, DocumentError, Level, Where
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter, PatchSource
from patchrules.model.names import Status
from patchrules.sources.dates import EPOCH, instant

_SECONDS = re.compile(r"\d{1,11}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """One baseline of a document as far as it could be read: None where it is wrong, and what was found in it."""

    baseline: Baseline | None
    faults: tuple[DocumentError, ...] = ()
    findings: Findings | None = None

    def stops(self, *, strict: bool) -> list[DocumentError]:
        """Return what is wrong; under ``strict`` the doubts of level ``error`` are, too."""
        return list(self.faults) if self.findings is None else self.findings.verdict(strict=strict)

    @property
    def doubts(self) -> tuple[Diagnostic, ...]:
        """Return what is odd in it."""
        return tuple(self.findings.doubts) if self.findings else ()

    def where(self, loc: Loc) -> Where | None:
        """Return the place of a value of AWS's shape: ``("ApprovalRules", "PatchRules", 0)``."""
        return self.findings.document.where(self.findings.pointer(loc)) if self.findings else None


def baselines_of(document: Document, *, strict: bool) -> tuple[list[Baseline], list[DocumentError]]:
    """Return the baselines of a document that are right, and what is wrong with the others."""
    good: list[Baseline] = []
    faults: list[DocumentError] = []
    for draft in drafts_of(document):
        wrong = draft.stops(strict=strict)
        good += [draft.baseline] if draft.baseline and not wrong else []
        faults += wrong
    return good, faults


def drafts_of(document: Document) -> list[Draft]:
    """Return every baseline of a document, right or wrong."""
    if terraform.is_terraform(document.value):
        return list(_of_terraform(document))
    try:
        found = parts(document)
    except BaselineError as error:
        return [Draft(None, (error,))]
    return [_draft(part, document) for part in found]


def _of_terraform(document: Document) -> Iterator[Draft]:
    """Yield the baselines that Terraform's JSON makes."""
    found = [one for one in terraform.resources(document.value) if one.kind == terraform.BASELINE and not one.is_data]
    if not found:
        message = f"this is Terraform JSON, and it has no {terraform.BASELINE}"
        yield Draft(None, (BaselineError(message, code=NOT_A_BASELINE, where=document.where("")),))
    references = References.of(document.value, found)
    for one in found:
        findings = Findings(document, BASELINES)
        for name in undecided(one, references.block(one)):
            message = f"`{name}` is not known yet, so the baseline cannot be judged"
            findings.fault("16", message, one.pointer, APPLY)
        if findings.faults:
            yield Draft(None, tuple(findings.faults), findings)
        else:
            yield from drafts_of(in_aws_shape(one, document))


def _draft(part: Part, document: Document) -> Draft:
    """Return one baseline, or everything that is wrong with it."""
    findings = Findings(document, BASELINES)
    for pointer, key, times in document.repeated:
        if f"{pointer}/".startswith(f"{part.pointer}/"):
            message = f"{quoted(key)} is given {times} times, the last one counts"
            findings.doubt("PR1202", Level.ERROR, message, f"{pointer}/{_yaml.escape(key)}")
    if part.condition is not None:
        message = f"the baseline is made under a condition alone, {quoted(part.condition)}, and is read as made"
        place = f"{part.pointer.removesuffix('/Properties')}/Condition"
        findings.doubt("PR1261", Level.WARNING, message, place, "take it away where the condition does not hold")
    shaper = Shaper(findings)
    shaped = shaper.shape(part.value, BaselineDocument, part.pointer)
    shaper.finish()
    if part.override:
        shaped["Name"] = f"BaselineOverride.{shaped.get('OperatingSystem', 'WINDOWS')}"[:128]
        findings.blind.add(("Name",))
    checked: BaselineDocument | None = None
    try:
        checked = BaselineDocument.model_validate(shaped)
    except ValidationError as error:
        findings.translate(error, BaselineDocument)
    if checked is not None:
        oddities.look(checked, findings)
    baseline = _model(checked, part, findings) if checked is not None and not findings.faults else None
    return Draft(baseline, tuple(findings.faults), findings)


def _model(checked: BaselineDocument, part: Part, findings: Findings) -> Baseline:
    """Return the checked document in our words."""
    created, modified = (
        _date(value, findings, field)
        for field, value in (("CreatedDate", checked.created_date), ("ModifiedDate", checked.modified_date))
    )
    status = checked.available_security_updates_compliance_status
    return Baseline(
        name=checked.name,
        operating_system=checked.operating_system,
        global_filters=_filters(checked.global_filters),
        rules=_rules(checked),
        approved_patches=tuple(checked.approved_patches),
        approved_patches_level=checked.approved_patches_compliance_level,
        approved_patches_enable_non_security=checked.approved_patches_enable_non_security,
        rejected_patches=tuple(checked.rejected_patches),
        rejected_patches_action=checked.rejected_patches_action,
        sources=tuple(PatchSource(one.name, tuple(one.products), one.configuration) for one in checked.sources),
        available_security_updates=Status(status) if status else None,
        description=checked.description or "",
        baseline_id=checked.baseline_id or "",
        patch_groups=tuple(dict.fromkeys((*checked.patch_groups, *part.groups))),
        tags=tuple((tag.key, tag.value) for tag in checked.tags),
        created=created,
        modified=modified,
        is_default=checked.default_baseline,
        sha256=findings.document.sha256,
        diagnostics=tuple(findings.doubts),
    )


def _rules(checked: BaselineDocument) -> tuple[ApprovalRule, ...]:
    """Return the approval rules in our words."""
    rules = checked.approval_rules.patch_rules if checked.approval_rules else []
    return tuple(
        ApprovalRule(
            filters=_filters(rule.patch_filter_group),
            compliance_level=rule.compliance_level,
            approve_after_days=rule.approve_after_days,
            approve_until=date.fromisoformat(rule.approve_until_date) if rule.approve_until_date else None,
            enable_non_security=rule.enable_non_security,
        )
        for rule in rules
    )


def _filters(group: PatchFilterGroup | None) -> tuple[PatchFilter, ...]:
    """Return the filters of a group; no group is no filter."""
    found: Iterable[tuple[str, list[str]]] = ((one.key, one.values) for one in group.patch_filters) if group else ()
    return tuple(PatchFilter.as_written(key, tuple(values)) for key, values in found)


def _date(value: object, findings: Findings, field: str) -> datetime | None:
    """Return an instant of AWS: ISO 8601, epoch seconds with a fraction, or boto3's datetime."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    text = str(value)
    found = EPOCH + timedelta(seconds=float(text)) if _SECONDS.fullmatch(text) else instant(text)
    if found is None:
        message = f"`{field}` is {quoted(value)}, which is no date that we read; it decides nothing"
        findings.doubt("PR1220", Level.WARNING, message, findings.pointer((field,)))
    return found
