"""Facts that several Linux families share."""

from __future__ import annotations

from dataclasses import replace

from patchrules.families._family import Facts
from patchrules.model.names import FilterKey

RPM_FORMS = (
    "{name}",
    "{name}.{arch}",
    "{name}-{version}",
    "{name}-{version}-{release}",
    "{name}-{version}-{release}.{arch}",
    "{epoch}:{name}-{version}-{release}.{arch}",
    "{name}-{epoch}:{version}-{release}",
    "{name}-{epoch}:{version}-{release}.{arch}",
    "{name}.{arch}:{epoch}:{version}-{release}",
)
"""The texts of SEMANTICS 4.1 that name the package."""

RPM_OVERRIDE_FORMS = ("{version}", "{version}-{release}", "{epoch}:{version}-{release}")
"""The version-only texts, for InstallOverrideList titles (DECISIONS 8)."""

INSTALL_ONLY = ("kernel*", "kmod-*", "*-kmod*", "*-kmp-*", "gpg-pubkey")
"""Globs of the rpms that stay installed beside their next version: dnf's installonlypkgs, zypper's multiversion."""

DEB_FORMS = ("{name}", "{name}.{arch}", "{name}-{evr}", "{name}.{arch}:{evr}")
DEB_OVERRIDE_FORMS = ("{evr}", "{arch}:{evr}")

RPM_FILTERS = {
    FilterKey.PRODUCT: "product",
    FilterKey.CLASSIFICATION: "classification",
    FilterKey.SEVERITY: "severity",
}
DEB_FILTERS = {FilterKey.PRODUCT: "product", FilterKey.PRIORITY: "priority", FilterKey.SECTION: "section"}

NOTICE_IDS = ("advisory", "cves", "bugzillas")

RPM_DOCUMENTED = Facts(
    manager="dnf",
    filters=RPM_FILTERS,
    security_gate="notice",
    clocks=("updated", "issued", "built"),
    name_forms=RPM_FORMS,
    title="{name}.{arch}:{epoch}:{version}-{release}",
    override_forms=RPM_OVERRIDE_FORMS,
    approved_ids=NOTICE_IDS,
    rejected_ids=NOTICE_IDS,
)
"""Every rpm family with update notices, in the documented dialect (DECISIONS 3, 6, 8)."""

RPM_CLASSIFICATIONS = ("Security", "Bugfix", "Enhancement", "Recommended", "Newpackage")
RPM_SEVERITIES = ("Critical", "Important", "Medium", "Low")
"""The values of SEMANTICS 1.5 for Amazon Linux, RHEL and CentOS."""

RPM_VALUES = {FilterKey.CLASSIFICATION: RPM_CLASSIFICATIONS, FilterKey.SEVERITY: RPM_SEVERITIES}

# [R] AWS documents Medium for RHEL and CentOS, but their notices and those of their rebuilds say Moderate, as AWS's own
# Oracle Linux baseline does (9): both are values that a baseline may hold.
EL_VALUES = {
    FilterKey.CLASSIFICATION: RPM_CLASSIFICATIONS,
    FilterKey.SEVERITY: ("Critical", "Important", "Moderate", "Medium", "Low"),
}

YUM_DOCUMENTED = replace(RPM_DOCUMENTED, manager="yum")
"""Amazon Linux 1 and 2 (SEMANTICS 0.4)."""

MODERN_AMAZON_FACTS = replace(RPM_DOCUMENTED, alike={"medium": "moderate"})
MODERN_AMAZON_VALUES = {
    FilterKey.CLASSIFICATION: RPM_CLASSIFICATIONS,
    FilterKey.SEVERITY: ("Critical", "Important", "Medium", "Moderate", "Low", "None"),
}
"""Amazon Linux 2022 and 2023: Medium also selects Moderate, and None is a severity (1.5, DECISIONS 7)."""

# Seen in notices: `.el8_6`, `.el7.centos`, `.module+el8.5.0+746+...`, `.module+el8+2764+...`, `.module_el8.3.0+...`,
# `.el8sat`; [R] PostgreSQL writes `.rhel8`. Digits are spelled out because Python's \d takes more of them than RE2's.
EL_DIST_TAG = r"[._+](?:el|rhel)([0-9]+)"
AMAZON_DIST_TAG = r"\.amzn([0-9]+)"
# `.fc38` is Fedora's. SUSE's own packages have no such tag.
FOREIGN_TO_EL = r"[._+](?:amzn|fc)[0-9]+"
FOREIGN_TO_AMAZON = r"[._+](?:el|rhel|fc)[0-9]+"
FOREIGN_TO_SUSE = r"[._+](?:el|rhel|amzn|fc)[0-9]+"

DEB_DOCUMENTED = Facts(
    manager="apt",
    filters=DEB_FILTERS,
    security_gate="archive",
    clocks=(),
    # Only when asked for: an archive has no dates, but USN, DSA and DLA say when a version was released.
    advisory_clocks=("issued",),
    name_forms=DEB_FORMS,
    title="{name}.{arch}:{evr}",
    override_forms=DEB_OVERRIDE_FORMS,
    severity="priority",
)
"""Debian, Ubuntu and Raspbian in the documented dialect (DECISIONS 5, 6)."""

# SECTION is free text (1.4), so it has no list of values.
DEB_VALUES = {FilterKey.PRIORITY: ("Required", "Important", "Standard", "Optional", "Extra")}

# [R] dpkg runs the 32-bit packages of the same processor once the administrator adds that architecture.
DEB_COMPATIBLE = {"amd64": ("amd64", "i386", "all"), "arm64": ("arm64", "armhf", "all")}

# AlmaLinux 10 builds for x86_64_v2 too, on machines that say x86_64.
X86_ARCHES = ("x86_64", "x86_64_v2", "amd64", "ia32e", "athlon", "i686", "i586", "i486", "i386", "noarch")
RPM_COMPATIBLE = {
    "x86_64": X86_ARCHES,
    # yum calls every 32-bit system of Intel's i386, whatever its processor, and so do those who ask it.
    **dict.fromkeys(("i686", "i386"), X86_ARCHES[4:]),
    "aarch64": ("aarch64", "noarch"),
    "ppc64le": ("ppc64le", "noarch"),
    "s390x": ("s390x", "noarch"),
}
"""Package architectures that a machine of each architecture can run."""
