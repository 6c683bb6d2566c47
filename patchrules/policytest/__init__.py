"""Policy tests: a baseline, a host, a catalog and what must come out, as data (SEMANTICS, conformance/README.md)."""

from __future__ import annotations

from patchrules.policytest.case import Case, read_cases, read_folder
from patchrules.policytest.outcome import Outcome, run
from patchrules.policytest.suite import Result, explanation, run_cases
from patchrules.policytest.writers import WRITERS

__all__ = ["WRITERS", "Case", "Outcome", "Result", "explanation", "read_cases", "read_folder", "run", "run_cases"]
