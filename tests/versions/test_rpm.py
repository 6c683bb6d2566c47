from __future__ import annotations

import itertools
import pickle
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.errors import VersionError
from patchrules.versions.rpm import Evr, compare, compare_evr, compare_parts, evr_key, part_key, sort_key, split

THOROUGH = settings(max_examples=20 * settings().max_examples)
ONE_CALL_EACH = settings(max_examples=settings().max_examples)

SPLITS = {
    "1:3.0.7-24.el9": Evr(1, "3.0.7", "24.el9"),
    "3.0.7": Evr(None, "3.0.7", None),
    "0:1.0": Evr(0, "1.0", None),
    "007:1.0": Evr(7, "1.0", None),
    ":1.0": Evr(0, "1.0", None),
    "1:2:3-4-5": Evr(1, "2:3-4", "5"),
    "5.14-rc1-1": Evr(None, "5.14-rc1", "1"),
    "1.0-": Evr(None, "1.0", ""),
    "-1": Evr(None, "", "1"),
    "-": Evr(None, "", ""),
    "1:": Evr(1, "", None),
    "1é0-ü": Evr(None, "1é0", "ü"),
    f"{2**70}:1": Evr(2**70, "1", None),
}

REFUSED = {
    "": "`` is not an rpm version: it is empty [PR5002]",
    "x:1.0": "`x:1.0` is not an rpm version: the epoch `x` is not a number [PR5004]",
    "(none):1.0-1": "`(none):1.0-1` is not an rpm version: the epoch `(none)` is not a number [PR5004]",
    "-1:1.0": "`-1:1.0` is not an rpm version: the epoch `-1` is not a number [PR5004]",
    "1.0:1": "`1.0:1` is not an rpm version: the epoch `1.0` is not a number [PR5004]",
    "٣:1.0": "`٣:1.0` is not an rpm version: the epoch `٣` is not a number [PR5004]",
    "²:1.0": "`²:1.0` is not an rpm version: the epoch `²` is not a number [PR5004]",
    "1.0 1": "`1.0 1` is not an rpm version: it holds a blank or control character at column 4 [PR5003]",
    " 1.0": "` 1.0` is not an rpm version: it holds a blank or control character at column 1 [PR5003]",
    "1.0\n": "`1.0\\n` is not an rpm version: it holds a blank or control character at column 4 [PR5003]",
    "1\x000": "`1\\x000` is not an rpm version: it holds a blank or control character at column 2 [PR5003]",
    "1\x7f": "`1\\x7f` is not an rpm version: it holds a blank or control character at column 2 [PR5003]",
    "1\xa00": "`1\\xa00` is not an rpm version: it holds a blank or control character at column 2 [PR5003]",
    "1\u20280": "`1\\u20280` is not an rpm version: it holds a blank or control character at column 2 [PR5003]",
}

# SEMANTICS 12, G-RPM. AWS's comparer reads neither epoch nor `^`: the last four rows are librpm's answers, not AWS's.
GOLDEN = """
1.0|1.0=0; 1.0|1.0.1=-1; 1.0a|1.0=1; 1.0~rc1|1.0=-1; 1.0~rc1|1.0~rc2=-1; 1.0^git1|1.0=1; 1.0^git1|1.0.1=-1;
2a|2.0=-1; 1.05|1.5=0; 1.a|1.1=-1; abc|1=-1; 1|1.=0; 1.0-1|1.0-2=-1; 3.0.2-95.24.1|3.0-95.21.1=1; 1.0-1|1.0=1;
1.0-1.el7|1.0-1.el7_5=-1; 1:1.0|2:0.9=-1; 4.14.109-80.92.amzn1|4.14.114-82.97.amzn1=-1; 1_0|1.0=0; 1..0|1.0=0;
FC5|fc4=-1; 2.0.1a|2.0.1=1; 5.5p1|5.5p10=-1; 10xyz|10.1xyz=-1; xyz.4|8=-1; xyz10|xyz10.1=-1; 1.0-a-b|1.0-a=1;
1.0-|1.0-1=-1; 1.0+|1.0=0; 20101121|20101122=-1; 1.900|1.9=1; a|A=1;
1.0|1.0^=-1; 1:1.0-1|2.0-1=1; 0|0-=-1; 1~~|1~=-1
"""


