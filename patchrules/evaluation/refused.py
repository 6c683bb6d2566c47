"""Rows that the door refused, counted beside the verdicts: a host with refused rows is not judged whole."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def refused(rejects: pa.Table) -> dict[str, dict[str, int]]:
    """Return by host how many of its rows were refused, by code."""
    counted: dict[str, dict[str, int]] = {}
    for row in rejects.group_by(["host", "code"], use_threads=False).aggregate([([], "count_all")]).to_pylist():
        if row["host"] is not None:
            counted.setdefault(row["host"], {})[row["code"]] = row["count_all"]
    return counted


def with_refused(hosts: pa.Table, rejects: pa.Table) -> pa.Table:
    """Return ``model.columns.RUN_HOSTS`` with refused rows among each host's doubts."""
    counted = refused(rejects)
    if not counted:
        return hosts
    doubts: list[list[tuple[str, Any]]] = [
        list((dict(said or ()) | counted.get(host, {})).items())
        for host, said in zip(hosts["host"].to_pylist(), hosts["doubts"].to_pylist(), strict=True)
    ]
    place = hosts.schema.get_field_index("doubts")
    return hosts.set_column(place, hosts.schema.field(place), pa.array(doubts, hosts.schema.field(place).type))
