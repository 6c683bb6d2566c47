"""How nouns with many fields show themselves to people who debug: by what is not as usual."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum
from typing import Any


class Brief:
    """Shows a dataclass as the call that makes it, without the fields that have their default.

    >>> from patchrules.model.package import Package
    >>> Package("bash", "amd64", "5.2-1", held=True)
    Package(name='bash', arch='amd64', evr='5.2-1', held=True)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the call."""
        return f"{type(self).__name__}({', '.join(_told(self))})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        """Print the same in IPython and in the counterexamples of hypothesis, which would show every field."""
        printer.text(repr(self))


def _told(noun: Any) -> Iterator[str]:  # noqa: ANN401 - any dataclass
    """Yield the fields that do not have their default."""
    for field in dataclasses.fields(noun):
        value, made = getattr(noun, field.name), field.default_factory
        usual = field.default if made is dataclasses.MISSING else made()
        if usual is dataclasses.MISSING or value != usual:
            word = f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)
            yield f"{field.name}={word}"
