"""The values of Praat's files: of text files in all their forms, and of binary files."""

import re
import struct
from pathlib import Path
from typing import Protocol

from yamnet_gui.core.errors import LabelsError

from .text import LONGEST_S

_LONGEST_LABEL = 1 << 16
_VALUE = re.compile(
    r"(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)%?(?=\s|$)|(?P<flag><[^>\s]*>)"
    r"|(?P<comment>![^\n]*)|(?P<word>[^\s\"]\S*)"
)
_BETWEEN = re.compile(r"(?:\s+|![^\n]*|(?![-+]?\d)[^\s\"!<]\S*){0,99}")
"""Blanks, comments and words that no value begins like: most of a long text file.

At most so many at once: each repetition takes memory until the match is complete.
"""
BINARY = b"ooBinaryFile"


class PraatValues(Protocol):
    """What an object is read from, value by value. Each raises LabelsError."""

    @property
    def line(self) -> int | None: ...

    def error(self, reason: str) -> LabelsError: ...

    def kind(self) -> str: ...

    def text(self) -> str: ...

    def number(self) -> float: ...

    def count(self) -> int: ...

    def exists(self) -> bool: ...


class TextValues:
    """The values of a Praat text file in order; words between them have no meaning."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._at = 0
        self._begin = 0
        self._counted = (0, 1)  # position, and the line it is on

    @property
    def line(self) -> int:
        """The line of the last value; counted on from the last time it was asked for."""
        position, line = self._counted
        line += self._text.count("\n", position, self._begin)
        self._counted = (self._begin, line)
        return line

    def error(self, reason: str) -> LabelsError:
        return LabelsError(self._path, reason, line=self.line)

    def _next(self, wanted: str) -> str:
        while True:
            self._skip()
            self._begin = self._at
            if self._at >= len(self._text):
                raise self.error("the file ends too early")
            kind, value = self._value()
            if kind == wanted:
                return value
            if kind in ("text", "number"):
                raise self.error(f"a {wanted} is expected instead of {value[:40]!r}")

    def _skip(self) -> None:
        """Goes on to what may be a value."""
        while (match := _BETWEEN.match(self._text, self._at)) and match.end() > self._at:
            self._at = match.end()

    def _value(self) -> tuple[str, str]:
        if self._text[self._at] == '"':
            return "text", self._quoted()
        match = _VALUE.match(self._text, self._at)
        assert match is not None  # a word is anything but blanks and quotes
        self._at = match.end()
        kind = match.lastgroup or ""
        return kind, match.group(kind)

    def _quoted(self) -> str:
        """The text between quotes, where two of them stand for one."""
        begin = end = self._at + 1
        while True:
            end = self._text.find('"', end, begin + _LONGEST_LABEL)
            if end < 0:
                raise self.error("a quote is not closed")
            if not self._text.startswith('""', end):
                self._at = end + 1
                return self._text[begin:end].replace('""', '"')
            end += 2

    def at_end(self) -> bool:
        """Whether nothing but words without meaning follows."""
        while True:
            self._skip()
            if self._at >= len(self._text):
                return True
            here = self._at
            kind, _ = self._value()
            if kind in ("text", "number"):
                self._at = here
                return False

    def text(self) -> str:
        return self._next("text")

    kind = text

    def number(self) -> float:
        text = self._next("number")
        value = float(text)
        if not abs(value) <= LONGEST_S:
            raise self.error(f"the number {text[:40]} is too large for a time")
        return value

    def exists(self) -> bool:
        return self._next("flag") == "<exists>"

    def count(self) -> int:
        value = self.number()
        if value < 0 or value != int(value) or value > len(self._text):
            raise self.error(f"{value:g} is not a possible number of things")
        return int(value)


class BinaryValues:
    """The values of a binary file: big-endian, texts with their lengths before them."""

    line = None

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._data = data
        self._at = len(BINARY)

    def error(self, reason: str) -> LabelsError:
        return LabelsError(self._path, f"byte {self._at}: {reason}")

    def _bytes(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise self.error("the file ends too early")
        self._at += size
        return part

    def _unpacked(self, form: str) -> float:
        return struct.unpack(form, self._bytes(struct.calcsize(form)))[0]

    def kind(self) -> str:
        return self._bytes(self._bytes(1)[0]).decode("latin-1")

    def text(self) -> str:
        size = int(self._unpacked(">H"))
        if size != 0xFFFF:
            return self._bytes(size).decode("latin-1")
        wide = self._bytes(2 * int(self._unpacked(">H")))
        return wide.decode("utf-16-be", errors="replace")

    def number(self) -> float:
        value = self._unpacked(">d")
        if not abs(value) <= LONGEST_S:
            raise self.error(f"{value:g} is not a time")
        return value

    def exists(self) -> bool:
        return self._bytes(1) != b"\0"

    def count(self) -> int:
        value = int(self._unpacked(">i"))
        if not 0 <= value <= len(self._data):
            raise self.error(f"{value} is not a possible number of things")
        return value
