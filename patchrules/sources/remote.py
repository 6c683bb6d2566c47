"""Addresses ``s3://bucket/key`` as paths, so that whatever reads folders and files reads them there, too.

Through ``pyarrow.fs`` and nothing else. Credentials and the region come from AWS's own chain; options that its
addresses take may follow a question mark: ``s3://bucket/key?region=eu-west-1``.
"""

from __future__ import annotations

import functools
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

__all__ = ["S3Path", "is_address", "located"]

_SCHEME = "s3://"
_OPTIONS = re.compile(r"\?(?=[a-z_]+=)")
_MAGIC = re.compile(r"[*?\[]")
_T = TypeVar("_T")


class S3Path(type(Path())):  # type: ignore[misc]  # the class of paths on this system
    """A file or folder of a bucket; what :class:`pathlib.Path` asks the disk, it asks the bucket.

    A folder is what has files below it. Every failure is an OSError, as on a disk.
    """

    fs: Any

    def __str__(self) -> str:
        """Return the address, without its options."""
        return _SCHEME + self.key

    def __fspath__(self) -> str:
        """Return the address: it names the file in messages, and opens nothing on the disk."""
        return str(self)

    @property
    def key(self) -> str:
        """Bucket and key, as ``pyarrow.fs`` writes them."""
        return "/".join(self.parts[1:])

    @property
    def parent(self) -> S3Path:
        """The folder that the path is in."""
        return self._beside("/".join(self.parts[1:-1]))

    @property
    def parents(self) -> tuple[S3Path, ...]:
        """The folders that the path is in, the nearest first."""
        return tuple(self._beside("/".join(self.parts[1:end])) for end in range(len(self.parts) - 1, 0, -1))

    def __truediv__(self, name: str) -> S3Path:
        """Return a path below this one."""
        return self._beside(f"{self.key}/{name}")

    def with_name(self, name: str) -> S3Path:
        """Return the file of that name beside this one."""
        return self.parent / name

    def resolve(self, strict: bool = False) -> S3Path:  # noqa: ARG002, FBT001, FBT002  pathlib's signature
        """Return the path without ``..``; what would leave the bucket is another bucket's name."""
        return self._beside(posixpath.normpath(self.key))

    def is_file(self) -> bool:
        """Say whether there is an object of that key."""
        return bool(self._found().is_file)

    def is_dir(self) -> bool:
        """Say whether there are objects below that key."""
        return str(self._found().type.name) == "Directory"

    def exists(self) -> bool:
        """Say whether there is anything."""
        return str(self._found().type.name) != "NotFound"

    def stat(self, **_options: Any) -> os.stat_result:  # noqa: ANN401  pathlib's signature
        """Return what a disk would say of a regular file or a folder; raises FileNotFoundError."""
        found = self._found()
        if found.type.name == "NotFound":
            raise FileNotFoundError(str(self))
        mode = stat.S_IFREG if found.is_file else stat.S_IFDIR
        return os.stat_result((mode, 0, 0, 0, 0, 0, found.size or 0, 0, 0, 0))

    def open(self, *_arguments: Any, **_options: Any) -> BinaryIO:  # noqa: ANN401
        """Return a stream of the object's bytes."""
        return cast("BinaryIO", _as_on_a_disk(self.fs.open_input_file, self.key))

    def walked(self) -> list[S3Path]:
        """Return every object below that is not hidden, in order of key."""
        from pyarrow.fs import FileSelector

        found = _as_on_a_disk(self.fs.get_file_info, FileSelector(self.key, recursive=True, allow_not_found=True))
        depth = len(self.parts) - 1
        keys = sorted(one.path for one in found if one.is_file)
        return [self._beside(key) for key in keys if not any(p.startswith(".") for p in key.split("/")[depth:])]

    def rglob(self, pattern: str, **_options: Any) -> Iterator[S3Path]:  # noqa: ANN401  pathlib's signature
        """Yield the objects below, at any depth, whose last part is ``pattern``."""
        return (path for path in self.walked() if _pattern(pattern)(path.name))

    def glob(self, pattern: str, **_options: Any) -> Iterator[S3Path]:  # noqa: ANN401  pathlib's signature
        """Yield the objects below whose key, from here, is ``pattern``."""
        start = len(self.key) + 1
        return (path for path in self.walked() if _pattern(pattern)(path.key[start:]))

    def matching(self) -> list[S3Path]:
        """Return the objects that this address, a glob, matches."""
        fixed = self.key[: cast("re.Match[str]", _MAGIC.search(self.key)).start()].rpartition("/")[0]
        return [path for path in self._beside(fixed).walked() if _pattern(self.key)(path.key)]

    def _found(self) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return what the bucket says of the key."""
        return _as_on_a_disk(self.fs.get_file_info, self.key)

    def _beside(self, key: str) -> S3Path:
        """Return another path of the same file system."""
        return _path(key, self.fs)


def is_address(text: str) -> bool:
    """Say whether a text names something elsewhere.

    >>> is_address("s3://acme-sync/"), is_address("dumps/")
    (True, False)
    """
    return "://" in text


def located(source: str | os.PathLike[str]) -> Path:
    """Return the path of a text: on the disk, or in a bucket. Raises OSError for an address of another kind.

    >>> located("dumps/web-1.rpmqa").name
    'web-1.rpmqa'
    """
    if isinstance(source, Path):
        return source
    text = os.fspath(source)
    if not is_address(text):
        return Path(text)
    if not text.startswith(_SCHEME):
        raise OSError("only local paths and s3:// are read: copy it here first")
    key, *options = _OPTIONS.split(text.removeprefix(_SCHEME), maxsplit=1)
    bucket = key.partition("/")[0]
    if not bucket:
        raise OSError("the address names no bucket")
    return _path(key.rstrip("/"), _filesystem(bucket, options[0] if options else ""))


def _path(key: str, fs: Any) -> S3Path:  # noqa: ANN401  pyarrow is Any
    """Return a path of a file system."""
    found = S3Path(f"s3:/{key}")
    found.fs = fs
    return found


@functools.lru_cache(maxsize=32)
def _filesystem(bucket: str, options: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the file system of a bucket; connecting once serves every file of it."""
    from pyarrow.fs import FileSystem

    address = f"{_SCHEME}{bucket}" + (f"?{options}" if options else "")
    return _as_on_a_disk(FileSystem.from_uri, address)[0]


def _as_on_a_disk(act: Callable[[Any], _T], argument: Any) -> _T:  # noqa: ANN401  pyarrow is Any
    """Ask the bucket; what goes wrong is an OSError of one short line."""
    try:
        return act(argument)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, NotImplementedError) as problem:
        raise OSError(" ".join(str(problem).split())[:200]) from problem


@functools.lru_cache(maxsize=128)
def _pattern(glob: str) -> Callable[[str], re.Match[str] | None]:
    """Return what says whether a key matches a glob: ``*`` stays in its folder, ``**`` does not.

    >>> bool(_pattern("a/*.json")("a/b.json")), bool(_pattern("a/*.json")("a/b/c.json")), bool(_pattern("**/c")("a/c"))
    (True, False, True)
    """
    parts = re.split(r"(\*\*/?|\*|\?|\[[^]]*\])", glob)
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    texts = [words.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts]
    return re.compile("".join(texts), re.DOTALL).fullmatch
