"""Results of osquery: rows of ``osqueryi --json``, and the lines of its results log, snapshots and differences.

Read are the tables ``rpm_packages``, ``deb_packages``, ``patches``, ``os_version`` and ``uptime``; which one a row is
of is told by its columns and by the name of the query. The queries we recommend::

    SELECT name, epoch, version, release, arch, install_time FROM rpm_packages;
    SELECT name, version, arch, status, priority, section FROM deb_packages;
    SELECT hotfix_id, installed_on FROM patches;
    SELECT * FROM os_version;

A query that leaves ``epoch`` out loses it. In a differential log rows are added and taken away in the order of the
file; a log that does not begin with a whole result (``counter`` 0) lacks what was installed before (PR2220).
"""

from __future__ import annotations

import re
from typing import Any

from patchrules.errors import DocumentError
from patchrules.inventory._json import Place, texts_of, values_of
from patchrules.inventory._osquery_rows import Event, OsqueryRows
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._texts import head_of
from patchrules.sources.files import Document

_LOG = re.compile(r'"host_?[iI]dentifier"\s*:').search
_HOST_OF_STUMP = re.compile(r'"host_?[iI]dentifier"\s*:\s*"([^"\\]+)"').search
_RESULT = re.compile(r'"(?:columns|snapshot|diffResults)"\s*:').search
_ROWS = re.compile(
    r'"(?:hotfix_id|install_time|package_group|pid_with_namespace|revision|mount_namespace_id)"\s*:'
).search
_OS_VERSION = re.compile(r'"platform_like"\s*:').search
_HOSTS = ("host_hostname", "host_display_name", "hostname", "host_identifier")


def sniff(document: Document) -> bool:
    """Say whether the start is a line of a results log, or a list of rows of a known table."""
    head = head_of(document)
    start = head.lstrip()[:1]
    if start == "{" and _LOG(head) and _RESULT(head):
        return True
    return start == "[" and bool(_ROWS(head) or _OS_VERSION(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every result in the order of the file."""
    rows = OsqueryRows(document, options)
    read_before = False
    for top in values_of(document):
        if top.is_array:
            events = [_row_event(node, options) for node in top.elements()]
            for event in events:
                rows.take(event)
        else:
            try:
                _take_result(top, rows)
            except DocumentError as problem:
                last = top.last_line
                if problem.code != "PR2907" or last is None or not read_before:
                    raise
                # A log that is being written ends like that; nothing of a line is taken before all of it is decoded.
                said = _HOST_OF_STUMP(last)
                rows.stump(top.line, last, said.group(1) if said else "")
                break
        read_before = True
    return rows.finish()


def _row_event(node: Place, options: ReadOptions) -> Event:
    """Return a row of a plain list of rows: what is installed now."""
    columns = _object(node.value())
    host = next(filter(None, texts_of(columns, _HOSTS)), options.host)
    return Event(host, "", "snapshot", columns, node.line, node)


def _take_result(top: Place, rows: OsqueryRows) -> None:
    """Take the rows of one line of a results log."""
    plain = _object(top.value())
    host, other, query, action = texts_of(plain, ("hostIdentifier", "host_identifier", "name", "action"))
    host = host or other
    about = (plain.get("unixTime"), plain.get("counter"), plain.get("epoch"))
    if not host:
        rows.reject(top.line, "PR2003", "the result names no host", top.shown)
    elif "columns" in plain:
        rows.take(Event(host, query, action, _object(plain["columns"]), top.line, top, *about))
    elif "snapshot" in plain:
        rows.begin_snapshot(host, query, plain.get("unixTime"))
        for node in top["snapshot"].elements():
            rows.take(Event(host, query, "snapshot", _object(node.value()), node.line, node, *about))
    elif "diffResults" in plain:
        for action, part in top["diffResults"].members():
            for node in part.elements():
                rows.take(Event(host, query, action, _object(node.value()), node.line, node, *about))
    else:
        rows.reject(top.line, "PR2001", "the line is no result of osquery", top.shown)


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401  JSON holds anything
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


READER = Reader(
    "osquery_results",
    "osquery results",
    (".json", ".log"),
    sniff,
    read,
    lost="build times, and every column that the query leaves out",
)
