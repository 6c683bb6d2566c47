"""Packages that a policy had not met before, judged: what an evaluation remembers of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from patchrules.batch.keys import Ints
from patchrules.batch.policy import Key
from patchrules.batch.summaries import Known


@dataclass(frozen=True, slots=True)
class Fresh:
    """The verdicts on some distinct packages.

    ``table`` (the columns of ``model.columns.VERDICTS`` without ``host``) and ``known`` have a position a verdict;
    ``rows`` says how many of them each package has, one after the other. ``keys`` says what each package replaces and
    ``ages`` which of several of one key counts: the highest, and of equals the first of the host's rows, or the last.
    """

    table: pa.Table
    known: Known
    rows: Ints
    keys: list[Key]
    ages: list[tuple[Any, ...]]
    last: bool = False