def golden():
    facts = (fact.strip().rpartition("=") for fact in GOLDEN.split(";"))
    return [(*pair.split("|"), int(order)) for pair, _, order in facts]


def sign(one, two):
    return (one > two) - (one < two)


@pytest.mark.parametrize(("text", "evr"), SPLITS.items())
def test_split(text, evr):
    assert split(text) == evr
    assert sort_key(text) == evr_key(evr)
    assert split(str(evr)) == evr


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_refused_and_how(text, message):
    for read in (split, sort_key, lambda text: compare(text, "1"), lambda text: compare("1", text)):
        with pytest.raises(VersionError) as refused:
            read(text)
        assert str(refused.value) == message
        assert refused.value.code in CODES
        assert str(pickle.loads(pickle.dumps(refused.value))) == message  # noqa: S301


def test_an_endless_text_is_quoted_short():
    with pytest.raises(VersionError, match=r"the epoch `9+\.\.\.9+` is not a number") as refused:
        split("9" * 5000 + ":1")
    assert len(str(refused.value)) < 400


def test_only_blank_and_control_characters_are_refused():
    assert compare("1\u200b0", "1.0") == compare("1\ud8000", "1.0") == compare("1\ue0000", "1.0") == 0
    assert sort_key("1\ud8000") == sort_key("1.0")


@pytest.mark.parametrize(("older", "newer", "order"), golden())
def test_golden(older, newer, order):
    assert (compare(older, newer), compare(newer, older)) == (order, -order)
    assert sign(sort_key(older), sort_key(newer)) == order


def test_the_empty_part_is_oldest_but_for_a_tilde():
    assert compare_parts("", "1") == compare_parts("", "^") == compare_parts("~", "") == -1
    assert compare_parts("", "") == compare_parts("", "._+") == 0
    assert part_key("~") < part_key("") == part_key("._+") < part_key("^") < part_key("a") < part_key("1")


def test_numbers_of_any_length():
    numbers = ["9" * 10, str(2**64 - 1), str(2**64), "9" * 199, "1" + "0" * 199, "9" * 200, "9" * 255, "9" * 256]
    numbers += ["1" + "0" * 70_000, "9" * 70_001]
    for (older, newer), text in itertools.product(itertools.pairwise(numbers), ("{}", "1.{}-1", "1-{}a")):
        assert compare(text.format(older), text.format(newer)) == -1
        assert sort_key(text.format(older)) < sort_key(text.format(newer))
    assert sort_key("0" * 300 + "1") == sort_key("1")
    for number in numbers:
        assert compare(f"a{number}", "aa") == -1
        assert sort_key(f"a{number}") < sort_key("aa")
    assert sort_key(f"{2**64}:1") > sort_key(f"{2**64 - 1}:2")


EPOCHS = st.sampled_from(["", "", "", "0:", "1:", ":", "00:", "10:", "9:"])
PIECES = st.sampled_from([*"~^.-+aZ019:_é", "00", "10", "rc", "el9", "~~", "^git", "18446744073709551616"])
BODIES = st.lists(PIECES, max_size=7).map("".join)


@st.composite
def texts(draw):
    body = draw(BODIES)
    return draw(EPOCHS) + (body or "1")


@st.composite
def neighbours(draw):
    """Two texts, the second at most three small edits away from the first."""
    one = two = draw(texts())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(two)))
        two = two[:at] + draw(st.sampled_from(["", *"~^.-+aZ019:_"])) + two[at + draw(st.integers(0, 1)) :]
    return one, two


