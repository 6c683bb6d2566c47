"""The query by hand in Polars: distinct packages first, ranks and compiled policies given, the streaming engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

KEY = {"flat": ["family", "patch_group", "name", "arch", "evr"], "star": ["policy", "package"]}
STATES = ("installed", "installed_other", "installed_rejected", "missing")
FAILURES = ("critical_non_compliant", "security_non_compliant", "other_non_compliant", "lacking")
NEVER_HERE = ("installed_pending_reboot", "failed", "available_security_update")
LEVELS = {1: "INFORMATIONAL", 2: "LOW", 3: "MEDIUM", 4: "HIGH", 5: "CRITICAL"}

DECIDED = ("advisory", "rule", "released_at", "clock", "since")
"""What a verdict shows of the patch that decided, and nothing where an entry of a list did so by name."""

SHOWN = ("compliance_severity", "gravity", "classification", "severity", "approval", "list_entry", "cves", *DECIDED)
HIDDEN = ("gravity",)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is given, and the rows as a plan."""

    layout: str
    rows: pl.LazyFrame
    policies: pl.DataFrame
    decisions: pl.DataFrame
    lists: pl.DataFrame
    versions: pl.DataFrame
    packages: pl.DataFrame
    hosts: pl.DataFrame


def prepare(folder: Path, layout: str) -> Prepared:
    """Load what is given and plan the scan."""
    given = {
        name: pl.read_parquet(folder / "given" / f"{name}.parquet")
        for name in ("policies", "decisions", "lists", "versions", "packages")
    }
    hosts = pl.DataFrame()
    if layout == "star":
        rows = pl.scan_parquet(folder / "star" / "installed" / "*.parquet")
        named = pl.read_parquet(folder / "star" / "hosts.parquet").with_row_index("number")
        policies = given["policies"].select("family", "patch_group", "policy")
        hosts = named.join(policies, on=["family", "patch_group"], how="left", maintain_order="left").select(
            pl.col("number").cast(pl.Int32), "host", "policy"
        )
    else:
        rows = pl.scan_parquet(folder / "flat" / "*.parquet").select("host", *KEY["flat"])
    return Prepared(layout, rows, hosts=hosts, **given)


def run(prepared: Prepared, output: Path) -> None:
    """Judge the fleet: one scan for the distinct packages, then verdicts and counts from one more."""
    judged = _judged(prepared, _seen(prepared))
    key = KEY[prepared.layout]
    rows = _rows(prepared)
    verdicts = rows.join(_told(judged, key).lazy(), on=key)
    counted = judged.select(*dict.fromkeys([*key, "policy"]), "states", "failures", "gravity").lazy()
    counts = (
        rows.join(counted, on=key)
        .group_by("host")
        .agg(pl.first("policy"), pl.sum("states"), pl.sum("failures"), pl.max("gravity"))
    )
    if prepared.layout == "star":
        names = prepared.hosts.lazy().select(pl.col("number").alias("host"), pl.col("host").alias("host_id"))
        verdicts, counts = (
            frame.join(names, on="host").drop("host").rename({"host_id": "host"}) for frame in (verdicts, counts)
        )
    sinks = [
        verdicts.select("host", *_COLUMNS).sink_parquet(output / "verdicts.parquet", compression="zstd", lazy=True),
        _unpacked(counts, prepared.policies).sink_parquet(output / "hosts.parquet", compression="zstd", lazy=True),
    ]
    pl.collect_all(sinks, engine="streaming")


def _rows(prepared: Prepared) -> pl.LazyFrame:
    """Return the rows with what finds their verdict."""
    if prepared.layout == "flat":
        return prepared.rows
    # A row's policy is its host's: a gather by number, for hosts are numbered from 0.
    policy = prepared.hosts["policy"].cast(pl.Int32)
    return prepared.rows.with_columns(pl.lit(policy, dtype=pl.Int32).gather(pl.col("host")).alias("policy"))


def _seen(prepared: Prepared) -> pl.DataFrame:
    """Return the distinct packages of each policy, with their ranks."""
    key = KEY[prepared.layout]
    found = _rows(prepared).select(*key).unique().collect(engine="streaming")
    if prepared.layout == "star":
        return found.join(prepared.packages, on="package")
    policies = prepared.policies.select("family", "patch_group", "policy")
    return found.join(policies, on=["family", "patch_group"]).join(prepared.versions, on=["family", "evr"])


