"""Claims -> a registry: every name looked up, every contradiction told (SEMANTICS 7.1-7.6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from patchrules.documents.aws_ssm import tail
from patchrules.documents.claims import Claims, Labelled, PolicyClaim, Registration
from patchrules.documents.faults import closest
from patchrules.documents.predefined import predefined, predefined_names
from patchrules.documents.text import quoted
from patchrules.errors import BaselineError, Diagnostic, Level, Where
from patchrules.families import family_of
from patchrules.model.baseline import Baseline, PatchPolicy, Registry
from patchrules.model.names import OperatingSystem

_Key = tuple[str | None, OperatingSystem | None]


def registry_of(claims: Claims) -> Registry:
    """Return the registry that the claims make; what is wrong is added to ``claims.faults``."""
    claims.baselines = [(label, _with_tags(baseline, claims)) for label, baseline in claims.baselines]
    assembly = _Assembly(claims)
    assembly.groups_of_documents()
    for registration in claims.registrations:
        assembly.register(registration)
    assembly.defaults_of_documents()
    policies = tuple(assembly.policy(claim) for claim in claims.policies)
    assembly.tell_clashes()
    groups: dict[tuple[str, OperatingSystem], Baseline] = {}
    defaults: dict[OperatingSystem, Baseline] = {}
    for (group, system), found in assembly.served.items():
        if group is None:
            defaults[system] = found[0][1]
        else:
            groups[group, system] = found[0][1]
    used = [baseline for _, baseline in claims.baselines]
    used += [baseline for baseline in (*groups.values(), *defaults.values()) if baseline not in used]
    return Registry(tuple(used), groups, defaults, tuple(claims.doubts), policies, assembly.unsettled)


def distinct(labelled: Iterable[Labelled]) -> list[Labelled]:
    """Return the first of each baseline: loading the same one twice is no contradiction.

    >>> distinct([])
    []
    """
    kept: list[Labelled] = []
    for one in labelled:
        if all(not _same(one[1], other) for _, other in kept):
            kept.append(one)
    return kept


@dataclass(slots=True)
class _Assembly:
    """Who serves whom, as far as it is known; ``served`` keeps every contender, so that all of them can be named."""

    claims: Claims
    served: dict[tuple[str | None, OperatingSystem], list[Labelled]] = field(default_factory=dict)
    unsettled: dict[_Key, Diagnostic] = field(default_factory=dict)

    def groups_of_documents(self) -> None:
        """Register the groups that the baselines' own documents name."""
        for label, baseline in self.claims.baselines:
            for group in baseline.patch_groups:
                self._serve(group, baseline.operating_system, (label, baseline))

    def defaults_of_documents(self) -> None:
        """Register the marked defaults, else, where nobody states any, the only baseline without a group (7.5)."""
        found = self.claims.baselines
        for system in dict.fromkeys(baseline.operating_system for _, baseline in found):
            those = [one for one in found if one[1].operating_system is system]
            marked = [one for one in those if one[1].is_default]
            silent = [] if self.claims.states else [one for one in those if not one[1].patch_groups]
            for one in marked or silent:
                self._serve(None, system, one)

    def register(self, one: Registration) -> None:
        """Follow one registration to its baseline."""
        found = one.known or (None if one.doubt else self._looked_up(one.named, one.system, one))
        if found is None:
            self._unsettle(one)
        elif one.system not in (None, found.operating_system):
            message = f"{_whom(one)} is served by `{found.name}`, which is for {found.operating_system}"
            self.claims.fault("PR1037", message, one.where, "name a baseline of that operating system")
        else:
            self._serve(one.group, found.operating_system, (one.where.file or "", found))

    def policy(self, claim: PolicyClaim) -> PatchPolicy:
        """Return a patch policy with its baselines; one that names a deleted baseline fails (DECISIONS 27)."""
        named = [(name, self._looked_up(name, None)) for name, _ in claim.named]
        found = tuple(baseline for _, baseline in named if baseline)
        missing = tuple(name for name, baseline in named if baseline is None)
        return PatchPolicy(claim.name, (*claim.baselines, *found), claim.hosts, claim.tags, missing)

    def tell_clashes(self) -> None:
        """Tell of every group and default that two baselines claim (7.2); the same one again changes nothing."""
        for (group, system), contenders in self.served.items():
            first = contenders[0]
            if group is None and len(contenders) > 1:
                names = " and ".join(_said(one) for one in contenders)
                message = f"{system} has {len(contenders)} candidates for the default baseline: {names}"
                marked = self.claims.states or any(baseline.is_default for _, baseline in contenders)
                hint = "keep `DefaultBaseline: true` on one of them"
                if not marked:
                    hint = "mark one with `DefaultBaseline: true`, or give the others patch groups"
                elif self.claims.states:
                    hint = "keep one default for each operating system"
                self.claims.faults.append(BaselineError(message, code="PR1032", hint=hint))
                continue
            for other in contenders[1:]:
                names = f"{_said(first)} and {_said(other)}"
                message = f"patch group {quoted(group)} of {system} is served by {names}, wanted one baseline"
                hint, where = "take the group away from one of them", Where(file=other[0]) if other[0] else None
                self.claims.faults.append(BaselineError(message, code="PR1031", where=where, hint=hint))

    def _serve(self, group: str | None, system: OperatingSystem, one: Labelled) -> None:
        """Keep a contender that is not there yet; AWS's own default needs no registration."""
        if group is None and one[1] == predefined(family_of(system).predefined[0]):
            return
        contenders = self.served.setdefault((group, system), [])
        if all(not _same(one[1], other) for _, other in contenders):
            contenders.append(one)

    def _unsettle(self, one: Registration) -> None:
        """Keep why a registration cannot be followed: a fault in what a person wrote, else a doubt."""
        if one.by_hand:
            known = [name for _, baseline in self.claims.baselines for name in (baseline.name, baseline.baseline_id)]
            near = closest(one.named, [name for name in known if name])
            hint = f"did you mean `{near}`?" if near else "list its file under `baselines`"
            self.claims.fault("PR1035", f"there is no baseline {quoted(one.named)}", one.where, hint)
            return
        told = one.doubt
        if told is None:
            name = next(
                (i.name for i in self.claims.identities if tail(i.baseline_id) == tail(one.named) and i.name), ""
            )
            shown = f"`{name}` ({one.named})" if name else quoted(one.named)
            message = f"{_whom(one)} is served by {shown}, whose rules are not among the files"
            hint = f"save them: aws ssm get-patch-baseline --baseline-id {one.named}"
            told = self.claims.doubt("PR1231", message, one.where, hint, level=Level.ERROR)
        self.unsettled[one.group, one.system] = told

    def _looked_up(self, text: str, system: OperatingSystem | None, one: Registration | None = None) -> Baseline | None:
        """Return the baseline that ``text`` calls by id, ARN or name; several of one name are a fault."""
        named = [*self.claims.baselines, *self.claims.others]
        ways: tuple[Callable[[Baseline], bool], ...] = (
            lambda baseline: baseline.baseline_id != "" and tail(baseline.baseline_id) == tail(text),
            lambda baseline: baseline.name == text,
        )
        for way in ways:
            found = distinct(labelled for labelled in named if way(labelled[1]))
            if len(found) > 1:
                found = [one for one in found if one[1].operating_system is system] or found
            if len(found) > 1:
                names = " and ".join(_said(one) for one in found)
                where = one.where if one else None
                error = BaselineError(f"{quoted(text)} is the name of {names}", code="PR1036", where=where)
                error.hint = "call it by its id"
                self.claims.faults.append(error)
            if found:
                return found[0][1]
        return self._of_aws(text, system)

    def _of_aws(self, text: str, system: OperatingSystem | None) -> Baseline | None:
        """Return AWS's own baseline by name, by an id that AWS listed, or by an ARN where a system has only one."""
        names = [text, *(one.name for one in self.claims.identities if tail(one.baseline_id) == tail(text))]
        found = next((name for name in names if name in predefined_names()), None)
        if found is None and len(names) == 1 and text.startswith("arn:") and system is not None:
            own = family_of(system).predefined
            found = own[0] if len(own) == 1 else None
        return predefined(found) if found else None


def _same(one: Baseline, other: Baseline) -> bool:
    """Say whether two baselines are one, whichever file each came from."""
    bare = {"sha256": "", "diagnostics": (), "patch_groups": (), "is_default": False}
    return dataclasses.replace(one, **bare) == dataclasses.replace(other, **bare)  # type: ignore[arg-type]


def _with_tags(baseline: Baseline, claims: Claims) -> Baseline:
    """Return the baseline with the tags that the tagging API gives it; get-patch-baseline prints none."""
    more = claims.tags.get(tail(baseline.baseline_id)) if baseline.baseline_id and not baseline.tags else None
    return dataclasses.replace(baseline, tags=more) if more else baseline


def _whom(one: Registration) -> str:
    """Return whom a registration is for."""
    system = one.system or "an operating system that is not known"
    return f"the default of {system}" if one.group is None else f"patch group {quoted(one.group)} of {system}"


def _said(one: Labelled) -> str:
    """Return a baseline's name, with its file where it has one."""
    label, baseline = one
    return f"`{baseline.name}` ({label})" if label and label != baseline.name else f"`{baseline.name}`"
