"""The shape of a report format: how it is called, and how it turns a run into bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa

from patchrules.evaluation.run import Run


@dataclass(frozen=True, slots=True)
class Look:
    """How a report for people looks: ``width`` in characters, ``color`` with ANSI colours.

    ``again`` holds the options of the evaluation as people typed them, so that the next command to try can be pasted.
    ``earlier`` are runs of the same fleet before this one, for reports that show a trend. ``account`` and ``region``
    say whose AWS it is, for formats that go there. ``fail_on`` are the codes of diagnostics that are a failure to
    whoever asked, for formats that know failures.
    """

    width: int = 100
    color: bool = False
    again: str = ""
    earlier: tuple[Run, ...] = ()
    account: str = ""
    region: str = ""
    fail_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Writer:
    """One report format.

    ``suffixes`` are the ends of file names that mean it. ``write`` writes a run to a binary stream, or, where
    ``is_folder``, to a folder that it replaces at once. The same run gives the same bytes. ``write_table``, where the
    format has one, writes one table of a run (``questions.tables``) to a binary stream. ``tells``: whoever reads it
    sees the diagnostics of the run; else the command line says them. ``rows`` are the verdicts it reads, as
    ``evaluate_fleet`` calls them: a run that lists ``noncompliant`` ones alone gives the same bytes, in less memory. A
    format that tells the run's id reads ``all``, for that run has another.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    write: Callable[[Run, Any, Look], None]
    is_folder: bool = False
    write_table: Callable[[pa.Table, BinaryIO], None] | None = None
    tells: bool = False
    rows: str = "all"
