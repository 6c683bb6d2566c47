"""Names of packages that have their architecture behind them (SEMANTICS 5.e)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level
from patchrules.families import families
from patchrules.sources.package_names import MARKS, coded_pairs, parted, tail_of


def without_arches(packages: Any, stated: Mapping[str, str | None]) -> tuple[Any, tuple[Diagnostic, ...]]:  # noqa: ANN401  pyarrow.Table
    """Return packages whose names have no architecture behind them, and what to say of it: PR2233 or nothing.

    ``stated`` has the families of hosts as far as they are known; a host of no known family may be of any. Cost: Python
    once a distinct name.
    """
    shelf, count = families(), 0
    distinct = pc.unique(packages["name"]).drop_null().to_pylist()
    for scheme in MARKS:
        odd = [name for name in distinct if tail_of(name, scheme)]
        if not odd:
            continue
        worlds = {name for name, family in shelf.items() if family.scheme != scheme}
        others = [host for host, family in stated.items() if family in worlds]
        mine = pc.is_in(packages["name"], pa.array(odd, pa.string()))
        mine = pc.and_(mine, pc.invert(pc.is_in(packages["host"], pa.array(others, pa.string()))))
        codes, pairs = coded_pairs(packages.filter(mine), "name", "arch")
        fresh = [parted(name, arch, scheme) for name, arch in pairs]
        cut = pa.array([new != old for new, old in zip(fresh, pairs, strict=True)], pa.bool_())
        count += pc.sum(cut.take(codes)).as_py() or 0
        for place, column in enumerate(("name", "arch")):
            texts = pa.array([one[place] for one in fresh], pa.string()).take(codes)
            whole = pc.replace_with_mask(packages[column].combine_chunks(), mine.combine_chunks(), texts)
            packages = packages.set_column(packages.column_names.index(column), column, whole)
    return packages, (Diagnostic("PR2233", Level.INFO, CODES["PR2233"], count=count),) if count else ()
