"""The door for a node's tracking file, ``patch-states-configuration.json`` (SEMANTICS 5.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from patchrules.documents.text import HOSTS, Document, quoted, read
from patchrules.errors import DocumentError
from patchrules.model.names import State
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.sources.files import Input

_NAMES = ("Installed", "InstalledOther", "InstalledPendingReboot", "InstalledRejected")
_STATES = {name.lower(): state for name in _NAMES for state in State if state.replace("_", "").lower() == name.lower()}
_STATES |= {state.lower(): state for state in _STATES.values()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_previous_run(source: Input) -> PreviousRun:
    """Load a tracking file: what the node remembers of its patch runs.

    Times are seconds since 1970; 0 and null are "never". Raises InventoryError PR2530 for what is no such file and
    PR2531 for a patch or a time in it that cannot be read. A time that cannot be true is kept: the evaluation leaves
    such a file out, as AWS's node does (error 152).

    >>> load_previous_run(b'{"patchStates": {}, "lastNoRebootInstallOperationTime": 0}')
    PreviousRun(patches=(), last_no_reboot_install=None, installed=(), exit_code=0)
    """
    document = read(source, door=HOSTS)
    value = document.value
    if not isinstance(value, Mapping) or not isinstance(value.get("patchStates"), Mapping):
        message = f"this is no tracking file: it is {quoted(value)}, wanted a mapping with `patchStates`"
        raise _refusal(document, "30", message, "")
    last = _instant(document, value.get("lastNoRebootInstallOperationTime"), "/lastNoRebootInstallOperationTime")
    patches = (_patch(document, str(title), one) for title, one in value["patchStates"].items())
    return PreviousRun(patches=tuple(patches), last_no_reboot_install=last)


def _patch(document: Document, title: str, value: Any) -> TrackedPatch:  # noqa: ANN401 - a JSON value
    """Return one remembered patch."""
    pointer = f"/patchStates/{title.replace('~', '~0').replace('/', '~1')}"
    state = _STATES.get(str(value.get("state")).lower()) if isinstance(value, Mapping) else None
    if state is None:
        message = f"the patch is {quoted(value)}, wanted a mapping whose `state` is one of {', '.join(_NAMES)}"
        raise _refusal(document, "31", message, pointer)
    installed = _instant(document, value.get("installedTime"), f"{pointer}/installedTime")
    return TrackedPatch(title, state, str(value.get("id") or ""), installed)


def _instant(document: Document, value: object, pointer: str) -> datetime | None:
    """Return seconds since 1970 as an instant, None for 0 and null."""
    if value is None or value == 0:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return _EPOCH + timedelta(seconds=value)
        except (OverflowError, ValueError):
            pass
    raise _refusal(document, "31", f"the time is {quoted(value)}, wanted seconds since 1970", pointer)


def _refusal(document: Document, number: str, message: str, pointer: str) -> DocumentError:
    """Return the error with its place."""
    return HOSTS.refusal(number, message, document.where(pointer))
