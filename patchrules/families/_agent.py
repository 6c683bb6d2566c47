"""How AWS's on-node engine 1.80 reads the rules, per package manager (SEMANTICS 2 - 6, conformance/AGENT.md)."""

from __future__ import annotations

from dataclasses import replace

from patchrules.families._linux import (
    DEB_DOCUMENTED,
    DEB_FORMS,
    DEB_OVERRIDE_FORMS,
    RPM_DOCUMENTED,
    RPM_FORMS,
    RPM_OVERRIDE_FORMS,
)

# Every text of 4.1 works in every list (Q19).
_RPM_ALL_FORMS = (*RPM_OVERRIDE_FORMS, *RPM_FORMS)
_DEB_ALL_FORMS = (*DEB_OVERRIDE_FORMS, *DEB_FORMS)

YUM_AGENT = replace(
    RPM_DOCUMENTED,
    manager="yum",
    states="yum",
    dates="yum",
    name_forms=_RPM_ALL_FORMS,
    override_forms=(),
    rejected_ids=(),
    value_case="exact",
    product_case="exact",
    globals_bind=("ids",),
    texts="title",
    severity_absent="None",
    duplicates="first",
    modules=False,
    majors=False,
    time_travel=False,
    waiting="tracking",
)
"""AL1, AL2, RHEL, CentOS and Oracle Linux up to 7."""

DNF_AGENT = replace(
    RPM_DOCUMENTED,
    manager="dnf",
    states="dnf",
    order="rpm-aws",
    dates="dnf",
    security_gate="metadata",
    name_forms=_RPM_ALL_FORMS,
    override_forms=(),
    rejected_ids=(),
    product_case="exact",
    duplicates="keep",
    modules=False,
    majors=False,
    time_travel=False,
    waiting="tracking",
)
"""RHEL, CentOS and Oracle Linux 8 (and, by inference, later ones)."""

ZYPPER_AGENT = replace(
    RPM_DOCUMENTED,
    manager="zypper",
    states="zypper",
    order="rpm-aws",
    dates="zypper",
    security_gate="none",
    name_forms=_RPM_ALL_FORMS,
    override_forms=(),
    approved_ids=(),
    rejected_ids=(),
    product_case="exact",
    list_syntax="ranges",
    duplicates="keep",
    modules=False,
    majors=False,
    time_travel=False,
    waiting="tracking",
)
"""SLES."""

APT_AGENT = replace(
    DEB_DOCUMENTED,
    states="apt",
    order="dpkg-aws",
    security_gate="agent-archive",
    name_forms=_DEB_ALL_FORMS,
    override_forms=(),
    value_case="lowered",
    repeated_key="last",
    unknown_key="everything",
    globals_bind=("names",),
    duplicates="keep",
    modules=False,
    majors=False,
    time_travel=False,
    waiting="tracking",
)
"""Debian, Ubuntu and Raspbian."""
