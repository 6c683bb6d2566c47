"""What AWS's on-node engine 1.80 answered: ../shared/conformance, which is not ours."""

from __future__ import annotations

import gzip
import json

import pytest


@pytest.fixture(scope="session")
def answers(shared):
    """Return the rows of one file by its name without suffix."""

    def rows(name):
        with gzip.open(shared / "conformance" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    return rows
