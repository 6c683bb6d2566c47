"""Which baseline serves which host, and by which steps (SEMANTICS 7).

An override or patch policy in force comes first and never falls back (DECISIONS 27); then the tag that BaselineTags
asks for; then the patch group's registered baseline; then the default of the operating system, the account's or AWS's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from patchrules.codes import CODES
from patchrules.documents.baseline_tags import BaselineTags
from patchrules.documents.hosts import GROUP_TAGS
from patchrules.documents.predefined import predefined
from patchrules.errors import BaselineError, Diagnostic, Level
from patchrules.families import Family, families
from patchrules.model.baseline import Baseline, PatchPolicy, Registry
from patchrules.model.names import OperatingSystem


class Via(StrEnum):
    """What led to the baseline of a host."""

    OVERRIDE = "override"
    POLICY = "patch policy"
    BASELINE_TAGS = "baseline tags"
    PATCH_GROUP = "patch group"
    ONE_BASELINE = "one baseline"
    ACCOUNT_DEFAULT = "account default"
    AWS_DEFAULT = "AWS default"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The baseline of a host and the steps that led there; ``fault`` says why there is none."""

    baseline: Baseline | None
    path: tuple[str, ...]
    via: Via
    fault: Diagnostic | None = None

    def __str__(self) -> str:
        """Return the steps on one line."""
        end = f"`{self.baseline.name}`" if self.baseline else f"no baseline: {self.fault.message if self.fault else ''}"
        return " → ".join((*self.path, end))


@dataclass(frozen=True, slots=True)
class Known:
    """What the choice of a baseline asks of a host."""

    host: str
    family: str | None = None
    patch_group: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """The resolution of every host, and the baselines that serve none of them."""

    placed: tuple[tuple[Known, Resolution], ...]
    unused: tuple[Baseline, ...]

    @property
    def orphans(self) -> tuple[str, ...]:
        """Return the hosts that a default serves: nothing names them."""
        return tuple(known.host for known, found in self.placed if found.via in _DEFAULTS)

    @property
    def two_groups(self) -> tuple[str, ...]:
        """Return the hosts whose tags name two patch groups (7.1)."""
        return tuple(known.host for known, _ in self.placed if len(groups_of(None, known.tags)) > 1)

    @property
    def unresolved(self) -> tuple[str, ...]:
        """Return the hosts for which there is no baseline."""
        return tuple(known.host for known, found in self.placed if found.baseline is None)


_DEFAULTS = (Via.ACCOUNT_DEFAULT, Via.AWS_DEFAULT)


def baseline_for(
    registry: Registry,
    family: Family,
    patch_group: str | None,
    tags: Mapping[str, str] | None = None,
    *,
    host: str | None = None,
) -> Baseline:
    """Return the baseline that serves a host: its group's, else the account's default, else AWS's own (7.3).

    Raises BaselineError (PR181x) where :func:`resolve` finds none.

    >>> from patchrules.families import family_named
    >>> baseline_for(Registry(()), family_named("debian"), None).name
    'AWS-DebianDefaultPatchBaseline'
    """
    found = resolve(registry, family, patch_group, tags, host=host)
    if found.baseline is None:
        fault = found.fault or Diagnostic("PR1817", Level.ERROR, CODES["PR1817"])
        raise BaselineError(fault.message, code=fault.code, where=fault.where, hint=fault.hint)
    return found.baseline


def resolve(
    registry: Registry,
    family: Family,
    patch_group: str | None = None,
    tags: Mapping[str, str] | None = None,
    *,
    host: str | None = None,
    baseline_tags: BaselineTags | None = None,
    override: Sequence[Baseline] | None = None,
    install_override: bool = False,
) -> Resolution:
    """Say which baseline serves a host, with every step taken (SEMANTICS 7.3, 7.4, 7.6).

    ``patch_group`` wins over the tags ``Patch Group`` and ``PatchGroup`` of ``tags`` (7.1); ``host`` is for patch
    policies that name hosts. ``override`` is a BaselineOverride of this run, ``baseline_tags`` the parameter of
    AWS-RunPatchBaselineAssociation, ``install_override`` whether an InstallOverrideList is given too. Never raises:
    where AWS's command fails, ``baseline`` is None and ``fault`` says why.

    >>> from patchrules.families import family_named
    >>> print(resolve(Registry(()), family_named("debian"), "web"))
    patch group `web` is not registered for DEBIAN → AWS's default for DEBIAN → `AWS-DebianDefaultPatchBaseline`
    """
    system = family.operating_system
    forced = _forced(registry, system, (host, tags or {}), override)
    if forced is not None:
        if install_override:
            return _failed("PR1813", "a BaselineOverride and an InstallOverrideList are given together", forced.path)
        return forced
    path: tuple[str, ...] = ()
    if baseline_tags is not None:
        tagged = _tagged(registry, system, baseline_tags)
        if tagged.baseline is not None or tagged.fault is not None:
            return tagged
        path = tagged.path
    groups = groups_of(patch_group, tags or {})
    found = [_grouped(registry, family, group, path) for group in groups or (None,)]
    if any(one.baseline != found[0].baseline for one in found):
        names = " and ".join(f"`{group}`" for group in groups)
        message = f"the tags name the patch groups {names}, and AWS does not say which counts"
        return _failed("PR1816", message, path, "take one of the tags away")
    return found[0]


