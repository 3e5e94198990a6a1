"""In which encoding a text file is: known from its bytes, or the likeliest of several."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

OFFERED = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western European (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1257": "Baltic (Windows-1257)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp932": "Japanese (Shift JIS)",
    "gb18030": "Simplified Chinese (GB 18030)",
    "big5": "Traditional Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
    "mac_roman": "Western European (Mac)",
    "cp850": "Western European (DOS)",
}
"""Encodings to choose from where the likeliest is not right: name as Python knows it → title."""
_GUESSED = [name for name in OFFERED if not name.startswith(("utf", "cp850"))]
_BLOCK = 1 << 20
_UNSURE_BYTES = 1 << 16
"""Of lines that are not ASCII; that is enough to judge by."""
_PLAIN_WESTERN = frozenset(
    "äöüÄÖÜßéèêëÉÈÊËàâÀÂçÇîïÎÏôœŒùûÙÛñÑáíóúÁÍÓÚãõÃÕ¿¡åæøÅÆØ°µ²³×·±§«»–—…‘’“”„‚€"
)
"""What Western European languages use; Central European text read this way shows other letters."""
_RUSSIAN = re.compile(r"[а-яё]+", re.IGNORECASE)
_FREQUENT_RUSSIAN = frozenset("оеаинтсрвлк")
"""Two thirds of the letters of Russian text."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` as Python knows it; `sure`: the bytes leave no doubt."""

    name: str
    sure: bool = True


def find_encoding(path: Path) -> Encoding:
    """By byte-order mark or zero bytes (UTF-16); UTF-8 if all of it is; else the likeliest.

    Raises OSError.
    """
    with path.open("rb") as file:
        head = file.read(1024)
        if marked := _unicode_form(head):
            return Encoding(marked)
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(_BLOCK):
                if not (block.isascii() and decoder.getstate() == (b"", 0)):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            return _likeliest(_not_ascii(iter(lambda: file.read(_BLOCK), b"")))
    return Encoding("utf-8")


def _unicode_form(head: bytes) -> str:
    """The kind of Unicode that the first bytes show, "" if they do not."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even < len(head) // 8:
        return "utf-16-le"
    if even > len(head) // 4 and odd < len(head) // 8:
        return "utf-16-be"
    return ""


def _not_ascii(blocks: Iterable[bytes]) -> bytes:
    """Cells that are not ASCII, each once, as many as are needed to judge by."""
    wanted: dict[bytes, None] = {}
    size = 0
    for block in blocks:
        if block.isascii():
            continue
        for cell in re.split(rb"[\t\r\n,;|]", block):
            if not cell.isascii() and cell not in wanted:
                wanted[cell] = None
                size += len(cell)
        if size > _UNSURE_BYTES:
            break
    return b"\n".join(wanted)[:_UNSURE_BYTES]


def _likeliest(sample: bytes) -> Encoding:
    if _is_plain_western(sample):
        return Encoding("cp1252", sure=False)
    for name in ("cp1251", "koi8_r"):
        if _is_russian(sample, name):
            return Encoding(name, sure=False)
    from charset_normalizer import from_bytes  # not at start: it takes long

    best = from_bytes(sample, cp_isolation=_GUESSED).best()
    return Encoding(best.encoding if best is not None else "cp1252", sure=False)


def _is_plain_western(sample: bytes) -> bool:
    """Whether read as Windows-1252 it is text of a Western European language.

    Short texts allow many encodings; this is by far the most frequent one. Letters of other
    scripts may look like Western ones, but then whole words consist of them.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    strange = {c for c in text if not c.isascii()}
    words = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 2 and not w.isascii()]
    letters = sum(len(w) for w in words)
    accented = sum(not c.isascii() for w in words for c in w)
    return strange <= _PLAIN_WESTERN and 2 * accented <= letters


def _is_russian(sample: bytes, encoding: str) -> bool:
    """Whether read this way it is Russian text: capitals only where words begin, usual letters.

    The two encodings of Russian have letters at the same places, but other ones; texts in further
    scripts, read as Russian, have capitals inside of words or seldom letters.
    """
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    words = [w for w in re.findall(r"[^\W\d_]+", text) if not w.isascii()]
    cased = all(_RUSSIAN.fullmatch(w) and (w[1:].islower() or len(w) == 1) for w in words)
    letters = "".join(words).casefold()
    frequent = sum(c in _FREQUENT_RUSSIAN for c in letters)
    others = sum(not (c.isascii() or c.isalpha()) for c in text)
    return (
        len(letters) > 2
        and cased
        and 5 * frequent >= 2 * len(letters)
        and 4 * others <= len(letters)
    )
