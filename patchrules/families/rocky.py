"""Rocky Linux: rpm packages, errata in the repositories' updateinfo.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.1, 2.2 (dates, notices), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 3, 6, 8, 22.
"""

from __future__ import annotations

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
    name="rocky",
    operating_system=OperatingSystem.ROCKY_LINUX,
    label="Rocky Linux",
    scheme="rpm",
    install_only=INSTALL_ONLY,
    documented=RPM_DOCUMENTED,
    products=("RockyLinux*",),
    product_format="RockyLinux{version}",
    predefined=("AWS-RockyLinuxDefaultPatchBaseline",),
    compatible=RPM_COMPATIBLE,
    dist_tag=EL_DIST_TAG,
    foreign_tag=FOREIGN_TO_EL,
    os_release_ids=("rocky",),
    platform_names=("Rocky Linux",),
    # [R] The platform name, the product text and the keys follow RHEL: AWS's pages do not state them for Rocky Linux.
    release_packages=("rocky-release",),
    values=EL_VALUES,
)
