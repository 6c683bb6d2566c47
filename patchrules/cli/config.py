"""``patchrules config``: what every option is here and now, and where that was said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click
from click.core import ParameterSource

from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit_rows, joined, stamp
from patchrules.cli._settings import key_of, take_defaults, unknown_variables

_COLUMNS = {"Option": "{option}", "Key in patchrules.toml": "{key}", "Value": "{value}", "From": "{source}"}


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("verb", nargs=-1, type=click.UNPROCESSED, metavar="[VERB [OPTION]...]")
@ROW_FORMAT
@OUTPUT
@click.pass_context
def command(ctx: click.Context, *, verb: tuple[str, ...], output_format: str, output: str | None) -> None:
    """Show each option of VERB (evaluate): its value, and whether flag, environment, project file or default say it.

    \b
    patchrules config
    patchrules config forecast --dialect agent
    PATCHRULES_DIALECT=agent patchrules config catalog build
    """
    found, names, rest = _verb(ctx, list(verb) or ["evaluate"])
    opts, _, _ = found.command.make_parser(found).parse_args(rest)
    rows = [
        _row(option, names, *_said(option, found, opts), project=ctx.find_root().obj)
        for option in found.command.params
        if isinstance(option, click.Option)
    ]
    project = ctx.find_root().obj
    if names == ("evaluate",) and project and "output" in project.settings:
        told = _shown(project.settings["output"])
        rows.append({"option": None, "key": "output", "value": told, "source": f"file {project.path}"})
    head = [f"patchrules {' '.join(names)}", str(project) if project else "no project file: patchrules.toml"]
    head += [f"warning: {line}" for line in unknown_variables(ctx.find_root())]
    schema = "patchrules/config/1"
    emit_rows(rows, columns=_COLUMNS, schema=schema, form=output_format, output=output, head="\n".join(head))


def _verb(ctx: click.Context, words: list[str]) -> tuple[click.Context, tuple[str, ...], list[str]]:
    """Return the context that the verb would have, its name, and the options after it."""
    at, names, here = ctx.find_root(), [], ctx.find_root().command
    while isinstance(here, click.Group):
        name = words.pop(0) if words else ""
        below = here.get_command(at, name)
        if below is None:
            known = joined(here.list_commands(at))
            raise click.UsageError(f"there is no verb `{name}`\n  hint: known are {known}", ctx)
        take_defaults(at, name, below)
        at, here = click.Context(below, at, name), below
        names.append(name)
    return at, tuple(names), words


def _said(option: click.Option, ctx: click.Context, opts: dict[str, Any]) -> tuple[Any, ParameterSource]:
    """Return the value of an option as it was written, and who says it; raises BadParameter where VERB would."""
    value, source = option.consume_value(ctx, opts)
    if source is not ParameterSource.DEFAULT:
        option.type_cast_value(ctx, value)
    return value, source


def _row(
    option: click.Option,
    verb: tuple[str, ...],
    value: Any,  # noqa: ANN401  what an option holds
    source: ParameterSource,
    *,
    project: Any,  # noqa: ANN401  Project
) -> dict[str, Any]:
    """Return one option as a row."""
    if source is ParameterSource.ENVIRONMENT:
        said = f"environment {option.envvar}"
    elif source is ParameterSource.DEFAULT_MAP:
        said = f"file {project.path}"
    else:
        said = "flag" if source is ParameterSource.COMMANDLINE else "default"
    return {"option": max(option.opts, key=len), "key": key_of(option, verb), "value": _shown(value), "source": said}


def _shown(value: Any) -> str | None:  # noqa: ANN401  what an option holds
    """Return a value as people write it in the file."""
    if isinstance(value, list | tuple):
        pairs = ("=".join(map(str, one)) if isinstance(one, tuple) else _shown(one) for one in value)
        return joined(one for one in pairs if one) or None
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds() // 3600)}h"
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None or repr(value).startswith("Sentinel") else str(value)
