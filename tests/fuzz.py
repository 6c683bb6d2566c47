"""Feeds damaged samples to every door until time is up: whatever is in a file, only our own errors may come out.

``python tests/fuzz.py --seconds 60`` changes the samples of ``data/`` at random and says how many inputs each door took
and refused. An input that breaks a door, or holds it up, is kept with the command that repeats it, and the exit code is
1. docs/how-to/fuzz.md says more.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from patchrules import catalog, inventory
from patchrules.documents import load_hosts
from patchrules.documents.baseline import load_baselines
from patchrules.documents.calendars import load_calendar
from patchrules.documents.windows import load_windows
from patchrules.errors import CatalogError, Faults, InvariantError, PatchRulesError
from patchrules.sources.files import Limits, open_document

DATA = Path(__file__).resolve().parents[1] / "data"
LIMITS = Limits(max_bytes=64 << 20, max_line=1 << 16)
SLOW = 10.0
SPICE = [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"9" * 40, b"-1", b"(none)", b"../../etc/passwd", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"[" * 200, b"{" * 200, b"<a>" * 200, b'"', b"'", b"\t", b"\n", b"\r", b",", b"&amp;", b"\\ud800", b"1e999", b"NaN", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1"]  # fmt: skip

Door = Callable[[bytes], object]


def doors() -> Iterator[tuple[str, Door, list[bytes]]]:
    """Yield every door with the samples that it is fed with."""
    for name in inventory.readers():
        samples = _samples(DATA / "inventories/samples", name)
        yield f"inventory:{name}", _inventory(name), samples
    for name, reader in catalog.readers().items():
        samples = _samples(DATA / "catalogs/samples", name)
        yield f"catalog:{name}", _catalog(reader), samples
    yield "enrichment", catalog.read_enrichment, [b"cve,epss,percentile\nCVE-2024-9000,0.5,0.9\n", b'{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-1"}]}']  # fmt: skip
    yield "documents:baselines", load_baselines, _files(DATA / "baselines/demo", ".json", ".yaml")
    yield "documents:hosts", load_hosts, [*_files(DATA / "inventories", ".yaml"), b"host,family\nweb-1,rhel\n"]
    yield "documents:windows", load_windows, [b"windows: [{name: a, schedule: rate(7 days), duration: 2, cutoff: 1}]"]
    yield "documents:calendar", load_calendar, [b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261101T000000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"]  # fmt: skip


def changed(sample: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a sample with a few things wrong in it."""
    data = bytearray(sample)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        length = chance.choice((1, 2, 8, 64, 512))
        act = chance.randrange(7)
        if act == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif act == 1:
            del data[at:]
        elif act == 2:
            del data[at : at + length]
        elif act == 3:
            data[at:at] = data[at : at + length] * chance.choice((1, 2, 50))
        elif act == 4:
            data[at:at] = chance.choice(SPICE)
        elif act == 5:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at : at + length] = other[start : start + length]
        else:
            data[at : at + length] = bytes(chance.randrange(256) for _ in range(min(length, 8)))
    return gzip.compress(bytes(data)) if chance.random() < 0.02 else bytes(data)


def tried(door: Door, data: bytes) -> tuple[str, str]:
    """Return what became of one input: ``read``, ``refused``, ``BROKEN`` or ``SLOW``, with what was said."""
    begun = time.perf_counter()
    try:
        door(data)
        outcome, said = "read", ""
    except InvariantError:
        outcome, said = "BROKEN", traceback.format_exc()
    except PatchRulesError as problem:
        several = problem.exceptions if isinstance(problem, Faults) else ()
        ours = all(isinstance(one, PatchRulesError) for one in several)
        outcome, said = ("refused", str(problem)) if ours else ("BROKEN", traceback.format_exc())
    except Exception:  # noqa: BLE001  that nothing else comes out is what is tested
        outcome, said = "BROKEN", traceback.format_exc()
    seconds = time.perf_counter() - begun
    return (outcome, said) if seconds < SLOW or outcome == "BROKEN" else ("SLOW", f"{seconds:.0f} seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz the doors, or repeat inputs that are given as files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same inputs")
    parser.add_argument("--door", default="", help="only doors whose name begins so: catalog:wesng")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "patchrules-fuzz")
    parser.add_argument("files", nargs="*", type=Path, help="inputs to try again")
    options = parser.parse_args(arguments)
    wanted = [one for one in doors() if one[0].startswith(options.door)]
    if not wanted:
        parser.error(f"there is no door `{options.door}`")
    if options.files:
        outcomes = [tried(door, path.read_bytes()) for _, door, _ in wanted for path in options.files]
        sys.stdout.writelines(f"{outcome} {said}\n" for outcome, said in outcomes)
        return int(any(outcome.isupper() for outcome, _ in outcomes))
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    return fuzz(wanted, seed, options.seconds, options.keep)


def fuzz(wanted: Sequence[tuple[str, Door, list[bytes]]], seed: int, seconds: float, keep: Path) -> int:
    """Give each door its turn until time is up."""
    chance = random.Random(seed)
    others = [sample for _, _, samples in wanted for sample in samples]
    counts: dict[str, Counter[str]] = {name: Counter() for name, _, _ in wanted}
    end, broken = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for name, door, samples in wanted:
            data = changed(chance.choice(samples), others, chance)
            outcome, said = tried(door, data)
            counts[name][outcome] += 1
            if outcome.isupper():
                broken += 1
                keep.mkdir(parents=True, exist_ok=True)
                path = keep / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
                path.write_bytes(data)
                sys.stdout.write(f"{outcome} {name}: python tests/fuzz.py --door {name} {path}\n{said}\n")
    for name, found in counts.items():
        sys.stdout.write(f"{name:32}{found['read']:8,} read{found['refused']:8,} refused\n")
    total = sum(sum(found.values()) for found in counts.values())
    sys.stdout.write(f"{total:,} inputs, {broken} broken or slow, seed {seed}\n")
    return int(broken > 0)


def _samples(folder: Path, name: str) -> list[bytes]:
    """Return the samples of a format."""
    return [path.read_bytes() for path in sorted(folder.glob(f"{name}.*")) if path.is_file()]


def _files(folder: Path, *suffixes: str) -> list[bytes]:
    """Return the files of a folder with these ends."""
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in suffixes]


def _inventory(name: str) -> Door:
    """Return the door of one format of inventories."""
    return lambda data: inventory.read_inventory(data, host="h", format=name, family=None, limits=LIMITS)


def _catalog(reader: Any) -> Door:
    """Return the door of one format of catalogs, and what makes a catalog of what it read."""

    def door(data: bytes) -> object:
        document = open_document(data, limits=LIMITS, error=CatalogError)
        reader.sniff(document)
        return reader.read(document, catalog.ReadOptions("rpm", limits=LIMITS))

    return door


if __name__ == "__main__":
    sys.exit(main())
