"""Windows: updates named by KB, judged by the service from Microsoft's catalog.

Sources: SEMANTICS 0.2, 0.4 (where it is judged), 1.4 - 1.6 (keys, values, products, families), 2.5 (the catalog), 4.5
(list formats), 5.18 (states), 9 (predefined baselines), DECISIONS 4, 6, 8, 16, 21, 24, 25.
"""

from __future__ import annotations

from patchrules.families._family import Facts, Family
from patchrules.families._windows_releases import ARCHITECTURES
from patchrules.model.names import FilterKey, OperatingSystem

_X64 = ("x64", "x86_64", "amd64")

FAMILY = Family(
    name="windows",
    operating_system=OperatingSystem.WINDOWS,
    label="Windows",
    scheme="dotted",
    documented=Facts(
        manager="wua",
        filters={
            FilterKey.PRODUCT: "product",
            FilterKey.PRODUCT_FAMILY: "product_family",
            FilterKey.CLASSIFICATION: "classification",
            FilterKey.MSRC_SEVERITY: "severity",
            FilterKey.PATCH_SET: "patch_set",
        },
        security_gate="none",
        # [R] AWS's Patch has one date, ReleaseDate (2.5): the day the update was issued.
        clocks=("issued",),
        name_forms=("{name}",),
        title="{name}",
        # Bulletin ids (MS10-048) work beside KB ids, which are the names (4.5, DECISIONS 8).
        approved_ids=("advisory",),
        rejected_ids=("advisory",),
        override_ids=("advisory",),
        # [R] Ids are exact: no page of AWS shows a wildcard in a Windows list.
        wildcards=False,
        sources=False,
        host_product=False,
        lists_not_applicable=True,
        # [R] Microsoft leaves out the severity that AWS calls Unspecified; 1.6: without a patch set an update is
        # the operating system's, and so is what a rule without one wants.
        assumed={FilterKey.MSRC_SEVERITY: "Unspecified", FilterKey.PATCH_SET: "OS"},
        implied={FilterKey.PATCH_SET: "OS"},
        identity=("name", "advisory", "product", "arch", "os_build"),
        states="updates",
    ),
    products=("Windows*",),
    product_format="WindowsServer{version}",
    product_parts=1,
    independent_arch="",
    has_arch=False,
    arch_names=ARCHITECTURES,
    # As policy tests spell what no door reads.
    compatible=dict.fromkeys(_X64, (*_X64, "")),
    predefined=(
        "AWS-DefaultPatchBaseline",
        "AWS-WindowsPredefinedPatchBaseline-OS",
        "AWS-WindowsPredefinedPatchBaseline-OS-Applications",
    ),
    # [R] As Systems Manager reports them: Microsoft Windows Server 2019 Datacenter.
    platform_names=("Microsoft Windows", "Microsoft Windows Server"),
    # PRODUCT and PRODUCT_FAMILY are open lists: applications come and go.
    values={
        FilterKey.CLASSIFICATION: (
            "CriticalUpdates",
            "DefinitionUpdates",
            "Drivers",
            "FeaturePacks",
            "SecurityUpdates",
            "ServicePacks",
            "Tools",
            "UpdateRollups",
            "Updates",
            "Upgrades",
        ),
        FilterKey.MSRC_SEVERITY: ("Critical", "Important", "Moderate", "Low", "Unspecified"),
        FilterKey.PATCH_SET: ("OS", "APPLICATION"),
    },
)
