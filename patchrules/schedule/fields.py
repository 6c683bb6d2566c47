"""One field of a cron expression: text to the numbers it allows (SEMANTICS 8.3)."""

from __future__ import annotations

from dataclasses import dataclass

from patchrules.errors import ScheduleError
from patchrules.schedule.quoting import quoted, refusal

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""AWS counts weekdays from 1, and 1 is Sunday."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field may hold: its name, its numbers, the names its numbers have, and whether a range may wrap."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    wraps: bool = True

    @property
    def allowed(self) -> str:
        """Return the numbers and names as people say them."""
        return f"{self.low}-{self.high}" + (f" or {self.names[0]}-{self.names[-1]}" if self.names else "")


SECOND = Kind("seconds", 0, 59)
MINUTE = Kind("minutes", 0, 59)
HOUR = Kind("hours", 0, 23)
DAY = Kind("day-of-month", 1, 31)
MONTH = Kind("month", 1, 12, MONTHS)
WEEKDAY = Kind("day-of-week", 1, 7, WEEKDAYS)
YEAR = Kind("year", 1970, 2199, wraps=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: the piece, the column it starts at (1 is the first), and the whole expression."""

    text: str
    column: int
    expression: str

    def refused(self, message: str, *, code: str, hint: str | None = None) -> ScheduleError:
        """Return the error whose caret stands under this piece."""
        return refusal(message, self.expression, self.column, code=code, hint=hint)

    def split(self, separator: str) -> list[Token]:
        """Return the pieces between ``separator``, each with its own column."""
        pieces = []
        column = self.column
        for text in self.text.split(separator):
            pieces.append(Token(text, column, self.expression))
            column += len(text) + len(separator)
        return pieces

    def cut(self, start: int, stop: int | None = None) -> Token:
        """Return the slice of this piece."""
        return Token(self.text[start:stop], self.column + start, self.expression)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list: from ``first`` to ``last``, every ``step``; ``last`` before ``first`` wraps round the end."""

    first: int
    last: int
    step: int = 1

    def numbers(self, kind: Kind) -> list[int]:
        """Return the numbers in the order the part counts them.

        >>> Part(22, 4, 2).numbers(HOUR)
        [22, 0, 2, 4]
        """
        size = kind.high - kind.low + 1
        reach = (self.last - self.first) % size
        return [kind.low + (self.first - kind.low + ahead) % size for ahead in range(0, reach + 1, self.step)]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a field of numbers allows: ascending, without repeats; ``parts`` keeps how it was written."""

    values: tuple[int, ...]
    parts: tuple[Part, ...]

    def is_every(self, kind: Kind) -> bool:
        """Say whether nothing is excluded."""
        return len(self.values) == kind.high - kind.low + 1


def numbers(token: Token, kind: Kind) -> Numbers:
    """Return what a field of ``,`` ``-`` ``*`` and ``/`` allows.

    ``a/b`` counts from a to the field's end, ``a-b/c`` to b, ``*/c`` from the field's beginning. A range may wrap round
    the end (``FRI-MON``, hours ``22-4``), years excepted. Raises ScheduleError PR4003 for a number, PR4004 for a
    wildcard that does not belong.

    >>> numbers(Token("MON-FRI", 1, "MON-FRI"), WEEKDAY).values
    (2, 3, 4, 5, 6)
    >>> numbers(Token("0/15,7", 1, "0/15,7"), MINUTE).values
    (0, 7, 15, 30, 45)
    """
    parts = [_part(piece, kind, alone=piece.text == token.text) for piece in token.split(",")]
    values = sorted({number for part in parts for number in part.numbers(kind)})
    return Numbers(tuple(values), tuple(parts))


def number(token: Token, kind: Kind) -> int:
    """Return the one number, or the number of the one name, that ``token`` is; raises ScheduleError PR4003."""
    name = token.text.upper()
    if name in kind.names:
        return kind.low + kind.names.index(name)
    width = len(str(kind.high))
    if not (token.text.isascii() and token.text.isdigit() and len(token.text) <= width):
        what = f"is not a {kind.name} value" if token.text else "is missing"
        raise _out_of_place(token, kind, what)
    value = int(token.text)
    if not kind.low <= value <= kind.high:
        raise _out_of_place(token, kind, f"is not a {kind.name} value")
    return value


def _out_of_place(token: Token, kind: Kind, what: str) -> ScheduleError:
    """Return the error for a value that the field does not have."""
    hint = "1 is Sunday and 7 is Saturday; AWS has no weekday 0" if kind is WEEKDAY and token.text == "0" else None
    if not token.text:
        return token.refused(f"a {kind.name} value {what}: {kind.allowed}", code="PR4003")
    return token.refused(f"`{quoted(token.text)}` {what}: {kind.allowed}", code="PR4003", hint=hint)


def _part(token: Token, kind: Kind, *, alone: bool) -> Part:
    """Return one part of a list."""
    head, *steps = token.split("/")
    if len(steps) > 1:
        raise steps[1].refused(f"`{quoted(token.text)}` has more than one `/`", code="PR4004")
    step = _step(steps[0], kind) if steps else 1
    if head.text == "*":
        if not steps and not alone:
            raise head.refused("`*` stands alone, not in a list", code="PR4004")
        return Part(kind.low, kind.high, step)
    first, *ends = head.split("-")
    if len(ends) > 1:
        raise ends[1].refused(f"`{quoted(head.text)}` has more than one `-`", code="PR4004")
    start = number(first, kind)
    if not ends:
        return Part(start, kind.high if steps else start, step)
    end = number(ends[0], kind)
    if end < start and not kind.wraps:
        raise ends[0].refused(f"the {kind.name} range `{quoted(head.text)}` runs backwards", code="PR4003")
    return Part(start, end, step)


def _step(token: Token, kind: Kind) -> int:
    """Return the number after ``/``."""
    text = token.text
    span = kind.high - kind.low + 1
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(kind.high)) and 1 <= int(text) <= span):
        raise token.refused(f"`{quoted(text)}` is not a step for {kind.name}: 1-{span}", code="PR4003")
    return int(text)
