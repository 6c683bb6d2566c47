"""Ubuntu: dpkg packages, no dates, security told by the archive.

Sources: SEMANTICS 0.4 (package manager), 1.4, 1.5 (keys, values, products), 2.3 (attributes, security), 7.7 (platform
names), 9 (predefined baseline), DECISIONS 5, 6, 8, 20; codenames: Ubuntu's release list.
"""

from __future__ import annotations

from patchrules.families._agent import APT_AGENT
from patchrules.families._family import Family
from patchrules.families._linux import DEB_COMPATIBLE, DEB_DOCUMENTED, DEB_VALUES
from patchrules.model.names import OperatingSystem

FAMILY = Family(
    agent=(("*", APT_AGENT),),
    name="ubuntu",
    operating_system=OperatingSystem.UBUNTU,
    label="Ubuntu",
    scheme="dpkg",
    documented=DEB_DOCUMENTED,
    products=("Ubuntu*",),
    product_format="Ubuntu{version}",
    product_parts=2,
    predefined=("AWS-UbuntuDefaultPatchBaseline",),
    independent_arch="all",
    independent_is_native=True,
    install_only=(),
    compatible=DEB_COMPATIBLE,
    os_release_ids=("ubuntu",),
    platform_names=("Ubuntu",),
    security_archives=True,
    codenames={
        "precise": "12.04",
        "quantal": "12.10",
        "raring": "13.04",
        "saucy": "13.10",
        "trusty": "14.04",
        "utopic": "14.10",
        "vivid": "15.04",
        "wily": "15.10",
        "xenial": "16.04",
        "yakkety": "16.10",
        "zesty": "17.04",
        "artful": "17.10",
        "bionic": "18.04",
        "cosmic": "18.10",
        "disco": "19.04",
        "eoan": "19.10",
        "focal": "20.04",
        "groovy": "20.10",
        "hirsute": "21.04",
        "impish": "21.10",
        "jammy": "22.04",
        "kinetic": "22.10",
        "lunar": "23.04",
        "mantic": "23.10",
        "noble": "24.04",
        "oracular": "24.10",
        "plucky": "25.04",
        "questing": "25.10",
    },
    values=DEB_VALUES,
)
