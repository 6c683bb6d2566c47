"""What is told of the catalogs that hosts of a product have: whether they suit the product and its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import in_scope
from patchrules.evaluation.repositories import names_of, rows_of, serving
from patchrules.families import facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.names import Status, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings

_GATES = ("archive", "agent-archive")
_KEYS = ["family", "product", "arch", "baseline", "baseline_id"]
_SECURITY = "give it too, with its Release file, e.g. that of bookworm-security or jammy-security"
_FOREIGN = "give those of the product itself: --catalog 'GLOB=PATH' says which hosts a catalog is for"


def foreign(product: str | None, hosts: int = 1) -> Diagnostic:
    """Return that all catalogs that hosts of a product have are foreign to it (5.16)."""
    message = f"every patch in the catalogs of {product} was built for another release or another vendor's system"
    return Diagnostic("PR7018", Level.WARNING, message, None, hosts, _FOREIGN)


def has_no_security(baseline: Baseline, patches: Iterable[pa.Table], gate: str) -> bool:
    """Say whether a baseline approves by security archives, and none of the patches comes from one (DECISIONS 6)."""
    if gate not in _GATES or not _asks(baseline):
        return False
    return not any(pc.any(table["security"]).as_py() for table in patches)


def no_security(product: str | None, baseline: str, hosts: int = 1) -> Diagnostic:
    """Return that hosts of a product have no security archive among their catalogs."""
    message = f"no patch in the catalogs of {product} comes from a security archive: what `{baseline}` approves"
    message += " without EnableNonSecurity is nothing"
    return Diagnostic("PR7017", Level.WARNING, message, None, hosts, _SECURITY)


def told_of_feeds(
    hosts: pa.Table, baselines: Sequence[Baseline], catalogs: Sequence[Catalog], given: Settings
) -> list[Diagnostic]:
    """Return what is to be told of the catalogs of judged hosts, one for a product (and baseline), by their names.

    O(hosts) in Arrow, O(distinct products, architectures and baselines) in Python.
    """
    strange: Counter[str] = Counter()
    for row, _, tables in _alike(_without_catalog(hosts), baselines, catalogs, given):
        strange[row["product"]] += row["count_all"] if tables else 0
    lacking: Counter[tuple[str, str]] = Counter()
    known = hosts.filter(pc.not_equal(hosts["status"], Status.UNKNOWN.value))
    for row, baseline, tables in _alike(known, baselines, catalogs, given):
        gate = facts_of(family_named(row["family"]), given.dialect, row["product"]).security_gate
        if has_no_security(baseline, tables, gate):
            lacking[row["product"], baseline.name] += row["count_all"]
    told = [foreign(product, count) for product, count in sorted(strange.items()) if count]
    return [*told, *(no_security(*key, count) for key, count in sorted(lacking.items()))]


def _alike(
    hosts: pa.Table, baselines: Sequence[Baseline], catalogs: Sequence[Catalog], given: Settings
) -> Iterator[tuple[Mapping[str, Any], Baseline, list[pa.Table]]]:
    """Yield each description of hosts with how many have it, its baseline and the patches in its scope."""
    for row in hosts.group_by(_KEYS, use_threads=False).aggregate([([], "count_all")]).to_pylist():
        family, product = family_named(row["family"]), row["product"]
        wanted = (row["baseline"], row["baseline_id"] or "", family.operating_system)
        for baseline in baselines:
            if (baseline.name, baseline.baseline_id, baseline.operating_system) == wanted:
                names = names_of(baseline, product, facts_of(family, given.dialect, product))
                scoped = [catalogs[number] for number in serving(catalogs, names)]
                mine = [rows_of(one, names) for one in scoped if in_scope(one, family, product, row["arch"])]
                yield row, baseline, mine
                break


def _without_catalog(hosts: pa.Table) -> pa.Table:
    """Return the hosts whose product and baseline are known, and for which no catalog speaks. O(hosts) in Arrow."""
    lost = hosts.filter(pc.and_(pc.is_valid(hosts["product"]), pc.is_valid(hosts["baseline"])))
    reasons = lost["unknown"].combine_chunks()
    places = pc.list_parent_indices(reasons).filter(pc.equal(pc.list_flatten(reasons), Unknown.NO_CATALOG.value))
    return lost.take(places)


def _asks(baseline: Baseline) -> bool:
    """Say whether anything of a baseline approves what comes from security archives only."""
    listed = bool(baseline.approved_patches) and not baseline.approved_patches_enable_non_security
    return listed or not all(rule.enable_non_security for rule in baseline.rules)
