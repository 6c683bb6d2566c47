"""Where options take their values from: the command line, else the environment, else the project file.

This is the one place that knows. An option is called ``PATCHRULES_NAME`` in the environment. In ``patchrules.toml`` its
key is the one it is declared with by :func:`setting`, else ``command.VERB.NAME``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchrules.errors import ProjectError, UnknownNameError, Where

if TYPE_CHECKING:
    from patchrules.model.project import OutputPlace, Project

__all__ = ["Setting", "found_project", "key_of", "project_outputs", "setting", "take_defaults", "unknown_variables"]

_PREFIX = "PATCHRULES_"


class Setting(click.Option):
    """An option that several verbs share under one key of the project file."""

    def __init__(self, *arguments: Any, key: str, **options: Any) -> None:  # noqa: ANN401  click's own
        super().__init__(*arguments, **options)
        self.key = key


def setting(*names: str, key: str, **options: Any) -> Callable[[Any], Any]:  # noqa: ANN401  click's own
    """Return a decorator for an option with a key of its own."""
    return click.option(*names, cls=Setting, key=key, **options)


def found_project(named: str | None) -> str | None:
    """Return the project file: the one named, else the nearest upwards from the working directory, if any."""
    from patchrules.documents.project import FILE_NAME

    if named is not None:
        return named
    here = Path.cwd()
    folder = next((one for one in (here, *here.parents) if (one / FILE_NAME).is_file()), None)
    return None if folder is None else os.path.relpath(folder / FILE_NAME)


def take_defaults(ctx: click.Context, name: str, command: click.Command) -> None:
    """Give the options of a command their names in the environment, and their values of the project file."""
    verb = _verb(ctx, name)
    for option in _options(command):
        option.envvar = option.envvar or _variable(option)
    project = _project(ctx)
    if project is None:
        return
    _check(ctx.find_root(), project)
    own = _own(project.commands, verb)
    found = {}
    for option in _options(command):
        value = own.get(_name(option).replace("-", "_"), own.get(_name(option)))
        if value is None and isinstance(option, Setting):
            value = project.settings.get(option.key)
        value = _fitting(option, value)
        if value is not None:
            found[str(option.name)] = value
    ctx.default_map = {**(ctx.default_map or {}), name: found}


def key_of(option: click.Option, verb: tuple[str, ...]) -> str:
    """Return the key of an option in the project file."""
    if isinstance(option, Setting):
        return option.key
    return ".".join(("command", *verb, _name(option).replace("-", "_")))


def project_outputs(as_of: datetime) -> list[OutputPlace]:
    """Return the reports that the project file wants of every evaluation, for the instant judged at."""
    project = _project(click.get_current_context())
    wanted = project.settings.get("output", ()) if project else ()
    return [replace(one, path=one.path.replace("{as_of}", f"{as_of:%Y-%m-%dT%H%MZ}")) for one in wanted]


def _project(ctx: click.Context) -> Project | None:
    """Return the project, loaded once a call."""
    root = ctx.find_root()
    if root.obj is None:
        path = found_project(root.params.get("project"))
        if path is None:
            return None
        from patchrules.documents.project import load_project

        root.obj = load_project(path)
    found: Project = root.obj
    return found


def _fitting(option: click.Option, value: Any) -> Any:  # noqa: ANN401  what a file holds
    """Return a value as click takes it: tables as pairs; a list where one text is wanted only when it is that one."""
    if isinstance(value, Mapping):
        return tuple(value.items())
    if isinstance(value, list | tuple) and not option.multiple and len(value) == 1:
        return value[0]
    if isinstance(value, list | tuple) and not option.multiple:
        return value if getattr(option.type, "takes_several", False) else None
    return [value] if option.multiple and isinstance(value, str) else value


def _verb(ctx: click.Context, name: str) -> tuple[str, ...]:
    """Return the verb with the groups it is in."""
    names = [name]
    while ctx.parent is not None:
        names.append(str(ctx.info_name))
        ctx = ctx.parent
    return tuple(reversed(names))


def _options(command: click.Command) -> list[click.Option]:
    """Return the options of a command."""
    return [one for one in command.params if isinstance(one, click.Option)]


def _name(option: click.Option) -> str:
    """Return an option as it is typed, without its dashes."""
    return max(option.opts, key=len).lstrip("-")


def _variable(option: click.Option) -> str:
    """Return the variable of the environment that says an option."""
    return _PREFIX + _name(option).upper().replace("-", "_")


def _own(commands: Mapping[str, Any], verb: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what the project file says of one verb alone."""
    found: Any = commands
    for name in verb:
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _check(ctx: click.Context, project: Project) -> None:
    """Raise for a verb or option that the project file names and that is none."""
    for pointer, kind, name, known in _named(ctx, ctx.command, project.commands, "/command"):
        if name not in known:
            near = str(UnknownNameError(kind, name, known)).partition("\n  hint: ")
            where = Where(str(project.path), pointer=pointer)
            raise ProjectError(near[0], code="PR0012", where=where, hint=near[2])


def _named(
    ctx: click.Context,
    command: click.Command,
    given: Any,  # noqa: ANN401  what TOML holds
    pointer: str,
) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield each verb and option that is named, with those that there are."""
    for name, value in given.items() if isinstance(given, Mapping) else ():
        at = f"{pointer}/{name}"
        if isinstance(command, click.Group):
            yield at, "verb", name, command.list_commands(ctx)
            found = command.get_command(ctx, name)
            if found is not None:
                yield from _named(ctx, found, value, at)
        else:
            yield at, "option", name, [_name(one).replace("-", "_") for one in _options(command)]


def unknown_variables(ctx: click.Context) -> list[str]:
    """Return what is said of variables of the environment that look like options of ours and are none."""
    known = {"PATCHRULES_PROJECT"}
    for verb in _all_commands(ctx, ctx.command):
        known |= {_variable(option) for option in _options(verb)}
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
    return [str(UnknownNameError("option for the variable", name, known)).partition("\n")[0] for name in unknown]


def _all_commands(ctx: click.Context, command: click.Command) -> Iterator[click.Command]:
    """Yield every command that does something."""
    if not isinstance(command, click.Group):
        yield command
        return
    for name in command.list_commands(ctx):
        below = command.get_command(ctx, name)
        if below is not None:
            yield from _all_commands(ctx, below)
