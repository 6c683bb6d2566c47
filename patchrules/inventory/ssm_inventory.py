"""Systems Manager Inventory: answers of the API, and the JSON lines that a Resource Data Sync puts into S3.

Read are ``AWS:Application`` (packages of Linux hosts), ``AWS:WindowsUpdate``, ``AWS:InstanceInformation`` (which system
a host runs), ``AWS:Tag`` and ``AWS:PatchSummary`` (its patch group); ``GetInventory``, ``ListInventoryEntries``,
``DescribeInstanceInformation`` and ``DescribeInstancePatchStates``; several answers may follow one another. A folder of
a sync is read whole: the files of one host add to one another.

What ``AWS:Application`` loses: dpkg's status, and x86_64 stands for dpkg's amd64. It mixes packages with snaps and
Windows applications, which are counted. Old agents state no release and no epoch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from patchrules.inventory._json import Place, members_of, rows_of, texts_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._ssm_rows import SsmRows
from patchrules.inventory._texts import head_of
from patchrules.sources.files import Document

_TYPES = "Application|WindowsUpdate|InstanceInformation|PatchSummary|ComplianceItem|Tag"
_API = re.compile(
    rf'"TypeName"\s*:\s*"AWS:(?:{_TYPES})"|"AWS:(?:{_TYPES})"\s*:|"InstanceInformationList"\s*:|"InstancePatchStates"\s*:'
).search
_SYNC = re.compile(r'"resourceId"\s*:').search
_STAMP = re.compile(r'"(?:captureTime|schemaVersion)"\s*:').search
_KIND_BY_FIELD = (
    ("HotFixId", "AWS:WindowsUpdate"),
    ("PlatformName", "AWS:InstanceInformation"),
    ("ComplianceType", "AWS:ComplianceItem"),
    ("OperationStartTime", "AWS:PatchSummary"),
    ("ApplicationType", "AWS:Application"),
    ("PackageId", "AWS:Application"),
    ("Publisher", "AWS:Application"),
    ("Key", "AWS:Tag"),
)
_ANSWERS = {"InstanceInformationList": "AWS:InstanceInformation", "InstancePatchStates": "AWS:PatchSummary"}


def sniff(document: Document) -> bool:
    """Say whether the start is an answer of Systems Manager, or lines with ``resourceId`` and ``captureTime``."""
    head = head_of(document)
    if head.lstrip()[:1] not in ("{", "["):
        return False
    return bool(_API(head) or (_SYNC(head) and _STAMP(head)))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every document of the file."""
    rows = SsmRows(document, options)
    for node in rows_of(document):
        fields = _fields(node)
        if "resourceId" in fields:
            rows.add_row(_kind_of(fields), fields, node.line, node.shown)
        else:
            _read_answer(node, rows)
    return rows.finish()


def _read_answer(node: Place, rows: SsmRows) -> None:
    """Read one answer of the API."""
    members = members_of(node)
    rows.counts["PR2221"] += "NextToken" in members and bool(members["NextToken"].value())
    listed = next((name for name in _ANSWERS if name in members), None)
    if "data" in members and "status_code" in members:
        _read_answer(members["data"], rows)
    elif "Entities" in members:
        for entity in members["Entities"].elements():
            _read_entity(entity, rows)
    elif "Entries" in members:
        stated = {name: one.value() for name, one in members.items() if name != "Entries"}
        _read_item(members["Entries"], stated, rows)
    elif listed:
        for row in members[listed].elements():
            rows.add_row(_ANSWERS[listed], _fields(row), row.line, row.shown)
    else:
        rows.reject(node.line, "PR2001", "this is no answer of Systems Manager Inventory", node.shown)


def _read_entity(entity: Place, rows: SsmRows) -> None:
    """Read one host of ``GetInventory``."""
    members = members_of(entity)
    host = members["Id"].value() if "Id" in members else None
    for kind, item in members_of(members.get("Data")).items():
        parts = members_of(item)
        if "Content" in parts:
            stated = {name: one.value() for name, one in parts.items() if name != "Content"}
            _read_item(parts["Content"], {"TypeName": kind, "InstanceId": host, **stated}, rows)


def _read_item(content: Place, stated: Mapping[str, Any], rows: SsmRows) -> None:
    """Read the rows of one inventory type of one host."""
    kind, host, captured = texts_of(stated, ("TypeName", "InstanceId", "CaptureTime"))
    for row in content.elements():
        fields = _fields(row)
        shared = {"resourceId": host or fields.get("InstanceId"), "captureTime": captured}
        rows.add_row(kind or _kind_of(fields), fields | shared, row.line, row.shown)


def _kind_of(fields: Mapping[str, Any]) -> str:
    """Return the inventory type of a row of a sync, told by its fields."""
    return next((kind for name, kind in _KIND_BY_FIELD if name in fields), "")


def _fields(node: Place) -> dict[str, Any]:
    """Return the fields of a row, none when it is no object."""
    value = node.value()
    return value if isinstance(value, dict) else {}


READER = Reader(
    "ssm_inventory",
    "Systems Manager Inventory (API or data sync)",
    (".json", ".jsonl"),
    sniff,
    read,
    lost="dpkg's states, priority, section; build times; from old agents, releases and epochs of rpm",
)
