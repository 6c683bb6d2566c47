"""Runs the command in this process."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from patchrules.cli import main
from tests.conftest import ROOT

DEMO = {
    "--baseline": "baselines/demo",
    "--inventory": "inventories/fleet",
    "--hosts": "inventories/hosts.yaml",
}
CATALOGS = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "debian12", "ubuntu2204")


@pytest.fixture
def patchrules(monkeypatch):
    """Run ``patchrules`` with arguments, 100 columns wide; the result has exit_code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object):
        result = CliRunner().invoke(main, [str(one) for one in arguments], prog_name="patchrules")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def demo():
    """Return the options that name the bundled fleet."""
    options = [text for name, path in DEMO.items() for text in (name, str(ROOT / "data" / path))]
    for spec in CATALOGS:
        glob, _, path = spec.rpartition("=")
        place = str(ROOT / "data" / "catalogs" / path)
        options += ["--catalog", f"{glob}={place}" if glob else place]
    return [*options, "--as-of", "2026-11-01T00:00Z"]


@pytest.fixture
def piped(monkeypatch):
    """Return what makes a pipe of a text, which `-` then means: it can be read once."""
    ends = []

    def pipe(text):
        reading, writing = os.pipe()
        ends.append(reading)
        os.write(writing, text.encode())
        os.close(writing)
        monkeypatch.setattr("patchrules.cli._types._STDIN", f"/dev/fd/{reading}")
        return f"/dev/fd/{reading}"

    yield pipe
    for end in ends:
        os.close(end)
