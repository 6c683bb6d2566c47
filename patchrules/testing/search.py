"""How the checks look for a counterexample: the same examples each time, and nothing kept between runs."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

SEARCH = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
)
"""A check is part of somebody's CI: it must not fail today for what it did not find yesterday."""
