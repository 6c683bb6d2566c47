"""A sha256 that knows whose it is: a copy with another content does not keep it."""

from __future__ import annotations

from typing import Self


class Proof(str):
    """The sha256 of a document, with what a baseline had when it was read from there."""

    __slots__ = ("content",)

    content: tuple[object, ...]

    def __new__(cls, text: str, content: tuple[object, ...]) -> Self:
        """Keep the content, which is not copied."""
        made = super().__new__(cls, text)
        made.content = content
        return made

    def __getnewargs__(self) -> tuple[str, tuple[object, ...]]:  # type: ignore[override]  # str has its text alone
        """Return what a copy is made of."""
        return str(self), self.content


def proof_of(sha256: str, content: tuple[object, ...]) -> str:
    """Return a sha256 for a content: a text is taken for its own, that of another content is none.

    >>> first = proof_of("e3b0", ("a",))
    >>> proof_of(first, ("a",)), proof_of(first, ("b",)), proof_of("", ("b",))
    ('e3b0', '', '')
    """
    if isinstance(sha256, Proof):
        return sha256 if sha256.content == content else ""
    return Proof(sha256, content) if sha256 else ""
