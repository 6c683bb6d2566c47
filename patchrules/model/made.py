"""What a noun of a baseline may be made of, checked once when it is made: people write them in code.

>>> texts("approved_patches", "openssl*")
Traceback (most recent call last):
...
patchrules.errors.BaselineError: `approved_patches` is 'openssl*', wanted several texts [PR1050]
  hint: write a tuple: ('openssl*',)
"""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from patchrules.errors import BaselineError
from patchrules.model.bounds import Bounds

_Word = TypeVar("_Word", bound=StrEnum)
_Noun = TypeVar("_Noun")


def texts(field: str, given: object) -> tuple[str, ...]:
    """Return several texts as a tuple; raises BaselineError PR1050 for anything else."""
    return several(field, given, str, "several texts")


def several(field: str, given: object, kind: type[_Noun], wanted: str) -> tuple[_Noun, ...]:
    """Return several values of a kind as a tuple; raises BaselineError PR1050 for one alone, and for other kinds."""
    if isinstance(given, kind):
        raise wrong(field, given, wanted, f"write a tuple: ({reprlib.repr(given) if kind is str else 'it'},)")
    if not isinstance(given, tuple | list):
        raise wrong(field, given, wanted, "write a tuple, `()` for none")
    strange = [one for one in given if not isinstance(one, kind)]
    if strange:
        raise wrong(field, given, wanted, f"{reprlib.repr(strange[0])} is a `{type(strange[0]).__name__}`")
    return tuple(given)


def pairs(field: str, given: object) -> tuple[tuple[str, str], ...]:
    """Return several pairs of texts as tuples; raises BaselineError PR1050 for anything else, a mapping too.

    >>> pairs("tags", [("Env", "prod")])
    (('Env', 'prod'),)
    """
    hint = "write pairs: (('Env', 'prod'),)"
    if not isinstance(given, tuple | list):
        raise wrong(field, given, "several pairs of texts", hint)
    for one in given:
        if not isinstance(one, tuple | list) or len(one) != 2 or not all(isinstance(text, str) for text in one):  # noqa: PLR2004 - a pair
            raise wrong(field, given, "several pairs of texts", hint)
    return tuple((key, value) for key, value in given)


def sized(field: str, given: tuple[object, ...], bounds: Bounds, each: Bounds | None = None) -> None:
    """Raise BaselineError PR1014 for too few or too many members; ``each`` are the bounds of texts, PR1013."""
    if len(given) not in bounds:
        raise BaselineError(f"`{field}` is a list of {len(given)}, wanted {bounds.wanted}", code="PR1014")
    for number, one in enumerate(given, 1) if each else ():
        written(f"value {number} of `{field}`", str(one), each)


def written(label: str, text: str, bounds: Bounds | None, letters: str = "") -> None:
    """Raise BaselineError PR1013 for a text that is too short or too long, or has other ``letters`` (a pattern)."""
    if bounds and (len(text) not in bounds or (letters and not re.fullmatch(letters, text))):
        found = reprlib.repr(text) if text else "empty text"
        raise BaselineError(f"{label} is {found}, wanted {bounds.wanted}", code="PR1013")


def word(field: str, given: object, kind: type[_Word]) -> _Word:
    """Return a word of a closed set; raises BaselineError PR1051 for a text that is none, PR1050 for anything else.

    >>> from patchrules.model.names import OperatingSystem
    >>> word("operating_system", "REDHAT", OperatingSystem)
    Traceback (most recent call last):
    ...
    patchrules.errors.BaselineError: `operating_system` is 'REDHAT', which is none of AWS's words [PR1051]
      hint: did you mean `REDHAT_ENTERPRISE_LINUX`?
    """
    if isinstance(given, str):
        try:
            return kind(given)
        except ValueError:
            raise unknown(field, given, kind) from None
    raise wrong(field, given, "a word of AWS's", f"one of {', '.join(kind)}")


def unknown(field: str, given: str, known: Iterable[str]) -> BaselineError:
    """Return the error about a text that is no word of a closed set, with the nearest one."""
    names = {str(one).casefold(): str(one) for one in known}
    folded = given.casefold().replace(" ", "_")
    near = difflib.get_close_matches(folded, names, n=1) or [one for one in names if folded and one.startswith(folded)]
    hint = f"did you mean `{names[near[0]]}`?" if near else f"known are {', '.join(names.values())}"
    message = f"`{field}` is {reprlib.repr(given)}, which is none of AWS's words"
    return BaselineError(message, code="PR1051", hint=hint)


def wrong(field: str, given: object, wanted: str, hint: str | None = None) -> BaselineError:
    """Return the error about a value of another kind than the field has."""
    return BaselineError(f"`{field}` is {reprlib.repr(given)}, wanted {wanted}", code="PR1050", hint=hint)


def typed(field: str, given: object, kind: type, wanted: str, hint: str | None = None) -> None:
    """Raise BaselineError PR1050 where a value is of exactly another kind: True is no number, an instant no date."""
    if type(given) is not kind and not (kind is str and isinstance(given, str)):
        raise wrong(field, given, wanted, hint)
