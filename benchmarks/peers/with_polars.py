"""The query by hand in Polars: distinct packages first, ranks and compiled policies given, the streaming engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

KEY = {"flat": ["family", "patch_group", "name", "arch", "evr"], "star": ["policy", "package"]}
STATES = ("installed", "installed_other", "installed_rejected", "missing")
FAILURES = ("critical_non_compliant", "security_non_compliant", "other_non_compliant", "lacking")


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
        hosts = named.join(given["policies"], on=["family", "patch_group"], how="left", maintain_order="left").select(
            pl.col("number").cast(pl.Int32), "host", "policy", "lacking"
        )
    else:
        rows = pl.scan_parquet(folder / "flat" / "*.parquet").select("host", *KEY["flat"])
    return Prepared(layout, rows, hosts=hosts, **given)


def run(prepared: Prepared, output: Path) -> None:
    """Judge the fleet: one scan for the distinct packages, then verdicts and counts from one more."""
    judged = _judged(prepared, _seen(prepared))
    key = KEY[prepared.layout]
    rows = _rows(prepared)
    failing = judged.filter("failing").select(
        *key, *(name for name in ("name", "arch", "evr") if name not in key), "target", "state", "level", *_SHOWN
    )
    verdicts = rows.join(failing.lazy(), on=key)
    counted = judged.select(*key, "states", "failures", *(["policy"] if "policy" not in key else []))
    counts = (
        rows.join(counted.lazy(), on=key).group_by("host").agg(pl.first("policy"), pl.sum("states"), pl.sum("failures"))
    )
    if prepared.layout == "star":
        names = prepared.hosts.lazy().select(pl.col("number").alias("host"), pl.col("host").alias("id"))
        verdicts, counts = (
            frame.join(names, on="host").drop("host").rename({"id": "host"}) for frame in (verdicts, counts)
        )
    sinks = [
        verdicts.select(*_COLUMNS).sink_parquet(output / "verdicts.parquet", compression="zstd", lazy=True),
        _unpacked(counts, prepared.policies).sink_parquet(output / "hosts.parquet", compression="zstd", lazy=True),
    ]
    pl.collect_all(sinks, engine="streaming")


_SHOWN = ("classification", "severity", "advisory", "released_at")
_COLUMNS = (
    *("host", "name", "arch", pl.col("evr").alias("installed"), "target", "state"),
    *(pl.col("level").alias("compliance_severity"), pl.lit("NON_COMPLIANT").alias("status"), *_SHOWN),
)


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
    return found.join(prepared.policies.drop("lacking"), on=["family", "patch_group"]).join(
        prepared.versions, on=["family", "evr"]
    )


def _judged(prepared: Prepared, seen: pl.DataFrame) -> pl.DataFrame:
    """Return the verdict on each distinct package, and its counts packed into two numbers of four times 15 bits."""
    lists = prepared.lists.with_columns(pl.col("policy").cast(seen.schema["policy"]))
    decisions = prepared.decisions.with_columns(pl.col("policy").cast(seen.schema["policy"]))
    seen = seen.with_row_index("id")
    pairs = seen.select("id", "policy", "name", "arch", "rank").join(
        decisions, on=["policy", "name", "arch"], suffix="_new"
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
    shown = decisions.select("policy", "name", "arch", "level", *_SHOWN, target="evr", shown="rank")
    return _packed(stated.join(shown, on=["policy", "name", "arch", "shown"], how="left"))


def _packed(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the verdicts with what people see of them, and the packed counts."""
    missing, rejected = pl.col("state") == "MISSING", pl.col("state") == "INSTALLED_REJECTED"
    by_name = rejected & pl.col("own_rejected")
    shown = judged.with_columns(
        pl.col("classification", "severity").fill_null(""),
        failing=missing | rejected,
        target=pl.when(missing).then("target"),
        level=pl.when(missing).then("level").otherwise(pl.lit("UNSPECIFIED")),
        advisory=pl.when(~by_name).then("advisory"),
        released_at=pl.when(~by_name).then("released_at"),
    )
    critical, security = pl.col("level") == "CRITICAL", pl.col("classification") == "Security"
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
    return shown.with_columns(**packed)


def _unpacked(counts: pl.LazyFrame, policies: pl.DataFrame) -> pl.LazyFrame:
    """Return the counts of every host."""
    fields = {
        name: (pl.col(column) // 2 ** (15 * place)) % 2**15
        for column, names in (("states", STATES), ("failures", FAILURES))
        for place, name in enumerate(names)
    }
    absent = policies.lazy().select("policy", empty="lacking")
    return (
        counts.join(absent, on="policy")
        .with_columns(**fields)
        .with_columns(not_applicable=pl.col("empty") - pl.col("lacking"))
        .select("host", *STATES, *FAILURES[:3], "not_applicable")
    )
