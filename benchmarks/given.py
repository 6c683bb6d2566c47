"""What the hand-written queries are given: our version ranks, and what our compiled policies say of every patch.

``python -m benchmarks.given FOLDER`` writes ``given/`` beside the rows:

    policies.parquet    family patch_group -> policy, product, arch, baseline, and how many packages an empty host would
                        lack (SEMANTICS 5.6)
    versions.parquet    family evr -> rank
    decisions.parquet   one row a policy and patch: approves, rejected, and every column that a verdict shows of it
    lists.parquet       policy name -> approved and rejected by the lists alone, and by which entry
    packages.parquet    family name arch evr of the packages dimension, with ranks

Compiled policies are thus a gift to them, as they are to ours where ``row_seconds`` are measured; so are ranks. What is
left to them is the fleet: find the distinct packages, compare versions, decide states, join the verdicts to the rows,
count by host, write.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import patchrules as pr
from benchmarks import universe
from benchmarks.universe import AS_OF, NAMES, SYSTEMS, Shape, System
from patchrules.batch.approvals import APPROVALS, Decisions
from patchrules.batch.compiled import compiled, offer
from patchrules.batch.patterns import NOBODY
from patchrules.batch.render import LEVELS, instants
from patchrules.families import facts_of, family_named
from patchrules.model.columns import VERDICTS
from patchrules.model.host import Host
from patchrules.model.names import Dialect
from patchrules.model.verdict import Settings
from patchrules.sources import arrow
from patchrules.versions import SCHEMES

_NO_VERSION = "0"
"""A version that no catalog has: what a baseline says of it is what its lists say of the name."""


def write(folder: Path) -> None:
    """Write everything; O(baselines x patches)."""
    shape = shape_of(folder)
    place = folder / "given"
    place.mkdir(exist_ok=True)
    policies, decisions, lists = [], [], []
    for number, document in enumerate(universe.baselines(shape)):
        system = SYSTEMS[number % len(SYSTEMS)]
        baseline = pr.load_baseline(json.dumps(document).encode())
        found = _decided(baseline, pr.read_catalog(folder / "catalogs" / f"{system.family}.parquet"), system)
        lacking = {(row["name"], row["arch"]) for row in found if row["approves"] and row["offered"]}
        policies.append(
            {
                "policy": number,
                "family": system.family,
                "product": system.product,
                "arch": system.arch,
                "patch_group": document["PatchGroups"][0],
                "baseline": document["Name"],
                "lacking": len(lacking),
            }
        )
        decisions += [row | {"policy": number, "lacking": (row["name"], row["arch"]) in lacking} for row in found]
        lists += [row | {"policy": number} for row in _by_lists(baseline, system)]
    ranks = _ranks(shape)
    for row in decisions:
        row["rank"] = ranks[_scheme(row["policy"])][row["evr"]]
    tables = {
        "policies": pa.Table.from_pylist(policies),
        "decisions": _typed(pa.Table.from_pylist(decisions)),
        "lists": pa.Table.from_pylist(lists),
        "versions": _versions(ranks),
        "packages": _packages(shape, ranks),
    }
    for name, table in tables.items():
        pq.write_table(table, place / f"{name}.parquet")


def shape_of(folder: Path) -> Shape:
    """Return the knobs that a fleet was written with."""
    said = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
    return Shape(**{name: said[name] for name in Shape.__dataclass_fields__})


def _scheme(policy: int) -> str:
    """Return the version order of a policy's system."""
    return SYSTEMS[policy % len(SYSTEMS)].scheme


