"""The last check of the door: every version and name is one of its host's family, once all files told which that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import InventoryError, Where
from patchrules.families import families
from patchrules.inventory._reader import OnBadRow
from patchrules.model.columns import REJECTS
from patchrules.sources.arrow import table
from patchrules.sources.package_names import refused_names
from patchrules.versions.refused import refused_versions


def misplaced(
    hosts: Any,  # noqa: ANN401  pyarrow is Any
    read: Mapping[str, Sequence[tuple[str, str]]],
) -> dict[str, InventoryError]:
    """Return by host why one of its files is none of its family's (PR2106): dpkg's status says nothing of a RHEL host.

    ``read`` has scheme and file of each list of a host.
    """
    shelf, found = families(), {}
    for host, family in zip(hosts["host"].to_pylist(), hosts["family"].to_pylist(), strict=True):
        lists = read.get(host, ())
        wanted = shelf[family].scheme if family else next((scheme for scheme, _ in lists), None)
        for scheme, file in lists:
            if scheme != wanted:
                is_of = f"is {family}, which has {wanted}" if family else f"has a list of {wanted} packages, too"
                message = f"`{file}` lists {scheme} packages, and host `{host}` {is_of}"
                hint = "state the family and product that the file is of, e.g. --family and --product"
                found[host] = InventoryError(message, code="PR2106", where=Where(file=file), hint=hint)
    return found


def checked(packages: Any, hosts: Any, on_bad_row: OnBadRow) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the packages whose version and name their host's family can have, and the others as rejects.

    Cost: one pass in Arrow per version order, Python per distinct version and name. Raises InventoryError PR2002 or
    PR2004 where no bad row is wanted.
    """
    shelf = families()
    bad = []
    for scheme in {shelf[name].scheme for name in hosts["family"].unique().to_pylist() if name}:
        members = [name for name, family in shelf.items() if family.scheme == scheme]
        mine = hosts.filter(pc.is_in(hosts["family"], pa.array(members)))["host"].combine_chunks()
        for code, why_not in (("PR2002", _refused_versions), ("PR2004", refused_names)):
            own = pc.is_in(packages["host"], mine)
            rows = packages.filter(own)
            why = why_not(rows, scheme)
            if why.null_count == len(why):
                continue
            wrong = pc.is_valid(why)
            found = rows.select(["host", "name", "evr", "line"]).append_column("why", why).filter(wrong)
            bad += [(code, row) for row in found.to_pylist()]
            refused = pc.replace_with_mask(own.combine_chunks(), own.combine_chunks(), wrong)
            packages = packages.filter(pc.invert(refused))
    if bad and on_bad_row == "raise":
        code, row = bad[0]
        raise InventoryError(f"host `{row['host']}`, package `{row['name']}`: {row['why']}", code=code)
    data = {
        "file": [f"<host {row['host']}>" for _, row in bad],
        "line": [row["line"] for _, row in bad],
        "host": [row["host"] for _, row in bad],
        "code": [code for code, _ in bad],
        "message": [row["why"] for _, row in bad],
        "text": [f"{row['name']} {row['evr']}"[:200] for _, row in bad],
    }
    return packages, table(REJECTS, data, len(bad))


def _refused_versions(packages: Any, scheme: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return of each package why its version is none of the scheme, null where it is one."""
    why = refused_versions(packages["evr"].unique().to_pylist(), scheme)
    if not why:
        return pa.nulls(packages.num_rows, pa.string())
    place = pc.index_in(packages["evr"], pa.array(list(why), pa.string())).combine_chunks()
    return pa.array(list(why.values()), pa.string()).take(place)
