"""Runs pytest as people run it: the plugin is loaded once, whether it is installed or not."""

from __future__ import annotations

import pytest

# pytester forgets what a run imported, and numpy cannot be imported twice: everything is here before it looks.
import patchrules.testing.coverage_plugin
import patchrules.testing.plugin  # noqa: F401
from tests.conftest import ROOT

PLUGIN = ("-p", "no:patchrules", "-p", "patchrules.testing.plugin", "-p", "no:cacheprovider")
"""The entry point, where an installation has one, and this tree's own file in its place."""


@pytest.fixture
def run(pytester, monkeypatch):
    """Return ``run(*arguments)``: pytest in a folder of its own, in this process."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return lambda *arguments: pytester.runpytest_inprocess(*PLUGIN, *arguments)


@pytest.fixture
def in_a_process(pytester, monkeypatch):
    """Return the same in a process of its own, which may start others."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return lambda *arguments: pytester.runpytest_subprocess(*PLUGIN, *arguments)
