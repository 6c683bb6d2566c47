"""Our nouns as plain data that JSON can hold, and back: what a saved run keeps besides its tables."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911  whatever JSON holds, a case each
    """Return dicts, lists, texts and numbers for a noun; instants as ISO 8601 with ``Z``, times in seconds.

    >>> from patchrules.model.baseline import PatchFilter
    >>> plain(PatchFilter("SEVERITY", ("Critical",)))
    {'key': 'SEVERITY', 'values': ['Critical']}
    """
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def noun(kind: type[T], data: Any) -> T:  # noqa: ANN401  whatever JSON held
    """Return the noun that :func:`plain` wrote; raises ValueError, TypeError or KeyError where it is none.

    >>> from patchrules.model.baseline import PatchFilter
    >>> print(noun(PatchFilter, {"key": "SEVERITY", "values": ["Critical"]}))
    SEVERITY in Critical
    """
    found: T = _as(kind, data)
    return found


def stamp(instant: datetime) -> str:
    """Return an aware UTC instant as ISO 8601 with ``Z``.

    >>> from datetime import UTC
    >>> stamp(datetime(2024, 1, 18, 9, 12, tzinfo=UTC))
    '2024-01-18T09:12:00Z'
    """
    return instant.isoformat().replace("+00:00", "Z")


def _as(kind: Any, data: Any) -> Any:  # noqa: ANN401, PLR0911  type hints are values here, a case each
    """Return ``data`` as a value of the type hint ``kind``."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if data is None else _as(next(one for one in inside if one is not type(None)), data)
    if origin is tuple:
        kinds = [inside[0]] * len(data) if inside[-1] is Ellipsis else inside
        return tuple(_as(one, value) for one, value in zip(kinds, data, strict=True))
    if dataclasses.is_dataclass(kind):
        hints, make = typing.get_type_hints(kind), getattr(kind, "as_written", kind)
        return make(**{name: _as(hints[name], value) for name, value in data.items()})  # type: ignore[operator]
    if kind is datetime:
        return _instant(data)
    if kind is date:
        return date.fromisoformat(data)
    if kind is timedelta:
        return timedelta(seconds=data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind in (str, int, bool) and type(data) is not kind:
        message = f"`{data}` is not a {kind.__name__}"
        raise TypeError(message)
    return data


def _instant(text: str) -> datetime:
    """Return an aware instant: :func:`stamp` writes no other, and one without a zone cannot be compared with them."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        message = f"`{text}` is an instant without a zone"
        raise ValueError(message)
    return found
