"""Which baseline a row of a run means."""

from __future__ import annotations

import pytest

from patchrules.evaluation.run import baseline_of
from patchrules.model.baseline import Baseline
from patchrules.model.names import OperatingSystem

DEB = Baseline("prod", OperatingSystem.DEBIAN)
RPM = Baseline("prod", OperatingSystem.REDHAT_ENTERPRISE_LINUX)
STORED = Baseline("prod", OperatingSystem.DEBIAN, baseline_id="pb-1")
TWIN = Baseline("prod", OperatingSystem.DEBIAN, description="another")


@pytest.mark.parametrize(
    ("baselines", "family", "identity", "expected"),
    [
        ([DEB, RPM], "debian", None, DEB),
        ([DEB, RPM], "rhel", None, RPM),
        ([DEB, STORED], "debian", None, DEB),
        ([DEB, STORED], "debian", "pb-1", STORED),
        ([DEB, TWIN], "debian", None, None),
        ([DEB], "rhel", None, None),
        ([DEB], None, None, None),
        ([], "debian", None, None),
    ],
)
def test_a_baseline_is_known_by_name_id_and_system_and_not_guessed(baselines, family, identity, expected):
    assert baseline_of(baselines, {"baseline": "prod", "baseline_id": identity, "family": family}) is expected
