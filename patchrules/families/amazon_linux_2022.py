"""Amazon Linux 2022: rpm packages, ALAS advisories in the repositories' updateinfo.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.2 (dates, notices), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 3, 6, 7, 8, 22.
"""

from __future__ import annotations

from patchrules.families._family import Family
from patchrules.families._linux import (
    AMAZON_DIST_TAG,
    FOREIGN_TO_AMAZON,
    INSTALL_ONLY,
    MODERN_AMAZON_FACTS,
    MODERN_AMAZON_VALUES,
    RPM_COMPATIBLE,
)
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    name="amazon_linux_2022",
    operating_system=OperatingSystem.AMAZON_LINUX_2022,
    label="Amazon Linux 2022",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=MODERN_AMAZON_FACTS,
    products=(
        "AmazonLinux2022",
        "AmazonLinux2022.*",
    ),
    product_format="AmazonLinux{version}",
    product_parts=1,
    predefined=("AWS-AmazonLinux2022DefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=AMAZON_DIST_TAG,
    foreign_tag=FOREIGN_TO_AMAZON,
    major="2022",
    # [R] 7.7 knows the name `Amazon Linux` as Amazon Linux 2 only; the later ones carry it too, so the version decides.
    os_release_ids=("amzn",),
    platform_names=("Amazon Linux",),
    versions=(
        "2022",
        "2022.*",
    ),
    release_packages=("system-release",),
    values=MODERN_AMAZON_VALUES,
)
