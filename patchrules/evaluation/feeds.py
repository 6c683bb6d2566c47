"""What is told of the catalogs that hosts of a product have: whether they suit the product and its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import approved_since, listed, passes_gate, released, selected_by
from patchrules.batch.filters import selects
from patchrules.batch.instants import NEVER
from patchrules.batch.patterns import NOBODY
from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import suits
from patchrules.evaluation.repositories import rows_of, serving, without
from patchrules.evaluation.run import baseline_of
from patchrules.families import Facts, Family, facts_of, family_named
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.names import Status, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings
from patchrules.reference.updates import APPLICATION

TOLD = ("PR3233", "PR7017", "PR7018", "PR7019")
"""What is told of the catalogs of hosts, whatever is asked about them."""

_KEYS = ["family", "product", "arch", "baseline", "baseline_id"]
_WHOSE = ["arch", "evr", "product"]
_SECURITY = "give it too, with its Release file, e.g. that of bookworm-security or jammy-security"
_SELECTS = (
    "patchrules explain PACKAGE --host HOST says which filter it is, patchrules lint --catalog which values nothing has"
)
_UNTIL = "approve until a later day, or after a number of days"
_MEANS = "patchrules lint --catalog says which entries mean nothing"
_UNSELECTED = "no rule of `{name}` selects any patch {where}"
_LATE = "all patches that the rules of `{name}` select {where} were released after their ApproveUntilDate"
_REPOSITORY = "say it where the catalog is read: read_catalog(..., repository=...), `repository` in the project file"
_FIRST = 1 << 10
_FOREIGN = "give those of the product itself: --catalog 'GLOB=PATH' says which hosts a catalog is for"


def foreign(product: str | None, hosts: int = 1) -> Diagnostic:
    """Return that all catalogs that hosts of a product have are foreign to it (5.16)."""
    why = "there is none, they are for other systems, or most rows were refused"
    message = f"no patch in the catalogs of {product} is known to be for it: {why}"
    return Diagnostic("PR7018", Level.WARNING, message, None, hosts, _FOREIGN)


def no_security(
    baseline: Baseline, patches: Iterable[pa.Table], family: Family, product: str, arch: str | None, facts: Facts
) -> Diagnostic | None:
    """Return that a baseline approves by security archives, and none of those in the catalogs is for the host (3.7).

    Security is what the dialect says; whose an archive is, is asked in either. None where nothing is lacking, or the
    family has no security archives at all.
    """
    if not family.security_archives or not _asks(baseline):
        return None
    secure = [some for table in patches if (some := _secure(table, facts)).num_rows]
    if any(suits(some, family, product, arch, family.documented) is not False for some in secure):
        return None
    message = f"no patch in the catalogs of {product} comes from a security archive"
    message += " of its own" if secure else ""
    message += f": what `{baseline.name}` approves without EnableNonSecurity is "
    message += "for another system" if secure else "nothing"
    return Diagnostic("PR7017", Level.WARNING, message, hint=_SECURITY)


def _secure(patches: pa.Table, facts: Facts) -> pa.Table:
    """Return whose the patches are that come from a security archive, by the gate of the dialect."""
    return patches.select(_WHOSE).filter(pa.array(passes_gate(patches, facts, enabled=False)))


def doubts(
    baseline: Baseline,
    patches: Sequence[pa.Table],
    family: Family,
    product: str,
    arch: str | None,
    facts: Facts,
    *,
    unstated: int,
) -> list[Diagnostic]:
    """Return what is doubtful about the catalogs of hosts that a baseline serves, and that can be judged.

    ``unstated`` rows say of no repository that they are, and are left out by the baseline's Sources (1.7). It is the
    same at every instant.
    """
    lack = no_security(baseline, patches, family, product, arch, facts)
    own = [_own(one, product) for one in patches] if facts.states == "updates" else patches
    none = approves_none(baseline, own, Host("", family.name, product), facts, is_told=lack is not None)
    return [one for one in (_of_no_repository(baseline, product, unstated), lack, none) if one]


def _of_no_repository(baseline: Baseline, product: str, unstated: int) -> Diagnostic | None:
    """Return that Sources leave out rows that do not say of which repository they are (1.7)."""
    message = f"{unstated:,} patches in the catalogs of {product} do not say of which repository they are"
    message += f": the Sources of `{baseline.name}` leave them out"
    return Diagnostic("PR3233", Level.WARNING, message, hint=_REPOSITORY) if unstated else None


def approves_none(
    baseline: Baseline, patches: Sequence[pa.Table], host: Host, facts: Facts, *, is_told: bool
) -> Diagnostic | None:
    """Return that no rule of a baseline can approve anything of the catalogs of a product at any instant (3.4).

    The rules select no patch, or none that was released by their ApproveUntilDate, whatever the approved patches mean;
    where there are no rules, no entry of these means a patch. None where a rule can approve anything, and of a baseline
    or catalogs that are empty. Where it is told already that nothing passes the security gate, that gate does not
    count.

    Cost: a look at the patches until one is approved, which is a pass for each rule, and one for the list, where none
    is.
    """
    asked = [one for one in patches if one.num_rows]
    why = _rules_fail(baseline, asked, host, facts, is_told=is_told) if baseline.rules else None
    if not asked or (baseline.rules and why is None) or not (baseline.rules or baseline.approved_patches):
        return None
    lists = replace(baseline, approved_patches_enable_non_security=True) if is_told else baseline
    passing = ((some, selects(lists.global_filters, some, host, facts)) for some in _portions(asked))
    is_dead = not any((listed(lists, some, lets_through, facts) != NOBODY).any() for some, lets_through in passing)
    if why is None and not is_dead:
        return None
    where = f"in the catalogs of {host.product}"
    if why is None:
        message, hint = f"no entry of the approved patches of `{baseline.name}` means any patch {where}", _MEANS
    else:
        message, hint = why.format(name=baseline.name, where=where), _UNTIL if why is _LATE else _SELECTS
        message += ", and no entry of its approved patches means any" if is_dead and baseline.approved_patches else ""
    who = "it approves" if is_dead and baseline.approved_patches else "they approve"
    return Diagnostic("PR7019", Level.WARNING, f"{message}: {who} nothing there", hint=hint)


def _rules_fail(
    baseline: Baseline, patches: Iterable[pa.Table], host: Host, facts: Facts, *, is_told: bool
) -> str | None:
    """Return why no rule of a baseline ever approves any of some patches, None where one does."""
    rules = [replace(one, enable_non_security=one.enable_non_security or is_told) for one in baseline.rules]
    selects_any = False
    for some in _portions(patches):
        passing = selects(baseline.global_filters, some, host, facts) if baseline.global_filters else True
        for rule in rules:
            hit = passing & selected_by(rule, baseline, some, host, facts)
            if (hit & _ever(rule, some, facts)).any():
                return None
            selects_any = selects_any or bool(hit.any())
    return _LATE if selects_any else _UNSELECTED


def _ever(rule: ApprovalRule, patches: pa.Table, facts: Facts) -> Any:  # noqa: ANN401  numpy is of batch
    """Return which patches a rule lets through at any instant; those without a date may be, however they are held."""
    if rule.approve_until is None or not facts.clocks:
        return True
    released_at, _ = released(patches, facts)
    return (released_at == NEVER) | (approved_since(rule, released_at, facts) != NEVER)


def _portions(patches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield patches in portions, each twice as large as the one before, so that few are looked at and in few steps."""
    for table in patches:
        start, size = 0, _FIRST
        while start < table.num_rows:
            yield table.slice(start, size)
            start, size = start + size, size * 2


