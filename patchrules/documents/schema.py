"""What AWS accepts in a baseline: fields, types, ranges, patterns (SEMANTICS 1.1-1.5, 1.7).

Each field's ``description`` is what a message says was wanted. Values arrive with AWS's names and spellings already:
``shape.py`` has renamed and converted what other spellings write otherwise. Those that nouns made in code keep, too,
are in ``model/bounds.py``. All are tested against botocore.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_pascal

from patchrules.model.bounds import (
    CONFIGURATION,
    DAYS,
    FILTERS,
    GROUP,
    NAME,
    NAME_LETTERS,
    PATCH,
    PATCHES,
    PRODUCT,
    PRODUCTS,
    RULES,
    SOURCE_LETTERS,
    SOURCE_NAME,
    SOURCES,
    TAGS,
    VALUE,
    VALUES,
    Bounds,
)
from patchrules.model.names import ComplianceLevel, OperatingSystem, RejectedPatchesAction

CAMEL = {
    "PatchFilters": ("filters",),
    "PatchRules": ("rules",),
    "PatchFilterGroup": ("filterGroup",),
    "CreatedDate": ("createdTime",),
    "ModifiedDate": ("modifiedTime",),
}
"""Names of the node's snapshot that are not simply the API's with a small first letter (SEMANTICS 1.1)."""

LINUX = frozenset(OperatingSystem) - {OperatingSystem.WINDOWS, OperatingSystem.MACOS}
VALID_ON = {
    "EnableNonSecurity": frozenset(OperatingSystem) - {OperatingSystem.WINDOWS},
    "ApprovedPatchesEnableNonSecurity": frozenset(OperatingSystem) - {OperatingSystem.WINDOWS},
    "Sources": LINUX,
    "AvailableSecurityUpdatesComplianceStatus": frozenset({OperatingSystem.WINDOWS}),
}
"""Fields that AWS knows for some operating systems only (SEMANTICS 1.1, 1.3)."""

Level = Annotated[ComplianceLevel, Strict(strict=False)]
_LEVEL = "CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL or UNSPECIFIED"
_ID = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"


def _sized(bounds: Bounds, **more: Any) -> Any:  # noqa: ANN401  pydantic's own
    """Return the field of a text or a list that is neither too short nor too long."""
    return Field(min_length=bounds.least, max_length=bounds.most, description=bounds.wanted, **more)


PatchId = Annotated[str, _sized(PATCH)]
PatchGroup = Annotated[str, _sized(GROUP, pattern=_ID)]
Product = Annotated[str, _sized(PRODUCT)]
FilterValue = Annotated[str, _sized(VALUE)]


class Shape(BaseModel):
    """What every part of a document is: types as written, nothing guessed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_pascal)


class PatchFilter(Shape):
    """One filter. The key is any text: one that is no FilterKey matches nothing (DECISIONS 15)."""

    key: str = Field(min_length=1, max_length=64, description="a filter key, `CLASSIFICATION` for one")
    values: list[FilterValue] = _sized(VALUES)


class PatchFilterGroup(Shape):
    """Filters that must all hold."""

    patch_filters: list[PatchFilter] = _sized(FILTERS, default_factory=list)


class PatchRule(Shape):
    """One approval rule."""

    patch_filter_group: PatchFilterGroup | None = Field(default=None, description="a mapping with `PatchFilters`")
    compliance_level: Level = Field(default=ComplianceLevel.UNSPECIFIED, description=_LEVEL)
    approve_after_days: int | None = Field(default=None, ge=DAYS.least, le=DAYS.most, description=DAYS.wanted)
    approve_until_date: str | None = Field(
        default=None, min_length=1, max_length=10, description="a date such as `2025-07-07`"
    )
    enable_non_security: bool = Field(default=False, description="true or false")


class PatchRuleGroup(Shape):
    """The approval rules."""

    patch_rules: list[PatchRule] = _sized(RULES, default_factory=list)


class PatchSource(Shape):
    """A repository."""

    name: str = _sized(SOURCE_NAME, pattern=SOURCE_LETTERS)
    products: list[Product] = _sized(PRODUCTS)
    configuration: str = _sized(CONFIGURATION)


class Tag(Shape):
    """A tag on the baseline itself."""

    key: str = Field(min_length=1, max_length=128, pattern=_ID, description="1 to 128 letters, digits and `_.:/=+-@`")
    value: str = Field(max_length=256, pattern=_ID, description="up to 256 letters, digits, spaces and `_.:/=+-@`")


class BaselineDocument(Shape):
    """A whole baseline, of CreatePatchBaseline, GetPatchBaseline, BaselineOverride or a template."""

    name: str = _sized(NAME, pattern=NAME_LETTERS)
    operating_system: Annotated[OperatingSystem, Strict(strict=False)] = Field(
        default=OperatingSystem.WINDOWS, description="one of AWS's operating systems"
    )
    global_filters: PatchFilterGroup | None = Field(default=None, description="a mapping with `PatchFilters`")
    approval_rules: PatchRuleGroup | None = Field(default=None, description="a mapping with `PatchRules`")
    approved_patches: list[PatchId] = _sized(PATCHES, default_factory=list)
    approved_patches_compliance_level: Level = Field(default=ComplianceLevel.UNSPECIFIED, description=_LEVEL)
    approved_patches_enable_non_security: bool = Field(default=False, description="true or false")
    rejected_patches: list[PatchId] = _sized(PATCHES, default_factory=list)
    rejected_patches_action: Annotated[RejectedPatchesAction, Strict(strict=False)] = Field(
        default=RejectedPatchesAction.ALLOW_AS_DEPENDENCY, description="ALLOW_AS_DEPENDENCY or BLOCK"
    )
    description: str | None = Field(
        default=None, min_length=1, max_length=1024, description="text of 1 to 1024 characters"
    )
    sources: list[PatchSource] = _sized(SOURCES, default_factory=list)
    available_security_updates_compliance_status: Literal["COMPLIANT", "NON_COMPLIANT"] | None = Field(
        default=None, description="COMPLIANT or NON_COMPLIANT"
    )
    client_token: str | None = Field(
        default=None, min_length=1, max_length=64, description="text of 1 to 64 characters"
    )
    tags: list[Tag] = _sized(TAGS, default_factory=list)
    baseline_id: str | None = Field(
        default=None,
        min_length=20,
        max_length=128,
        pattern=r"^[a-zA-Z0-9_\-:/]{20,128}$",
        description="`pb-` and 17 hexadecimal digits, or an ARN",
    )
    patch_groups: list[PatchGroup] = Field(default_factory=list, description="a list of patch groups")
    created_date: Any = Field(default=None, description="an instant")
    modified_date: Any = Field(default=None, description="an instant")
    default_baseline: bool = Field(default=False, description="true or false")
