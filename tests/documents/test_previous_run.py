"""A node's tracking file: what it says, and what is said of one that is none (SEMANTICS 5.10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from patchrules.documents.previous_run import load_previous_run
from patchrules.errors import InventoryError
from patchrules.model.names import State

NOON = datetime(2023, 6, 15, 12, tzinfo=UTC)


def test_a_tracking_file_says_what_waited_and_since_when():
    found = load_previous_run(
        b'{"patchStates": {"a.x86_64:0:1-1": {"id": "a.x86_64", "installedTime": 1686830400, "state":'
        b' "InstalledPendingReboot"}, "b.x86_64:0:1-1": {"id": "b.x86_64", "installedTime": null, "state":'
        b' "InstalledOther"}}, "lastNoRebootInstallOperationTime": 1686830400}'
    )
    assert found.pending == {"a.x86_64:0:1-1"}
    assert found.last_no_reboot_install == found.patches[0].installed_at == NOON
    assert (found.patches[1].state, found.patches[1].installed_at) == (State.INSTALLED_OTHER, None)
    assert (found.is_credible(NOON), found.is_credible(datetime(2023, 6, 15, 11, tzinfo=UTC))) == (True, False)


def test_a_negative_time_is_read_and_not_believed():
    found = load_previous_run(b'{"patchStates": {}, "lastNoRebootInstallOperationTime": -1}')
    assert not found.is_credible(NOON)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (b"[]", "PR2530", "this is no tracking file: it is a list of 0, wanted a mapping with `patchStates`"),
        (b"{}", "PR2530", "this is no tracking file: it is a mapping, wanted a mapping with `patchStates`"),
        (
            b'{"patchStates": {"a": {"state": "Missing"}}}',
            "PR2531",
            "the patch is a mapping, wanted a mapping whose `state` is one of Installed, InstalledOther,"
            " InstalledPendingReboot, InstalledRejected",
        ),
        (
            b'{"patchStates": {}, "lastNoRebootInstallOperationTime": "noon"}',
            "PR2531",
            "the time is `noon`, wanted seconds since 1970",
        ),
        (
            b'{"patchStates": {}, "lastNoRebootInstallOperationTime": 1e300}',
            "PR2531",
            "the time is `1e300`, wanted seconds since 1970",
        ),
    ],
)
def test_what_is_no_tracking_file_is_refused(text, code, message):
    with pytest.raises(InventoryError) as caught:
        load_previous_run(text)
    assert (caught.value.code, caught.value.message) == (code, message)
