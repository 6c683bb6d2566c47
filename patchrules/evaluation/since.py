"""What a host's verdicts follow from, as digests: hosts of which nothing changed are carried over from another run."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.digests import Digests, by_name, chosen, content_words, passed, time_words, word, words_of
from patchrules.batch.instants import instants_of
from patchrules.batch.listing import SCHEMA
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.errors import DocumentError
from patchrules.evaluation.interchange import as_arrow
from patchrules.evaluation.judging import Answer, Judging, Question, by_host
from patchrules.evaluation.plain import plain
from patchrules.evaluation.refused import refused
from patchrules.evaluation.repositories import rows_of
from patchrules.evaluation.run import Run, no_run, this_version
from patchrules.evaluation.saved import load_run
from patchrules.families import facts_of, families
from patchrules.model.columns import DIGESTS, RUN_HOSTS
from patchrules.model.loaded import shown
from patchrules.model.names import Dialect
from patchrules.sources import arrow

if TYPE_CHECKING:
    from patchrules.evaluation.profiles import Profile

BATCH = 1_000_000
"""Verdicts that are copied at a time."""

_NOTHING = Answer(arrow.schema(RUN_HOSTS).empty_table(), SCHEMA.empty_table())


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run to carry hosts over from: its hosts that have a digest, with ``digest`` and ``lacking`` beside them."""

    run: Run
    known: Any


def earlier(since: Run | str | os.PathLike[str]) -> Earlier:
    """Return a run, or the saved run in a folder.

    Raises DocumentError PR7805 where it kept no digests and PR7806 for what is neither.
    """
    if not isinstance(since, Run | str | os.PathLike):
        raise no_run(f"`since` is {shown(since)}", "a run or the folder of a saved one")
    run = since if isinstance(since, Run) else load_run(since)
    if run.digests is None:
        message = "the run before kept no digests of its hosts, so nobody can tell which of them changed"
        raise DocumentError(message, code="PR7805", hint="keep_digests=True, or --keep-digests, keeps them in a run")
    place = pc.index_in(run.hosts["host"], value_set=run.digests["host"].combine_chunks())
    kept = pc.is_valid(place)
    known, place = run.hosts.filter(kept), place.filter(kept)
    for name in ("digest", "lacking"):
        known = known.append_column(name, run.digests[name].take(place))
    return Earlier(run, known)


def verdicts_of(before: Run, hosts: Sequence[str]) -> list[Any]:
    """Return the verdicts of a run on some hosts, in tables with dictionaries for texts."""
    if not hosts:
        return []
    wanted = pa.array(sorted(hosts), pa.string())
    whole = as_arrow(before)
    parts = (whole.slice(start, BATCH) for start in range(0, whole.num_rows, BATCH))
    return [one.filter(pc.is_in(one["host"].cast(pa.string()), value_set=wanted)).cast(SCHEMA) for one in parts]


