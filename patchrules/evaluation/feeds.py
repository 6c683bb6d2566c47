"""What is told of the catalogs that hosts of a product have: whether they suit the product and its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import passes_gate, selected_by
from patchrules.batch.filters import selects
from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import in_scope, suits
from patchrules.evaluation.repositories import names_of, rows_of, serving
from patchrules.families import Facts, Family, facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import Status, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings
from patchrules.reference.updates import APPLICATION

TOLD = ("PR7017", "PR7018", "PR7019")
"""What is told of the catalogs of hosts, whatever is asked about them."""

_KEYS = ["family", "product", "arch", "baseline", "baseline_id"]
_WHOSE = ["arch", "evr", "product"]
_SECURITY = "give it too, with its Release file, e.g. that of bookworm-security or jammy-security"
_SELECTS = (
    "patchrules explain PACKAGE --host HOST says which filter it is, patchrules lint --catalog which values nothing has"
)
_FIRST = 1 << 10
_FOREIGN = "give those of the product itself: --catalog 'GLOB=PATH' says which hosts a catalog is for"


def foreign(product: str | None, hosts: int = 1) -> Diagnostic:
    """Return that all catalogs that hosts of a product have are foreign to it (5.16)."""
    message = f"no patch in the catalogs of {product} is known to be for it: they are for other systems"
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
    baseline: Baseline, patches: Sequence[pa.Table], family: Family, product: str, arch: str | None, facts: Facts
) -> list[Diagnostic]:
    """Return what is doubtful about the catalogs of hosts that a baseline serves, and that can be judged."""
    lack = no_security(baseline, patches, family, product, arch, facts)
    none = selects_none(baseline, patches, family, product, facts, is_told=lack is not None)
    return [one for one in (lack, none) if one]


def selects_none(
    baseline: Baseline, patches: Sequence[pa.Table], family: Family, product: str, facts: Facts, *, is_told: bool
) -> Diagnostic | None:
    """Return that no rule of a baseline selects any patch of the catalogs of a product (3.4); None where one does.

    Where it is told already that nothing passes the security gate, the filters alone count. Nothing is said of a
    baseline without rules, or of catalogs without patches for the product.

    Cost: a look at the patches until one is selected, which is a pass for each rule where none is.
    """
    host = Host("", family.name, product)
    rules = [replace(one, enable_non_security=one.enable_non_security or is_told) for one in baseline.rules]
    asked = False
    for some in _portions(patches):
        own = _own(some, product) if facts.states == "updates" else some
        passing = selects(baseline.global_filters, own, host, facts) if baseline.global_filters else True
        if any((passing & selected_by(rule, baseline, own, host, facts)).any() for rule in rules):
            return None
        asked = asked or own.num_rows > 0
    if not asked or not rules:
        return None
    message = f"no rule of `{baseline.name}` selects any patch in the catalogs of {product}: they approve nothing there"
    return Diagnostic("PR7019", Level.WARNING, message, hint=_SELECTS)


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
    hosts: pa.Table, baselines: Sequence[Baseline], catalogs: Sequence[Catalog], given: Settings
) -> list[Diagnostic]:
    """Return what is to be told of the catalogs of judged hosts, one for a product (and baseline), by their names.

    O(hosts) in Arrow, O(distinct products, architectures and baselines) in Python.
    """
    strange: Counter[str] = Counter()
    lacking: Counter[Diagnostic] = Counter()
    for row in _alike(hosts):
        family, product = family_named(row["family"]), row["product"]
        baseline = _baseline_of(row, baselines, family)
        if baseline is None or product is None:
            continue
        facts = facts_of(family, given.dialect, product)
        names = names_of(baseline, product, facts)
        scoped = [catalogs[number] for number in serving(catalogs, names)]
        tables = [rows_of(one, names) for one in scoped if in_scope(one, family, product, row["arch"])]
        if Unknown.NO_CATALOG in row["reasons"].split():
            strange[product] += row["count_all"] if tables else 0
        elif row["is_judged"]:
            found = doubts(baseline, tables, family, product, row["arch"], facts)
            lacking.update(dict.fromkeys(found, row["count_all"]))
    told = [foreign(product, count) for product, count in sorted(strange.items()) if count]
    return told + [replace(one, count=lacking[one]) for one in sorted(lacking, key=lambda one: (one.code, one.message))]


def _alike(hosts: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Yield each description of hosts of a known family, with its reasons as one text and how many hosts have it."""
    told = {"reasons": pc.coalesce(pc.binary_join(hosts["unknown"], " "), "")}
    told["is_judged"] = pc.not_equal(hosts["status"], Status.UNKNOWN.value)
    known = pa.table({**{name: hosts[name] for name in _KEYS}, **told})
    for row in known.group_by([*_KEYS, *told], use_threads=False).aggregate([([], "count_all")]).to_pylist():
        if row["family"]:
            yield row


def _baseline_of(row: Mapping[str, Any], baselines: Sequence[Baseline], family: Family) -> Baseline | None:
    """Return the baseline that serves hosts, by name, id and operating system."""
    wanted = (row["baseline"], row["baseline_id"] or "", family.operating_system)
    return next((one for one in baselines if (one.name, one.baseline_id, one.operating_system) == wanted), None)


def _asks(baseline: Baseline) -> bool:
    """Say whether anything of a baseline approves what comes from security archives only."""
    listed = bool(baseline.approved_patches) and not baseline.approved_patches_enable_non_security
    return listed or not all(rule.enable_non_security for rule in baseline.rules)
