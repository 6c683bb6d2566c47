"""The query by hand in DuckDB: distinct packages first, ranks and compiled policies given."""

from __future__ import annotations

from pathlib import Path

import duckdb

GIVEN = ("policies", "decisions", "lists", "versions", "packages")

DISTINCT_FLAT = """
create or replace temp table seen as
select policy, lists.* exclude (policy), seen.*, rank
from (select distinct family, patch_group, name, arch, evr from read_parquet('{rows}')) seen
join policies using (family, patch_group) join versions using (family, evr) join lists using (policy, name)
"""
DISTINCT_STAR = """
create or replace temp table seen as
select policy, lists.* exclude (policy), family, patch_group, package, name, arch, evr, rank
from (select distinct policy, package from read_parquet('{rows}') rows join hosts using (host)) seen
join packages using (package) join policies using (policy, family) join lists using (policy, name)
"""

JUDGED = """
create or replace temp table judged as
with best as (
    select seen.*,
        max(d.rank) filter (d.approves and (d.offered or d.rank = seen.rank)) as top,
        coalesce(bool_or(d.rank = seen.rank), false) as known,
        coalesce(bool_or(d.rank = seen.rank and d.rejected), false) as row_rejected,
        coalesce(bool_or(d.lacking), false) as lacking
    from seen left join decisions d using (policy, name, arch)
    group by all
), stated as (
    select *, case
        when top > rank then 'MISSING'
        when row_rejected or own_rejected then 'INSTALLED_REJECTED'
        when top is not null or (not known and own_approves) then 'INSTALLED'
        else 'INSTALLED_OTHER' end as state
    from best
), shown as (
    select s.*, state in ('MISSING', 'INSTALLED_REJECTED') as failing,
        if(state = 'MISSING', d.evr, null) as target,
        if(state = 'MISSING', d.level, 'UNSPECIFIED') as level,
        coalesce(d.classification, '') as classification, coalesce(d.severity, '') as severity,
        if(state = 'INSTALLED_REJECTED' and own_rejected, null, d.advisory) as advisory,
        if(state = 'INSTALLED_REJECTED' and own_rejected, null, d.released_at) as released_at
    from stated s left join decisions d on d.policy = s.policy and d.name = s.name and d.arch = s.arch
        and d.rank = if(state = 'MISSING', top, s.rank)
)
-- Two sums of packed counts cost a fraction of eight sums: 15 bits hold the packages of any host.
select *,
    (state = 'INSTALLED')::bigint + ((state = 'INSTALLED_OTHER')::bigint << 15)
        + ((state = 'INSTALLED_REJECTED')::bigint << 30) + ((state = 'MISSING')::bigint << 45) as states,
    (failing and level = 'CRITICAL')::bigint + ((failing and classification = 'Security')::bigint << 15)
        + ((failing and classification <> 'Security' and level <> 'CRITICAL')::bigint << 30)
        + (lacking::bigint << 45) as failures
from shown
"""
KEY = {"flat": "family, patch_group, name, arch, evr", "star": "policy, package"}
ROWS = {
    "flat": "read_parquet('{rows}') rows",
    "star": "(select host, policy, package from read_parquet('{rows}') rows join hosts using (host)) rows",
}
VERDICTS = """
copy (
    select {host} as host, name, arch, evr as installed, target, state, level as compliance_severity,
        'NON_COMPLIANT' as status, classification, severity, advisory, released_at
    from {rows} join (select * from judged where failing) using ({key}) {names}
) to '{output}/verdicts.parquet' (format parquet, compression zstd)
"""
HOSTS = """
copy (
    select {host} as host, states & 32767 as installed, (states >> 15) & 32767 as installed_other,
        (states >> 30) & 32767 as installed_rejected, states >> 45 as missing,
        failures & 32767 as critical_non_compliant, (failures >> 15) & 32767 as security_non_compliant,
        (failures >> 30) & 32767 as other_non_compliant, p.lacking - (failures >> 45) as not_applicable
    from (
        select host, any_value({policy}) as policy, sum(states)::bigint as states, sum(failures)::bigint as failures
        from {rows} join (select {key}, states, failures {more} from judged) using ({key}) group by host
    ) {names} join policies p using (policy)
) to '{output}/hosts.parquet' (format parquet, compression zstd)
"""


def prepare(folder: Path, layout: str) -> tuple[Path, str, duckdb.DuckDBPyConnection]:
    """Open a database in memory and load what is given."""
    base = duckdb.connect()
    base.execute("set preserve_insertion_order = false")
    for name in GIVEN:
        base.execute(f"create table {name} as from read_parquet('{folder}/given/{name}.parquet')")
    base.execute("set timezone = 'UTC'")
    if layout == "star":
        base.execute(
            f"create table named as select file_row_number::integer as host, host as id, family, patch_group "  # noqa: S608
            f"from read_parquet('{folder}/star/hosts.parquet', file_row_number = true)"
        )
        base.execute("create table hosts as select host, policy from named join policies using (family, patch_group)")
    return folder, layout, base


def run(prepared: tuple[Path, str, duckdb.DuckDBPyConnection], output: Path) -> None:
    """Judge the fleet: one scan for the distinct packages, one for the verdicts, one for the counts."""
    folder, layout, base = prepared
    is_star = layout == "star"
    path = f"{folder}/star/installed/*.parquet" if is_star else f"{folder}/flat/*.parquet"
    words = {
        "rows": ROWS[layout].format(rows=path),
        "key": KEY[layout],
        "output": output,
        "host": "id" if is_star else "host",
        "names": "join named using (host)" if is_star else "",
        "policy": "policy",
        "more": "" if is_star else ", policy",
    }
    base.execute((DISTINCT_STAR if is_star else DISTINCT_FLAT).format(rows=path))
    base.execute(JUDGED)
    base.execute(VERDICTS.format(**words))
    base.execute(HOSTS.format(**words))
