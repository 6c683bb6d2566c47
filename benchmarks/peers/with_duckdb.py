"""The query by hand in DuckDB: distinct packages first, ranks and compiled policies given."""

from __future__ import annotations

from pathlib import Path

import duckdb

GIVEN = ("policies", "decisions", "lists", "versions", "packages")
ROWS = {"flat": "read_parquet('{folder}/flat/*.parquet')", "star": "read_parquet('{folder}/star/installed/*.parquet')"}

SEEN = {
    "flat": """
create or replace temp table seen as
select policy, lists.* exclude (policy), seen.*, rank
from (select distinct family, patch_group, name, arch, evr from {rows}) seen
join policies using (family, patch_group) join versions using (family, evr) join lists using (policy, name)
""",
    "star": """
create or replace temp table seen as
select policy, lists.* exclude (policy), package, name, packages.arch, evr, rank
from (select distinct policy, package from {rows} join hosts using (host)) join packages using (package)
join lists using (policy, name)
""",
}
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
    select *, row_number() over ()::integer as id,
        case
            when top > rank then 'MISSING'
            when row_rejected or own_rejected then 'INSTALLED_REJECTED'
            when top is not null or (not known and own_approves) then 'INSTALLED'
            else 'INSTALLED_OTHER' end as state,
        state = 'MISSING' as missing, not missing and own_rejected as by_name,
        state in ('MISSING', 'INSTALLED_REJECTED') as failing
    from best
), shown as (
    select s.*,
        if(missing, d.evr, null) as target,
        if(missing, d.compliance_severity, 'UNSPECIFIED') as compliance_severity,
        if(failing, if(missing, greatest(d.gravity, 1), 1), null) as gravity,
        coalesce(d.classification, '') as classification, coalesce(d.severity, '') as severity,
        if(by_name, null, d.advisory) as advisory,
        if(by_name, 'EXPLICIT_REJECTED', d.approval) as approval, if(by_name, null, d.rule) as rule,
        if(by_name, own_list_entry, d.list_entry) as list_entry, if(by_name, null, d.released_at) as released_at,
        if(by_name, null, d.clock) as clock, if(by_name, null, d.since) as since,
        if(missing, coalesce(d.cves, []), []) as cves
    from stated s left join decisions d on d.policy = s.policy and d.name = s.name and d.arch = s.arch
        and d.rank = if(missing, top, s.rank)
)
-- Two sums of packed counts cost a fraction of eight sums: 15 bits hold the packages of any host.
select *,
    (state = 'INSTALLED')::bigint + ((state = 'INSTALLED_OTHER')::bigint << 15)
        + ((state = 'INSTALLED_REJECTED')::bigint << 30) + (missing::bigint << 45) as states,
    (failing and gravity = 5)::bigint + ((failing and classification = 'Security')::bigint << 15)
        + ((failing and classification <> 'Security' and gravity <> 5)::bigint << 30)
        + (lacking::bigint << 45) as failures
from shown
"""
TOLD = """
create or replace temp table told as
select id as number, concat(name, '.', arch) as id, concat(name, '.', arch, ':', coalesce(target, evr)) as title,
    name, arch, evr as installed, target, state, compliance_severity, 'NON_COMPLIANT' as status, classification,
    severity, advisory, approval, rule, list_entry, released_at, clock, since,
    if(missing, 'newer-approved', 'rejected-blocked') as reason, []::varchar[] as notes, []::varchar[] as chain,
    false as held, null::timestamptz as installed_at, cves
from judged where failing
"""
KEY = {"flat": "family, patch_group, name, arch, evr", "star": "policy, package"}
KEYED = {"flat": "{rows}", "star": "(select host, policy, package from {rows} join hosts using (host))"}
# One scan for counts and verdicts: a host keeps the numbers of its failing packages, which are few.
COUNTED = """
create or replace temp table counted as
select host, any_value(policy) as policy, sum(states)::bigint as states, sum(failures)::bigint as failures,
    max(gravity) as gravity, list(id) filter (failing) as numbers
from {keyed} join (select {key}, {policy} id, failing, gravity, states, failures from judged) using ({key})
group by host
"""
NAMED = {
    "flat": "counted",
    "star": "(select c.* replace (named.id as host) from counted c join named using (host))",
}
VERDICTS = """
copy (
    select host, told.* exclude (number)
    from (select host, unnest(numbers) as number from {named}) join told using (number)
) to '{output}/verdicts.parquet' (format parquet, compression zstd)
"""
HOSTS = """
copy (
    select host, family, product, arch, patch_group, baseline, null::varchar as baseline_id,
        if(gravity is null, 'COMPLIANT', 'NON_COMPLIANT') as status, []::varchar[] as unknown,
        ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'][gravity] as non_compliant_severity,
        states & 32767 as installed, (states >> 15) & 32767 as installed_other, 0 as installed_pending_reboot,
        (states >> 30) & 32767 as installed_rejected, states >> 45 as missing, 0 as failed,
        lacking - (failures >> 45) as not_applicable, 0 as available_security_update,
        failures & 32767 as critical_non_compliant, (failures >> 15) & 32767 as security_non_compliant,
        (failures >> 30) & 32767 as other_non_compliant
    from {named} join policies using (policy)
) to '{output}/hosts.parquet' (format parquet, compression zstd)
"""


def prepare(folder: Path, layout: str) -> tuple[Path, str, duckdb.DuckDBPyConnection]:
    """Open a database in memory and load what is given."""
    base = duckdb.connect()
    base.execute("set preserve_insertion_order = false")
    base.execute("set timezone = 'UTC'")
    for name in GIVEN:
        base.execute(f"create table {name} as from read_parquet('{folder}/given/{name}.parquet')")
    if layout == "star":
        base.execute(
            f"create table named as select file_row_number::integer as host, host as id, family, patch_group "  # noqa: S608
            f"from read_parquet('{folder}/star/hosts.parquet', file_row_number = true)"
        )
        base.execute("create table hosts as select host, policy from named join policies using (family, patch_group)")
    return folder, layout, base


def run(prepared: tuple[Path, str, duckdb.DuckDBPyConnection], output: Path) -> None:
    """Judge the fleet: one scan for the distinct packages, one for counts and verdicts."""
    folder, layout, base = prepared
    rows = ROWS[layout].format(folder=folder)
    words = {"rows": rows, "keyed": KEYED[layout].format(rows=rows), "named": NAMED[layout], "output": output}
    words |= {"key": KEY[layout], "policy": "policy," if layout == "flat" else ""}
    base.execute(SEEN[layout].format(**words))
    base.execute(JUDGED)
    base.execute(TOLD)
    _encode(base)
    for query in (COUNTED, VERDICTS, HOSTS):
        base.execute(query.format(**words))


def _encode(base: duckdb.DuckDBPyConnection) -> None:
    """Make every text of the verdicts an enum: joins carry small numbers, and Parquet gets dictionaries."""
    kinds = base.execute("select column_name, column_type from (describe told)").fetchall()
    texts = [name for name, kind in kinds if kind == "VARCHAR"]
    for name in texts:
        base.execute(f"drop type if exists {name}_words")
        base.execute(f"create type {name}_words as enum (select distinct {name} from told where {name} is not null)")  # noqa: S608
    encoded = ", ".join(f"{name}::{name}_words as {name}" for name in texts)
    base.execute(f"create or replace temp table told as select * replace ({encoded}) from told")  # noqa: S608
