"""Red Hat Enterprise Linux: rpm packages, errata in the repositories' updateinfo.

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
    agent=(("redhatenterpriselinux[5-7]*", YUM_AGENT), ("*", DNF_AGENT)),
    name="rhel",
    operating_system=OperatingSystem.REDHAT_ENTERPRISE_LINUX,
    label="Red Hat Enterprise Linux",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=RPM_DOCUMENTED,
    products=("RedhatEnterpriseLinux*",),
    product_format="RedhatEnterpriseLinux{version}",
    predefined=("AWS-RedHatDefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=EL_DIST_TAG,
    foreign_tag=FOREIGN_TO_EL,
    os_release_ids=("rhel",),
    platform_names=(
        "Red Hat Enterprise Linux",
        "Red Hat Enterprise Linux Server",
    ),
    # [R] The vendor's package names; RHEL 6 puts the minor release into the release text: 6Server-6.5.0.1.el6.
    release_packages=(
        "redhat-release",
        "redhat-release-server",
        "redhat-release-workstation",
        "redhat-release-client",
    ),
    values=EL_VALUES,
)
