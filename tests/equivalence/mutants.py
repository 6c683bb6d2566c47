"""Plant one-line bugs into a copy of the package and see whether the equivalence test finds each (STYLE, habit 4).

A script, not a test: ``python tests/equivalence/mutants.py [NAME...]`` prints a table and exits 1 when a mutant
survives; ``--twelve`` takes those that stand for the rest. Nothing is shrunk, so a mutant costs at most one run of the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = {
    "documented": ("test_whole_evaluations.py", "by_batch"),
    "updates": ("test_updates.py", "by_batch"),
    "agent": ("test_agent_dialect.py", "one_by_batch"),
    "upcoming": ("../evaluation/test_upcoming.py", "fleet_of"),
}
"""The file whose test has to find a mutant, and the function it calls for each example, by dialect or question."""

ASKED = {"upcoming": "test_both_engines_say_the_same"}
"""The test of that file, where it is not ``test_batch_equals_reference``."""

CROWDS = {"documented": 16, "agent": 16}
"""How many seeded crowds are tried after the drawn situations."""

RUN = """
import importlib.util, sys
from hypothesis import Phase, settings
settings.register_profile("mutants", max_examples=int(sys.argv[2]), deadline=None, derandomize=True, database=None,
                          phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(
                          __import__("hypothesis").HealthCheck))
settings.load_profile("mutants")
spec = importlib.util.spec_from_file_location("whole", sys.argv[1])
whole = importlib.util.module_from_spec(spec)
spec.loader.exec_module(whole)
seen, engine = [], getattr(whole, sys.argv[3])
def counted(*given, **options):
    seen.append(1)
    return engine(*given, **options)
setattr(whole, sys.argv[3], counted)
try:
    getattr(whole, sys.argv[5])()
    for seed in range(int(sys.argv[4])):
        whole.test_a_crowd_of_packages_is_the_same_in_both_engines(seed)
except BaseException as fault:
    print("killed", len(seen), type(fault).__name__)
