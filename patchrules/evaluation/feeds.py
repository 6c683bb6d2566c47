"""What is told of the catalogs that hosts of a product have: whether they suit the product and its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import passes_gate
from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import in_scope, suits
from patchrules.evaluation.repositories import names_of, rows_of, serving
from patchrules.families import Facts, Family, facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.names import Status, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings

TOLD = ("PR7017", "PR7018")
"""What is told of the catalogs of hosts, whatever is asked about them."""

_KEYS = ["family", "product", "arch", "baseline", "baseline_id", "status"]
_WHOSE = ["arch", "evr", "product"]
_SECURITY = "give it too, with its Release file, e.g. that of bookworm-security or jammy-security"
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
        elif row["status"] != Status.UNKNOWN:
            lack = no_security(baseline, tables, family, product, row["arch"], facts)
            lacking.update({lack: row["count_all"]} if lack else {})
    told = [foreign(product, count) for product, count in sorted(strange.items()) if count]
    return told + [replace(lack, count=lacking[lack]) for lack in sorted(lacking, key=lambda one: one.message)]


def _alike(hosts: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Yield each description of hosts of a known family, with its reasons as one text and how many hosts have it."""
    reasons = pc.coalesce(pc.binary_join(hosts["unknown"], " "), "")
    known = pa.table({**{name: hosts[name] for name in _KEYS}, "reasons": reasons})
    for row in known.group_by([*_KEYS, "reasons"], use_threads=False).aggregate([([], "count_all")]).to_pylist():
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
