"""What waits for a reboot, as AWS's node decides it: every row of its own answers (SEMANTICS 5.9, 5.10)."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from patchrules.model.names import Operation, RebootOption, State
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.reference.pending import agent_pending, no_reboot_install

STATES = {state.replace("_", "").lower(): state for state in State}


def instant(seconds):
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def remembered(row):
    tracked = (TrackedPatch(title, STATES[state.lower()]) for title, state in row["previous_states"].items())
    return PreviousRun(
        patches=tuple(tracked),
        last_no_reboot_install=instant(row["last_no_reboot_install_time"]),
        installed=tuple(row["installed_by_this_run"]),
        exit_code=row["patching_exit_code"],
    )


@pytest.mark.shared
def test_every_row_of_aws_waits_as_aws_says(shared):
    wrong = []
    rows = gzip.decompress((shared / "conformance" / "pending_reboot.jsonl.gz").read_bytes()).splitlines()
    for row in map(json.loads, rows):
        previous, installed = remembered(row), [*row["installed"], *row["installed_other"]]
        run: Any = {"operation": Operation(row["operation"]), "reboot_option": RebootOption(row["reboot_option"])}
        waiting = agent_pending(installed, previous, boot_time=instant(row["last_reboot_time"]), **run)
        saved = no_reboot_install(previous, as_of=datetime.fromisoformat(row["as_of"]), **run)
        expected = row["expected"]
        names = {title for title, state in expected["states"].items() if state == "InstalledPendingReboot"}
        same = waiting == names and len(waiting) == expected["pending_reboot_count"]
        if not same or saved != instant(expected["saved_last_no_reboot_install_time"]):
            wrong.append(row["case_id"])
    assert len(rows) >= 40
    assert wrong == []
