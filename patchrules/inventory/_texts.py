"""Texts that Windows wrote: UTF-16 with and without a mark, and the code pages of its consoles.

``wmic`` writes UTF-16, PowerShell whatever it was told, ``systeminfo`` the console's code page, which no file names.
What matters to us is ASCII in all of them; the page is guessed only so that a person reads the rest.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from patchrules.sources.files import Document

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Words of localized Windows that tell a page: the words of one line are looked for in the pages of the same line.
_WORDS = (
    ("系统类型 主机名 修补程序", ("cp936",)),
    ("主機名稱 系統類型", ("cp950",)),
    ("ホスト名 システムの種類", ("cp932",)),
    ("호스트 시스템", ("cp949",)),
    ("Имя системы Исправление", ("cp866", "cp1251")),
    ("Název systému Állomásnév Rendszertípus", ("cp852", "cp1250")),
    ("Bilgisayar Türü Sürümü", ("cp857", "cp1254")),
    ("Όνομα κεντρικού", ("cp737", "cp1253")),
    (
        "système enregistré Ursprüngliches Versión instalación modalità Sì memória anfitrião geïnstalleerd för Größe",
        ("cp850", "cp1252"),
    ),
)


def text_of(document: Document) -> tuple[str, str | None]:
    r"""Return the text of a file, and the code page when it had to be guessed.

    >>> from patchrules.sources.files import open_document
    >>> text_of(open_document("Host Name: A".encode("utf-16")))
    ('Host Name: A', None)
    >>> text_of(open_document(b"Please wait." + "HotFixID".encode("utf-16-le")))
    ('Please wait.HotFixID', None)
    >>> text_of(open_document("Versión del sistema".encode("cp850")))
    ('Versión del sistema', 'cp850')
    """
    data = document.read()
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace"), None
    if b"\x00" in data:
        return _unmarked(data), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        page = _page(data)
        return data.decode(page, "replace"), page


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield number and text of each line; carriage returns and no-break spaces are gone.

    >>> list(lines_of("a\r\r\nb\xa0c\r\n"))
    [(1, 'a'), (2, 'b c'), (3, '')]
    """
    for number, line in enumerate(text.split("\n"), 1):
        yield number, line.replace("\r", "").replace("\xa0", " ")


def head_of(document: Document) -> str:
    """Return the start of a file as text, whatever its encoding, for telling formats apart by ASCII words."""
    head = document.head
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    return _unmarked(head) if b"\x00" in head else head.decode("utf-8", "replace")


def _unmarked(data: bytes) -> str:
    """Decode UTF-16 without a mark; single bytes before it (a console's own message) stay what they are."""
    if data[:1] == b"\x00":
        return data.decode("utf-16-be", "replace")
    start = max(data.find(b"\x00") - 1, 0)
    return data[:start].decode("utf-8", "replace") + data[start:].decode("utf-16-le", "replace")


def _page(data: bytes) -> str:
    """Return the code page whose words occur most often; cp850, the page of western consoles, when none does."""
    best, most = "cp850", 0
    for words, pages in _WORDS:
        for page in pages:
            found = sum(word.encode(page, "replace") in data for word in words.split())
            if found > most:
                best, most = page, found
    return best
