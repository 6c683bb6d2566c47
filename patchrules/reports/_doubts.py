"""What was doubtful in a run and was decided anyway, in words: what the run itself says, else what the code means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from patchrules.codes import CODES
from patchrules.errors import Level
from patchrules.evaluation.run import Run

_MOST = 3


def doubts(run: Run) -> Iterator[tuple[str, str, int]]:
    """Yield code, words and how often, by code; a code has a row for each of the first few things that it says.

    Of what is told of rows of hosts, of notes, and of the things that a code says besides, the words are what it means.
    """
    said: dict[str, Counter[str]] = {}
    for one in run.diagnostics:
        if one.level is Level.WARNING or (one.level is Level.INFO and one.code not in CODES):
            said.setdefault(one.code, Counter())[one.message] += one.count
    for code, count in run.doubts().items():
        own = said.get(code, Counter()).most_common(_MOST)
        yield from ((code, words, times) for words, times in own)
        rest = count - sum(times for _, times in own)
        if rest:
            yield code, CODES.get(code, ""), rest
