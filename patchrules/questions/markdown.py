"""An explanation as Markdown, fit for a ticket or a comment: what versions and texts hold is shown, never read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from patchrules.questions.wording import UNKNOWN, shown, when

if TYPE_CHECKING:
    from patchrules.questions.explain import Explained, Explanation

_MEANS_SOMETHING, _CALLS = re.compile(r"([\\*_\[\]<>|~&!])"), re.compile("([@#])")


def markdown(found: Explanation) -> str:
    """Return an explanation as Markdown: a heading, and a table of sentences for each package."""
    return "\n".join(_lines(found))


def literal(text: str) -> str:
    r"""Return text as Markdown shows it, on one line: nothing is markup, and nobody and no issue is mentioned.

    Code between backticks keeps its characters, but for the bar.

    >>> print(literal("a|b <i> *x* `y_z` @team"))
    a\|b \<i\> \*x\* `y_z` @&#8203;team
    """
    parts = " ".join(shown(text).split()).split("`")
    if len(parts) % 2 == 0:
        return _plain("`".join(parts)).replace("`", "\\`")
    return "`".join(part.replace("|", "\\|") if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    """Return what is no code; no escape hides a mention, for which a forge looks when the Markdown was read."""
    return _CALLS.sub(r"\1&#8203;", _MEANS_SOMETHING.sub(r"\\\1", text))


def _lines(found: Explanation) -> Iterator[str]:
    """Yield the lines of the whole text."""
    under = f" under `{found.baseline}`" if found.baseline else ""
    heading = f"`{found.asked}` on {found.host or 'every host of the run'}{under}"
    yield f"### {literal(heading)}"
    yield ""
    yield f"As of {when(found.as_of)}."
    for reason in found.unknown:
        yield f"- **UNKNOWN**, {reason}: {UNKNOWN[reason]}"
    for one in found.found:
        yield from _part(one)
    if found.message:
        near = f" Did you mean {', '.join(f'`{name}`' for name in found.nearest)}?" if found.nearest else ""
        yield ""
        yield literal(f"{found.message[0].upper()}{found.message[1:]}.{near}")


def _part(one: Explained) -> Iterator[str]:
    """Yield the lines on one package."""
    yield ""
    yield f"**{literal(one.headline)}**"
    yield ""
    yield "| | | code |"
    yield "| --- | --- | --- |"
    for line in one.lines:
        yield f"| {line.label} | {literal(line.text)} | `{line.code}` |"