else:
    print("survived", len(seen), "")
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug: the text ``old`` of a file, which stands there once, becomes ``new``."""

    name: str
    file: str
    old: str
    new: str
    dialect: str = "documented"


COMMON, YUM, DNF, APT, JUDGED, SHOWN = (
    f"batch/agent/{name}.py" for name in ("common", "yum", "dnf", "apt", "policy", "render")
)
REF_YUM, REF_DNF, REF_APT = (f"reference/agent/{name}.py" for name in ("yum", "dnf", "apt"))
OFFERED = 'np.where(pool.true_of(lookup(pool.table["offered"], bool), found), found, NOTHING)'
HERE = "pool.order[pool.record] >= pool.here[pool.owner])"
SECURE = "np.bincount(ids[passes_gate(catalog, facts, enabled=False)], minlength=len(at)) > 0"
OF_AGENT = (
    ("nothing changed", YUM, "LAST = False\n", "LAST = False\n"),
    ("yum, newest: the last of equals", YUM, "LAST = False\n", "LAST = True\n"),
    ("yum, best: level not asked", YUM, "* len(ComplianceLevel) + level, among", "* len(ComplianceLevel), among"),
    ("yum, target: offered not asked", YUM, OFFERED, "found"),
    ("yum, target: runs not asked", YUM, "approves[pool.record] & can_run", "approves[pool.record]"),
    ("yum, newer: > becomes >=", YUM, "wanted > pool.here, order", "wanted >= pool.here, order"),
    ("yum, failed: > becomes >=", YUM, "order > pool.here", "order >= pool.here"),
    ("yum, repeated: <= becomes <", YUM, "(wanted <= order)", "(wanted < order)"),
    ("yum, rejected: whatever the action", YUM, " & blocks(pool.policy)", ""),
    ("yum, override: rejected ones stay", YUM, " & ~pool.decisions.rejected & lists", " & lists"),
    ("yum, notices: dates not compared", YUM, ', "issued_text", "updated_text")', ")"),
    ("yum, texts: as written", YUM, "text and text.title()", "text"),
    ("reference, yum, newer: < becomes <=", REF_YUM, "target is not None and here <", "target is not None and here <="),
    ("dnf, several: the first counts", DNF, "LAST = True\n", "LAST = False\n"),
    ("dnf, candidates: older ones stay", DNF, "pool.only(~(named &", "pool.only(~(named & False &"),
    ("dnf, candidates: < becomes <=", DNF, "pool.order[pool.record] < pool.here", "pool.order[pool.record] <= pool.here"),
    ("dnf, installed: >= becomes >", DNF, HERE, HERE.replace(">=", ">")),
    ("dnf, missing: > becomes >=", DNF, "pool.order_of(goal) > pool.here", "pool.order_of(goal) >= pool.here"),
    ("dnf, failed: > becomes >=", DNF, "pool.order_of(listed) > pool.here", "pool.order_of(listed) >= pool.here"),
    ("dnf, level: of the first only", DNF, "order == pool.order_of(found)[pool.owner]", "pool.record == found[pool.owner]"),
    ("dnf, needs: blocked if not newer", DNF, "refused[pool.record] & pool.newer", "refused[pool.record]"),
    ("dnf, needs: blocked whatever the action", DNF, "if not entries or not blocks(pool.policy):", "if not entries:"),
    ("dnf, override: refused is INSTALLED", DNF, "(goal == NOTHING) | refused", "(goal == NOTHING)"),
    ("dnf, arch: every one is judged", DNF, "runs_of(pool.policy, pool.table)[pool.own]", "pool.own >= 0"),
    ("dnf, modules: all enabled", DNF, "unnamed | enabled(catalog, host)", "unnamed | True"),
    ("reference, dnf, missing: > becomes >=", REF_DNF, "if target and question.order(target.patch.evr) > here", "if target and question.order(target.patch.evr) >= here"),
    ("apt, known: >= becomes >", APT, HERE, HERE.replace(">=", ">")),
    ("apt, ranks: by version, not by text", APT, 'text_ranks(pool.table["evr"])', "pool.order"),
    ("apt, target: not newer ones too", APT, "first(pool, approves & pool.newer)", "first(pool, approves)"),
    ("apt, override: a lower one hides the target", APT, "pool.order_of(override) < pool.order_of(target)", "(target != NOTHING) & (override == NOTHING)"),
    ("apt, security: of the first archive only", APT, SECURE, "passes_gate(catalog, facts, enabled=False)[at]"),
    ("apt, names: foreign ones as native", APT, 'else f"{name}:{own}"', "else name"),
    ("apt, rejected: whatever the action", APT, " & blocks(pool.policy)", ""),
    ("reference, apt, target: > becomes >=", REF_APT, "newer = [d for d in known if question.order(d.patch.evr) > here]", "newer = [d for d in known if question.order(d.patch.evr) >= here]"),
    ("override: title not asked", COMMON, "hit & (entry.title is None or", "hit & (True or"),
    ("install: an empty override list is none", COMMON, "override(policy) is None else", "not override(policy) else"),
    ("order: the family's", COMMON, "sort_key[facts.order or family.scheme]", "sort_key[family.scheme]"),
    ("highest: the last of equals", COMMON, "np.unique(pool.owner[hits], return_index=True)", "np.unique(pool.owner[hits := hits[::-1]], return_index=True)"),
    ("absent: counted though installed", JUDGED, "present[rows.owner] & (np", "present[rows.owner] & False & (np"),
    ("absent: taken off for every row", JUDGED, "(np.diff(rows.owner, prepend=-1) > 0)", "(rows.owner >= 0)"),
    ("severity: no word for none", SHOWN, 'facts.severity_absent if notice else ""', '""'),
    ("names: a version alone means nothing", "batch/patterns.py", "np.minimum(found, by_version(entries, catalog, facts))", "found"),
)  # fmt: skip
"""Bugs in what only the ``agent`` dialect does."""

PENDING, OVERRIDES, UPDATES = (f"batch/{name}.py" for name in ("pending", "overrides", "updates"))
OF_RUNS = (
    ("waiting: > becomes >=", PENDING, "(instant > boot)", "(instant >= boot)"),
    ("waiting: a file that cannot be true counts", PENDING, "if found.is_credible(settings.as_of)}", "}"),
    ("waiting: though the run reboots", PENDING, "& leaves_waiting(memory.settings)\n", "\n"),
    ("waiting: what is missing too", PENDING, "_MAY_WAIT[rows.state] & leaves", "leaves"),
    ("waiting: the inventory's time not asked", PENDING, " & (instant == NEVER))", ")"),
    ("tie: the first to be installed", "batch/evaluate.py", "[position, tie, ages[place]]", "[position, -tie, ages[place]]"),
    ("override: title not asked", OVERRIDES, "hit & (entry.title is None or", "hit & (True or"),
    ("override: no title of a version alone", OVERRIDES, "names([entry.title], catalog, titled)", "names([entry.title], catalog, facts)"),
    ("override: what is installed too", "batch/states.py", "(versions.pairs > versions.installed[owner])", "(versions.pairs >= versions.installed[owner])"),
    ("override: offered not asked", "batch/states.py", "policy.catalog, policy.facts) & policy.offered", "policy.catalog, policy.facts)"),
    ("install: fails under a list too", OVERRIDES, "installs and settings.install_override is None", "installs"),
    ("modules: nobody knows, so none", "batch/approvals.py", "lambda module: streams(module).isdisjoint(enabled)", "lambda module: True"),
    ("modules: all of several", "batch/approvals.py", "lambda module: streams(module).isdisjoint(enabled)", "lambda module: not streams(module) <= enabled"),
)  # fmt: skip
"""Bugs in what a run and its history decide."""

OF_UPDATES = (
    ("nothing changed", UPDATES, "ITSELF = -1\n", "ITSELF = -1\n"),
    ("proven: >= becomes >", "batch/builds.py", ">= wanted[_RELEASE:]", "> wanted[_RELEASE:]"),
    ("hidden: offered all the same", UPDATES, "free & ~fitting.hidden & wanted", "free & wanted"),
    ("replaced: not through others", "batch/supersedence.py", "                closed |= self.replaces[step]\n", ""),
    ("newer: those that replace each other too", "batch/supersedence.py", "self.replaces & ~self.replaces.T", "self.replaces"),
    ("lost: what an approved one saves too", UPDATES, "approved & node & ~saved", "approved & node"),
    ("application: there or not", UPDATES, "self.application & ~there[self._products]", "self.application & False"),
    ("release: another's too", UPDATES, "fit != BuildFit.OTHER_RELEASE", "fit < 9"),
    ("available: never complies", UPDATES, "stated in (None, Status.NON_COMPLIANT) if available", "True if available"),
    ("available: rejected not asked", UPDATES, "(self._is_security(fitting) & ~fitting.rejected)", "self._is_security(fitting)"),
    ("product: case counts", UPDATES, "or text.lower() != product)", "or text != product)"),
    ("severity: none is none", "batch/filters.py", "if assumed is not None:", "if assumed == 0:"),
    ("rules: want every patch set", "batch/filters.py", "return (*rule.filters, *implied)", "return rule.filters"),
    ("hosts without rows: not judged", "batch/relevant.py", "hosts = np.flatnonzero(wanted)", "hosts = np.unique(owner)"),
    ("chain: with what is not free", UPDATES, "self.graph.below(one) if free[step])", "self.graph.below(one))"),
    ("cover: the last by name", UPDATES, "first = start[replacing.argmax(axis=0)]", "first = start[::-1][replacing[::-1].argmax(axis=0)]"),
    ("installed: its bulletin does not reject", UPDATES, "decided = np.where(own.rejected, OWN, np.where(rejecting >= 0, rejecting, spoken))\n        rejected = own.rejected | (rejecting >= 0)", "decided = np.where(own.rejected, OWN, spoken)\n        rejected = own.rejected"),
    ("reference, newest: replaced by each other too", "reference/supersedence.py", "self.above(name) - set(self.below(name))", "self.above(name)"),
)  # fmt: skip
"""Bugs in how Windows hosts are judged."""

UPCOMING, UPCOMING_UPDATES, SIGHTINGS, RELEVANT = (
    f"batch/{name}.py" for name in ("upcoming", "upcoming_updates", "sightings", "relevant")
)
OF_UPCOMING = (
    ("nothing changed", UPCOMING, "turns[1::2] = missing", "turns[1::2] = missing"),
    ("first: >= becomes >", UPCOMING, "(first >= now)", "(first > now)"),
    ("delay: lets through at its end", UPCOMING, "ends + (rule.approve_until is None)", "ends"),
    ("date: lets through after the release", UPCOMING, "ends + (rule.approve_until is None)", "ends + 1"),
    ("rule: the last of equals", UPCOMING, "(rule.compliance_level.rank > highest)", "(rule.compliance_level.rank >= highest)"),
    ("rule: a sooner one does not start anew", UPCOMING, "level[sooner], highest[sooner], instant[sooner] = -1, -1, ends[sooner]", "instant[sooner] = ends[sooner]"),
    ("before: at the instant itself", UPCOMING, "moment[::2] -= 1", "moment[::2] -= 0"),
    ("before: a lower version hides the next", UPCOMING, "(~lacked | (top[1::2] > top[::2]))", "~lacked"),
    ("before: not asked", UPCOMING, "(~lacked | (top[1::2] > top[::2]))", "True"),
    ("exists: < instead of <=", UPCOMING, "policy.decisions.released_at[row] <= moment", "policy.decisions.released_at[row] < moment"),
    ("waits: approved after the moment too", UPCOMING, "(waits.instant[row] <= moment[at])", "(waits.instant[row] >= 0)"),
    ("rule: whatever it selects", UPCOMING, "hit &= selected_by(rule, baseline, catalog, host, facts)", "pass"),
    ("updates: before is the instant itself", UPCOMING_UPDATES, "at in (instant - 1, instant)", "at in (instant, instant)"),
    ("updates: what is missing already too", UPCOMING_UPDATES, "if name not in known}", "}"),
    ("sightings: all versions count", SIGHTINGS, "kept[some] = self._is_newest(host[some], policy[some], package[some])", "pass"),
    ("sightings: the oldest counts", SIGHTINGS, "np.lexsort([old[pair], of_host])", "np.lexsort([-old[pair], of_host])"),
    ("sightings: what is not installed counts", SIGHTINGS, "positions = positions[rows.installed[positions]]", "pass"),
    ("relevant: hosts without rows not seen", RELEVANT, "hosts = np.flatnonzero(wanted)", "hosts = np.unique(owner)"),
    ("reference, higher: > becomes >=", "reference/upcoming.py", "order(family, then.target) > order(family, lacked)", "order(family, then.target) >= order(family, lacked)"),
)  # fmt: skip
"""Bugs in what waiting alone approves."""

OF_MEANING = (
    ("wildcards: dropped", "reference/patterns.py", "return wanted in found or (wildcards and any(", "return wanted in found or (wildcards and not any("),
    ("star: a value like others", "reference/filters.py", '    if "*" in patch_filter.values:', "    if not patch_filter.values:"),
    ("epoch: ignored", "reference/states.py", ".sort_key(evr)\n\n\ndef title", '.sort_key(evr.rpartition(":")[2])\n\n\ndef title'),
    ("delay: counted twice", "reference/approvals.py", "settings.as_of - released_at > rule.delay", "settings.as_of - released_at > rule.delay * 2"),
)  # fmt: skip
"""Bugs in what words of a baseline mean."""

TWELVE = (
    "wildcards: dropped",
    "star: a value like others",
    "epoch: ignored",
    "delay: counted twice",
    "reference, until: <= becomes <",
    "delay: < becomes <=",
    "until: <= becomes <",
    "missing: > becomes >=",
    "reference, missing: < becomes <=",
    "level: > becomes >=",
    "rejection: of the row, not of the version",
    "gate: the approved list's is always open",
)
"""Bugs that stand for the rest: flipped comparisons, a day off, a wildcard, an epoch, a list, a gate."""

MUTANTS = (
    Mutant("nothing changed", "batch/states.py", "OWN = -1\n", "OWN = -1\n"),
    Mutant(
        "delay: < becomes <=",
        "batch/approvals.py",
        "old = released_at < microseconds(settings.as_of) - rule.delay",
        "old = released_at <= microseconds(settings.as_of) - rule.delay",
    ),
    Mutant(
        "until: <= becomes <",
        "batch/approvals.py",
        "old = released_at // _DAY <= days_since_1970(rule.approve_until)",
        "old = released_at // _DAY < days_since_1970(rule.approve_until)",
    ),
    Mutant(
        "since until: <= becomes <",
        "batch/approvals.py",
        "return np.where(released_at // _DAY <= days_since_1970(rule.approve_until)",
        "return np.where(released_at // _DAY < days_since_1970(rule.approve_until)",
    ),
    Mutant(
        "reference, until: <= becomes <",
        "reference/approvals.py",
        "return released_at.date() <= rule.approve_until",
        "return released_at.date() < rule.approve_until",
    ),
    Mutant(
        "cves: of what failed not told",
        "batch/render.py",
        "state in (State.MISSING, State.FAILED) for state",
        "state in (State.MISSING,) for state",
    ),
    Mutant(
        "installed at: told of the next row",
        "batch/evaluate.py",
        "rows.installed_at is None else rows.installed_at[positions]",
        "rows.installed_at is None else np.roll(rows.installed_at, 1)[positions]",
    ),
    Mutant("missing: > becomes >=", "batch/states.py", "(top > versions.installed)", "(top >= versions.installed)"),
    Mutant(
        "reference, missing: < becomes <=",
        "reference/states.py",
        "if target and here < order(",
        "if target and here <= order(",
    ),
    Mutant(
        "precedence: security and severity swapped",
        "batch/offer.py",
        "[*texts, -severity, -security]",
        "[*texts, -security, -severity]",
    ),
    Mutant(
        "precedence: level after all else",
        "batch/policy.py",
        "[offer.precedence, -found.level]",
        "[-found.level, offer.precedence]",
    ),
    Mutant(
        "precedence: repository before advisory",
        "batch/offer.py",
        '[text_ranks(catalog["repository"]), text_ranks(catalog["advisory"])]',
        '[text_ranks(catalog["advisory"]), text_ranks(catalog["repository"])]',
    ),
    Mutant("epochs: several stated are kept", "batch/epochs.py", "    pairs[several[owner]] = UNKNOWN\n", ""),
    Mutant("epochs: they count less than versions", "batch/epochs.py", "span = 1 + max(", "span = 1 + 0 * max("),
    Mutant(
        "versions: what no catalog has is as the next that it has",
        "batch/epochs.py",
        "else 2 * bisect_left(every, key)",
        "else 2 * bisect_left(every, key) + 1",
    ),
    Mutant(
        "versions: what is in order is found by another code",
        "batch/epochs.py",
        "np.array(mine, dtype=np.int64), rank[codes]",
        "np.array(mine, dtype=np.int64), rank[codes // 2]",
    ),
    Mutant(
        "versions: those of pairs are as those of other pairs",
        "batch/epochs.py",
        "return codes, place[self.codes[rows]]",
        "return codes, place[self.codes[rows]] // 2",
    ),
    Mutant(
        "keys: an architecture is any",
        "batch/package_keys.py",
        "self._pairs[found[here]] == pair[here]",
        "self._pairs[found[here]] // len(self._arches) == name[here]",
    ),
    Mutant("release: > becomes >=", "batch/approvals.py", "(released_at > as_of)", "(released_at >= as_of)"),
    Mutant("level: > becomes >=", "batch/approvals.py", "(rank > level)", "(rank >= level)"),
    Mutant("clock: the last usable wins", "batch/approvals.py", "(clock == -1) & (column", "(column"),
    Mutant("candidates: offered not asked", "batch/states.py", "(policy.offered[row] | same)", "(known[owner] | True)"),
    Mutant(
        "newest: oldest counts", "batch/evaluate.py", "[position, tie, ages[place]]", "[position, tie, -ages[place]]"
    ),
    Mutant(
        "newest: the last row of a name is not compared",
        "batch/rows.py",
        "np.flatnonzero(places.take(place) < 0)",
        "np.flatnonzero(later)",
    ),
    Mutant("counts: a waiting row is counted twice", "batch/evaluate.py", " - measured(found))", ")"),
    Mutant(
        "counts: as many verdicts as packages are one each",
        "batch/evaluate.py",
        "if np.array_equal(owner, np.arange(packages)):",
        "if len(rows) == packages:",
        "agent",
    ),
    Mutant("kinds: notes are not told apart", "batch/evaluate.py", "fold(list(rows.T))", "fold(list(rows.T[:9]))"),
    Mutant(
        "worst: the lowest level",
        "batch/tally.py",
        "_LEVELS - 1 - graded[:, ::-1].argmax(axis=1)",
        "graded.argmax(axis=1)",
    ),
    Mutant("merging: latest date", "batch/merging.py", "patch[clock] = min(", "patch[clock] = max("),
    Mutant(
        "merging: a row without an update has no date",
        "batch/merging.py",
        '(at := row["updated"] or row["issued"])',
        '(at := row["updated"])',
    ),
    Mutant("merging: the first classification", "batch/merging.py", "iter(secure or named)", "iter(named)"),
    Mutant(
        "rejection: of the row, not of the version",
        "batch/approvals.py",
        "    entry[rows] = of_version[versions]\n",
        "",
    ),
    Mutant(
        "gate: the approved list's is always open",
        "batch/approvals.py",
        "enabled=baseline.approved_patches_enable_non_security",
        "enabled=True",
    ),
    Mutant(
        "kinds: packages that a list rejects are as the others",
        "batch/states.py",
        "        _entries(baseline.rejected_patches, policy, packages, kinds.rejected),\n",
        "",
    ),
    Mutant(
        "kinds: for any major",
        "batch/states.py",
        "        _majors(policy, packages),\n",
        "",
    ),
    Mutant(
        "kinds: whatever they were built",
        "batch/states.py",
        'not in ("name", "arch", "evr")]',
        'not in ("name", "arch", "evr", "built")]',
    ),
    Mutant("newest: rows of one name are not looked for", "batch/rows.py", "== len(place):", "!= len(place) + 1:"),
    Mutant(
        "look-up: what is new stays unknown",
        "batch/evaluate.py",
        "for hosts, some in looked.unmet:",
        "for hosts, some in looked.unmet[1:]:",
    ),
    Mutant(
        "look-up: kinds of another policy",
        "batch/evaluate.py",
        "self._kinds[number + 1, packages]",
        "self._kinds[1, packages]",
    ),
    Mutant(
        "newest: what is not installed is the newest",
        "batch/evaluate.py",
        "return found if rows.installed is None else",
        "return found if rows.installed is None or True else",
    ),
    Mutant(
        "contradicted: kernels, too",
        "batch/contradicted.py",
        "[keeps_one(family, texts[code]) for family in families.values()]",
        "True",
    ),
    Mutant(
        "contradicted: what is not installed, too", "batch/contradicted.py", "some = some[rows.installed[some]]", "pass"
    ),
    Mutant("contradicted: one version twice", "batch/contradicted.py", "counted(key[version],", "counted(key,"),
    Mutant("contradicted: all is not native", "batch/contradicted.py", " | (own == replacing[mine])", ""),
    Mutant(
        "contradicted: noarch is native",
        "batch/contradicted.py",
        "one.family.independent_arch if one.family.independent_is_native else None",
        "one.family.independent_arch",
    ),
    Mutant("contradicted: unstated is not native", "batch/contradicted.py", "(own == unsaid) | ", "", "agent"),
    Mutant("look-up: what is not installed counts", "batch/evaluate.py", "place[~rows.installed[some]] = 0", "pass"),
    Mutant("security: of no patch", "batch/documented.py", "(found.shown >= 0) & at(", "(found.shown < 0) & at("),
    Mutant("lists: the last entry counts", "batch/patterns.py", "= position\n                break\n", "= position\n"),
    Mutant("blocked: always", "batch/states.py", "refused = State.INSTALLED_REJECTED if blocks else", "refused ="),
    *(Mutant(*one) for one in (*OF_MEANING, *OF_RUNS)),
    *(Mutant(f"updates: {name}", file, old, new, "updates") for name, file, old, new in OF_UPDATES),
    *(Mutant(f"agent: {name}", file, old, new, "agent") for name, file, old, new in OF_AGENT),
    *(Mutant(f"upcoming: {name}", file, old, new, "upcoming") for name, file, old, new in OF_UPCOMING),
)


def planted(mutant: Mutant, folder: Path) -> None:
    """Plant the bug into the copy of the package in ``folder``."""
    shutil.copytree(ROOT / "patchrules", folder / "patchrules", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "patchrules" / mutant.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        message = f"{mutant.name}: {mutant.file} has {text.count(mutant.old)} times: {mutant.old}"
        raise SystemExit(message)
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def outcomes(names: list[str]) -> Iterator[tuple[Mutant, str, int, str]]:
    """Run the test on every mutant, or on those named: outcome, examples it took, and what was raised."""
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        crowds, asked = str(CROWDS.get(mutant.dialect, 0)), ASKED.get(mutant.dialect, "test_batch_equals_reference")
        (test, engine), examples = (
            TESTS[mutant.dialect],
            os.environ.get("EXAMPLES", "200" if asked == ASKED.get("upcoming") else "50"),
        )
        with tempfile.TemporaryDirectory() as folder:
            planted(mutant, Path(folder))
            ran = subprocess.run(
                [sys.executable, "-c", RUN, str(Path(__file__).parent / test), examples, engine, crowds, asked],
                env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
        yield mutant, *_parts(ran)


def _parts(ran: subprocess.CompletedProcess[str]) -> tuple[str, int, str]:
    """Read the last line that a run printed."""
    outcome, examples, *fault = ran.stdout.splitlines()[-1].split()
    return outcome, int(examples), "".join(fault)


def main(names: list[str]) -> int:
    """Print the table; return 1 when the test passes a bug or fails on none."""
    wrong = 0
    names = list(TWELVE) if names == ["--twelve"] else names
    print(f"{'mutant':45} {'outcome':9} examples")  # noqa: T201 - a script prints
    for mutant, outcome, examples, fault in outcomes(names):
        expected = "survived" if mutant.old == mutant.new else "killed"
        wrong += outcome != expected
        note = "" if fault in ("", "AssertionError") else f"  {fault}"
        mark = "" if outcome == expected else "  <-- WRONG"
        print(f"{mutant.name:45} {outcome:9} {examples:8}{note}{mark}", flush=True)  # noqa: T201 - a script prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
