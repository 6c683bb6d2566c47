"""An explanation as Markdown, fit for a ticket or a comment: what versions and texts hold is shown, never read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from patchrules.questions.wording import UNKNOWN, shown, when

if TYPE_CHECKING:
    from patchrules.questions.explain import Explained, Explanation

_MEANS_SOMETHING = re.compile(r"([\\*_\[\]<>|~#&@!])")


def markdown(found: Explanation) -> str:
    """Return an explanation as Markdown: a heading, and a table of sentences for each package."""
    return "\n".join(_lines(found))


def literal(text: str) -> str:
    r"""Return text that Markdown shows as it is; code between backticks keeps its characters, but for the bar.

    >>> print(literal("a|b <i> *x* `y_z`"))
    a\|b \<i\> \*x\* `y_z`
    """
    parts = shown(text).replace("\n", " ").split("`")
    if len(parts) % 2 == 0:
        return _MEANS_SOMETHING.sub(r"\\\1", "`".join(parts)).replace("`", "\\`")
    return "`".join(
        part.replace("|", "\\|") if number % 2 else _MEANS_SOMETHING.sub(r"\\\1", part)
        for number, part in enumerate(parts)
    )


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
    yield f"**{literal(' '.join(one.headline.split()))}**"
    yield ""
    yield "| | | code |"
    yield "| --- | --- | --- |"
    for line in one.lines:
        yield f"| {line.label} | {literal(line.text)} | `{line.code}` |"
