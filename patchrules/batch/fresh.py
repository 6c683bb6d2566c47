"""Packages that a policy had not met before, judged: what an evaluation remembers of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from patchrules.batch.keys import Ints
from patchrules.batch.package_keys import Key
from patchrules.batch.tally import Known


@dataclass(frozen=True, slots=True)
class Fresh:
    """The verdicts on some distinct packages.

    ``known`` has a position a verdict; ``rows`` says how many of them each package has, one after the other. What only
    some verdicts are asked for is made when it is asked: ``rendered`` gives the columns ``model.columns.VERDICTS``
    without ``host`` for verdicts at some positions, ``key`` says what the package at a position replaces, and ``age``
    which of several of one key counts: the highest, and of equals the first of the host's rows, or the ``last``.
    """

    known: Known
    rows: Ints
    rendered: Callable[[Ints], pa.Table]
    key: Callable[[int], Key]
    age: Callable[[int], tuple[Any, ...]]
    last: bool = False
