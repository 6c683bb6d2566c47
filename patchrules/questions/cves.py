"""What verdicts mean for CVEs: which hosts have one, and what is in the way of the fix.

A CVE stands on a package as the versions tell: a fix above the installed version is ``missing`` up to the approved
target and ``unapproved`` beyond it; one that is there is ``fixed``, or ``waiting`` where the package awaits a reboot
and the advisory that decided names it. Updates of Windows have no versions: there the state of the KB tells. Only
packages that the run lists can be spoken of, and only as far as its catalogs name CVEs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import distinct, fold
from patchrules.evaluation.run import Run
from patchrules.families import facts_of, families
from patchrules.model.columns import EXPOSURES
from patchrules.model.names import State
from patchrules.sources import arrow
from patchrules.versions import SCHEMES

STANDINGS = ("missing", "waiting", "unapproved", "fixed")
"""How a CVE can stand on a package, the worst first."""

_OF_HOST = ("family", "product")
_OF_ROW = ("id", "name", "arch", "installed", "target", "state", "advisory", "compliance_severity")
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How one CVE stands on a package: a word of STANDINGS, the version with the fix, and who says so."""

    cve: str
    standing: str
    fixed_in: str
    advisory: str | None


def exposures(run: Run, cve: str | None = None) -> pa.Table:
    """Return ``model.columns.EXPOSURES`` of a run: every CVE on every listed package, or one CVE whatever its case.

    O(verdicts) in Arrow, O(distinct package versions and their fixes) in Python; as many rows as there are answers, so
    ask for one CVE where a fleet is large.

    >>> import patchrules as pr
    >>> from patchrules.evaluation.rows import run_of
    >>> debian = pr.predefined("AWS-DebianDefaultPatchBaseline")
    >>> web = pr.Host("web-1", "debian", "Debian12", packages=(pr.Package("bash", "amd64", "5.2"),))
    >>> exposures(run_of(pr.evaluate(debian, web, [], as_of="2026-11-01T00:00Z"))).num_rows  # no catalog names a CVE
    0
    """
    parts = [part for part in batches(run, cve) if part.num_rows]
    whole = pa.concat_tables(parts) if parts else arrow.table(EXPOSURES, {}, 0)
    return whole.sort_by([(name, "ascending") for name in ("cve", "host", "id")])


def batches(run: Run, cve: str | None = None) -> Iterator[pa.Table]:
    """Yield the same in parts of whole hosts, sorted by host; memory is that of one part."""
    if not run.fixes.num_rows or not run.verdicts.num_rows:
        return
    fixes = Fixes(run, cve)
    codes, keys = _distinct(run)
    found = [fixes.standings(key) for key in keys]
    starts = list(itertools.accumulate(map(len, found), initial=0))
    places = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.array(range(starts[-1]), pa.int32()))
    flat = [one for standings in found for one in standings]
    answers = {name: pa.array([getattr(one, name) for one in flat], pa.string()) for name in _ANSWER}
    order = pc.sort_indices(run.verdicts["host"])
    hosts, rows = run.verdicts["host"].take(order), run.verdicts.select(["id", "installed", "compliance_severity"])
    for begin, end in _whole_hosts(hosts):
        part = order.slice(begin, end - begin)
        lists = places.take(codes.take(part))
        owner, position = pc.list_parent_indices(lists), pc.list_flatten(lists)
        told = {name: column.take(position) for name, column in answers.items()}
        of_row = rows.take(part.take(owner))
        columns = {"host": hosts.slice(begin, end - begin).take(owner), **told}
        columns |= {name: of_row[name] for name in rows.column_names}
        yield pa.table({column.name: columns[column.name] for column in EXPOSURES}, schema=arrow.schema(EXPOSURES))


