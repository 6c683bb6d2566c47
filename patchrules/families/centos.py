"""CentOS: rpm packages, errata in the repositories' updateinfo.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.1, 2.2 (dates, notices), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 3, 6, 8, 22.
"""

from __future__ import annotations

from patchrules.families._agent import DNF_AGENT, YUM_AGENT
from patchrules.families._family import Family
from patchrules.families._linux import (
    EL_DIST_TAG,
    EL_VALUES,
    FOREIGN_TO_EL,
    INSTALL_ONLY,
    RPM_COMPATIBLE,
    RPM_DOCUMENTED,
)
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    agent=(("centos[5-7]*", YUM_AGENT), ("*", DNF_AGENT)),
    name="centos",
    operating_system=OperatingSystem.CENTOS,
    label="CentOS",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=RPM_DOCUMENTED,
    products=("CentOS*",),
    product_format="CentOS{version}",
    predefined=("AWS-CentOSDefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=EL_DIST_TAG,
    foreign_tag=FOREIGN_TO_EL,
    os_release_ids=("centos",),
    platform_names=(
        "CentOS",
        "CentOS Linux",
        "CentOS Stream",
    ),
    # [R] CentOS Stream and the package names; up to 7 the minor release is in the release text: 7-9.2009.1.el7.centos.
    release_packages=(
        "centos-release",
        "centos-linux-release",
        "centos-stream-release",
    ),
    values=EL_VALUES,
)
