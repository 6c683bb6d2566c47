"""Which CVEs the versions fix that a run is about: what its verdicts mean for a CVE can be asked later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.coverage import in_scope
from patchrules.families import families
from patchrules.model.columns import FIXES
from patchrules.model.patch import Catalog, Patch
from patchrules.model.verdict import HostReport
from patchrules.sources import arrow

Fix = tuple[str, str | None, str, str, str, str | None]
"""Family, product, name, architecture, version and advisory."""

_SAID = ("name", "arch", "evr", "advisory", "cves")


def no_fixes() -> pa.Table:
    """Return the table of a run whose catalogs name no CVE."""
    return arrow.table(FIXES, {}, 0)


def fixes_in(catalogs: Sequence[Catalog], hosts: pa.Table, names: Iterable[str]) -> pa.Table:
    """Return ``model.columns.FIXES`` of the packages of some names, by the products of ``hosts``.

    O(catalog) in Arrow, O(fixes of listed packages) in Python.
    """
    listed = pa.array(sorted(names), pa.string())
    if not len(listed):
        return no_fixes()
    known = [(family, product, arch) for family, product, arch in _systems(hosts) if family is not None]
    found: dict[Fix, set[str]] = {}
    for catalog in catalogs:
        products = [(family, product) for family, product, arch in known if _speaks(catalog, family, product, arch)]
        for name, arch, evr, advisory, cves in _rows(catalog.table, listed) if products else ():
            for family, product in products:
                found.setdefault((family, product, name, arch, evr, advisory), set()).update(cves)
    return _table(found)


def fixes_of(reports: Iterable[HostReport]) -> pa.Table:
    """Return the same of what reports of single hosts were made from."""
    found: dict[Fix, set[str]] = {}
    for report in reports:
        listed = {one.name for one in report.verdicts}
        for patch in report.patches:
            if patch.cves and patch.name in listed and report.host.family is not None:
                found.setdefault(_key(report, patch), set()).update(patch.cves)
    return _table(found)


def _key(report: HostReport, patch: Patch) -> Fix:
    """Return what tells a fix from another."""
    return report.host.family or "", report.host.product, patch.name, patch.arch, patch.evr, patch.advisory


def _systems(hosts: pa.Table) -> list[tuple[str | None, str | None, str | None]]:
    """Return the distinct families, products and architectures of hosts."""
    names = ("family", "product", "arch")
    rows = hosts.select(names).group_by(list(names)).aggregate([]).to_pylist()
    return [(row["family"], row["product"], row["arch"]) for row in rows]


def _speaks(catalog: Catalog, family: str | None, product: str | None, arch: str | None) -> bool:
    """Say whether a catalog speaks for such hosts."""
    return family in families() and in_scope(catalog, families()[family or ""], product, arch)


def _rows(table: pa.Table, listed: pa.Array) -> Iterable[tuple[str, str, str, str | None, list[str]]]:
    """Yield the rows of a catalog that name a CVE, of listed packages."""
    has_cves = pc.greater(pc.fill_null(pc.list_value_length(table["cves"]), 0), 0)
    wanted = table.filter(pc.and_(has_cves, pc.is_in(table["name"], value_set=listed))).select(_SAID)
    return zip(*(wanted[name].to_pylist() for name in _SAID), strict=True)


def _table(found: dict[Fix, set[str]]) -> pa.Table:
    """Return fixes sorted by what they are of."""
    rows = sorted(found.items(), key=lambda one: tuple(text or "" for text in one[0]))
    columns: list[list[object]] = [[key[place] for key, _ in rows] for place in range(len(FIXES) - 1)]
    columns.append([sorted(cves) for _, cves in rows])
    data = dict(zip((column.name for column in FIXES), columns, strict=True))
    return arrow.table(FIXES, data, len(rows))
