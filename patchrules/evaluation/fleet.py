"""A fleet by the batch engine: hosts fall into profiles, a profile's policy is compiled once, rows pass in chunks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import Any

from patchrules.errors import Diagnostic, UnknownNameError
from patchrules.evaluation.ages import told_of_ages
from patchrules.evaluation.alike import alike
from patchrules.evaluation.coverage import AgeLimits, as_limits, hindsight, unchecked
from patchrules.evaluation.feeds import told_of_feeds
from patchrules.evaluation.findings import Findings, Progress, Sink, findings, in_order, with_carried
from patchrules.evaluation.fixes import fixes_in
from patchrules.evaluation.groups import misspelled
from patchrules.evaluation.judging import Question
from patchrules.evaluation.opened import Fleet, as_fleet, opened
from patchrules.evaluation.options import one_override, settings
from patchrules.evaluation.profiles import as_registry, check_system
from patchrules.evaluation.refused import with_refused
from patchrules.evaluation.run import Run, this_version
from patchrules.evaluation.saved import VerdictFile, placed
from patchrules.evaluation.since import earlier
from patchrules.inventory import read_inventory
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import VERDICTS
from patchrules.model.host import Inventory
from patchrules.model.loaded import as_catalogs, as_policy, as_previous_runs
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import OverridePatch
from patchrules.sources import arrow

ROWS = ("noncompliant", "all")
"""Which verdicts a run can list."""


def evaluate_fleet(  # noqa: PLR0913 - the options of a run are keywords
    policy: Baseline | Registry,
    fleet: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    dialect: str = "documented",
    operation: str = "scan",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    previous_runs: Mapping[str, PreviousRun] | None = None,
    baseline_override: Sequence[Baseline] | None = None,
    rows: str = "noncompliant",
    limits: AgeLimits | None = None,
    output: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    since: Run | str | os.PathLike[str] | None = None,
    keep_digests: bool = False,
) -> Run:
    """Judge every host of ``fleet`` with the batch engine, which gives the verdicts of the reference engine.

    A baseline serves the hosts of its operating system; hosts that ``policy`` leaves out are served by AWS's predefined
    baseline (SEMANTICS 7.3). ``rows`` says which verdicts the run lists: ``noncompliant`` or ``all``. ``as_of`` is an
    aware datetime or ISO 8601 text with a zone. SUSE hosts in the ``agent`` dialect are judged one by one by the
    reference engine (decision 0007). ``previous_runs`` has what the tracking files of hosts remember, by host id;
    ``baseline_override`` is a BaselineOverride in force, whose baselines replace those of ``policy`` (4.9); the other
    options are those of :func:`patchrules.evaluate`. ``progress`` is told how many rows are judged, of how many.

    With ``output`` the verdicts are written as they come, as a saved run in that folder, and memory does not grow with
    the fleet; the run that is returned has the hosts, and ``load_run`` reads the verdicts.
    With ``executor`` the shares of the fleet are judged by its workers, threads or processes; the run is the same.

    With ``since``, an earlier run or the folder of a saved one, only hosts are judged whose rows, facts, baseline,
    patches or elapsed dates differ from what that run judged; the verdicts on the others are taken from it
    (decision 0034), and the run is the same but for the order of verdicts in ``output``. ``keep_digests`` keeps what
    that takes; ``since`` keeps it, too.

    Hosts that have no baseline, and hosts whose family is not known, are UNKNOWN.

    Raises InventoryError PR2121 for a ``fleet`` that was not opened and PR2803 for hosts whose family the dialect does
    not have, BaselineError PR1804 and CatalogError PR3803 for a
    policy or catalogs that were not loaded, BaselineError PR1801 when ``policy`` is one baseline and no host is of its
    operating system, PR1813 when a BaselineOverride and an InstallOverrideList are given together, CatalogError PR3801
    when a catalog does not say its products and the hosts of its family have several, and DocumentError PR7805 when
    ``since`` kept no digests, and PR7806 where it is no run.
    """
    fleet = as_fleet(fleet)
    question = asked(
        policy,
        catalogs,
        rows=rows,
        limits=limits,
        baseline_override=baseline_override,
        as_of=as_of,
        dialect=dialect,
        operation=operation,
        missing_date=missing_date,
        deb_dates=deb_dates,
        reboot_option=reboot_option,
        install_override=install_override,
    )
    before = None if since is None else earlier(since)
    question = replace(
        question,
        previous_runs=as_previous_runs(previous_runs),
        keeps_digests=keep_digests or before is not None,
        known=None if before is None else before.known,
    )

    def found(sink: Sink) -> Run:
        whole = findings(question, fleet, sink, progress, executor)
        return run_found(question, fleet, whole if before is None else with_carried(whole, before.run, sink), policy)

    return collected(found, output)


def asked(
    policy: Baseline | Registry,
    catalogs: Catalog | Sequence[Catalog],
    *,
    rows: str,
    limits: AgeLimits | None,
    baseline_override: Sequence[Baseline] | None,
    install_override: tuple[OverridePatch, ...] | None = None,
    **options: Any,  # noqa: ANN401 - those of settings
) -> Question:
    """Return what people ask of a fleet as a question; raises what :func:`evaluate_fleet` raises of these arguments."""
    one_override(baseline_override, install_override)
    if rows not in ROWS:
        raise UnknownNameError("choice of rows", rows, ROWS)
    return Question(
        settings=settings(install_override=install_override, **options),
        catalogs=as_catalogs(catalogs),
        registry=as_registry(as_policy(policy)),
        rows=rows,
        limits=as_limits(limits),
        override=None if baseline_override is None else tuple(baseline_override),
    )


def collected(found: Callable[[Sink], Run], output: str | os.PathLike[str] | None) -> Run:
    """Return a run with its verdicts, or write them as they come; ``found`` judges, and hands them to a sink."""
    if output is None:
        verdicts: list[Any] = []
        run = found(verdicts.append)
        return replace(run, verdicts=in_order(verdicts, run.hosts))
    with placed(output) as folder, contextlib.closing(VerdictFile(folder)) as file:
        run = found(file.write)
        file.finish(run)
    return replace(run, folder=os.fspath(output))


def run_found(
    question: Question,
    fleet: Inventory | Fleet,
    found: Findings,
    policy: Baseline | Registry,
    known: MutableMapping[Hashable, list[Diagnostic]] | None = None,
) -> Run:
    """Return what was found as a run, yet without verdicts; raises BaselineError PR1801.

    ``known`` is what was told of the same catalogs before, and is added to.
    """
    check_system(policy, found.hosts["family"].unique().to_pylist())
    late = hindsight(question.catalogs, found.late, question.settings.as_of)
    late += unchecked(question.catalogs, found.undated, question.limits)
    late += alike(found.hosts["host"])
    late += misspelled(found.hosts["patch_group"], question.registry) if question.override is None else []
    late += told_of_ages(found.hosts, question.catalogs, question.settings.as_of, question.limits)
    late += told_of_feeds(found.hosts, found.baselines, question.catalogs, question.settings, known)
    doubts = (
        *question.registry.diagnostics,
        *found.diagnostics,
        *(d for one in question.catalogs for d in one.diagnostics),
        *late,
    )
    return Run(
        settings=question.settings,
        hosts=with_refused(found.hosts, found.rejects),
        verdicts=arrow.schema(VERDICTS).empty_table(),
        rows=question.rows,
        rejects=found.rejects,
        limits=question.limits,
        version=this_version(),
        baselines=found.baselines,
        sources=(*fleet.sources, *(source for one in question.catalogs for source in one.sources)),
        diagnostics=(*doubts, *found.faults, *(d for one in found.baselines for d in one.diagnostics)),
        fixes=fixes_in(question.catalogs, found.hosts, found.listed),
        digests=found.digests,
        carried=len(found.carried),
        upcoming=found.upcoming,
    )


def open_fleet(source: Any, **options: Any) -> Inventory | Fleet:  # noqa: ANN401 - whatever read_inventory takes
    """Open the inventory of many hosts: files, folders, globs or an Arrow table; options as :func:`read_inventory`.

    Of Parquet files and Arrow tables only the columns are checked here, and rows are read while they are judged; all
    else is read at once. Raises what ``read_inventory`` raises.

    >>> import pyarrow as pa
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["x86_64"], "evr": ["0:5.1.8-6.el9"]}
    >>> print(open_fleet(pa.table(packages), family="rhel", product="RedhatEnterpriseLinux9.3"))
    fleet of 1 rows in 1 file
    """
    fleet = opened(source, options)
    return read_inventory(source, **options) if fleet is None else fleet