def groups_of(patch_group: str | None, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Return the patch groups of a host: the stated one, else what its tags say, which may be two (7.1).

    >>> groups_of(None, {"PatchGroup": "web", "Patch Group": "web"})
    ('web',)
    """
    if patch_group:
        return (patch_group,)
    return tuple(dict.fromkeys(tags[key] for key in GROUP_TAGS if tags.get(key)))


def survey(
    registry: Registry,
    hosts: Iterable[Known],
    *,
    baseline_tags: BaselineTags | None = None,
    alone: Baseline | None = None,
) -> Survey:
    """Resolve every host, and say which baselines serve none.

    ``alone`` is the one baseline of ``registry`` that was given instead of one: it serves every host of its operating
    system, whichever patch groups it names.

    >>> survey(Registry(()), [Known("mail-1", "debian")]).orphans
    ('mail-1',)
    """
    shelf = families()
    placed = []
    for known in hosts:
        family = shelf.get(known.family or "")
        if family is None:
            found = _failed("PR2801", f"the family of `{known.host}` is not known", (), "state `family` or `platform`")
        else:
            group, tags = known.patch_group, known.tags
            found = resolve(registry, family, group, tags, host=known.host, baseline_tags=baseline_tags)
            if alone is not None and found.baseline is alone and found.via in _DEFAULTS:
                step = f"one baseline is given, for every host of {family.label}"
                found = Resolution(alone, (step,), Via.ONE_BASELINE)
        placed.append((known, found))
    used = [found.baseline for _, found in placed]
    return Survey(tuple(placed), tuple(baseline for baseline in registry.baselines if baseline not in used))


def _forced(
    registry: Registry,
    system: OperatingSystem,
    host: tuple[str | None, Mapping[str, str]],
    override: Sequence[Baseline] | None,
) -> Resolution | None:
    """Return what an override or patch policy in force says; None where none is in force."""
    if override is not None:
        return _of_override(PatchPolicy("", tuple(override)), "BaselineOverride", system, Via.OVERRIDE)
    covering = [policy for policy in registry.policies if policy.covers(*host)]
    if len(covering) > 1:
        names = " and ".join(f"`{policy.name}`" for policy in covering)
        return _failed("PR1815", f"the patch policies {names} cover the host, wanted one", (), "narrow their targets")
    if not covering:
        return None
    return _of_override(covering[0], f"patch policy `{covering[0].name}`", system, Via.POLICY)


def _of_override(policy: PatchPolicy, name: str, system: OperatingSystem, via: Via) -> Resolution:
    """Return the one baseline for a system; none and several are errors, never a fall back (DECISIONS 27)."""
    if policy.missing:
        named = ", ".join(f"`{one}`" for one in policy.missing)
        return _failed("PR1817", f"{name} names {named}, which does not exist", (name,))
    found = [baseline for baseline in policy.baselines if baseline.operating_system is system]
    if len(found) == 1:
        return Resolution(found[0], (name, f"its baseline for {system}"), via)
    if found:
        return _failed("PR1812", f"{name} has {len(found)} baselines for {system}, wanted one", (name,))
    return _failed("PR1811", f"{name} has no baseline for {system}", (name,), "groups and defaults do not count here")


def _tagged(registry: Registry, system: OperatingSystem, wanted: BaselineTags) -> Resolution:
    """Return the only baseline of the system that carries the tag; for none, only the step (7.4)."""
    said = f"{wanted.key} in {', '.join(wanted.values)}"
    found: list[Baseline] = []
    for one in registry.baselines:
        if one.operating_system is system and wanted.choose(one.tags) and one not in found:
            found.append(one)
    if len(found) == 1:
        return Resolution(found[0], (f"tagged {said}",), Via.BASELINE_TAGS)
    if found:
        names = " and ".join(f"`{one.name}`" for one in found)
        message = f"{len(found)} baselines of {system} are tagged {said}, wanted one: {names}"
        return _failed("PR1814", message, (f"tagged {said}",))
    return Resolution(None, (f"no baseline of {system} is tagged {said}",), Via.NOTHING)


def _grouped(registry: Registry, family: Family, group: str | None, path: tuple[str, ...]) -> Resolution:
    """Return the baseline of the group, else the default (7.3)."""
    system = family.operating_system
    if group is None:
        return _default(registry, family, (*path, "no patch group"))
    registered = registry.groups.get((group, system))
    if registered is not None:
        return Resolution(registered, (*path, f"patch group `{group}`"), Via.PATCH_GROUP)
    doubt = registry.unsettled.get((group, system)) or registry.unsettled.get((group, None))
    if doubt is not None:
        return _unsettled(doubt, (*path, f"patch group `{group}`"))
    return _default(registry, family, (*path, f"patch group `{group}` is not registered for {system}"))


def _default(registry: Registry, family: Family, path: tuple[str, ...]) -> Resolution:
    """Return the default of the operating system: the account's, else AWS's (7.5)."""
    system = family.operating_system
    own = registry.defaults.get(system)
    if own is not None:
        via = Via.AWS_DEFAULT if own.name.startswith("AWS-") else Via.ACCOUNT_DEFAULT
        return Resolution(own, (*path, f"the account's default for {system}"), via)
    doubt = registry.unsettled.get((None, system)) or registry.unsettled.get((None, None))
    if doubt is not None:
        return _unsettled(doubt, (*path, f"the account's default for {system}"))
    return Resolution(predefined(family.predefined[0]), (*path, f"AWS's default for {system}"), Via.AWS_DEFAULT)


def _unsettled(doubt: Diagnostic, path: tuple[str, ...]) -> Resolution:
    """Return that a registration leads to a baseline nobody knows."""
    return _failed("PR1817", doubt.message, path, doubt.hint)


def _failed(code: str, message: str, path: tuple[str, ...], hint: str | None = None) -> Resolution:
    """Return a resolution without a baseline."""
    return Resolution(None, path, Via.NOTHING, Diagnostic(code, Level.ERROR, message, hint=hint))
