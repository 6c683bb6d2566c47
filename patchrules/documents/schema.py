"""What AWS accepts in a baseline: fields, types, ranges, patterns (SEMANTICS 1.1-1.5, 1.7).

Each field's ``description`` is what a message says was wanted. Values arrive with AWS's names and spellings already:
``shape.py`` has renamed and converted what other spellings write otherwise. The numbers are tested against botocore.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_pascal

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
_PATCHES = "a list of at most 50 patches"
_ID = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"

PatchId = Annotated[str, Field(min_length=1, max_length=100, description="text of 1 to 100 characters")]
PatchGroup = Annotated[
    str,
    Field(min_length=1, max_length=256, pattern=_ID, description="1 to 256 letters, digits, spaces and `_.:/=+-@`"),
]
Product = Annotated[str, Field(min_length=1, max_length=128, description="text of 1 to 128 characters")]
FilterValue = Annotated[str, Field(min_length=1, max_length=64, description="text of 1 to 64 characters")]


class Shape(BaseModel):
    """What every part of a document is: types as written, nothing guessed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_pascal)


class PatchFilter(Shape):
    """One filter. The key is any text: one that is no FilterKey matches nothing (DECISIONS 15)."""

    key: str = Field(min_length=1, max_length=64, description="a filter key, `CLASSIFICATION` for one")
    values: list[FilterValue] = Field(min_length=1, max_length=20, description="a list of 1 to 20 values")


class PatchFilterGroup(Shape):
    """Filters that must all hold."""

    patch_filters: list[PatchFilter] = Field(
        default_factory=list, max_length=4, description="a list of at most 4 filters"
    )


class PatchRule(Shape):
    """One approval rule."""

    patch_filter_group: PatchFilterGroup | None = Field(default=None, description="a mapping with `PatchFilters`")
    compliance_level: Level = Field(default=ComplianceLevel.UNSPECIFIED, description=_LEVEL)
    approve_after_days: int | None = Field(default=None, ge=0, le=360, description="a whole number from 0 to 360")
    approve_until_date: str | None = Field(
        default=None, min_length=1, max_length=10, description="a date such as `2025-07-07`"
    )
    enable_non_security: bool = Field(default=False, description="true or false")


class PatchRuleGroup(Shape):
    """The approval rules."""

    patch_rules: list[PatchRule] = Field(default_factory=list, max_length=10, description="a list of at most 10 rules")


class PatchSource(Shape):
    """A repository."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_\-.]{3,50}$", description="3 to 50 letters, digits, `_`, `-` and `.`")
    products: list[Product] = Field(min_length=1, max_length=20, description="a list of 1 to 20 products")
    configuration: str = Field(min_length=1, max_length=1024, description="text of 1 to 1024 characters")


class Tag(Shape):
    """A tag on the baseline itself."""

    key: str = Field(min_length=1, max_length=128, pattern=_ID, description="1 to 128 letters, digits and `_.:/=+-@`")
    value: str = Field(max_length=256, pattern=_ID, description="up to 256 letters, digits, spaces and `_.:/=+-@`")


class BaselineDocument(Shape):
    """A whole baseline, of CreatePatchBaseline, GetPatchBaseline, BaselineOverride or a template."""

    name: str = Field(
        min_length=3,
        max_length=128,
        pattern=r"^[a-zA-Z0-9_\-.]{3,128}$",
        description="3 to 128 letters, digits, `_`, `-` and `.`",
    )
    operating_system: Annotated[OperatingSystem, Strict(strict=False)] = Field(
        default=OperatingSystem.WINDOWS, description="one of AWS's operating systems"
    )
    global_filters: PatchFilterGroup | None = Field(default=None, description="a mapping with `PatchFilters`")
    approval_rules: PatchRuleGroup | None = Field(default=None, description="a mapping with `PatchRules`")
    approved_patches: list[PatchId] = Field(default_factory=list, max_length=50, description=_PATCHES)
    approved_patches_compliance_level: Level = Field(default=ComplianceLevel.UNSPECIFIED, description=_LEVEL)
    approved_patches_enable_non_security: bool = Field(default=False, description="true or false")
    rejected_patches: list[PatchId] = Field(default_factory=list, max_length=50, description=_PATCHES)
    rejected_patches_action: Annotated[RejectedPatchesAction, Strict(strict=False)] = Field(
        default=RejectedPatchesAction.ALLOW_AS_DEPENDENCY, description="ALLOW_AS_DEPENDENCY or BLOCK"
    )
    description: str | None = Field(
        default=None, min_length=1, max_length=1024, description="text of 1 to 1024 characters"
    )
    sources: list[PatchSource] = Field(default_factory=list, max_length=20, description="a list of at most 20 sources")
    available_security_updates_compliance_status: Literal["COMPLIANT", "NON_COMPLIANT"] | None = Field(
        default=None, description="COMPLIANT or NON_COMPLIANT"
    )
    client_token: str | None = Field(
        default=None, min_length=1, max_length=64, description="text of 1 to 64 characters"
    )
    tags: list[Tag] = Field(default_factory=list, max_length=1000, description="a list of at most 1000 tags")
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
