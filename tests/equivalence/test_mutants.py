"""The bugs that ``mutants.py`` plants can be planted."""

from __future__ import annotations

import pytest

from tests.equivalence.mutants import MUTANTS, ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.dialect} {mutant.name}")
def test_what_a_mutant_replaces_stands_in_its_file_once(mutant):
    assert (ROOT / "patchrules" / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1