def _own(updates: pa.Table, product: str) -> pa.Table:
    """Return the updates for a Windows or for applications (2.5)."""
    own = pc.fill_null(pc.equal(pc.utf8_lower(updates["product"]), product.lower()), True)
    application = pc.fill_null(pc.equal(pc.utf8_lower(updates["patch_set"]), APPLICATION), False)
    return updates.filter(pc.or_(own, application))


def told_of_feeds(
    hosts: pa.Table,
    baselines: Sequence[Baseline],
    catalogs: Sequence[Catalog],
    given: Settings,
    known: MutableMapping[Hashable, list[Diagnostic]] | None = None,
) -> list[Diagnostic]:
    """Return what is to be told of the catalogs of judged hosts, one for a product (and baseline), by their names.

    ``known`` is what was found of the same catalogs and settings at other instants, and is added to.

    O(hosts) in Arrow, O(distinct products, architectures and baselines) in Python.
    """
    strange: Counter[str] = Counter()
    lacking: Counter[Diagnostic] = Counter()
    known = {} if known is None else known
    for row in _alike(hosts):
        family, product = family_named(row["family"]), row["product"]
        baseline = baseline_of(baselines, row)
        if baseline is None or product is None:
            continue
        if Unknown.NO_CATALOG in row["reasons"].split():
            strange[product] += row["count_all"] if _scoped(row, baseline, family, catalogs, given)[1] else 0
        elif row["is_judged"]:
            described = (*(row[name] for name in _KEYS), baseline)
            if described not in known:
                facts, tables, unstated = _scoped(row, baseline, family, catalogs, given)
                whose = (family, product, row["arch"], facts)
                known[described] = doubts(baseline, tables, *whose, unstated=unstated)
            lacking.update(dict.fromkeys(known[described], row["count_all"]))
    told = [foreign(product, count) for product, count in sorted(strange.items()) if count]
    return told + [replace(one, count=lacking[one]) for one in sorted(lacking, key=lambda one: (one.code, one.message))]


def _scoped(
    row: Mapping[str, Any], baseline: Baseline, family: Family, catalogs: Sequence[Catalog], given: Settings
) -> tuple[Facts, list[pa.Table], int]:
    """Return the facts of hosts, the patches of the catalogs that are for them, and how many state no repository."""
    facts = facts_of(family, given.dialect, row["product"], deb_dates=given.deb_dates)
    whose = (family, row["product"], row["arch"])
    numbers, names = serving(catalogs, baseline, *whose, facts)
    return facts, [rows_of(catalogs[number], names) for number in numbers], without(catalogs, names, *whose)


def _alike(hosts: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Yield each description of hosts of a known family, with its reasons as one text and how many hosts have it."""
    told = {"reasons": pc.coalesce(pc.binary_join(hosts["unknown"], " "), "")}
    told["is_judged"] = pc.not_equal(hosts["status"], Status.UNKNOWN.value)
    known = pa.table({**{name: hosts[name] for name in _KEYS}, **told})
    for row in known.group_by([*_KEYS, *told], use_threads=False).aggregate([([], "count_all")]).to_pylist():
        if row["family"]:
            yield row


def _asks(baseline: Baseline) -> bool:
    """Say whether anything of a baseline approves what comes from security archives only."""
    listed = bool(baseline.approved_patches) and not baseline.approved_patches_enable_non_security
    return listed or not all(rule.enable_non_security for rule in baseline.rules)
