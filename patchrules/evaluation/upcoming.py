"""The table of upcoming approvals (5.d): how far ahead it looks, how parts add up, and that of single reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import InvariantError
from patchrules.families import facts_of, families
from patchrules.model.columns import UPCOMING, UPCOMING_DAYS
from patchrules.model.names import Approval, Dialect
from patchrules.model.verdict import HostReport, Settings, Verdict
from patchrules.reference.upcoming import upcoming as by_reference
from patchrules.sources import arrow

_KEYS = [column.name for column in UPCOMING if column.name != "hosts"]


def horizon(settings: Settings) -> datetime:
    """Return the instant up to which a run looks for approvals."""
    return settings.as_of + timedelta(days=UPCOMING_DAYS)


def summed(tables: Iterable[Any]) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return tables of some hosts each as one, the next approval first; None where one of them is."""
    found = list(tables)
    if any(one is None for one in found):
        return None
    schema = arrow.schema(UPCOMING)
    whole = pa.concat_tables([schema.empty_table(), *(one.cast(schema) for one in found)])
    added = whole.group_by(_KEYS, use_threads=False).aggregate([("hosts", "sum")])
    added = added.rename_columns([*_KEYS, "hosts"]).filter(pc.greater(added["hosts_sum"], 0))
    return added.sort_by([(name, "ascending") for name in _KEYS]).cast(schema)


def upcoming_of(reports: Sequence[HostReport]) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return the table of the hosts of some reports, by the reference engine; None in another dialect."""
    if reports[0].settings.dialect is not Dialect.DOCUMENTED:
        return None
    hosts = Counter(_row(report, one) for report in reports for one in _of_report(report))
    rows = [(*key, count) for key, count in hosts.items()]
    columns = zip(*rows, strict=True) if rows else [()] * len(UPCOMING)
    data = dict(zip([*_KEYS, "hosts"], map(list, columns), strict=True))
    return summed([arrow.table(UPCOMING, data, len(rows))])


def _of_report(report: HostReport) -> list[Verdict]:
    """Return what the host of a report comes to miss."""
    family, given = families()[report.host.family or ""], report.settings
    facts = facts_of(family, given.dialect, report.host.product, deb_dates=given.deb_dates)
    options: dict[str, Any] = {"family": family, "facts": facts, "settings": given, "until": horizon(given)}
    return by_reference(report.baseline, report.host, report.patches, **options)


def _row(report: HostReport, one: Verdict) -> tuple[Any, ...]:
    """Return what tells one upcoming approval from another, by the columns of the table."""
    decision = one.decision
    if decision is None:
        message = f"`{one.id}` is missing and nothing decided so"
        raise InvariantError(message)
    rule = decision.rule if decision.approval is Approval.APPROVED else None
    said = (report.baseline.name, report.baseline.baseline_id or None, rule, report.host.family, one.id)
    described = (decision.patch.advisory, one.classification, one.severity, str(one.level))
    return (decision.since or decision.released_at, *said, one.name, one.target, *described)
