"""What ``patchrules evaluate`` may fail on: not on codes that others tell."""

from __future__ import annotations

_ELSEWHERE: dict[str, str | None] = {
    "PR0": None,
    "PR43": "feasible",
    "PR4": "windows",
    "PR5": None,
    "PR6": "test",
    "PR7020": "forecast",
    "PR783": "verify",
    "PR78": "diff",
    "PR79": None,
    "PR8": "lint",
}


def untold(code: str) -> str | None:
    """Return why ``evaluate`` never tells a code that there is, and so cannot fail on it; None where it may.

    >>> print(untold("PR8030"))
    `evaluate` never tells PR8030: `patchrules lint` does
    >>> untold("PR7019")
    """
    room = next((room for room in _ELSEWHERE if code.startswith(room)), None)
    if room is None:
        return None
    verb = _ELSEWHERE[room]
    who = f"`patchrules {verb}` does" if verb else "it is an error, which ends with exit code 2"
    return f"`evaluate` never tells {code}: {who}"
