"""Text as people and programs read it."""

import os
from pathlib import Path


def printable(path: Path | str) -> str:
    """The path as text that any UTF-8 file or terminal can hold; odd bytes as `\\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
