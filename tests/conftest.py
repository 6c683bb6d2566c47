"""What every test may ask for: where the data lies, and how hard hypothesis should look."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]
collect_ignore = ["samples"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# Two shared cores: a slow draw says nothing about the code, so neither deadline nor the too_slow check applies.
settings.register_profile("base", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
_BASE = settings.get_profile("base")
settings.register_profile("default", _BASE, max_examples=50, derandomize=True)
settings.register_profile("ci", _BASE, max_examples=50, derandomize=True)
settings.register_profile("long", _BASE, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "default"))


def _require_shared() -> Path:
    """Return ../shared; without it, skip on a desk and fail in CI, where a silent skip would hide a lost proof."""
    if SHARED.is_dir():
        return SHARED
    reason = f"needs `{SHARED}`, which is not there"
    if IN_CI:
        pytest.fail(f"{reason}, and CI=true", pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the marker `shared` the meaning of the fixture."""
    if item.get_closest_marker("shared"):
        _require_shared()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return ../shared, which is not ours and never copied."""
    return _require_shared()


@pytest.fixture(scope="session")
def data() -> Path:
    """Return data/: samples written for this project."""
    return ROOT / "data"
