"""The shape of an inventory format: how to tell it, how to read it, and what reading it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from patchrules.errors import Diagnostic
from patchrules.sources.files import Document, Limits

OnBadRow = Literal["collect", "raise"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller knows about a file before it is read.

    ``host`` is the id its rows get where the file names none, and ``host_stated`` says that the caller chose it, not we
    from the file's name; ``family`` a name of the families shelf; ``columns``
    renames columns of tables, ours to theirs: ``{"host": "ResourceId"}``.
    """

    host: str
    host_stated: bool = False
    family: str | None = None
    on_bad_row: OnBadRow = "collect"
    columns: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Rows:
    """What reading a file gives: tables of ``model.columns`` PACKAGES and REJECTS, and what was doubtful.

    What the file itself says of hosts is in ``hosts``, a table with columns of HOSTS, or in ``facts``, by host the
    columns of HOSTS and what ``identify`` takes. A file that gives facts and no package adds to other files.
    """

    packages: Any
    rejects: Any
    diagnostics: tuple[Diagnostic, ...] = ()
    hosts: Any = None
    facts: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """One inventory format.

    ``suffixes`` are the usual ends of its file names, for messages only; ``sniff`` looks at the head of a document and
    never raises; ``read`` raises InventoryError or ColumnError only. ``scheme`` is the version order of formats that
    one packaging world alone has. ``lost`` says what a file of this format cannot tell, for
    ``docs/reference/formats.md``.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Document], bool]
    read: Callable[[Document, ReadOptions], Rows]
    scheme: str | None = None
    lost: str = ""