def _decided(baseline: pr.Baseline, catalog: pr.Catalog, system: System) -> list[dict[str, Any]]:
    """Return what a compiled policy says of every patch, in the words of ``model.columns.VERDICTS``."""
    facts = facts_of(family_named(system.family), Dialect.DOCUMENTED, system.product)
    host = Host("", system.family, system.product, system.arch)
    given = Settings(as_of=AS_OF)
    offered = offer(catalog.table, host, family=family_named(system.family), facts=facts)
    policy = compiled(baseline, offered, given)
    found, rows = policy.decisions, policy.catalog
    shown = rows.select(["name", "arch", "evr", "offered", "advisory", "cves"])
    kinds = zip(rows["classification"].to_pylist(), rows["security"].to_pylist(), strict=True)
    weights = zip(rows["severity"].to_pylist(), rows["priority"].to_pylist(), strict=True)
    said = pa.table(
        {
            **dict(zip(shown.column_names, shown.columns, strict=True)),
            "approves": found.approves,
            "rejected": found.rejected,
            "compliance_severity": [LEVELS[level] for level in found.level],
            "gravity": pa.array(found.level, pa.int8()),
            "classification": [kind or ("Security" if security else "") for kind, security in kinds],
            "severity": [severity or priority or "" for severity, priority in weights],
            "approval": [APPROVALS[one] for one in found.approval],
            "rule": [rule or None for rule in found.rule.tolist()],
            "list_entry": _entries(baseline, found),
            "released_at": instants(found.released_at),
            "clock": [facts.clocks[clock] if clock >= 0 else None for clock in found.clock.tolist()],
            "since": instants(found.since),
        }
    )
    patches: list[dict[str, Any]] = said.to_pylist()
    return patches


def _entries(baseline: pr.Baseline, found: Decisions) -> list[str | None]:
    """Return the entry of a list that decided on each patch, None where none did."""
    lists = [baseline.rejected_patches if rejected else baseline.approved_patches for rejected in found.rejected]
    return [None if entry == NOBODY else one[entry] for one, entry in zip(lists, found.entry.tolist(), strict=True)]


def _typed(decisions: pa.Table) -> pa.Table:
    """Return decisions with the types of ``model.columns.VERDICTS``, also where a column says nothing."""
    kinds = {field.name: field.type for field in arrow.schema(VERDICTS)}
    fields = [pa.field(one.name, kinds.get(one.name, one.type)) for one in decisions.schema]
    return decisions.cast(pa.schema(fields))


def _by_lists(baseline: pr.Baseline, system: System) -> list[dict[str, Any]]:
    """Return what a baseline's lists say of each name, whatever the version."""
    names, arches = universe.names(), universe.arches(system)
    table = pa.table({"name": names, "arch": arches, "evr": [_NO_VERSION] * NAMES, "offered": [False] * NAMES})
    catalog = pr.read_catalog(table, family=system.family, products=[system.product])
    return [
        {"name": row["name"], **{f"own_{what}": row[what] for what in ("approves", "rejected", "list_entry")}}
        for row in _decided(baseline, catalog, system)
    ]


def _ranks(shape: Shape) -> dict[str, dict[str, int]]:
    """Return the rank of every version text in its order."""
    texts: dict[str, set[str]] = {}
    for system in SYSTEMS:
        known = texts.setdefault(system.scheme, set())
        known |= {
            universe.version(system, shape, number, at) for number in range(NAMES) for at in range(shape.versions)
        }
    found = {}
    for scheme, known in texts.items():
        keys = {text: SCHEMES[scheme].sort_key(text) for text in known}
        places = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
        found[scheme] = {text: places[key] for text, key in keys.items()}
    return found


def _versions(ranks: dict[str, dict[str, int]]) -> pa.Table:
    """Return the ranks as a table, by family."""
    parts = [
        pa.table(
            {
                "family": [system.family] * len(ranks[system.scheme]),
                "evr": list(ranks[system.scheme]),
                "rank": list(ranks[system.scheme].values()),
            }
        )
        for system in SYSTEMS
    ]
    return pa.concat_tables(parts)


def _packages(shape: Shape, ranks: dict[str, dict[str, int]]) -> pa.Table:
    """Return the packages dimension with the family and rank of each."""
    known = universe.dimension(shape)
    each = NAMES * shape.versions
    family = [system.family for system in SYSTEMS for _ in range(each)]
    scheme = [system.scheme for system in SYSTEMS for _ in range(each)]
    rank = [ranks[one][evr] for one, evr in zip(scheme, known["evr"].to_pylist(), strict=True)]
    numbers = pa.array(range(len(known)), pa.int32())
    return pa.table(
        {
            "package": numbers,
            **dict(zip(known.column_names, known.columns, strict=True)),
            "family": family,
            "rank": rank,
        }
    )


def main() -> None:
    """Write what the peers are given for the fleet of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)


if __name__ == "__main__":
    main()
