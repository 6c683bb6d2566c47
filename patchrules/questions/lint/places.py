"""Where a value of a baseline stands in its document."""

from __future__ import annotations

from collections.abc import Callable

from patchrules.errors import Where

Loc = tuple[str | int, ...]
"""A value in AWS's shape: ``("ApprovalRules", "PatchRules", 0)``."""

Place = Callable[[Loc], Where | None]
"""Returns the place of a value."""


def no_place(loc: Loc) -> Where | None:
    """Return the pointer of a value in AWS's shape: a baseline that was made in code has no file."""
    return Where(pointer="".join(f"/{step}" for step in loc))


def rule(number: int) -> Loc:
    """Return where a rule stands; 1 is the first.

    >>> rule(2)
    ('ApprovalRules', 'PatchRules', 1)
    """
    return ("ApprovalRules", "PatchRules", number - 1)


def filters(number: int | None) -> Loc:
    """Return where the filters of a rule stand, or the global ones."""
    return (*rule(number), "PatchFilterGroup", "PatchFilters") if number else ("GlobalFilters", "PatchFilters")
