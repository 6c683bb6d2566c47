"""What differs between two runs, as Markdown that fits a comment on a pull request, and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from patchrules.evaluation.plain import plain
from patchrules.questions.diff import Diff, counted
from patchrules.questions.markdown import literal

SCHEMA = "patchrules/diff/1"
PATCHES = {
    "Patch": "{id}",
    "Version": "{target}",
    "Advisory": "{advisory}",
    "Approval": "{approval}",
    ">Hosts": "{hosts}",
    ">Missing": "{missing:+}",
    ">Failing": "{noncompliant:+}",
    "Cause": "{cause}",
}
"""The columns of a table of patches: titles, ``>`` before those of numbers, and how a row makes its cells."""

GROUPS = {
    "Group": "{patch_group}",
    ">Changed hosts": "{hosts}",
    ">Turn non-compliant": "{turn_noncompliant}",
    ">compliant": "{turn_compliant}",
    ">unknown": "{turn_unknown}",
    ">Missing": "{missing:+}",
    ">Newly approved": "{newly_approved}",
    ">Lost": "{lost_approval}",
}
HOSTS = {
    "Host": "{host}",
    "Group": "{patch_group}",
    "Status": "{status}",
    ">Missing": "{missing_before} → {missing_after}",
    ">Newly approved": "{newly_approved}",
    ">Lost": "{lost_approval}",
    "Cause": "{cause}",
}

_MOST_ROWS = 40
_MOST_CHARACTERS = 60_000
_WORDS = {"NEWLY_APPROVED": "new", "LOST_APPROVAL": "lost", "": "as before"}


def document(found: Diff) -> dict[str, Any]:
    """Return everything that differs, ready for JSON; instants are UTC."""
    tables = {"groups": found.groups(), "hosts": found.hosts, "patches": found.patches(), "verdicts": found.verdicts}
    return {
        "schema": SCHEMA,
        "headline": str(found),
        "rows": found.rows,
        "before": found.before.as_dict(),
        "after": found.after.as_dict(),
        "differences": plain(found.differences),
        **{name: rows.to_pylist() for name, rows in tables.items()},
        "diagnostics": plain(found.diagnostics),
    }


def patch_rows(found: Diff) -> list[dict[str, Any]]:
    """Return a row a patch, with the change of its approval, and of its level, in words."""
    return [row | {"approval": _approval(row)} for row in found.patches().to_pylist()]


def _approval(row: Mapping[str, Any]) -> str:
    """Return what became of the approval of a patch, and of its level where nothing did."""
    words = _WORDS[row["approval_change"]]
    return f"{words}, level {row['level']}" if row["level"] and not row["approval_change"] else words


def group_rows(found: Diff) -> list[dict[str, Any]]:
    """Return a row a group; hosts without one are so called."""
    return [row | {"patch_group": row["patch_group"] or "(none)"} for row in found.groups().to_pylist()]


def host_rows(found: Diff) -> list[dict[str, Any]]:
    """Return a row a host: those whose status changes first."""
    rows = [row | {"status": _status(row)} for row in found.hosts.to_pylist()]
    return sorted(rows, key=lambda row: (row["status_before"] == row["status_after"], row["host"]))


def _status(row: Mapping[str, Any]) -> str:
    """Return what became of a host's status, and why it is UNKNOWN."""
    sides = [row[f"status_{side}"] or "(not there)" for side in ("before", "after")]
    text = " → ".join(dict.fromkeys(sides))
    return f"{text} ({', '.join(row['unknown_after'])})" if row["unknown_after"] else text


def markdown(found: Diff) -> str:
    """Return a comment for a pull request: headline, both sides, causes, patches, groups and hosts.

    Long tables are cut, and say so; the whole is at most 60,000 characters, so that a forge takes it.
    """
    parts = [f"### Patch compliance: {literal(str(found))}"]
    parts += ["\n".join(_sides(found)), "\n".join(_causes(found))]
    parts += ["\n".join(f"> {literal(str(one))}" for one in found.diagnostics)]
    sections = (
        ("patch", "patches", PATCHES, patch_rows(found)),
        ("group", "groups", GROUPS, group_rows(found)),
        ("host", "hosts", HOSTS, host_rows(found)),
    )
    for one, many, columns, rows in sections:
        if rows:
            head = f"<details{' open' if one == 'patch' else ''}><summary>{counted(len(rows), one, many)}</summary>"
            parts.append("\n".join([head, "", *markdown_table(columns, rows), "", "</details>"]))
    text = "\n\n".join(part for part in parts if part)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}\n\n… cut: see the job's output"


def _sides(found: Diff) -> Iterator[str]:
    """Yield the table of both sides."""
    sides = [side.as_dict() for side in (found.before, found.after)]
    yield from ("| | Before | After |", "| --- | ---: | ---: |")
    yield _line(["as of", *(side["as_of"] for side in sides)])
    yield _line(["hosts", *(f"{side['hosts']:,}" for side in sides)])
    for status in sides[0]["statuses"]:
        yield _line([status.lower().replace("_", "-"), *(f"{side['statuses'][status]:,}" for side in sides)])
    for name in ("missing", "failed", "installed_rejected"):
        if any(side["totals"][name] for side in sides):
            yield _line([name.upper(), *(f"{side['totals'][name]:,}" for side in sides)])
    yield _line(["run", *(side["id"] for side in sides)])


def _causes(found: Diff) -> Iterator[str]:
    """Yield what differs between the runs."""
    if found.differences:
        yield "**What differs**\n"
    yield from (f"- {literal(str(one))}" for one in found.differences)


def markdown_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table, cut where it is long."""
    yield _line([title.lstrip(">") for title in columns])
    yield _line(["---:" if title[0] == ">" else "---" for title in columns])
    for row in rows[:_MOST_ROWS]:
        shown = {name: "-" if value in (None, "") else value for name, value in row.items()}
        yield _line([literal(cell.format_map(shown)) for cell in columns.values()])
    more = len(rows) - _MOST_ROWS
    if more > 0:
        yield _line([f"… and {more:,} more", *[""] * (len(columns) - 1)])


def _line(cells: Sequence[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"
