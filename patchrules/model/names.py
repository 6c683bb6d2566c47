"""The closed sets of the domain, with the spellings AWS uses."""

from __future__ import annotations

from enum import StrEnum


class OperatingSystem(StrEnum):
    """AWS's ``OperatingSystem`` enumeration (SEMANTICS 0.4)."""

    WINDOWS = "WINDOWS"
    AMAZON_LINUX = "AMAZON_LINUX"
    AMAZON_LINUX_2 = "AMAZON_LINUX_2"
    AMAZON_LINUX_2022 = "AMAZON_LINUX_2022"
    AMAZON_LINUX_2023 = "AMAZON_LINUX_2023"
    UBUNTU = "UBUNTU"
    REDHAT_ENTERPRISE_LINUX = "REDHAT_ENTERPRISE_LINUX"
    SUSE = "SUSE"
    CENTOS = "CENTOS"
    ORACLE_LINUX = "ORACLE_LINUX"
    DEBIAN = "DEBIAN"
    MACOS = "MACOS"
    RASPBIAN = "RASPBIAN"
    ROCKY_LINUX = "ROCKY_LINUX"
    ALMA_LINUX = "ALMA_LINUX"


class FilterKey(StrEnum):
    """AWS's ``PatchFilterKey`` enumeration (SEMANTICS 1.4); a family says which of them its baselines may use."""

    ARCH = "ARCH"
    ADVISORY_ID = "ADVISORY_ID"
    BUGZILLA_ID = "BUGZILLA_ID"
    PATCH_SET = "PATCH_SET"
    PRODUCT = "PRODUCT"
    PRODUCT_FAMILY = "PRODUCT_FAMILY"
    CLASSIFICATION = "CLASSIFICATION"
    CVE_ID = "CVE_ID"
    EPOCH = "EPOCH"
    MSRC_SEVERITY = "MSRC_SEVERITY"
    NAME = "NAME"
    PATCH_ID = "PATCH_ID"
    SECTION = "SECTION"
    PRIORITY = "PRIORITY"
    REPOSITORY = "REPOSITORY"
    RELEASE = "RELEASE"
    SEVERITY = "SEVERITY"
    SECURITY = "SECURITY"
    VERSION = "VERSION"


class StrangeKey(str):
    """A key of a filter that a document has and AWS does not know: the filter matches nothing (DECISIONS 15)."""

    __slots__ = ()


class ComplianceLevel(StrEnum):
    """How much a baseline says a missing patch matters; ``rank`` orders them (SEMANTICS 3.6).

    >>> max(["LOW", "CRITICAL"], key=lambda level: ComplianceLevel(level).rank)
    'CRITICAL'
    """

    UNSPECIFIED = "UNSPECIFIED"
    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """Return 0 for UNSPECIFIED up to 5 for CRITICAL."""
        return list(ComplianceLevel).index(self)


class RejectedPatchesAction(StrEnum):
    """What a rejected patch may still do (SEMANTICS 4.7)."""

    ALLOW_AS_DEPENDENCY = "ALLOW_AS_DEPENDENCY"
    BLOCK = "BLOCK"


class Approval(StrEnum):
    """What a baseline says of one patch (AWS's ``PatchDeploymentStatus``, and NOT_SELECTED for "no rule")."""

    APPROVED = "APPROVED"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    EXPLICIT_APPROVED = "EXPLICIT_APPROVED"
    EXPLICIT_REJECTED = "EXPLICIT_REJECTED"
    NOT_SELECTED = "NOT_SELECTED"


class State(StrEnum):
    """AWS's ``PatchComplianceDataState``: where one (host, package) stands (SEMANTICS 5.1)."""

    INSTALLED = "INSTALLED"
    INSTALLED_OTHER = "INSTALLED_OTHER"
    INSTALLED_PENDING_REBOOT = "INSTALLED_PENDING_REBOOT"
    INSTALLED_REJECTED = "INSTALLED_REJECTED"
    MISSING = "MISSING"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    FAILED = "FAILED"
    AVAILABLE_SECURITY_UPDATE = "AVAILABLE_SECURITY_UPDATE"

    @classmethod
    def _missing_(cls, value: object) -> State | None:
        """Take the plural of newer pages of AWS, too (DECISIONS 24).

        >>> State("AVAILABLE_SECURITY_UPDATES").value
        'AVAILABLE_SECURITY_UPDATE'
        """
        return cls.AVAILABLE_SECURITY_UPDATE if value == "AVAILABLE_SECURITY_UPDATES" else None


class Status(StrEnum):
    """Whether a verdict or a host complies; UNKNOWN is never compliant (SEMANTICS 5.2, DECISIONS 31)."""

    COMPLIANT = "COMPLIANT"
    NON_COMPLIANT = "NON_COMPLIANT"
    UNKNOWN = "UNKNOWN"
    NONE = ""


