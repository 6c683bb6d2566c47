"""The history of Windows Update as JSON: what the update service did, newest first.

As ``QueryHistory`` of ``Microsoft.Update.Session`` has it, in PowerShell::

    $s = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
    $s.QueryHistory(0, $s.GetTotalHistoryCount()) | Select Title, Date, Operation, ResultCode | ConvertTo-Json

or as ``Get-WUHistory`` of the module PSWindowsUpdate. The newest successful operation on a KB decides whether it is
installed. The history knows updates of applications that ``Get-HotFix`` does not, and loses what a reset of it loses.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from patchrules.inventory._json import rows_of, texts_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._texts import head_of
from patchrules.inventory._windows import UpdateRows, day_of, kb_of
from patchrules.sources.files import Document

_TITLE = re.compile(r'"Title"\s*:').search
_RESULT = re.compile(r'"(?:ResultCode|Result)"\s*:').search
_OPERATION = re.compile(r'"Operation(?:name)?"\s*:', re.IGNORECASE).search
_DONE = frozenset({"2", "3", "succeeded", "succeededwitherrors", "succeeded with errors", "orcsucceeded"})
_REMOVAL = frozenset({"2", "uninstallation", "uouninstallation", "uninstall"})
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def sniff(document: Document) -> bool:
    """Say whether the start has titles with operations and their results."""
    head = head_of(document)
    return head.lstrip()[:1] in ("{", "[") and bool(_TITLE(head) and _RESULT(head) and _OPERATION(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every operation, and keep the newest of each host and KB."""
    found: list[tuple[int, dict[str, Any], str]] = []
    for node in rows_of(document):
        line, value = node.line, node.value()
        fields = {str(key).lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
        found.append((line, fields, node.shown))
    computers = {_computer(fields) for _, fields, _ in found} - {""}
    rows = UpdateRows(document, options, named=len(computers) > 1)
    newest: dict[tuple[str, str], tuple[datetime, int, bool, object]] = {}
    for line, fields, text in found:
        title, kb, operation, result = _texts(fields)
        if not title and not kb:
            rows.reject(line, "PR2003", "the row has no Title", text)
            continue
        update = kb_of(kb) or kb_of(f"KB{kb}") or kb_of(title)
        if update is None or result not in _DONE:
            rows.counts["PR2213" if update is None else "PR2218"] += 1
            continue
        key = (_computer(fields) if len(computers) > 1 else "", update)
        when = day_of(fields.get("date"), day_first=None)[0] or _NEVER
        if key in newest:
            rows.counts["PR2219"] += 1
        if key not in newest or when > newest[key][0]:
            newest[key] = (when, line, operation in _REMOVAL, fields.get("date"))
    for (host, update), (_, line, removed, date) in sorted(newest.items(), key=lambda one: (one[0][0], one[1][1])):
        if removed:
            rows.counts["PR2218"] += 1
        else:
            rows.add_update(line, (update,), date, host)
    return rows.finish()


def _texts(fields: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return title, KB, operation and result of a row, the last two in lower case."""
    names = ("title", "kb", "operation", "operationname", "resultcode", "result")
    title, kb, operation, operation_name, code, result = texts_of(fields, names)
    return title, kb, (operation or operation_name).lower(), (code or result).lower()


def _computer(fields: dict[str, Any]) -> str:
    """Return the computer that a row names."""
    names = texts_of(fields, ("pscomputername", "computername"))
    return names[0] or names[1]


READER = Reader(
    "windows_updates",
    "Windows Update history (JSON)",
    (".json",),
    sniff,
    read,
    "dotted",
    lost="the system and its build; what a reset of the history lost",
)
