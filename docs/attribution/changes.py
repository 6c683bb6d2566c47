"""What has to change in a situation so that a quirk of AWS's engine makes no difference any more.

A quirk is either a fact that the dialects declare differently, or something in AWS's own control flow. For a fact the
change puts the documented value in its place. For control flow it takes away what sets the quirk off, from both
dialects: where several kernels are installed, the older ones are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from patchrules.families import Facts
from patchrules.model.names import State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.policytest.situation import Situation
from patchrules.reference.approvals import from_security_archive
from patchrules.reference.installed import as_patch
from patchrules.versions import SCHEMES, rpm

Row = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNAPPROVED = (State.INSTALLED_OTHER, State.INSTALLED_REJECTED)


@dataclass(frozen=True)
class World:
    """A case before both dialects: what each is told, the facts of each, and what rows are compared without."""

    situation: Situation
    told: Situation
    documented: Facts
    agent: Facts
    blind: tuple[Callable[[Row, Situation], Row], ...] = ()


Change = Callable[[World], World]


def fact(*names: str) -> Change:
    """Return the change that gives the agent the documented facts of those names."""
    return lambda world: replace(
        world, agent=replace(world.agent, **{name: getattr(world.documented, name) for name in names})
    )


def agents_fact(*names: str) -> Change:
    """Return the change that gives the documented dialect the agent's facts of those names."""
    return lambda world: replace(
        world, documented=replace(world.documented, **{name: getattr(world.agent, name) for name in names})
    )


def both(change: Callable[[Situation], Situation]) -> Change:
    """Return the change that tells both dialects something else."""
    return lambda world: replace(world, situation=change(world.situation), told=change(world.told))


def patches(change: Callable[[Situation, list[Patch]], Iterable[Patch]]) -> Change:
    """Return the change that gives both dialects other patches."""
    return both(lambda found: replace(found, patches=tuple(change(found, list(found.patches)))))


def packages(change: Callable[[Situation, list[Package]], Iterable[Package]]) -> Change:
    """Return the change that gives both dialects other installed packages."""
    return both(
        lambda found: replace(found, host=replace(found.host, packages=tuple(change(found, list(found.host.packages)))))
    )


def baseline(**fields: Any) -> Change:  # noqa: ANN401 - fields of a baseline
    """Return the change that gives both dialects another baseline."""
    return both(lambda found: replace(found, baseline=replace(found.baseline, **fields)))


def settings(**fields: Any) -> Change:  # noqa: ANN401 - fields of settings
    """Return the change that gives both dialects other settings."""
    return both(lambda found: replace(found, settings=replace(found.settings, **fields)))


def blind(see: Callable[[Row, Situation], Row]) -> Change:
    """Return the change that compares rows without something."""
    return lambda world: replace(world, blind=(*world.blind, see))


def same_words(world: World) -> World:
    """Tell the agent what the documented dialect is told."""
    return replace(world, told=replace(world.told, patches=world.situation.patches))


def chain(*changes: Change) -> Change:
    """Return several changes as one."""

    def changed(world: World) -> World:
        for change in changes:
            world = change(world)
        return world

    return changed


def key(found: Situation, one: Package | Patch) -> tuple[str, bytes]:
    """Return what stands beside what: name and architecture, and the place of the version in its order."""
    order = SCHEMES[found.family.scheme].sort_key(one.evr)
    return f"{one.name}.{one.arch}", order


def installed_order(found: Situation) -> dict[str, bytes]:
    """Return the newest installed version of each name and architecture."""
    return dict(sorted(key(found, package) for package in found.host.packages))


