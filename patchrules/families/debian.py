"""Debian: dpkg packages, no dates, security told by the archive.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.3 (attributes, security), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 5, 6, 8, 20; codenames: Debian's release list.
"""

from __future__ import annotations

from patchrules.families._agent import APT_AGENT
from patchrules.families._family import Family
from patchrules.families._linux import DEB_COMPATIBLE, DEB_DOCUMENTED, DEB_VALUES
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    agent=(("*", APT_AGENT),),
    name="debian",
    operating_system=OperatingSystem.DEBIAN,
    label="Debian",
    scheme="dpkg",
    documented=DEB_DOCUMENTED,
    products=("Debian*",),
    product_format="Debian{version}",
    product_parts=1,
    predefined=("AWS-DebianDefaultPatchBaseline",),
    independent_arch="all",
    independent_is_native=True,
    install_only=(),
    compatible=DEB_COMPATIBLE,
    os_release_ids=("debian",),
    platform_names=("Debian GNU/Linux",),
    release_packages=("base-files",),
    security_archives=True,
    codenames={
        "squeeze": "6",
        "wheezy": "7",
        "jessie": "8",
        "stretch": "9",
        "buster": "10",
        "bullseye": "11",
        "bookworm": "12",
        "trixie": "13",
        "forky": "14",
    },
    values=DEB_VALUES,
)
