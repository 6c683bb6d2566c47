"""Windows updates as rows: the KB is the name, ``0`` the version, for a KB has none (as in catalogs)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

NO_VERSION = "0"

_KB = re.compile(r"\b(?:KB|Q)[ -]?([0-9]{6,8})(?![0-9])", re.IGNORECASE).search
_FILETIME = re.compile(r"[0-9a-f]{16}", re.IGNORECASE).fullmatch
_TICKS = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/").fullmatch
_PARTS = re.compile(r"([0-9]{1,4})[./-]\s?([0-9]{1,2})[./-]\s?([0-9]{1,4})\b[.,]?(?:\s+(.*))?").fullmatch
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}").fullmatch
_LONG = re.compile(r"(?:[A-Za-z]+, )?([A-Za-z]{3})[a-z]* ([0-9]{1,2}), ([0-9]{4})(?: .*)?").fullmatch
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MONTH = 12
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the first update that has a number


class UpdateRows(PackageRows):
    """The updates of one file while it is read; dates stay texts until all of them are known."""

    def __init__(self, document: Document, options: ReadOptions, *, named: bool = False) -> None:
        """Start empty; ``named``: the rows name their hosts."""
        super().__init__(document, options, "dotted", ("name", "evr", "installed_at", *(("host",) if named else ())))
        self.checked = True
        self._seen: dict[tuple[str, str], int] = {}

    def add_update(self, line: int, ids: tuple[str, ...], installed: object = None, host: str = "") -> None:
        """Add the update that the first of ``ids`` names; ids that name none and rows seen before are counted."""
        kb = next(filter(None, map(kb_of, ids)), None)
        if kb is None:
            self.counts["PR2213"] += 1
        elif (host, kb) in self._seen:
            self.counts["PR2219"] += 1
            dates, before = self.columns["installed_at"], self._seen[host, kb]
            dates[before] = dates[before] or installed
        else:
            self._seen[host, kb] = len(self.columns["line"])
            self.add(name=kb, evr=NO_VERSION, installed_at=installed, host=host, line=line)

    def finish(self) -> Rows:
        """Read the dates, say that the hosts run Windows, and return the tables."""
        texts = self.columns["installed_at"]
        day_first = first_is_day([text for text in texts if isinstance(text, str)])
        found = [day_of(text, day_first=day_first) for text in texts]
        for text, (_, code) in zip(texts, found, strict=True):
            if text and code:
                self.counts[code] += 1
        self.columns["installed_at"] = [when for when, _ in found]
        named = set(self.columns["host"]) if "host" in self.columns else {self._options.host}
        self.facts = {host: {"family": "windows", **self.facts.get(host, {})} for host in {*named, *self.facts}}
        return super().finish()


def kb_of(text: str) -> str | None:
    """Return the KB that a hotfix id or a title names; what Microsoft called Q before 2003 is the same number.

    >>> kb_of("KB893803v2"), kb_of("KB2510531-IE8 - Update"), kb_of("Q147222"), kb_of("File 1")
    ('KB893803', 'KB2510531', 'KB147222', None)
    """
    found = _KB(text)
    return f"KB{found[1]}" if found else None


def first_is_day(texts: list[str]) -> bool | None:
    """Return whether dates like ``3/2/2019`` begin with the day, None when nothing in the file tells.

    Windows itself writes the month first, without a clock; with a clock the text is of the user's culture.

    >>> first_is_day(["3/2/2019", "3/17/2019"]), first_is_day(["17.3.2019 00:00:00"]), first_is_day(["3/2/2019 00:00"])
    (False, True, None)
    """
    parts = [found for found in map(_PARTS, texts) if found and len(found[1]) < 4]  # noqa: PLR2004  no year first
    if any(int(found[1]) > _LAST_MONTH for found in parts) or any("." in found[0][:5] for found in parts):
        return True
    if any(int(found[2]) > _LAST_MONTH for found in parts):
        return False
    clocks = [found[4] or "" for found in parts]
    return False if all(not clock or "AM" in clock or "PM" in clock for clock in clocks) else None


def day_of(value: object, *, day_first: bool | None) -> tuple[datetime | None, str | None]:
    r"""Return the instant of an installation date, and the code of what is doubtful about it.

    Exact are ISO 8601 with a zone, ``/Date(milliseconds)/`` of PowerShell's JSON, and the 16 hexadecimal digits of a
    FILETIME (Vista). Everything else states a day, or a clock without a zone: that day's midnight in UTC is taken.

    >>> day_of("01d4ce8d2f4b1a00", day_first=None)[0].date().isoformat(), day_of("3/17/2019", day_first=False)[1]
    ('2019-02-27', 'PR2211')
    >>> day_of("3/2/2019 00:00:00", day_first=None), day_of("99/99/9999", day_first=False)
    ((None, 'PR2212'), (None, 'PR2204'))
    """
    if isinstance(value, dict):
        value = value.get("value") or value.get("DateTime")
    text = str(value or "").strip().rstrip("\u200e")
    if not text:
        return None, None
    exact = _exact(text)
    if exact:
        return (exact, None) if exact >= _EARLIEST else (None, "PR2204")
    ambiguous = _PARTS(text)
    if ambiguous and len(ambiguous[1]) < 4 and day_first is None:  # noqa: PLR2004  no year first
        return None, "PR2212"
    day = _day(text, day_first=bool(day_first))
    return (day, "PR2211") if day else (None, "PR2204")


def _exact(text: str) -> datetime | None:
    """Return an instant that states its zone."""
    ticks = _TICKS(text)
    try:
        if ticks:
            return _UNIX_EPOCH + timedelta(milliseconds=int(ticks[1]))
        if _FILETIME(text):
            return _WINDOWS_EPOCH + timedelta(microseconds=int(text, 16) // 10)
    except OverflowError:
        return None
    zoned = "T" in text and (text.endswith("Z") or "+" in text[10:] or "-" in text[10:])
    return instant(text) if zoned else None


def _day(text: str, *, day_first: bool) -> datetime | None:
    """Return midnight UTC of a day as Windows writes it, None when it is none."""
    parts, long = _PARTS(text), _LONG(text)
    if _COMPACT(text):
        year, month, day = text[:4], text[4:6], text[6:]
    elif parts and len(parts[1]) == 4:  # noqa: PLR2004  year first
        year, month, day = parts[1], parts[2], parts[3]
    elif parts:
        month, day = (parts[2], parts[1]) if day_first else (parts[1], parts[2])
        year = parts[3] if len(parts[3]) == 4 else f"20{parts[3]}"  # noqa: PLR2004  a year of two digits
    elif long:
        year, month, day = long[3], str(_MONTHS.find(long[1].lower()) // 4 + 1), long[2]
    else:
        return _midnight(instant(text))
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def _midnight(when: datetime | None) -> datetime | None:
    """Return the first instant of a day."""
    return when.replace(hour=0, minute=0, second=0, microsecond=0) if when else None
