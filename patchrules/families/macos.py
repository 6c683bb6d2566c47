"""macOS: what softwareupdate, installer and brew offer, names and versions only.

Sources: SEMANTICS 0.4 (package managers), 1.4, 1.5, Q31 (keys, values, products), 2.6 (names and versions only), 4.5,
4.8 (list formats), 9 (predefined baseline), DECISIONS 4, 6, 8.
"""

from __future__ import annotations

from patchrules.families._family import Facts, Family
from patchrules.model.names import FilterKey, OperatingSystem

FAMILY = Family(
    name="macos",
    operating_system=OperatingSystem.MACOS,
    label="macOS",
    scheme="dotted",
    documented=Facts(
        manager="softwareupdate",
        filters={FilterKey.PRODUCT: "product", FilterKey.CLASSIFICATION: "classification"},
        security_gate="none",
        # [R] AWS knows no date for macOS (2.6); a catalog that states one is believed, else DECISIONS 4 applies.
        clocks=("issued",),
        name_forms=("{name}",),
        title="{name}.{evr}",
        # The title of the report is name.version (2.6), which an override may name (4.8).
        override_forms=("{name}.{evr}",),
        wildcards=False,
        sources=False,
        # Nobody knows the updates of what installer brought, so that it is never MISSING (2.6).
        never_offered=("installer",),
    ),
    # 1.5 shows Mojave10.14.1 and Catalina10.15.1. [R] The later names follow that pattern, but no source shows a
    # product after Catalina, so a product made from a version alone says macOS, and a host may state its own.
    products=("Mojave*", "Catalina*", "BigSur*", "Monterey*", "Ventura*", "Sonoma*", "Sequoia*", "Tahoe*", "macOS*"),
    product_format="macOS{version}",
    product_parts=3,
    lists_lacking=True,
    independent_arch="",
    has_arch=False,
    predefined=("AWS-MacOSDefaultPatchBaseline",),
    # [R] As the system names itself.
    platform_names=("macOS", "Mac OS X"),
    # Apple's names of its releases.
    codenames={
        "Mojave": "10.14",
        "Catalina": "10.15",
        "BigSur": "11",
        "Monterey": "12",
        "Ventura": "13",
        "Sonoma": "14",
        "Sequoia": "15",
        "Tahoe": "26",
    },
    values={FilterKey.CLASSIFICATION: ("softwareupdate", "installer", "brew", "brew_cask")},
)
