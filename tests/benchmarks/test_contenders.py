"""Whoever races writes the same hosts and the same verdicts, and a difference would stop the race."""

from __future__ import annotations

import importlib.util

import pytest

from benchmarks import bench_batch, given, large_fleet, outputs
from benchmarks.large_fleet import shape_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A fleet of two hundred hosts with images of their own: every kind of verdict, hosts that fail by lists alone."""
    place = tmp_path_factory.mktemp("fleet")
    large_fleet.write(place, shape_of(20_000, images=0, packages=100))
    given.write(place)
    return place


@pytest.mark.parametrize("layout", ["flat", "star"])
def test_all_say_the_same(layout, folder):
    written = {}
    for name in bench_batch.racers(layout):
        if name in bench_batch.PEERS and importlib.util.find_spec(name.removeprefix("with_")) is None:
            continue  # the extra `bench` is not installed
        written[name] = folder / "output" / layout / name
        peer = importlib.import_module(f"benchmarks.peers.{name}")
        prepared = peer.prepare(folder, layout)
        for _ in range(2):
            written[name].mkdir(parents=True, exist_ok=True)
            peer.run(prepared, written[name])
        assert outputs.differences(written[bench_batch.COLD], written[name]) == []
    assert outputs.rows(written["floor"])["verdicts"] > 0
