"""Raspbian: dpkg packages, no dates, security told by the archive.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.3 (attributes, security), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 5, 6, 8, 20; codenames: Debian's, which it shares.
"""

from __future__ import annotations

from patchrules.families._agent import APT_AGENT
from patchrules.families._family import Family
from patchrules.families._linux import DEB_COMPATIBLE, DEB_DOCUMENTED, DEB_VALUES
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    agent=(("*", APT_AGENT),),
    name="raspbian",
    operating_system=OperatingSystem.RASPBIAN,
    label="Raspbian",
    scheme="dpkg",
    documented=DEB_DOCUMENTED,
    # [R] No source shows a product of Raspbian: the text follows Debian's. The 64-bit system calls itself Debian.
    products=("Raspbian*",),
    product_format="Raspbian{version}",
    product_parts=1,
    predefined=("AWS-RaspbianDefaultPatchBaseline",),
    independent_arch="all",
    independent_is_native=True,
    install_only=(),
    compatible=DEB_COMPATIBLE,
    os_release_ids=("raspbian",),
    platform_names=("Raspbian GNU/Linux",),
    # [R] No security_archives: Raspbian's only archive brings Debian's fixes, too.
    codenames={
        "wheezy": "7",
        "jessie": "8",
        "stretch": "9",
        "buster": "10",
        "bullseye": "11",
        "bookworm": "12",
        "trixie": "13",
    },
    values=DEB_VALUES,
)
