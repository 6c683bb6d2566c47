"""An epoch that a file does not state is unknown, not 0 (DECISIONS 30)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from patchrules.versions import rpm


def stated_epochs(installed: str, available: Sequence[str]) -> tuple[str, list[str], bool]:
    """Return the rpm versions as they are to be compared, and whether an epoch was unknown.

    Both sides speak of one (name, arch). What one side leaves out is the other side's epoch, if that is one; where the
    available versions state several and the installed one none, nobody's epoch counts.

    >>> stated_epochs("3.0.7-24.el9", ["1:3.0.7-25.el9"])
    ('1:3.0.7-24.el9', ['1:3.0.7-25.el9'], True)
    >>> stated_epochs("2.0-1", ["0:3.0-1", "1:1.0-1"])
    ('2.0-1', ['3.0-1', '1.0-1'], True)
    """
    mine, theirs = rpm.split(installed), [rpm.split(text) for text in available]
    stated = {evr.epoch for evr in theirs if evr.epoch is not None}
    unknown = bool(theirs) and (mine.epoch is None or any(evr.epoch is None for evr in theirs))
    if mine.epoch is None and len(stated) > 1:
        return _with(mine, None), [_with(evr, None) for evr in theirs], unknown
    epoch = mine.epoch if mine.epoch is not None else next(iter(stated), None)
    return (
        _with(mine, epoch),
        [_with(evr, epoch if evr.epoch is None else evr.epoch) for evr in theirs],
        unknown,
    )


def _with(evr: rpm.Evr, epoch: int | None) -> str:
    """Return the text of a version with that epoch."""
    return str(dataclasses.replace(evr, epoch=epoch))