def _distinct(run: Run) -> tuple[pa.Array, list[dict[str, Any]]]:
    """Return a number for every verdict's distinct combination of what decides, and the combinations."""
    place = pc.index_in(run.verdicts["host"], value_set=run.hosts["host"].combine_chunks())
    table = pa.table({name: run.hosts[name].take(place) for name in _OF_HOST} | {n: run.verdicts[n] for n in _OF_ROW})
    ids, first = fold([distinct(table[name])[0] for name in table.column_names])
    return pa.array(ids), table.take(pa.array(first)).to_pylist()


def _whole_hosts(hosts: pa.ChunkedArray) -> Iterator[tuple[int, int]]:
    """Yield begin and end of parts of sorted hosts."""
    begin = end = 0
    for count in pc.value_counts(hosts).field("counts").to_pylist():
        end += count
        if end - begin >= _BATCH:
            yield begin, end
            begin = end
    if end > begin:
        yield begin, end


class Fixes:
    """The fixes of a run by what they are of, and how its dialect orders versions; ``cve`` keeps those of one CVE."""

    def __init__(self, run: Run, cve: str | None = None) -> None:
        """Read the table ``fixes`` of a run."""
        self._settings = run.settings
        self._fixes: dict[tuple[str, str | None, str], list[dict[str, Any]]] = {}
        for fix in run.fixes.to_pylist():
            fix["cves"] = [one for one in fix["cves"] if cve is None or one.lower() == cve.lower()]
            if fix["cves"]:
                self._fixes.setdefault((fix["family"], fix["product"], fix["name"]), []).append(fix)

    def standings(self, key: Mapping[str, Any]) -> list[Standing]:
        """Return how each CVE stands, sorted by CVE, on a verdict with the family and product of its host."""
        fixes = self._fixes.get((key["family"], key["product"], key["name"]), ())
        worst: dict[str, Standing] = {}
        for fix in fixes:
            word = self._word(key, fix)
            for cve in fix["cves"] if word else ():
                one, known = Standing(cve, word, fix["evr"], fix["advisory"]), worst.get(cve)
                if known is None or STANDINGS.index(word) < STANDINGS.index(known.standing):
                    worst[cve] = one
        return [worst[cve] for cve in sorted(worst)]

    def _word(self, key: Mapping[str, Any], fix: Mapping[str, Any]) -> str:
        """Return how one fix stands on a package version; empty where it says nothing of it."""
        family = families()[key["family"]]
        if family.documented.states == "updates":
            return _OF_UPDATE.get(key["state"], "fixed")
        if key["state"] == State.NOT_APPLICABLE or (fix["arch"] and key["arch"] and fix["arch"] != key["arch"]):
            return ""
        facts = facts_of(family, self._settings.dialect, key["product"], deb_dates=self._settings.deb_dates)
        compare = SCHEMES[facts.order or family.scheme].compare
        # Where the inventory says no epoch, the engine compared without (SEMANTICS 6.3): so is it here.
        bare = family.scheme == "rpm" and ":" not in (key["installed"] or ":")
        evr = fix["evr"].rpartition(":")[2] if bare else fix["evr"]
        if key["installed"] is not None and compare(evr, key["installed"]) <= 0:
            waits = key["state"] == State.INSTALLED_PENDING_REBOOT and fix["advisory"] == key["advisory"] is not None
            return "waiting" if waits else "fixed"
        wanted = key["target"] is not None and key["state"] in _WANTED and compare(evr, key["target"]) <= 0
        return "missing" if wanted else "unapproved"


_WANTED = frozenset({State.MISSING, State.FAILED})
_OF_UPDATE = {
    State.MISSING: "missing",
    State.FAILED: "missing",
    State.INSTALLED_PENDING_REBOOT: "waiting",
    State.AVAILABLE_SECURITY_UPDATE: "unapproved",
    State.NOT_APPLICABLE: "",
}
"""How the CVEs of an update stand by the state of its KB."""
_ANSWER = ("cve", "standing", "fixed_in", "advisory")
