"""SUSE Linux Enterprise Server: rpm packages, patches that zypper lists.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.4 (patches, dates, no gate), 4.5 (list
formats), 7.7 (platform names), 9 (predefined baseline), DECISIONS 3, 6, 8.
"""

from __future__ import annotations

from patchrules.families._agent import ZYPPER_AGENT
from patchrules.families._family import Facts, Family
from patchrules.families._linux import (
    FOREIGN_TO_SUSE,
    INSTALL_ONLY,
    NOTICE_IDS,
    RPM_COMPATIBLE,
    RPM_FILTERS,
    RPM_FORMS,
    RPM_OVERRIDE_FORMS,
)
from patchrules.model.names import FilterKey, OperatingSystem

FAMILY = Family(
    agent=(("*", ZYPPER_AGENT),),
    name="suse",
    operating_system=OperatingSystem.SUSE,
    label="SUSE Linux Enterprise Server",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=Facts(
        manager="zypper",
        filters=RPM_FILTERS,
        # Everything in a patch is security, and packages without one pass as well (2.4.5, DECISIONS 6).
        security_gate="none",
        # The date of a patch is its notice's, DECISIONS 3.
        clocks=("updated", "issued", "built"),
        # SUSE also takes the names of .rpm files (DECISIONS 8); its patch names are the advisory ids.
        name_forms=(*RPM_FORMS, "{name}-{version}-{release}.{arch}.rpm"),
        title="{name}.{arch}:{epoch}:{version}-{release}",
        override_forms=RPM_OVERRIDE_FORMS,
        approved_ids=NOTICE_IDS,
        rejected_ids=NOTICE_IDS,
    ),
    products=("Suse*",),
    product_format="Suse{version}",
    predefined=("AWS-SuseDefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    foreign_tag=FOREIGN_TO_SUSE,
    os_release_ids=("sles", "sles_sap"),
    platform_names=("SLES", "SLES_SAP"),
    # [R] The vendor's package names.
    release_packages=("sles-release", "SLES_SAP-release"),
    values={
        FilterKey.CLASSIFICATION: ("Security", "Recommended", "Optional", "Feature", "Document", "Yast"),
        FilterKey.SEVERITY: ("Critical", "Important", "Moderate", "Low"),
    },
)