def without_older(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Drop what is older than what is installed."""
    here = installed_order(found)
    for patch in rows:
        name, order = key(found, patch)
        if name not in here or order >= here[name]:
            yield patch


def installed_bare(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Forget what notices say of installed versions that nobody offers."""
    here = installed_order(found)
    for patch in rows:
        name, order = key(found, patch)
        if patch.offered or here.get(name) != order:
            yield patch


def installed_offered(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Offer installed versions that the catalog does not know."""
    known = {key(found, patch) for patch in rows}
    yield from rows
    for package in found.host.packages:
        if key(found, package) not in known:
            yield replace(as_patch(package), offered=True)


def one_text(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Write versions that equal the installed one as it is written."""
    here = {key(found, package): package.evr for package in found.host.packages}
    return (replace(patch, evr=here.get(key(found, patch), patch.evr)) for patch in rows)


def archive_named_security(_: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Take for security what AWS's code takes for it."""
    return (replace(patch, security=patch.trusted and from_security_archive(patch)) for patch in rows)


def newest_installed(found: Situation, rows: list[Package]) -> Iterable[Package]:
    """Keep the newest of several installed versions."""
    newest: dict[str, tuple[bytes, Package]] = {}
    for package in rows:
        name, order = key(found, package)
        if name not in newest or order > newest[name][0]:
            newest[name] = (order, package)
    return [package for _, package in newest.values()]


def epochless(one: Package | Patch) -> Any:  # noqa: ANN401 - the same kind
    """Return a package or patch with epoch 0."""
    return replace(one, evr=str(replace(rpm.split(one.evr), epoch=0)))


def first_notice(_: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Keep the first notice of those that share an id."""
    first: dict[str, tuple[object, ...]] = {}
    for patch in rows:
        said = (patch.classification, patch.severity, patch.issued_text, patch.updated_text)
        if patch.advisory is None or first.setdefault(patch.advisory, said) == said:
            yield patch


def one_notice(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Give the notices on one version the severity and classification of the first."""
    first: dict[tuple[str, bytes], Patch] = {}
    for patch in rows:
        same = first.setdefault(key(found, patch), patch)
        yield replace(patch, severity=same.severity, classification=same.classification)


def one_archive(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Give the rows of one version, offered by several archives, one priority, section and archive."""
    groups: dict[tuple[str, bytes], list[Patch]] = {}
    for patch in rows:
        groups.setdefault(key(found, patch), []).append(patch)
    for same in groups.values():
        secure = next((patch for patch in same if patch.security), same[0])
        yield replace(secure, evr=same[0].evr, priority=same[0].priority, section=same[0].section)


def one_newer(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Keep the highest version of each name and architecture, and the installed one."""
    here, newest = installed_order(found), dict(sorted(key(found, patch) for patch in rows))
    for patch in rows:
        name, order = key(found, patch)
        if order in (newest[name], here.get(name)):
            yield patch


def bare_absent(found: Situation, rows: list[Patch]) -> Iterable[Patch]:
    """Forget what patches say of packages that are not installed, and keep their highest version."""
    present = {f"{package.name}.{package.arch}" for package in found.host.packages}
    absent = [patch for patch in rows if f"{patch.name}.{patch.arch}" not in present and patch.offered]
    newest = {
        name: (order, patch)
        for (name, order), patch in sorted(((key(found, p), p) for p in absent), key=lambda x: x[0])
    }
    yield from (patch for patch in rows if f"{patch.name}.{patch.arch}" in present)
    yield from (Patch(name=patch.name, arch=patch.arch, evr=patch.evr) for _, patch in newest.values())


def native(found: Situation, one: Package | Patch) -> Any:  # noqa: ANN401 - the same kind
    """Return a deb package as one of the host's architecture; a foreign one gets a name of its own."""
    arch = found.host.arch or ""
    if one.arch in (arch, None):
        return one
    if one.arch == found.family.independent_arch:
        return replace(one, arch=arch)
    return replace(one, name=f"{one.name}_{one.arch}", arch=arch)


def natives(found: Situation) -> Situation:
    """Return a situation with native packages only."""
    rows = tuple(native(found, one) for one in found.patches)
    installed = tuple(native(found, one) for one in found.host.packages)
    return replace(found, patches=rows, host=replace(found.host, packages=installed))


def without(*names: str, states: Iterable[str] = tuple(State)) -> Callable[[Row, Situation], Row]:
    """Return how rows of some states look without some fields."""
    wanted = frozenset(states)
    return lambda row, _: {**row, **dict.fromkeys(names, "")} if row["state"] in wanted else row


def title_case(row: Row, _: Situation) -> Row:
    """Return a row with classification and severity in Title Case."""
    return {**row, "classification": row["classification"].title(), "severity": row["severity"].title()}


def said_none(row: Row, _: Situation) -> Row:
    """Return a row without the severity `None`."""
    return {**row, "severity": "" if row["severity"] == "None" else row["severity"]}
