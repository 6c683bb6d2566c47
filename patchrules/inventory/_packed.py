"""The files of a packed fleet, and the folder that has them: it is opened whole and alone, never file by file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from patchrules.errors import InventoryError

HOSTS_FILE, PACKAGES_FILE, INSTALLED, REJECTS_FILE = "hosts.parquet", "packages.parquet", "installed", "rejects.parquet"
SAID = "fleet.json"
"""What packing said: which files were read, and what was doubtful about them."""

ID = b"patchrules.fleet"
"""The key of a packed fleet's id in the metadata of its Parquet files; in ``fleet.json`` it is ``id``."""

FILES = frozenset({HOSTS_FILE, PACKAGES_FILE, f"{INSTALLED}.parquet", REJECTS_FILE, SAID})
"""What packing writes."""


def is_star(folder: Path) -> bool:
    """Say whether a folder has the files of the star layout; none is opened."""
    has_rows = (folder / INSTALLED).is_dir() or (folder / f"{INSTALLED}.parquet").is_file()
    return has_rows and all((folder / name).is_file() for name in (HOSTS_FILE, PACKAGES_FILE))


def refuse_packed(files: Iterable[object]) -> None:
    """Raise InventoryError PR2124 where files that are to be read one by one are those of a packed fleet.

    Only folders of files with such names are looked at.
    """
    paths = [one for one in files if isinstance(one, Path)]
    folders = {one.parent for one in paths if one.name in FILES}
    folders |= {one.parent.parent for one in paths if one.parent.name == INSTALLED}
    packed = next((one for one in sorted(folders) if is_star(one)), None)
    if packed is not None:
        message = f"`{packed}` is a packed fleet, whose files are no inventories by themselves"
        hint = f"give the folder alone, by its own path: --inventory {packed} or pr.open_fleet({str(packed)!r})"
        raise InventoryError(message, code="PR2124", hint=hint)
