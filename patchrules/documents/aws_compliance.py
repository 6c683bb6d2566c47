"""AWS's own verdicts as it gives them out: compliance items of the API or a Resource Data Sync, and instance patches.

Read are the saved answers of ``aws ssm list-compliance-items`` and ``describe-instance-patches``, and the lines of
``AWS:ComplianceItem`` that a Resource Data Sync writes; so are the requests PutComplianceItems and PutInventory, as our
own reports write them. Several answers may follow one another (SEMANTICS 5.11, 5.14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from patchrules.errors import Diagnostic, DocumentError, Level, Where
from patchrules.model.names import State
from patchrules.model.verdict import ReportedVerdict
from patchrules.sources.dates import instant
from patchrules.sources.files import Input, open_document
from patchrules.sources.json import values

_WORDS = re.compile("(?<=[a-z])(?=[A-Z])")
_PATCH = "patch"
_INVENTORY = "AWS:ComplianceItem"
_LISTS = ("ComplianceItems", "Patches", "Items", "requests")
_HINT = "save the answer of `aws ssm list-compliance-items` or `describe-instance-patches` as JSON; a run is a folder"


def load_compliance(source: Input, *, host: str | None = None) -> tuple[tuple[ReportedVerdict, ...], list[Diagnostic]]:
    """Load what AWS said of the patches of hosts, and what is doubtful in it.

    ``host`` is the host of answers that do not name it (describe-instance-patches). Items of other compliance types are
    passed over.

    Raises DocumentError PR7821 for what is no such answer, PR7822 for a patch without host, id or known state, and
    PR2907 for broken JSON.

    >>> text = b'{"Patches": [{"KBId": "bash.x86_64", "State": "InstalledOther"}]}'
    >>> [str(one.state) for one in load_compliance(text, host="web-1")[0]]
    ['INSTALLED_OTHER']
    """
    document = open_document(source, error=DocumentError)
    text = document.read().decode("utf-8-sig", "replace")
    found: list[ReportedVerdict] = []
    doubts: list[Diagnostic] = []
    read = 0
    for top in values(document, text):
        for answer in top.elements() if top.is_array else [top]:
            read += 1
            value = answer.value()
            where = Where(file=document.name, line=answer.line)
            if not isinstance(value, Mapping):
                raise _refusal("21", "this is no answer of AWS about compliance", where)
            if value.get("NextToken"):
                message = "only one page of an answer was saved: patches of the other pages are not compared"
                doubts.append(Diagnostic("PR7823", Level.WARNING, message, where))
            found += [_verdict(one, host, where) for one in _patches(value, where)]
    if not read:
        raise _refusal("21", "the file is empty", Where(file=document.name))
    return tuple(found), doubts


def _patches(value: Mapping[str, Any], where: Where) -> Iterator[Mapping[str, Any]]:
    """Yield the patches of one answer or request, or the one that a line of a sync is."""
    name = next((name for name in _LISTS if name in value), None)
    if name is None and _folded(value).get("patchstate") is None:
        raise _refusal("21", "this is neither an answer nor an item of AWS about compliance", where)
    rows = [value] if name is None else value[name]
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _refusal("21", f"`{name}` is no list of objects", where)
    host = {key: value[key] for key in ("ResourceId", "InstanceId") if name and key in value}
    for row in rows:
        if name == "requests":
            yield from _patches(row, where)
        elif row.get("TypeName") == _INVENTORY:
            shared = host | {"CaptureTime": row.get("CaptureTime")}
            yield from ({**shared, **one} for one in _patches({"Patches": row.get("Content")}, where))
        elif "TypeName" not in row and str(row.get("ComplianceType", _PATCH)).lower() == _PATCH:
            yield {**host, **row}


def _verdict(row: Mapping[str, Any], host: str | None, where: Where) -> ReportedVerdict:
    """Return one patch; the details of an item stand beside its own fields."""
    fields = _folded(row)
    fields |= _folded(fields.get("details") or {})
    told = {name: str(fields.get(name) or "") for name in _TEXTS}
    of = told["resourceid"] or told["instanceid"] or host or ""
    identity, state = told["kbid"] or told["id"], _state(told["patchstate"] or told["state"])
    if not of or not identity or state is None:
        lacks = "host" if not of else "id" if not identity else f"known state: `{told['patchstate'] or told['state']}`"
        hint = "say the host with --host" if not of else None
        raise _refusal("22", f"a patch has no {lacks}", where, hint)
    return ReportedVerdict(
        host=of,
        id=identity,
        state=state,
        title=told["title"],
        baseline_id=told["patchbaselineid"],
        captured_at=instant(told["capturetime"] or told["executiontime"] or None),
    )


_TEXTS = (
    *("resourceid", "instanceid", "kbid", "id", "patchstate", "state", "title"),
    *("patchbaselineid", "capturetime", "executiontime"),
)


def _folded(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields by their names in lower case: the API writes ResourceId, a sync resourceId."""
    return {str(name).lower(): value for name, value in fields.items()}


def _state(text: str) -> State | None:
    """Return the state that AWS spells ``InstalledOther`` or ``INSTALLED_OTHER``.

    >>> print(_state("AvailableSecurityUpdates"))
    AVAILABLE_SECURITY_UPDATE
    """
    name = _WORDS.sub("_", text).upper()
    known = {str(state): state for state in State} | {"AVAILABLE_SECURITY_UPDATES": State.AVAILABLE_SECURITY_UPDATE}
    return known.get(name)


def _refusal(number: str, message: str, where: Where, hint: str | None = _HINT) -> DocumentError:
    """Return the error of this door."""
    return DocumentError(message, code=f"PR78{number}", where=where, hint=hint)
