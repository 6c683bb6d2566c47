"""Kinds of values on the command line: names of a shelf, instants, ages, pairs."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from patchrules.errors import DocumentError, UnknownNameError

_STDIN = "/dev/stdin"
_READ = "patchrules.standard_input"
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_MOST_DIGITS = 18


def _words(text: str) -> list[str]:
    """Return the words of a variable of the environment, as a shell would."""
    try:
        return shlex.split(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` has a quote that does not end") from None


class Named(click.ParamType[str]):
    """A name of a list that is made when it is needed; completes, and tells the closest name for a wrong one."""

    beside = ""
    """What else it may be that is not worth a list, said after the names."""

    def __init__(self, kind: str, known: Callable[[], Iterable[str]]) -> None:
        self.name = kind
        self._known = known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the known name, however it was capitalised."""
        names = {name.lower(): name for name in self._known()}
        found = names.get(str(value).lower())
        if found is None:
            self.fail(f"{UnknownNameError(self.name, str(value), names.values())}{self.beside}", param, ctx)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Offer the names that begin so."""
        return [CompletionItem(name) for name in self._known() if name.lower().startswith(incomplete.lower())]


class Place(click.ParamType[str]):
    """A file or folder, with ``names`` that may stand in its place; an empty text is a mistake in a script.

    ``-`` is standard input, also behind ``NAME=``, and where results go standard output; their folder has to be there
    before anything is done.
    """

    name = "path"

    def __init__(self, names: Callable[[], Iterable[str]] = tuple) -> None:
        self._names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the text."""
        text = str(value)
        named, equals, path = text.rpartition("=")
        if not path:
            self.fail("the path is empty: is a variable of your script not set?", param, ctx)
        if param is not None and param.name == "output":
            return _in_a_folder(text)
        if path not in ("-", _STDIN):
            return text
        self._read_once(param, ctx)
        return f"{named}{equals}{_STDIN}"

    def _read_once(self, param: click.Parameter | None, ctx: click.Context | None) -> None:
        """Note which option reads standard input; fails where another reads it already."""
        if param is None or ctx is None:
            return
        name = param.get_error_hint(ctx).strip("'")
        if _READ in ctx.meta:
            message = f"only one input can be read from standard input, and `{ctx.meta[_READ]}` is read from it"
            self.fail(f"{message}\n  hint: save one of them, and give its file", param, ctx)
        ctx.meta[_READ] = name

    def split_envvar_value(self, rv: str) -> list[str]:
        """Split several paths at blanks; one with a blank in it stands in quotes."""
        return _words(rv)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Offer the names that begin so, and leave files to the shell."""
        names = [CompletionItem(name) for name in self._names() if incomplete and name.startswith(incomplete)]
        return names or [CompletionItem(incomplete, type="file")]


def _in_a_folder(text: str) -> str:
    """Return where results go; raises DocumentError PR7901 where the folder is missing that they are to be put in."""
    folder = Path(os.path.realpath(text)).parent
    if not folder.is_dir():
        file = next((one for one in (folder, *folder.parents) if one.is_file()), None)
        hint = f"`{file}` is a file: name another folder" if file else f"make the folder `{folder}` first"
        raise DocumentError(f"cannot write `{text}`: {os.strerror(errno.ENOENT)}", code="PR7901", hint=hint)
    return text


class Instant(click.ParamType[datetime]):
    """ISO 8601; without a zone UTC is assumed, and said."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Return an aware UTC instant."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"`{value}` is not an instant, wanted e.g. 2026-11-01T00:00Z", param, ctx)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            self.fail(f"`{value}` is not between the years {_FIRST_YEAR} and {_LAST_YEAR}", param, ctx)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
            click.echo(f"note: `{value}` has no time zone, UTC is assumed: {found:%Y-%m-%dT%H:%MZ}", err=True)
        return found.astimezone(UTC)


class Age(click.ParamType[timedelta]):
    """A number of hours, days or weeks: ``36h``, ``30d``, ``2w``."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401
        """Return the age."""
        from patchrules.documents.project import age

        found = value if isinstance(value, timedelta) else age(str(value))
        if found is None:
            self.fail(f"`{value}` is not an age, wanted e.g. 36h, 30d or 2w", param, ctx)
        return found


class Pair(click.ParamType[tuple[str, str]]):
    """``OURS=THEIRS``; ``known`` are the names that ours may be, where there are only so many."""

    name = "ours=theirs"

    def __init__(
        self, example: str = "host=ResourceId", kind: str = "", known: Callable[[], Iterable[str]] | None = None
    ) -> None:
        self._example, self._kind, self._known = example, kind, known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:  # noqa: ANN401
        """Return both names."""
        if isinstance(value, tuple):
            return value
        ours, equals, theirs = str(value).partition("=")
        if not (ours and equals and theirs):
            self.fail(f"`{value}` is not a pair, wanted e.g. {self._example}", param, ctx)
        known = None if self._known is None else list(self._known())
        if known is not None and ours not in known:
            self.fail(str(UnknownNameError(self._kind, ours, known)), param, ctx)
        return ours, theirs

    def split_envvar_value(self, rv: str) -> list[str]:
        """Split several pairs at blanks; one with a blank in it stands in quotes."""
        return _words(rv)


class Product(click.ParamType[str]):
    """An AWS product; one that has blanks, which AWS never writes, is taken as it is, and said."""

    name = "product"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002
        """Return the text."""
        from patchrules.families import family_of_products, plain_product

        text = str(value)
        plain = plain_product(text)
        if plain != text and family_of_products([plain]):
            click.echo(f"note: `{text}` is no product that AWS names: did you mean `{plain}`?", err=True)
        return text


class Limit(click.ParamType[tuple[str, int]]):
    """``NAME=NUMBER`` of :class:`patchrules.sources.files.Limits`."""

    name = "name=number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:  # noqa: ANN401
        """Return the limit and its number."""
        from patchrules.documents.text import quoted
        from patchrules.sources.files import Limits

        if isinstance(value, tuple):
            return value
        name, _, text = str(value).partition("=")
        known = {name.replace("-", "_"): name for name in Limits.__dataclass_fields__}
        if name.replace("-", "_") not in known:
            self.fail(str(UnknownNameError("limit", name, known)), param, ctx)
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text)):
            self.fail(f"{quoted(text)} is not a limit, wanted a whole number above 0 and below 10^18", param, ctx)
        return name.replace("-", "_"), int(text)


class CatalogSource(Place):
    """``[PRODUCT_GLOB=]PATH``, or what the project file says of a catalog."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the text, or the place as it is."""
        return super().convert(value, param, ctx) if isinstance(value, str) else value
