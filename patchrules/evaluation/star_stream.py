"""A fleet in the star layout as a stream of portions: rows are integers from the file to the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from patchrules.batch.allowed import Allowed
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.batch.star import Dimension, is_sorted
from patchrules.errors import InventoryError
from patchrules.evaluation.opened import diagnostics_of
from patchrules.evaluation.streaming import ahead
from patchrules.families import families
from patchrules.families._architectures import ARCHES
from patchrules.inventory._architectures import machine
from patchrules.inventory._modules import are_plain
from patchrules.inventory._star import Star, StarPart
from patchrules.sources.package_names import refused_names

_AGAIN = "write it with pr.pack_fleet(...) or patchrules fleet pack"


class StarStream:
    """The parts of a star on their way into an evaluation.

    One thread reads, in a third of the time that judging takes: another would only keep memory. Packages are numbered
    ``in_order`` of rows, those alone that rows name; or, which is faster, all those of a large star before any row.
    """

    def __init__(self, star: Star, numbers: PackageNumbers, *, in_order: bool = False) -> None:
        """Start with no part read."""
        self.rejects = [] if star.rejects is None else [star.rejects]
        self.diagnostics = diagnostics_of(star)
        self.aside: list[Any] = []
        self.done = 0
        self._star = star
        self._dimension = Dimension(star.packages, numbers, 0 if in_order else sum(part.rows for part in star.parts))
        self._allowed = Allowed(numbers, {scheme: {*arches, None} for scheme, arches in ARCHES.items()}, refused_names)

    def portions(self) -> Iterator[tuple[Portion, Rows]]:
        """Yield the hosts, in order; raises InventoryError PR2112 for impossible numbers and what the door refuses."""
        for part, (portion, rows) in ahead(self._read, self._star.parts, threads=1):
            self.done += part.rows
            yield portion, rows
            del portion, rows  # a part that was judged does not stay in memory while another one is waited for

    def rest(self, seen: AbstractSet[str]) -> Iterator[tuple[Portion, Rows]]:  # noqa: ARG002 - a star is whole
        """Yield nothing."""
        yield from ()

    def _read(self, part: StarPart) -> tuple[Portion, Rows]:
        """Read a part. Threads do this."""
        seen, installed = part.seen(), part.read()
        if not is_sorted(installed, part.first, part.last, self._star.packages.num_rows):
            raise InventoryError(f"`{part.file}` is not sorted by host", code="PR2112", hint=_AGAIN)
        hosts = self._star.hosts.slice(part.first, part.last - part.first + 1)
        portion, rows = self._dimension.portion(installed, hosts, part.first, lambda: part.again(seen))
        shelf = families()
        families_of = hosts["family"].to_pylist()
        if strange := {name for name in families_of if name} - shelf.keys():
            message = f"`{part.file}` has hosts of a family that nobody knows, `{min(strange)}`"
            raise InventoryError(message, code="PR2112", hint=_AGAIN)
        named = [shelf[name].scheme if name else "" for name in families_of]
        machines = hosts.select(["family", "arch"]).group_by(["family", "arch"]).aggregate([]).to_pylist()
        known = all(row["arch"] in (None, machine(row["family"] or None, row["arch"] or "")) for row in machines)
        if not are_plain(hosts["enabled_modules"]):
            raise InventoryError(
                f"`{part.file}` has enabled modules that are no name:stream", code="PR2112", hint=_AGAIN
            )
        if not known or not self._allowed.all_of(rows, named):
            message = f"`{part.file}` has a package whose name, version or architecture is none of its host's family"
            raise InventoryError(message, code="PR2112", hint=_AGAIN)
        return portion, rows
