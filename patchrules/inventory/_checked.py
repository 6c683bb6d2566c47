"""The last check of the door: every version is one of its host's family, once all files have told which that is."""

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
    """Return the packages whose version their host's family can order, and the others as rejects.

    Cost: one pass in Arrow per version order, Python per distinct version. Raises InventoryError PR2002 where no bad
    row is wanted.
    """
    shelf = families()
    bad = []
    for scheme in {shelf[name].scheme for name in hosts["family"].unique().to_pylist() if name}:
        members = [name for name, family in shelf.items() if family.scheme == scheme]
        mine = hosts.filter(pc.is_in(hosts["family"], pa.array(members)))["host"].combine_chunks()
        rows = packages.filter(pc.is_in(packages["host"], mine))
        why = refused_versions(rows["evr"].unique().to_pylist(), scheme)
        if why:
            found = rows.filter(pc.is_in(rows["evr"], pa.array(list(why))))
            bad += [(row, why[row["evr"]]) for row in found.select(["host", "name", "evr", "line"]).to_pylist()]
            refused = pc.and_(pc.is_in(packages["host"], mine), pc.is_in(packages["evr"], pa.array(list(why))))
            packages = packages.filter(pc.invert(refused))
    if bad and on_bad_row == "raise":
        row, message = bad[0]
        raise InventoryError(f"host `{row['host']}`, package `{row['name']}`: {message}", code="PR2002")
    data = {
        "file": [f"<host {row['host']}>" for row, _ in bad],
        "line": [row["line"] for row, _ in bad],
        "host": [row["host"] for row, _ in bad],
        "code": ["PR2002"] * len(bad),
        "message": [message for _, message in bad],
        "text": [f"{row['name']} {row['evr']}"[:200] for row, _ in bad],
    }
    return packages, table(REJECTS, data, len(bad))
