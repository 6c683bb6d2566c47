"""Hypothesis strategies for hosts that are judged by their updates (Windows), and for every family together."""

from __future__ import annotations

from hypothesis import strategies as st

from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import (
    ComplianceLevel,
    FilterKey,
    OperatingSystem,
    RejectedPatchesAction,
    Status,
)
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch
from patchrules.testing.strategies import (
    T0,
    Situation,
    instants,
    remembering,
    runs,
    situations,
)
from patchrules.testing.weights import maybe, mostly, rarely, tuples

KBS = ("KB1", "KB2", "KB3", "KB4")
BULLETINS = ("MS10-048", "MS10-049")
PRODUCTS = ("WindowsServer2019", "WindowsServer2016")
APPLICATION = "Office 2016"
BUILDS = ("10.0.17763", "10.0.17763.2", "10.0.17763.1", "10.0.17763.10", "10.0.14393.5", "17763.2", "odd", None)
VALUES = {
    FilterKey.PRODUCT: (*PRODUCTS, APPLICATION),
    FilterKey.PRODUCT_FAMILY: ("Windows", "Office"),
    FilterKey.CLASSIFICATION: ("SecurityUpdates", "Updates", "CriticalUpdates"),
    FilterKey.MSRC_SEVERITY: ("Critical", "Important", "Unspecified"),
    FilterKey.PATCH_SET: ("OS", "APPLICATION"),
    FilterKey.SEVERITY: ("Critical",),
}
"""What filters of Windows baselines hold; the last key is none that Windows uses."""


def update_filters() -> st.SearchStrategy[PatchFilter]:
    """Draw a filter, with values in any case."""

    def of_key(key: FilterKey) -> st.SearchStrategy[PatchFilter]:
        values = st.sampled_from([*VALUES[key], *(text.upper() for text in VALUES[key]), "*"])
        return tuples(values, (1, 2)).map(lambda found: PatchFilter(key, found))

    return st.sampled_from(list(VALUES)).flatmap(of_key)


def update_rules() -> st.SearchStrategy[ApprovalRule]:
    """Draw an approval rule; half of them select every update of the operating system."""
    delays = [(days, None) for days in (0, 1, 2, 7, None)]
    until = [(None, T0.date())]
    return st.builds(
        lambda filters, level, when: ApprovalRule(filters, level, when[0], when[1]),
        rarely(tuples(update_filters(), (1, 2)), (), 1),
        st.sampled_from(list(ComplianceLevel)),
        st.sampled_from([*delays, *until]),
    )


def update_baselines() -> st.SearchStrategy[Baseline]:
    """Draw a baseline for Windows."""
    entries = st.sampled_from((*KBS, *BULLETINS, *BULLETINS)) | st.sampled_from(("kb1", "KB*", "KB9"))
    return st.builds(
        Baseline,
        name=st.just("drawn"),
        operating_system=st.just(OperatingSystem.WINDOWS),
        global_filters=tuples(update_filters(), (0, 0, 1)),
        rules=tuples(update_rules(), (1, 2, 0)),
        approved_patches=tuples(entries, (0, 1)),
        approved_patches_level=st.sampled_from(list(ComplianceLevel)),
        rejected_patches=tuples(entries, (0, 1)),
        rejected_patches_action=st.sampled_from(list(RejectedPatchesAction)),
        available_security_updates=st.sampled_from((Status.COMPLIANT, Status.NON_COMPLIANT, None)),
    )


def update_patches() -> st.SearchStrategy[Patch]:
    """Draw a catalog row: one update for one product, which may replace others."""
    return st.builds(
        Patch,
        name=st.sampled_from(KBS),
        arch=rarely(st.sampled_from(("x64", "x86")), ""),
        evr=st.just("0"),
        advisory=rarely(st.sampled_from(BULLETINS), None, 1),
        classification=mostly(st.just("SecurityUpdates"), None) | st.sampled_from(("Updates", "securityupdates")),
        severity=st.sampled_from((None, "Critical", "Important")),
        product=rarely(st.sampled_from((None, PRODUCTS[1], APPLICATION)), PRODUCTS[0], 2),
        product_family=st.sampled_from(("Windows", "Office", None)),
        patch_set=rarely(st.sampled_from(("OS", "APPLICATION")), None, 2),
        os_build=rarely(st.sampled_from(BUILDS), None, 2),
        title=st.sampled_from((None, "an update", "another")),
        issued=mostly(instants(), None),
        supersedes=tuples(st.sampled_from((*KBS, *KBS, "KB0")), (1, 1, 2, 0)),
    )


def update_hosts(identity: str) -> st.SearchStrategy[Host]:
    """Draw a host with some updates and perhaps the application; its product or build may not be known."""
    names = st.sampled_from((*KBS, *KBS, "KB9", APPLICATION, APPLICATION.lower()))
    package = st.builds(
        Package,
        name=names,
        arch=st.sampled_from((None, "", "x64")),
        evr=st.just("0"),
        installed_at=maybe(instants(-2, 2)),
    )
    return st.builds(
        Host,
        id=st.just(identity),
        family=st.just("windows"),
        product=rarely(st.sampled_from((PRODUCTS[0].upper(), PRODUCTS[1], None)), PRODUCTS[0], 2),
        arch=st.sampled_from(("x64", "x86_64", "x86", None)),
        os_build=st.sampled_from(BUILDS),
        boot_time=maybe(instants(-2, 2)),
        packages=tuples(package, (1, 0, 2)),
    ).flatmap(remembering)


@st.composite
def update_situations(draw: st.DrawFn) -> Situation:
    """Draw everything an evaluation of Windows hosts is made from."""
    count = draw(st.sampled_from((1, 2, 3)))
    listed = st.builds(OverridePatch, st.sampled_from((*KBS, *BULLETINS, "KB*")), maybe(st.sampled_from(KBS)))
    options = {"as_of": draw(instants(0, 3)), **draw(runs(tuples(listed, (1, 2, 0))))}
    return Situation(
        baseline=draw(update_baselines()),
        hosts=tuple(draw(update_hosts(f"host-{number}")) for number in range(count)),
        patches=draw(tuples(update_patches(), (4, 5, 6, 3, 8, 1))),
        options=options,
    )


def all_situations() -> st.SearchStrategy[Situation]:
    """Draw a situation of any family: one of four is of Windows."""
    linux = situations()
    return st.sampled_from((linux, linux, linux, update_situations())).flatmap(lambda found: found)
