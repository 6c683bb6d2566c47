"""``parquet``: the saved run, a folder that later questions and data tools read (see ``evaluation.saved``)."""

from __future__ import annotations

from pathlib import Path

from patchrules.evaluation.run import Run
from patchrules.evaluation.saved import save_run
from patchrules.reports._writer import Look, Writer


def write(run: Run, folder: Path, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the folder."""
    save_run(run, folder)


WRITER = Writer("parquet", "a folder: run.json, hosts.parquet, verdicts.parquet", (".run", "/"), write, is_folder=True)
