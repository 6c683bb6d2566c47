"""Somebody who writes while others judge: in order, one thing at a time, and told of what goes wrong."""

from __future__ import annotations

import threading

import pytest

from patchrules.evaluation.clerk import Clerk


def test_things_are_done_in_order_and_none_waits():
    done: list[str] = []
    handed: list[str] = []
    may_go_on = threading.Event()

    def first():
        may_go_on.wait(10)
        done.append("first")

    def hand_over():
        clerk.give(done.append, "second")
        handed.append("second")

    with Clerk() as clerk:
        clerk.give(first)
        giver = threading.Thread(target=hand_over)
        giver.start()
        assert not handed
        may_go_on.set()
        giver.join(10)
        clerk.wait()
    assert done == ["first", "second"]


@pytest.mark.parametrize("then", [lambda clerk: clerk.wait(), lambda clerk: clerk.give(list)])
def test_what_goes_wrong_is_raised_once_by_what_comes_next(then):
    with Clerk() as clerk:
        clerk.give([].remove, "what is not there")
        with pytest.raises(ValueError, match="not in list"):
            then(clerk)
        clerk.wait()