class ApprovalChange(StrEnum):
    """What became of the approval of a package between two runs."""

    NEWLY_APPROVED = "NEWLY_APPROVED"
    LOST_APPROVAL = "LOST_APPROVAL"
    NONE = ""


class Cause(StrEnum):
    """What can differ between two runs."""

    INVENTORY = "inventory"
    ASSIGNMENT = "assignment"
    BASELINE = "baseline"
    CATALOG = "catalog"
    AS_OF = "as-of"
    SETTINGS = "settings"
    VERSION = "version"


class Unknown(StrEnum):
    """Why a host cannot be judged (DECISIONS 31)."""

    NO_PRODUCT = "NO_PRODUCT"
    NO_BASELINE = "NO_BASELINE"
    NO_CATALOG = "NO_CATALOG"
    NO_SOURCE = "NO_SOURCE"
    NO_INVENTORY = "NO_INVENTORY"
    NO_ARCHITECTURE = "NO_ARCHITECTURE"
    STALE_CATALOG = "STALE_CATALOG"
    STALE_INVENTORY = "STALE_INVENTORY"
    LATER_CATALOG = "LATER_CATALOG"
    LATER_INVENTORY = "LATER_INVENTORY"


class Operation(StrEnum):
    """What the patch run did (SEMANTICS 5.8)."""

    SCAN = "Scan"
    INSTALL = "Install"


class RebootOption(StrEnum):
    """Whether an install run may reboot (SEMANTICS 5.9)."""

    REBOOT_IF_NEEDED = "RebootIfNeeded"
    NO_REBOOT = "NoReboot"


class Dialect(StrEnum):
    """Whose reading of the rules: AWS's documentation, or AWS's on-node engine 1.80 (SEMANTICS, DECISIONS)."""

    DOCUMENTED = "documented"
    AGENT = "agent"


class MissingDate(StrEnum):
    """What to do with a patch that has no usable date: AWS approves it at once (DECISIONS 4)."""

    APPROVE = "approve"
    HOLD = "hold"


class DebDates(StrEnum):
    """Whether the days of advisories make delays count where archives have no dates: AWS ignores them (DECISIONS 5)."""

    IGNORE = "ignore"
    ADVISORY = "advisory"


class Reason(StrEnum):
    """Why a package has the state it has: stable codes."""

    NEWER_APPROVED = "newer-approved"
    UP_TO_DATE = "up-to-date"
    NOTHING_APPROVED = "nothing-approved"
    REJECTED_BLOCKED = "rejected-blocked"
    REJECTED_ALLOWED = "rejected-allowed"
    NOT_INSTALLED = "not-installed"
    LISTED_NEWER = "listed-newer"
    AWAITS_REBOOT = "awaits-reboot"
    SUPERSEDED = "superseded"
    NOT_APPROVED = "not-approved"


class Note(StrEnum):
    """Doubts that a verdict can carry: diagnostic codes of ``codes.CODES``."""

    NO_DATE = "PR7001"
    NOT_YET_RELEASED = "PR7002"
    EPOCH_UNKNOWN = "PR7003"
    ARCH_UNKNOWN = "PR7004"
    OTHER_MAJOR = "PR7005"
    ROWS_DISAGREE = "PR7006"
    AVAILABLE_UNSTATED = "PR7010"
    BUILD_UNKNOWN = "PR7012"
    MODULE_UNKNOWN = "PR7013"


HALF_INSTALLED = "PR7007"
"""Counts dpkg rows whose status is not ``installed`` (DECISIONS 20)."""

BOOT_UNKNOWN = "PR7008"
"""Counts installed packages of which nobody can tell whether they wait for a reboot (DECISIONS 26)."""

HIDDEN = "PR7011"
"""Counts approved updates that a later, not approved one hides (DECISIONS 25)."""

CONTRADICTED = "PR7025"
"""Counts packages in several versions on hosts whose package manager keeps one (SEMANTICS 5.1)."""

NOT_CREDIBLE = "PR7009"
"""Says that a host's tracking file was left out (SEMANTICS 5.10)."""

MAY_WAIT = frozenset({State.INSTALLED, State.INSTALLED_OTHER, State.INSTALLED_REJECTED})
"""The states that INSTALLED_PENDING_REBOOT takes the place of (SEMANTICS 5.9)."""

SEVERITY_RANK = {"critical": 4, "important": 3, "high": 3, "moderate": 2, "medium": 2, "low": 1}
"""Vendor severities in lower case; other texts and absence rank 0."""

SECURITY_CLASSIFICATIONS = frozenset({"security", "securityupdates"})
"""Classifications, in lower case, that count as security in the summaries (SEMANTICS 5.12)."""

NON_COMPLIANT_STATES = frozenset(
    {State.MISSING, State.FAILED, State.INSTALLED_REJECTED, State.INSTALLED_PENDING_REBOOT},
)
"""The states that make a host NON_COMPLIANT (SEMANTICS 5.2, 5.16)."""