def kept_digests(digests: Sequence[Any], rejects: Any) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return ``model.columns.DIGESTS`` of a run; a host with refused rows has none, and is always judged again."""
    whole = pa.concat_tables([arrow.table(DIGESTS, {}, 0), *digests])
    doubtful = pa.array(sorted(refused(rejects)), pa.string())
    return whole.filter(pc.invert(pc.is_in(whole["host"], value_set=doubtful))).sort_by("host")


class Carrying:
    """Judges the hosts of a portion that are other than they were, and takes the others from an earlier run.

    Two digests are equal where the verdicts are: of the host's facts and rows, of its baseline and the settings, of the
    patches that decide on its packages, and of where the instant lies among the moments at which those change.
    """

    def __init__(self, judging: Judging) -> None:
        """Start with no profile looked at."""
        self._judging, self._question = judging, judging.question
        self._digests = Digests(judging.numbers)
        self._stamps: list[Stamp] = []
        self._contents: dict[tuple[int, frozenset[str] | None], Any] = {}

    def judge(self, portion: Portion, rows: Rows) -> tuple[Answer, Any, list[str]]:
        """Return the answer on the hosts of a portion, their ``model.columns.DIGESTS``, and who was carried over."""
        digests = self._digests_of(portion, rows)
        known = self._question.known
        if known is None:
            return self._judging.judge(portion, rows), digests, []
        names = portion.hosts["host"].combine_chunks()
        found = known.take(pc.index_in(names, value_set=known["host"].combine_chunks()))
        mine = digests["digest"].take(pc.index_in(names, value_set=digests["host"].combine_chunks()))
        same = pc.fill_null(pc.equal(found["digest"], mine), False)
        if not pc.any(same).as_py():
            return self._judging.judge(portion, rows), digests, []
        carried = _carried(found.filter(same), digests)
        others = chosen(portion, rows, pc.invert(same).to_pylist())
        answer = self._judging.judge(*others) if others[0].hosts.num_rows else _NOTHING
        hosts = by_host([answer.hosts, carried], names)
        return Answer(hosts, answer.verdicts), digests, carried["host"].to_pylist()

    def _digests_of(self, portion: Portion, rows: Rows) -> Any:  # noqa: ANN401 - pyarrow.Table
        """Return the digests of the hosts that can be judged; those that cannot are judged again whenever asked."""
        hosts, assigner, question = portion.hosts, self._judging.assigner, self._question
        profiles = assigner.of(hosts)
        for profile in assigner.profiles[len(self._stamps) :]:
            self._stamps.append(Stamp(profile, question, self._contents))
        ids, reasons = assigner.unknown(portion, rows, profiles, question.settings, question.limits)
        base = pa.array([self._stamps[one].base if one >= 0 else 0 for one in profiles], pa.uint64())
        others = [words_of(pa.chunked_array([base])), instants_of(hosts["boot_time"])]
        others += [words_of(hosts["patch_group"]), words_of(hosts["os_build"]), self._remembered(hosts)]
        found = self._digests.of(rows, profiles, [one.of for one in self._stamps], others)
        sound = [one >= 0 and not reasons[why] for one, why in zip(profiles, ids, strict=True)]
        lacking = {one: self._judging.lacking(one) for one, good in zip(profiles, sound, strict=True) if good}
        data = {"host": hosts["host"], "digest": pa.array(found), "lacking": [lacking.get(one, 0) for one in profiles]}
        return arrow.table(DIGESTS, data, hosts.num_rows).filter(pa.array(sound, pa.bool_()))

    def _remembered(self, hosts: pa.Table) -> Any:  # noqa: ANN401 - numpy's array
        """Return a digest of what the tracking file of each host remembers."""
        previous, as_of = self._question.previous_runs, self._question.settings.as_of
        known = {name: (plain(one), one.is_credible(as_of)) for name, one in previous.items()}
        told = [repr(known[name]) if name in known else None for name in (hosts["host"].to_pylist() if known else ())]
        return words_of(pa.chunked_array([pa.array(told or [None] * hosts.num_rows, pa.string())]))


def _carried(found: pa.Table, digests: pa.Table) -> pa.Table:
    """Return rows of hosts as they are now: what they lack of the approved patches is counted by the policy of now."""
    place = pc.index_in(found["host"], value_set=digests["host"].combine_chunks())
    more = pc.subtract(digests["lacking"].take(place), found["lacking"])
    column = found.schema.get_field_index("not_applicable")
    counted = found.set_column(column, found.schema.field(column), pc.add(found["not_applicable"], more))
    return counted.drop_columns(["digest", "lacking"])


class Stamp:
    """What decides on the packages of a profile's hosts, as digests.

    Where AWS's documentation is the meaning, a package is decided on by the patches of its name, and by time only at
    their moments. Elsewhere packages depend on one another: then all patches and the very instant count.
    """

    def __init__(self, profile: Profile, question: Question, contents: dict[Any, Any]) -> None:
        """Look at the baseline and the catalogs; ``contents`` keeps the digests of catalogs between profiles."""
        given = question.settings
        facts = facts_of(families()[profile.family], given.dialect, profile.product, deb_dates=given.deb_dates)
        self._is_apart = given.dialect is Dialect.DOCUMENTED and facts.states == "documented"
        waits = [rule.delay for rule in profile.baseline.rules if rule.approve_until is None]
        self._as_of, self._delays = given.as_of, [*waits, given.as_of - given.as_of]
        patches = self._patches(profile, question, contents)
        self._patches_of = patches if self._is_apart else {}
        settings = {name: one for name, one in plain(given).items() if name != "as_of" or not self._is_apart}
        said = dataclasses.replace(profile.baseline, sha256="", diagnostics=())
        sets = [None if one is None else sorted(one) for one in (profile.modules, profile.repositories)]
        who = [this_version(), profile.family, profile.product, profile.arch, question.rows, *sets]
        whole = None if self._is_apart else sorted(patches.items())
        self.base = word(json.dumps([who, settings, plain(said), whole], sort_keys=True))

    def _patches(self, profile: Profile, question: Question, contents: dict[Any, Any]) -> dict[str, int]:
        """Return a digest of the patches of each name."""
        names, words = [], []
        for number in profile.catalogs:
            table = rows_of(question.catalogs[number], profile.repositories)
            key = (number, profile.repositories)
            if key not in contents:
                contents[key] = content_words(table)
            names.append(table["name"])
            words.append(contents[key] + time_words(table, self._delays, self._as_of))
        return by_name(names, words)

    def of(self, identity: tuple[Any, ...]) -> int:
        """Return the digest of what decides on a package, never 0."""
        name, _, _, built, *_ = identity
        moment = None
        if built is not None and self._is_apart:
            instants = instants_of(pa.chunked_array([pa.array([built], arrow.INSTANT)]))
            moment = int(passed(instants, self._delays, self._as_of)[0])
        return word((self.base, identity, self._patches_of.get(name), moment)) or 1
