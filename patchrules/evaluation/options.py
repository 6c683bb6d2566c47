"""What people say about an evaluation, as settings: strings become names and instants here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from patchrules.errors import BaselineError, UnknownNameError
from patchrules.model.baseline import Baseline
from patchrules.model.loaded import as_override
from patchrules.model.names import DebDates, Dialect, MissingDate, Operation, RebootOption
from patchrules.model.verdict import OverridePatch, Settings


def settings(
    *,
    as_of: datetime | str,
    dialect: str = "documented",
    operation: str = "scan",
    missing_date: str = "approve",
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    deb_dates: str = "ignore",
) -> Settings:
    """Return the settings of an evaluation.

    ``as_of`` is an aware datetime or ISO 8601 text with a zone. Raises ValueError for an instant without a zone,
    UnknownNameError for a name that is not known, and BaselineError PR1262 for an InstallOverrideList that was not
    loaded.

    >>> settings(as_of="2025-03-01T01:00+01:00").as_of
    datetime.datetime(2025, 3, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    instant = _instant(as_of)
    operations = {found.lower(): found for found in Operation}
    reboots = {found.lower(): found for found in RebootOption}
    return Settings(
        as_of=instant.astimezone(UTC),
        dialect=Dialect(_known("dialect", dialect, list(Dialect))),
        operation=operations[_known("operation", operation, list(operations))],
        missing_date=MissingDate(_known("missing-date rule", missing_date, list(MissingDate))),
        install_override=as_override(install_override),
        reboot_option=reboots[_known("reboot option", reboot_option, list(reboots))],
        deb_dates=DebDates(_known("source of dates", deb_dates, list(DebDates))),
    )


def one_override(baselines: Sequence[Baseline] | None, patches: tuple[OverridePatch, ...] | None) -> None:
    """Raise BaselineError PR1813 where both overrides are given: AWS then runs nothing (SEMANTICS 4.9, error 167)."""
    if baselines is not None and patches is not None:
        message = "a BaselineOverride and an InstallOverrideList are given together"
        raise BaselineError(message, code="PR1813", hint="leave one of them out: AWS runs nothing with both")


def _instant(as_of: datetime | str) -> datetime:
    """Return an aware instant with room for a year of delay on both sides."""
    try:
        instant = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        instant = None
    if not isinstance(instant, datetime):
        message = f"`{as_of}` is not an instant\n  hint: write e.g. `2026-11-01T00:00Z`, or give an aware datetime"
        raise ValueError(message)  # noqa: TRY004 - of text, too
    if instant.tzinfo is None:
        message = f"`{as_of}` has no time zone\n  hint: write `{instant.isoformat()}Z` for UTC"
        raise ValueError(message)
    if not MINYEAR + 1 < instant.year < MAXYEAR - 1:
        first, last = f"{MINYEAR + 2:04}", MAXYEAR - 2
        message = f"`{as_of}` is too far away to count days from, wanted a year from {first} to {last}"
        message += "\n  hint: write e.g. `2026-11-01T00:00Z`"
        raise ValueError(message)
    return instant


def _known(kind: str, name: object, known: list[str] | list[Dialect] | list[MissingDate] | list[DebDates]) -> str:
    """Return ``name`` in lower case if it is known."""
    if not isinstance(name, str) or name.lower() not in known:
        raise UnknownNameError(kind, str(name), known)
    return name.lower()