def _judged(prepared: Prepared, seen: pl.DataFrame) -> pl.DataFrame:
    """Return the verdict on each distinct package, and its counts packed into two numbers of four times 15 bits."""
    lists = prepared.lists.with_columns(pl.col("policy").cast(seen.schema["policy"]))
    decisions = prepared.decisions.with_columns(pl.col("policy").cast(seen.schema["policy"]))
    seen = seen.with_row_index("id")
    asked = decisions.select("policy", "name", "arch", "rank", "approves", "offered", "rejected", "lacking")
    pairs = seen.select("id", "policy", "name", "arch", "rank").join(
        asked, on=["policy", "name", "arch"], suffix="_new"
    )
    same = pl.col("rank_new") == pl.col("rank")
    best = pairs.group_by("id").agg(
        top=pl.col("rank_new").filter(pl.col("approves") & (pl.col("offered") | same)).max(),
        known=same.any(),
        row_rejected=(same & pl.col("rejected")).any(),
        lacking=pl.col("lacking").any(),
    )
    stated = (
        seen.join(best, on="id", how="left")
        .join(lists, on=["policy", "name"], how="left")
        .with_columns(pl.col("known", "row_rejected", "lacking").fill_null(value=False))
        .with_columns(
            state=pl.when(pl.col("top") > pl.col("rank"))
            .then(pl.lit("MISSING"))
            .when(pl.col("row_rejected") | pl.col("own_rejected"))
            .then(pl.lit("INSTALLED_REJECTED"))
            .when(pl.col("top").is_not_null() | (~pl.col("known") & pl.col("own_approves")))
            .then(pl.lit("INSTALLED"))
            .otherwise(pl.lit("INSTALLED_OTHER"))
        )
        .with_columns(shown=pl.when(state="MISSING").then("top").otherwise("rank"))
    )
    shown = decisions.select("policy", "name", "arch", *SHOWN, target="evr", shown="rank")
    return _packed(_shown(stated.join(shown, on=["policy", "name", "arch", "shown"], how="left")))


def _shown(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the verdicts with what people see of them."""
    missing, rejected = pl.col("state") == "MISSING", pl.col("state") == "INSTALLED_REJECTED"
    by_name = rejected & pl.col("own_rejected")
    return judged.with_columns(
        pl.col("classification", "severity").fill_null(""),
        failing=missing | rejected,
        target=pl.when(missing).then("target"),
        compliance_severity=pl.when(missing).then("compliance_severity").otherwise(pl.lit("UNSPECIFIED")),
        gravity=pl.when(missing).then(pl.max_horizontal("gravity", pl.lit(1, pl.Int8))).when(rejected).then(1),
        approval=pl.when(by_name).then(pl.lit("EXPLICIT_REJECTED")).otherwise("approval"),
        list_entry=pl.when(by_name).then("own_list_entry").otherwise("list_entry"),
        reason=pl.when(missing).then(pl.lit("newer-approved")).otherwise(pl.lit("rejected-blocked")),
        cves=pl.when(missing & pl.col("cves").is_not_null()).then("cves").otherwise(_NOTHING),
        **{name: pl.when(~by_name).then(name) for name in DECIDED},
    )


def _packed(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the verdicts with what they count for, packed."""
    critical, security = pl.col("compliance_severity") == "CRITICAL", pl.col("classification") == "Security"
    flags = {
        "states": [pl.col("state") == name.upper() for name in STATES],
        "failures": [
            pl.col("failing") & critical,
            pl.col("failing") & security,
            pl.col("failing") & ~security & ~critical,
            pl.col("lacking"),
        ],
    }
    packed = {
        name: pl.sum_horizontal(*(flag.cast(pl.Int64) * 2 ** (15 * place) for place, flag in enumerate(found)))
        for name, found in flags.items()
    }
    return judged.with_columns(**packed)


_NOTHING = pl.lit([], dtype=pl.List(pl.String))
_TOLD = {
    "id": pl.concat_str("name", pl.lit("."), "arch"),
    "title": pl.concat_str("name", pl.lit("."), "arch", pl.lit(":"), pl.coalesce("target", "evr")),
    "called": pl.col("name"),
    "built_for": pl.col("arch"),
    "installed": pl.col("evr"),
    "status": pl.lit("NON_COMPLIANT"),
    **{name: pl.col(name) for name in ("target", "state", "reason", *SHOWN) if name not in HIDDEN},
}
_COLUMNS = (
    *("id", "title", pl.col("called").alias("name"), pl.col("built_for").alias("arch"), "installed", "target", "state"),
    *("compliance_severity", "status", "classification", "severity", "approval", "list_entry", "reason", *DECIDED),
    *(_NOTHING.alias("notes"), _NOTHING.alias("chain"), pl.lit(value=False).alias("held")),
    *(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("installed_at"), "cves"),
)


def _told(judged: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return the failing verdicts as they are written; texts as categories: a third less to do than with texts."""
    found = judged.filter("failing").select(*key, **_TOLD)
    texts = [name for name, kind in found.schema.items() if kind == pl.String and name not in key]
    return found.with_columns(pl.col(texts).cast(pl.Categorical))


def _unpacked(counts: pl.LazyFrame, policies: pl.DataFrame) -> pl.LazyFrame:
    """Return what there is to say of every host."""
    fields = {
        name: (pl.col(column) // 2 ** (15 * place)) % 2**15
        for column, names in (("states", STATES), ("failures", FAILURES))
        for place, name in enumerate(names)
    }
    known = policies.lazy().rename({"lacking": "empty"})
    about = ("host", "family", "product", "arch", "patch_group", "baseline")
    return (
        counts.join(known, on="policy")
        .with_columns(**fields)
        .select(
            *about,
            *STATES,
            *FAILURES[:3],
            *(pl.lit(0, dtype=pl.Int64).alias(name) for name in NEVER_HERE),
            baseline_id=pl.lit(None, dtype=pl.String),
            status=pl.when(pl.col("gravity").is_null()).then(pl.lit("COMPLIANT")).otherwise(pl.lit("NON_COMPLIANT")),
            unknown=_NOTHING,
            non_compliant_severity=pl.col("gravity").replace_strict(LEVELS, default=None, return_dtype=pl.String),
            not_applicable=pl.col("empty") - pl.col("lacking"),
        )
    )
