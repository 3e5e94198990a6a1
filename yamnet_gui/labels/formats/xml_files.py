"""XML that others wrote, read as it goes by: no entities of its own, no deep nesting."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from yamnet_gui.core.errors import LabelsError

DEEPEST = 32


class XmlTarget(Protocol):
    """What takes elements as they come."""

    def start(self, tag: str, values: dict[str, str]) -> None: ...

    def data(self, text: str) -> None: ...

    def end(self, tag: str) -> None: ...


class _Guard:
    """Between parser and target: refuses what no label file needs."""

    def __init__(self, path: Path, root: str, target: XmlTarget, what: str) -> None:
        self._path = path
        self._root = root
        self._what = what
        self._target = target
        self._depth = 0
        self.data = target.data

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise LabelsError(self._path, "has a DOCTYPE, which could define custom entities")

    def start(self, tag: str, values: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST or (self._depth == 1) != (tag == self._root):
            raise LabelsError(self._path, f"is not {self._what}")
        self._target.start(tag, values)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._target.end(tag)

    def close(self) -> None:
        return


def parse(path: Path, blocks: Iterable[str], root: str, target: XmlTarget, what: str) -> None:
    """Feeds the text to the target. `root` must be the outermost element, and only that.

    Raises LabelsError, with the line where the XML is not well-formed.
    """
    parser = ET.XMLParser(target=_Guard(path, root, target, what))
    try:
        for block in blocks:
            parser.feed(block)
        parser.close()
    except ET.ParseError as error:
        line = error.position[0]
        raise LabelsError(path, f"is not well-formed XML ({error.msg})", line=line) from error
    except UnicodeEncodeError as error:
        raise LabelsError(path, "holds half a character, which XML cannot") from error
