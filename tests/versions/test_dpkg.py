from __future__ import annotations

import itertools
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.errors import VersionError
from patchrules.versions.dpkg import DebianVersion, compare, sort_key, split

THOROUGH = settings(max_examples=20 * settings().max_examples)
FEW_CALLS = settings(max_examples=max(5, settings().max_examples // 10))

SPLITS = {
    "1:2.36.1-8+deb11u1": DebianVersion(1, "2.36.1", "8+deb11u1"),
    "20230311": DebianVersion(0, "20230311", None),
    "0": DebianVersion(0, "0", None),
    "1.0-0": DebianVersion(0, "1.0", "0"),
    "1-2-3": DebianVersion(0, "1-2", "3"),
    "7:1-a:b-5": DebianVersion(7, "1-a:b", "5"),
    "1.0-~": DebianVersion(0, "1.0", "~"),
    "00:1.0": DebianVersion(0, "1.0", None),
    # dpkg reads an epoch with strtol, so it takes a sign, and drops blanks at both ends.
    "+1:1.0": DebianVersion(1, "1.0", None),
    "-0:1.0": DebianVersion(0, "1.0", None),
    " \t1.0-1\v\f\r\n": DebianVersion(0, "1.0", "1"),
    "2147483647:1": DebianVersion(2**31 - 1, "1", None),
}

NO_RANGE = "is not between 0 and 2147483647"
NO_DIGIT = "the upstream version does not start with a digit [PR5005]"
REFUSED = {
    "": "`` is not a dpkg version: it is empty [PR5002]",
    " \t": "`` is not a dpkg version: it is empty [PR5002]",
    "1:": "`1:` is not a dpkg version: the upstream version is empty [PR5002]",
    "-1": "`-1` is not a dpkg version: the upstream version is empty [PR5002]",
    "0:-0": "`0:-0` is not a dpkg version: the upstream version is empty [PR5002]",
    "1.0-": "`1.0-` is not a dpkg version: nothing follows the last `-` [PR5002]",
    "-": "`-` is not a dpkg version: nothing follows the last `-` [PR5002]",
    ":1.0": "`:1.0` is not a dpkg version: the epoch `` is not a number [PR5004]",
    "x:1.0": "`x:1.0` is not a dpkg version: the epoch `x` is not a number [PR5004]",
    "1.0:1": "`1.0:1` is not a dpkg version: the epoch `1.0` is not a number [PR5004]",
    "٣:1.0": "`٣:1.0` is not a dpkg version: the epoch `٣` is not a number [PR5004]",
    "-1:1.0": f"`-1:1.0` is not a dpkg version: the epoch `-1` {NO_RANGE} [PR5004]",
    "2147483648:1": f"`2147483648:1` is not a dpkg version: the epoch `2147483648` {NO_RANGE} [PR5004]",
    "99999999999:1": f"`99999999999:1` is not a dpkg version: the epoch `99999999999` {NO_RANGE} [PR5004]",
    "a1": f"`a1` is not a dpkg version: {NO_DIGIT}",
    "~1": f"`~1` is not a dpkg version: {NO_DIGIT}",
    "1_0": "`1_0` is not a dpkg version: `_` may not stand in the upstream version [PR5003]",
    "1.0 1": "`1.0 1` is not a dpkg version: ` ` may not stand in the upstream version [PR5003]",
    "1\n0": "`1\\n0` is not a dpkg version: `\\n` may not stand in the upstream version [PR5003]",
    "1é0": "`1é0` is not a dpkg version: `é` may not stand in the upstream version [PR5003]",
    "1٣": "`1٣` is not a dpkg version: `٣` may not stand in the upstream version [PR5003]",
    "1^0-1": "`1^0-1` is not a dpkg version: `^` may not stand in the upstream version [PR5003]",
    "0:0-0:0": "`0:0-0:0` is not a dpkg version: `:` may not stand in the revision [PR5003]",
    "1.0-1_2": "`1.0-1_2` is not a dpkg version: `_` may not stand in the revision [PR5003]",
}


def sign(one, two):
    return (one > two) - (one < two)


@pytest.mark.parametrize(("text", "version"), SPLITS.items())
def test_split(text, version):
    assert split(text) == version
    assert compare(str(version), text) == 0


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_refused_and_how(text, message):
    for read in (split, sort_key, lambda text: compare(text, "1"), lambda text: compare("1", text)):
        with pytest.raises(VersionError) as refused:
            read(text)
        assert str(refused.value) == message
        assert refused.value.code in CODES


def test_an_endless_epoch_is_refused_in_few_words():
    with pytest.raises(VersionError, match=r"is not between 0 and 2147483647") as refused:
        split("9" * 5000 + ":1")
    assert len(str(refused.value)) < 400
    assert split("0" * 5000 + "7:1").epoch == 7


def test_numbers_of_any_length():
    numbers = ["9" * 10, str(2**64 - 1), str(2**64), "9" * 199, "1" + "0" * 199, "9" * 200, "9" * 255, "9" * 256]
    numbers += ["1" + "0" * 70_000, "9" * 70_001]
    for (older, newer), text in itertools.product(itertools.pairwise(numbers), ("{}", "1.{}-1", "1-{}a")):
        assert compare(text.format(older), text.format(newer)) == -1
        assert sort_key(text.format(older)) < sort_key(text.format(newer))
    assert sort_key("0" * 300 + "1") == sort_key("1")
    for number in numbers:
        assert compare(f"1a{number}", "1aa") == -1
        assert sort_key(f"1a{number}") < sort_key("1aa")


ALPHABET = "~.-+aZ019:"
PIECES = st.sampled_from([*ALPHABET, "00", "10", "rc", "~~", "+deb12u", "ubuntu", "-0", "18446744073709551616"])
EPOCHS = st.sampled_from(["", "", "", "0:", "1:", "00:", "10:", "9:"])


@st.composite
def neighbours(draw):
    """Two versions, the second at most three small edits away from the first."""
    one = two = draw(EPOCHS) + draw(st.sampled_from("0019")) + "".join(draw(st.lists(PIECES, max_size=6)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(two)))
        two = two[:at] + draw(st.sampled_from(["", *ALPHABET])) + two[at + draw(st.integers(0, 1)) :]
    return repaired(one), repaired(two)


def repaired(text):
    return text if accepts(text) else "0" + text.replace(":", "").rstrip("-")


def accepts(text):
    try:
        split(text)
    except VersionError:
        return False
    return True


@THOROUGH
@given(neighbours())
@example(("1", "1-0"))
@example(("1a", "1a0-0"))
@example(("1-a", "1a"))
def test_keys_sort_as_versions_compare(pair):
    one, two = pair
    assert sign(sort_key(one), sort_key(two)) == compare(one, two) == -compare(two, one)


@THOROUGH
@given(neighbours(), neighbours())
def test_strangers_sort_alike_too_and_order_is_transitive(pair, other):
    ordered = sorted([*pair, *other], key=sort_key)
    assert all(compare(older, newer) <= 0 for older, newer in itertools.combinations(ordered, 2))


@given(st.text(max_size=10))
def test_any_text_is_a_version_or_refused_with_our_error(text):
    assert not accepts(text) or compare(text, text) == 0


@pytest.fixture(scope="module")
def ask():
    """Return a function that runs one shell over many lines, and dpkg on each of them."""
    if not shutil.which("dpkg"):
        pytest.skip("needs `dpkg`")

    def run(loop, lines):
        text = "".join(f"{line}\n" for line in lines)
        done = subprocess.run(["sh", "-c", loop], input=text, capture_output=True, text=True, check=True)
        return [int(answer) for answer in done.stdout.split()]

    return run


ORDER = """
while read -r a b; do
  if dpkg --compare-versions -- "$a" lt "$b"; then echo -1; else dpkg --compare-versions -- "$a" eq "$b"; echo $?; fi
done
"""
VALID = 'while IFS= read -r v; do dpkg --validate-version -- "$v" 2>/dev/null; echo $?; done'


@FEW_CALLS
@given(pairs=st.lists(neighbours(), min_size=5, max_size=60))
def test_dpkg_sorts_the_same(ask, pairs):
    assert [compare(one, two) for one, two in pairs] == ask(ORDER, [f"{one} {two}" for one, two in pairs])


@FEW_CALLS
@given(texts=st.lists(st.text(st.sampled_from([*ALPHABET, *" \t_^/é"]), max_size=8), min_size=20, max_size=80))
def test_dpkg_accepts_the_same(ask, texts):
    assert [accepts(text) for text in texts] == [code == 0 for code in ask(VALID, texts)]


def test_dpkg_agrees_with_every_table(ask, data):
    lines = (data / "versions" / "dpkg_order.txt").read_text(encoding="utf-8").splitlines()
    chain = [word for line in lines for word in line.split()]
    pairs = list(itertools.pairwise(chain))
    assert [compare(one, two) for one, two in pairs] == ask(ORDER, [f"{one} {two}" for one, two in pairs])
    oneliners = [text for text in [*SPLITS, *REFUSED] if "\n" not in text]
    assert [accepts(text) for text in oneliners] == [code == 0 for code in ask(VALID, oneliners)]
