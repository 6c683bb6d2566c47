"""Runs made by hand: every state, every reason to be UNKNOWN, and names that nobody vouches for."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import patchrules as pr
from patchrules.errors import Level, Where
from patchrules.model.columns import COUNTS, RUN_HOSTS, UPCOMING, VERDICTS
from patchrules.model.names import Reason, State, Status, Unknown
from patchrules.model.verdict import Settings
from patchrules.reference.states import status_of
from patchrules.sources import arrow

OPTIONS: dict[str, dict[str, Any]] = {"asff": {"account": "123456789012", "region": "eu-west-1"}}
"""What a format has to be told besides."""

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
REASONS = {
    State.INSTALLED: Reason.UP_TO_DATE,
    State.INSTALLED_OTHER: Reason.NOTHING_APPROVED,
    State.INSTALLED_PENDING_REBOOT: Reason.AWAITS_REBOOT,
    State.INSTALLED_REJECTED: Reason.REJECTED_BLOCKED,
    State.MISSING: Reason.NEWER_APPROVED,
    State.NOT_APPLICABLE: Reason.NOT_INSTALLED,
    State.FAILED: Reason.LISTED_NEWER,
    State.AVAILABLE_SECURITY_UPDATE: Reason.NOT_APPROVED,
}
ODD = (
    pr.Diagnostic(
        "PR1211",
        Level.ERROR,
        "there is no filter key `SEVERTY`, the filter matches nothing",
        Where("odd.json", pointer="/ApprovalRules/PatchRules/0"),
        hint="did you mean `SEVERITY`?",
    ),
    pr.Diagnostic("PR3202", Level.WARNING, "notices have no severity", Where("updateinfo.xml", 3, 5), 12),
)


def verdict(host, state, name=None, **fields):
    """Return a row of verdicts; the name is the state's unless one is given."""
    name, installed = name or state.lower(), state not in (State.NOT_APPLICABLE, State.AVAILABLE_SECURITY_UPDATE)
    row: dict[str, Any] = {column.name: None for column in VERDICTS}
    row |= {"host": host, "id": f"{name}.x86_64", "title": f"{name}.x86_64:0:2-1", "name": name, "arch": "x86_64"}
    row |= {"installed": "0:1-1" if installed else None, "target": "0:2-1", "state": state, "status": status_of(state)}
    row |= {"compliance_severity": "HIGH", "classification": "Security", "severity": "Important", "held": False}
    row |= {"advisory": "RHSA-1", "approval": "APPROVED", "rule": 1, "released_at": NOON - timedelta(days=9)}
    return row | {"since": NOON, "clock": "issued", "reason": REASONS[state], "notes": ["PR7001"]} | fields


def host_of(name, rows=(), **fields):
    """Return a row of hosts that adds up some verdicts."""
    row: dict[str, Any] = {column.name: None for column in RUN_HOSTS} | dict.fromkeys(COUNTS, 0)
    for one in rows:
        row[one["state"].lower()] += 1
    failing = sum(one["status"] == "NON_COMPLIANT" for one in rows)
    row |= {"host": name, "family": "rhel", "product": "RedhatEnterpriseLinux9.3", "baseline": "prod"}
    row |= {"status": "NON_COMPLIANT" if failing else "COMPLIANT", "security_non_compliant": failing}
    return row | {"non_compliant_severity": "HIGH" if failing else None, "doubts": [("PR7001", len(rows))]} | fields


def run_of_rows(hosts, verdicts=(), diagnostics=(), rows="all"):
    """Return a run that says just that."""
    linux, complies = pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX, Status.COMPLIANT
    prod = pr.Baseline("prod", linux, available_security_updates=complies)
    tables = [
        arrow.table(columns, {one.name: [row[one.name] for row in found] for one in columns}, len(found))
        for columns, found in ((RUN_HOSTS, list(hosts)), (VERDICTS, list(verdicts)))
    ]
    return pr.Run(Settings(NOON), tables[0], tables[1], rows, "0.0", (prod,), (), tuple(diagnostics))


def with_upcoming(run, rows):
    """Return a run that knows just these upcoming approvals; what a row does not say is alike in all."""
    alike = {"since": NOON + timedelta(days=1), "baseline": "prod", "rule": 2, "family": "rhel", "target": "0:2-1"}
    alike |= {"advisory": "RHSA-2", "classification": "Security", "severity": "Important", "hosts": 1}
    alike |= {"compliance_severity": "HIGH", "baseline_id": None}
    said = [{**alike, "name": row["id"], **row} for row in rows]
    data = {one.name: [row[one.name] for row in said] for one in UPCOMING}
    return dataclasses.replace(run, upcoming=arrow.table(UPCOMING, data, len(said)))


@pytest.fixture
def empty():
    """Return a run without a host."""
    return run_of_rows([])


@pytest.fixture
def full():
    """Return a run with every state on one host, every reason to be UNKNOWN on another, and one that complies."""
    rows = [verdict("web-1", state) for state in State]
    unknown = host_of("lab-1", family=None, baseline=None, status="UNKNOWN", unknown=list(Unknown))
    return run_of_rows([host_of("web-1", rows), unknown, host_of("web-2")], rows, ODD)


HOSTILE = (
    "=1+1|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "\uff1d1",
    "\tx",
    "\rx",
    "a\r=1+1",
    "<script>alert(1)</script>",
    '"><img src=x>',
    "web\u202e1-gpj",
    "a\u2028b\u2029c",
    "two\nlines",
    "\x1b[31mred\x1b[0m",
    "[bold]rich[/bold]",
    ":smile:",
    "; rm -rf $(pwd)",
    "nul\x00",
    "]]>--><!--",
    "`code` | @all [x](javascript:alert(1))",
    "${{ secrets.TOKEN }} {{ 7 * 7 }} {% raw %}",
    "</script><script>alert(2)</script>",
    "1." * 5000,
    "\u00e9\u0301 \U0001f600 \u65e5\u672c",
)
"""Names as a machine could have them that somebody else owns."""


@pytest.fixture
def hostile():
    """Return a run all of whose names are hostile."""
    hosts, rows = [], []
    for name in HOSTILE:
        evr = "".join(
            c for c in name if c.isprintable() and c not in " :"
        )  # the doors refuse a version with a blank or control character
        versions = {"installed": evr, "target": f"{evr}2"}
        mine = [verdict(name, state, name, title=name, advisory=name, list_entry=name, **versions) for state in State]
        rows += mine
        hosts.append(host_of(name, mine, baseline=name, patch_group=name))
    told = [pr.Diagnostic("PR1211", Level.ERROR, name, Where(name, text=name), hint=name) for name in HOSTILE]
    texts = ("id", "target", "advisory", "baseline", "severity")
    return with_upcoming(run_of_rows(hosts, rows, told), [dict.fromkeys(texts, name) for name in HOSTILE])
