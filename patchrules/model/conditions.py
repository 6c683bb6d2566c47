"""What ``patchrules evaluate`` may fail on: words for how hosts stand, and codes of what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from patchrules.codes import CODES
from patchrules.model.names import ComplianceLevel

WORDS = ("never", "noncompliant", "unknown", *(level.lower() for level in ComplianceLevel))
"""A level means it or a graver one."""

OR_A_CODE = ", or the code of a diagnostic"
"""What is said behind the words: the codes are no list to print."""

_ELSEWHERE: dict[str, str | None] = {
    "PR0": None,
    "PR43": "feasible",
    "PR4": "windows",
    "PR5": None,
    "PR6": "test",
    "PR7020": "forecast",
    "PR780": None,
    "PR783": "verify",
    "PR78": "diff",
    "PR79": None,
    "PR8": "lint",
}
"""The verb that tells the codes which begin so, and evaluate does not; None for errors. The first that fits counts."""


def condition(text: str) -> str | None:
    """Return the word or code that a text means, however it is capitalised; None where there is none.

    >>> condition("NEVER"), condition("pr7017"), condition("PR9999")
    ('never', 'PR7017', None)
    """
    word, code = text.lower(), text.upper()
    return word if word in WORDS else code if code in CODES else None


def objections(conditions: Iterable[str]) -> Iterator[str]:
    """Yield why a run cannot fail on these conditions together: a code that evaluate never tells, or `never` and more.

    >>> list(objections(["unknown", "PR8030"])), list(objections(["unknown", "PR7019"]))
    (['`evaluate` never tells PR8030: `patchrules lint` does'], [])
    """
    found = list(conditions)
    for code in found:
        room = next((room for room in _ELSEWHERE if code.startswith(room)), None)
        if room is not None:
            verb = _ELSEWHERE[room]
            who = f"`patchrules {verb}` does" if verb else "it is an error, which ends with exit code 2"
            yield f"`evaluate` never tells {code}: {who}"
    if "never" in found and len(found) > 1:
        yield "`never` stands alone: with it nothing fails, whatever else is named"
