"""Decisions on kinds of packages are remembered, and stay right when one was interrupted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from patchrules.batch import orders
from patchrules.batch.approvals import Decisions
from patchrules.batch.kinds import Kinds


def told(kinds):
    """Decide on each kind as its own number; remembers what was asked."""
    asked = []

    def decide(positions):
        asked.append([kinds[position] for position in positions])
        numbers = np.array(asked[-1], dtype=np.int64)
        return Decisions(*(numbers for _ in dataclasses.fields(Decisions)))

    return decide, asked


def test_a_kind_is_decided_on_once():
    known = Kinds()
    for kinds, wanted in (([3, 1, 3], [[3, 1]]), ([1, 2, 3], [[2]]), ([2], [])):
        decide, asked = told(kinds)
        assert known.decided(kinds, decide).level.tolist() == kinds
        assert asked == wanted


def test_an_interrupt_loses_nothing_and_mixes_nothing_up():
    known = Kinds()

    def interrupted(positions):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        known.decided([7, 8], interrupted)
    for kinds in ([9, 8], [7, 9]):
        assert known.decided(kinds, told(kinds)[0]).since.tolist() == kinds


def test_what_is_remembered_of_texts_is_forgotten_when_it_is_much(monkeypatch):
    monkeypatch.setattr(orders, "_MOST", 2)
    made: list[str] = []

    def make(text):
        made.append(text)
        return text.upper()

    known = orders.Remembered(make)
    assert [known[text] for text in "abacab"] == list("ABACAB")
    assert made == list("abcab")
    assert len(known) <= orders._MOST
