"""Policy tests: a baseline, a host, a catalog and what must come out, as data (SEMANTICS, conformance/README.md)."""

from __future__ import annotations

from patchrules.policytest.case import Case, read_cases
from patchrules.policytest.outcome import Outcome, run

__all__ = ["Case", "Outcome", "read_cases", "run"]
