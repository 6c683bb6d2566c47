"""BaselineTags of AWS-RunPatchBaselineAssociation: which tag of a baseline chooses it (SEMANTICS 7.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from patchrules.documents.text import quoted
from patchrules.errors import BaselineError

_SHAPE = re.compile(r"Key=([^,]{1,128}),Values=(.+)")
_MAX_VALUES = 50


@dataclass(frozen=True, slots=True)
class BaselineTags:
    """A tag key and the values that count.

    >>> BaselineTags("Env", ("prod",)).choose([("Env", "prod")])
    True
    """

    key: str
    values: tuple[str, ...]

    def choose(self, tags: Iterable[tuple[str, str]]) -> bool:
        """Say whether a baseline with these tags is chosen."""
        return any(key == self.key and value in self.values for key, value in tags)


def baseline_tags(text: str) -> BaselineTags:
    """Read ``Key=Env,Values=prod,stage``; raises BaselineError PR1040.

    >>> baseline_tags("Key=Env,Values=prod,stage").values
    ('prod', 'stage')
    """
    found = _SHAPE.fullmatch(text.strip())
    values = tuple(value for value in found[2].split(",") if value) if found else ()
    if found is None or not 1 <= len(values) <= _MAX_VALUES:
        message = f"BaselineTags is {quoted(text)}, wanted a key and 1 to 50 values"
        raise BaselineError(message, code="PR1040", hint="write `Key=Env,Values=prod,stage`")
    return BaselineTags(found[1], values)
