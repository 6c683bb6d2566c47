"""Whether catalogs have what a baseline asks for that approves by security archives alone (DECISIONS 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import in_scope
from patchrules.evaluation.repositories import names_of, rows_of, serving
from patchrules.families import facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.names import Status
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings

_GATES = ("archive", "agent-archive")
_KEYS = ["family", "product", "arch", "baseline", "baseline_id"]
_HINT = "give it too, with its Release file, e.g. that of bookworm-security or jammy-security"


def has_no_security(baseline: Baseline, patches: Iterable[pa.Table], gate: str) -> bool:
    """Say whether a baseline approves by security archives, and none of the patches comes from one."""
    if gate not in _GATES or not _asks(baseline):
        return False
    return not any(pc.any(table["security"]).as_py() for table in patches)


def no_security(baseline: Baseline, product: str | None, hosts: int = 1) -> Diagnostic:
    """Return that hosts of a product have no security archive among their catalogs."""
    message = f"no patch in the catalogs of {product} comes from a security archive: what `{baseline.name}` approves"
    return Diagnostic("PR7017", Level.WARNING, f"{message} without EnableNonSecurity is nothing", None, hosts, _HINT)


def lacking_security(
    hosts: pa.Table, baselines: Sequence[Baseline], catalogs: Sequence[Catalog], given: Settings
) -> list[Diagnostic]:
    """Return which products of judged hosts have no security archive, one for a product and baseline, in their order.

    O(hosts) in Arrow, O(distinct products, architectures and baselines) in Python.
    """
    judged = hosts.filter(pc.not_equal(hosts["status"], Status.UNKNOWN.value))
    alike = judged.group_by(_KEYS, use_threads=False).aggregate([([], "count_all")])
    counts: dict[tuple[str, str, str], tuple[Baseline, int]] = {}
    for row in alike.to_pylist():
        family, product = family_named(row["family"]), row["product"]
        serves = (row["baseline"], row["baseline_id"] or "", family.operating_system)
        mine = [one for one in baselines if (one.name, one.baseline_id, one.operating_system) == serves]
        facts = facts_of(family, given.dialect, product, deb_dates=given.deb_dates)
        for baseline in mine[:1]:
            names = names_of(baseline, product, facts)
            scoped = [catalogs[n] for n in serving(catalogs, names)]
            rows = (rows_of(one, names) for one in scoped if in_scope(one, family, product, row["arch"]))
            if has_no_security(baseline, rows, facts.security_gate):
                key = (product, *serves[:2])
                counts[key] = (baseline, counts.get(key, (baseline, 0))[1] + row["count_all"])
    return [no_security(counts[key][0], key[0], counts[key][1]) for key in sorted(counts)]


def _asks(baseline: Baseline) -> bool:
    """Say whether anything of a baseline approves what comes from security archives only."""
    listed = bool(baseline.approved_patches) and not baseline.approved_patches_enable_non_security
    return listed or not all(rule.enable_non_security for rule in baseline.rules)
