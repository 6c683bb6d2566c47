"""The fuzz run finds what it looks for, and repeats itself."""

from __future__ import annotations

import random
import time

import pytest

from patchrules.errors import InventoryError
from tests import fuzz


def broken(data: bytes) -> None:
    if len(data) > 3:
        raise KeyError(data)


def slow(data: bytes) -> None:
    time.sleep(0.05)


def refusing(data: bytes) -> None:
    raise InventoryError("no", code="PR2101")


@pytest.mark.parametrize(("door", "found"), [(broken, "BROKEN"), (slow, "SLOW"), (refusing, "")])
def test_what_breaks_a_door_or_holds_it_up_is_kept(door, found, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fuzz, "SLOW", 0.02 if door is slow else 10)
    assert fuzz.fuzz([("door", door, [b"abcdef"])], 1, 0.05, tmp_path) == bool(found)
    assert any(tmp_path.iterdir()) == bool(found)
    assert (f"{found} door: python tests/fuzz.py --door door" in capsys.readouterr().out) == bool(found) or not found


def test_the_same_seed_makes_the_same_inputs():
    one, other = ([fuzz.changed(b"abcdef" * 9, [b"xyz"], random.Random(seed)) for seed in range(50)] for _ in range(2))
    assert one == other
    assert len(set(one)) > 40


def test_every_door_has_samples():
    assert all(samples for _, _, samples in fuzz.doors())
