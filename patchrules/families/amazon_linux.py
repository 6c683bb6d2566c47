"""Amazon Linux 1: rpm packages, ALAS advisories in the repositories' updateinfo.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.1 (dates, notices), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 3, 6, 8, 22.
"""

from __future__ import annotations

from patchrules.families._agent import YUM_AGENT
from patchrules.families._family import Family
from patchrules.families._linux import (
    AMAZON_DIST_TAG,
    FOREIGN_TO_AMAZON,
    INSTALL_ONLY,
    RPM_COMPATIBLE,
    RPM_VALUES,
    YUM_DOCUMENTED,
)
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    agent=(("*", YUM_AGENT),),
    name="amazon_linux",
    operating_system=OperatingSystem.AMAZON_LINUX,
    label="Amazon Linux 1",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=YUM_DOCUMENTED,
    products=("AmazonLinux201?.*",),
    product_format="AmazonLinux{version}",
    product_parts=2,
    predefined=("AWS-AmazonLinuxDefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=AMAZON_DIST_TAG,
    foreign_tag=FOREIGN_TO_AMAZON,
    major="1",
    os_release_ids=("amzn",),
    platform_names=(
        "Amazon Linux AMI",
        "Amazon Linux Bare Metal",
    ),
    versions=("201?.*",),
    release_packages=("system-release",),
    values=RPM_VALUES,
)
