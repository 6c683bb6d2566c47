"""The user's words made fit for one line of a message, and the place a caret points at."""

from __future__ import annotations

from patchrules.errors import ScheduleError, Where

_LONGEST = 256


def quoted(text: str) -> str:
    r"""Return ``text`` with unprintable characters replaced one for one, cut when it is long.

    >>> quoted("rate(5\nminutes)")
    'rate(5\ufffdminutes)'
    """
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return "".join(char if char.isprintable() else "\ufffd" for char in cut)


def refusal(message: str, text: str, column: int, *, code: str, hint: str | None = None) -> ScheduleError:
    """Return the error whose caret stands under ``column`` (1 is the first) of ``text``.

    >>> print(refusal("months are 1-12", "cron(0 2 1 13 ? *)", 12, code="PR4003"))
    months are 1-12 [PR4003]
      at 12
        cron(0 2 1 13 ? *)
                   ^
    """
    where = Where(text=quoted(text), column=min(column, _LONGEST))
    return ScheduleError(message, code=code, where=where, hint=hint)