def legal(text):
    try:
        split(text)
    except VersionError:
        return False
    return True


def repaired(text):
    return text if legal(text) else text.replace(":", "") or "1"


def legal_neighbours():
    return neighbours().map(lambda pair: (repaired(pair[0]), repaired(pair[1])))


@THOROUGH
@given(legal_neighbours())
@example(("1-~", "1-"))
@example(("1^", "1-"))
@example(("1a-", "1-a"))
def test_keys_sort_as_versions_compare(pair):
    one, two = pair
    assert sign(sort_key(one), sort_key(two)) == compare(one, two) == -compare(two, one)
    assert sort_key(one) == evr_key(split(one))


@THOROUGH
@given(legal_neighbours(), legal_neighbours())
def test_strangers_sort_alike_too_and_order_is_transitive(pair, other):
    ordered = sorted([*pair, *other], key=sort_key)
    assert all(compare(older, newer) <= 0 for older, newer in itertools.combinations(ordered, 2))


@THOROUGH
@given(neighbours())
@example(("", "~"))
def test_part_keys_sort_as_parts_compare(pair):
    one, two = pair
    assert sign(part_key(one), part_key(two)) == compare_parts(one, two) == -compare_parts(two, one)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_part(one, two):
    assert sign(part_key(one), part_key(two)) == compare_parts(one, two)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_version_or_refused_with_our_error(one, two):
    if legal(one) and legal(two):
        assert sign(sort_key(one), sort_key(two)) == compare(one, two) == compare_evr(split(one), split(two))


@THOROUGH
@given(legal_neighbours(), st.sampled_from(["1", "0", "", "~", "~1", "^", "a"]))
def test_an_older_version_with_any_release_stays_older(pair, release):
    one, two = (split(text) for text in pair)
    by_version = compare_evr(Evr(one.epoch, one.version, None), Evr(two.epoch, two.version, None))
    if by_version:
        assert sign(evr_key(Evr(one.epoch, one.version, release)), evr_key(two)) == by_version


# One pair a line, a tab between: a version holds neither.
ORACLE = """
local out = io.open("{answers}", "w")
for line in io.lines("{pairs}") do
  local a, b = line:match("^(.-)\\t(.*)$")
  out:write(rpm.vercmp(a, b), "\\n")
end
out:close()
"""


@pytest.fixture(scope="module")
def librpm(tmp_path_factory):
    """Return a function that asks the installed librpm about many pairs in one call."""
    if not shutil.which("rpm"):
        pytest.skip("needs `rpm`")
    folder = tmp_path_factory.mktemp("librpm")
    pairs, answers, script = folder / "pairs", folder / "answers", folder / "ask.lua"
    script.write_text(ORACLE.format(pairs=pairs, answers=answers))

    def ask(asked):
        pairs.write_text("".join(f"{one}\t{two}\n" for one, two in asked), encoding="utf-8")
        subprocess.run(["rpm", "--eval", f'%{{lua: dofile("{script}")}}'], check=True, capture_output=True)
        return [int(answer) for answer in answers.read_text().split()]

    try:
        works = ask([("1.0~rc1", "1.0"), ("1:1", "2")]) == [-1, 1]
    except (subprocess.CalledProcessError, FileNotFoundError):
        works = False
    if not works:
        pytest.skip("this rpm has no lua with rpm.vercmp")
    return ask


@ONE_CALL_EACH
@given(pairs=st.lists(legal_neighbours(), min_size=5, max_size=60))
def test_librpm_says_the_same(librpm, pairs):
    assert [compare(one, two) for one, two in pairs] == librpm(pairs)


def test_librpm_agrees_with_every_table(librpm, data):
    words = (data / "versions" / "rpm_order.txt").read_text(encoding="utf-8").split()
    facts = [(one, two, compare(one, two)) for one, two in itertools.combinations(words, 2)]
    facts += golden()
    assert librpm([fact[:2] for fact in facts]) == [order for *_, order in facts]
