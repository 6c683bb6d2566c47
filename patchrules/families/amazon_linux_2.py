"""Amazon Linux 2: rpm packages, ALAS advisories in the repositories' updateinfo.

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
    name="amazon_linux_2",
    operating_system=OperatingSystem.AMAZON_LINUX_2,
    label="Amazon Linux 2",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=YUM_DOCUMENTED,
    products=(
        "AmazonLinux2",
        "AmazonLinux2.*",
    ),
    product_format="AmazonLinux{version}",
    product_parts=1,
    predefined=("AWS-AmazonLinux2DefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=AMAZON_DIST_TAG,
    foreign_tag=FOREIGN_TO_AMAZON,
    major="2",
    # 1.5 lists AmazonLinux2 and AmazonLinux2.0; os-release says 2, hence one number.
    os_release_ids=("amzn",),
    platform_names=("Amazon Linux",),
    versions=(
        "2",
        "2.*",
    ),
    release_packages=("system-release",),
    values=RPM_VALUES,
)
