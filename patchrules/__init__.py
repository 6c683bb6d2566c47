"""AWS SSM Patch Manager's decision as a library and a command.

>>> import patchrules as pr
>>> print(pr.predefined("AWS-DebianDefaultPatchBaseline"))
AWS-DebianDefaultPatchBaseline (DEBIAN): 1 rule, 0 approved, 0 rejected

Everything public is on this screen; what is heavy is imported when it is first used (``import patchrules`` takes
milliseconds and does not import pyarrow).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchrules.catalog import build_catalog as build_catalog
    from patchrules.catalog import known_at as known_at
    from patchrules.catalog import observe_catalog as observe_catalog
    from patchrules.catalog import read_catalog as read_catalog
    from patchrules.catalog import read_catalogs as read_catalogs
    from patchrules.documents.baseline import load_baseline as load_baseline
    from patchrules.documents.baseline import load_baselines as load_baselines
    from patchrules.documents.calendars import load_calendar as load_calendar
    from patchrules.documents.hosts import load_hosts as load_hosts
    from patchrules.documents.install_override import load_install_override as load_install_override
    from patchrules.documents.override import load_override as load_override
    from patchrules.documents.predefined import predefined as predefined
    from patchrules.documents.predefined import predefined_names as predefined_names
    from patchrules.documents.previous_run import load_previous_run as load_previous_run
    from patchrules.documents.project import load_project as load_project
    from patchrules.documents.registry import load_registry as load_registry
    from patchrules.documents.windows import load_windows as load_windows
    from patchrules.errors import Diagnostic as Diagnostic
    from patchrules.errors import Faults as Faults
    from patchrules.errors import PatchRulesError as PatchRulesError
    from patchrules.evaluation.approvals import approvals as approvals
    from patchrules.evaluation.coverage import AgeLimits as AgeLimits
    from patchrules.evaluation.fleet import evaluate_fleet as evaluate_fleet
    from patchrules.evaluation.fleet import open_fleet as open_fleet
    from patchrules.evaluation.host import evaluate as evaluate
    from patchrules.evaluation.interchange import as_arrow as as_arrow
    from patchrules.evaluation.one_host import host as host
    from patchrules.evaluation.opened import Fleet as Fleet
    from patchrules.evaluation.packing import pack_fleet as pack_fleet
    from patchrules.evaluation.prepared import Prepared as Prepared
    from patchrules.evaluation.prepared import prepare as prepare
    from patchrules.evaluation.run import Run as Run
    from patchrules.evaluation.saved import load_run as load_run
    from patchrules.families import family_named as family_named
    from patchrules.inventory import read_inventory as read_inventory
    from patchrules.model.baseline import ApprovalRule as ApprovalRule
    from patchrules.model.baseline import Baseline as Baseline
    from patchrules.model.baseline import PatchFilter as PatchFilter
    from patchrules.model.baseline import Registry as Registry
    from patchrules.model.change import Change as Change
    from patchrules.model.change import Edit as Edit
    from patchrules.model.host import Host as Host
    from patchrules.model.host import Inventory as Inventory
    from patchrules.model.names import ComplianceLevel as ComplianceLevel
    from patchrules.model.names import OperatingSystem as OperatingSystem
    from patchrules.model.package import Package as Package
    from patchrules.model.patch import Catalog as Catalog
    from patchrules.model.patch import Patch as Patch
    from patchrules.model.patch import Scope as Scope
    from patchrules.model.previous_run import PreviousRun as PreviousRun
    from patchrules.model.project import CatalogPlace as CatalogPlace
    from patchrules.model.project import OutputPlace as OutputPlace
    from patchrules.model.project import Project as Project
    from patchrules.model.verdict import HostReport as HostReport
    from patchrules.model.verdict import OverridePatch as OverridePatch
    from patchrules.model.verdict import Verdict as Verdict
    from patchrules.model.window import Calendar as Calendar
    from patchrules.model.window import Window as Window
    from patchrules.questions.diff import diff as diff
    from patchrules.questions.diff import what_if as what_if
    from patchrules.questions.explain import explain as explain
    from patchrules.questions.feasible import feasible as feasible
    from patchrules.questions.forecast import forecast as forecast
    from patchrules.questions.history import exposed as exposed
    from patchrules.questions.history import history as history
    from patchrules.questions.inspect import Inspection as Inspection
    from patchrules.questions.inspect import inspect as inspect
    from patchrules.questions.lint import lint as lint
    from patchrules.questions.next_run import next_run as next_run
    from patchrules.questions.tables import table as table
    from patchrules.questions.treadmill import treadmill as treadmill
    from patchrules.questions.tune import tune as tune
    from patchrules.questions.verify import Verification as Verification
    from patchrules.questions.verify import verify as verify
    from patchrules.questions.verify.bundle import bundle as bundle
    from patchrules.reports import write as write
    from patchrules.schedule.expressions import parse_schedule as parse_schedule
    from patchrules.schedule.windows import executions as executions
    from patchrules.schedule.windows import next_executions as next_executions

_HOMES = {
    "AgeLimits": "evaluation.coverage",
    "ApprovalRule": "model.baseline",
    "Baseline": "model.baseline",
    "Calendar": "model.window",
    "Catalog": "model.patch",
    "CatalogPlace": "model.project",
    "Change": "model.change",
    "ComplianceLevel": "model.names",
    "Diagnostic": "errors",
    "Edit": "model.change",
    "Faults": "errors",
    "Fleet": "evaluation.opened",
    "Host": "model.host",
    "HostReport": "model.verdict",
    "Inspection": "questions.inspect",
    "Inventory": "model.host",
    "OperatingSystem": "model.names",
    "OutputPlace": "model.project",
    "OverridePatch": "model.verdict",
    "Package": "model.package",
    "Patch": "model.patch",
    "PatchFilter": "model.baseline",
    "PatchRulesError": "errors",
    "Prepared": "evaluation.prepared",
    "PreviousRun": "model.previous_run",
    "Project": "model.project",
    "Registry": "model.baseline",
    "Run": "evaluation.run",
    "Scope": "model.patch",
    "Verdict": "model.verdict",
    "Verification": "questions.verify",
    "Window": "model.window",
    "approvals": "evaluation.approvals",
    "as_arrow": "evaluation.interchange",
    "build_catalog": "catalog",
    "bundle": "questions.verify.bundle",
    "diff": "questions.diff",
    "evaluate": "evaluation.host",
    "evaluate_fleet": "evaluation.fleet",
    "executions": "schedule.windows",
    "explain": "questions.explain",
    "exposed": "questions.history",
    "family_named": "families",
    "feasible": "questions.feasible",
    "forecast": "questions.forecast",
    "history": "questions.history",
    "host": "evaluation.one_host",
    "inspect": "questions.inspect",
    "known_at": "catalog",
    "lint": "questions.lint",
    "load_baseline": "documents.baseline",
    "load_baselines": "documents.baseline",
    "load_calendar": "documents.calendars",
    "load_hosts": "documents.hosts",
    "load_install_override": "documents.install_override",
    "load_override": "documents.override",
    "load_previous_run": "documents.previous_run",
    "load_project": "documents.project",
    "load_registry": "documents.registry",
    "load_run": "evaluation.saved",
    "load_windows": "documents.windows",
    "next_executions": "schedule.windows",
    "next_run": "questions.next_run",
    "observe_catalog": "catalog",
    "open_fleet": "evaluation.fleet",
    "pack_fleet": "evaluation.packing",
    "parse_schedule": "schedule.expressions",
    "predefined": "documents.predefined",
    "predefined_names": "documents.predefined",
    "prepare": "evaluation.prepared",
    "read_catalog": "catalog",
    "read_catalogs": "catalog",
    "read_inventory": "inventory",
    "table": "questions.tables",
    "treadmill": "questions.treadmill",
    "tune": "questions.tune",
    "verify": "questions.verify",
    "what_if": "questions.diff",
    "write": "reports",
}
"""Where each public name lives."""

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names are the keys of the table above


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a public name when it is first used (PEP 562)."""
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("patchrules")
    home = _HOMES.get(name)
    if home is None:
        message = f"module `patchrules` has no attribute `{name}`"
        raise AttributeError(message)
    found = getattr(importlib.import_module(f"patchrules.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return list(__all__)
