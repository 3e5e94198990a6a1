"""What a file of labels looks like before it is read: its beginning, and its structure if JSON."""

import json
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.json_text import json_items, parse_json

from .column_guess import guess_columns
from .columns import ColumnMapping
from .encodings import Encoding, find_encoding
from .layout import TableLayout, fold_name, guess_layout, rows_of_head
from .text import blocks, readable, whole_text

HEAD_BYTES = 1 << 16
_LONG_BYTES = 1 << 23
"""A list of JSON in a longer file is read entry by entry: as objects it takes six times as much."""
_FIRST_ENTRIES = 1000
"""Of a long list, for an object among them."""
NOT_JSON = object()
"""`Sample.document` of a file that is no JSON."""


class Sample:
    """One file, for the predicates that detect formats and for the reader that is chosen.

    Everything is worked out when it is first asked for, and once. Raises LabelsError where the
    file cannot be read.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        self.suffix = path.suffix.lower()
        with readable(path):
            found = Encoding(encoding) if encoding else find_encoding(path)
            with path.open("rb") as file:
                self.data = file.read(HEAD_BYTES)
        self.encoding = found.name
        self.encoding_sure = found.sure

    @cached_property
    def head(self) -> str:
        """The first `HEAD_BYTES` as text without byte-order mark, line ends as LF."""
        with readable(self.path):
            text = self.data.decode(self.encoding, errors="replace")
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def first_line(self) -> str:
        """The first line that is not blank."""
        return next((line for line in self.head.split("\n") if line.strip()), "")

    @cached_property
    def layout(self) -> TableLayout | None:
        """How the file is laid out as a table, None where it is none."""
        return guess_layout(self.head, whole=self.is_whole)

    @cached_property
    def first_rows(self) -> list[list[str]]:
        """Cells of the first rows after the header, if it is a table."""
        if self.layout is None:
            return []
        return rows_of_head(self.head, self.layout, self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether `head` is all of the file."""
        return len(self.data) < HEAD_BYTES

    @cached_property
    def guess(self) -> ColumnMapping:
        """What its columns hold, as far as names and contents tell, if it is a table."""
        if self.layout is None:
            return ColumnMapping()
        return guess_columns(self.layout.header, self.first_rows)

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of its columns as `fold_name` makes them, if it is a table with a header."""
        header = self.layout.header if self.layout is not None else None
        return frozenset(fold_name(name) for name in header or ())

    def has_columns(self, *names: str) -> bool:
        return all(fold_name(name) in self.columns for name in names)

    @property
    def looks_like_json(self) -> bool:
        return self.head.lstrip()[:1] in ("[", "{")

    @cached_property
    def _parsed(self) -> tuple[Any, LabelsError | None]:
        """(document, why it is broken); where each line is a document, the list of them."""
        try:
            text = whole_text(self.path, self.encoding, begins="[{").removeprefix("\ufeff")
        except LabelsError as error:
            return NOT_JSON, error
        try:
            return parse_json(text), None
        except json.JSONDecodeError as error:
            if error.msg == "Extra data" and text[: error.pos].count("\n") <= 1:
                try:
                    return [parse_json(line) for line in text.split("\n") if line.strip()], None
                except ValueError:
                    pass
            return NOT_JSON, self._no_json(error)
        except ValueError as error:
            return NOT_JSON, self._no_json(error)

    @property
    def document(self) -> Any:
        """The whole file as parsed JSON (JSON lines: the list of them), `NOT_JSON` otherwise."""
        return self._parsed[0] if self.looks_like_json else NOT_JSON

    def json(self) -> Any:
        """The document. Raises LabelsError with the line where the file is not JSON."""
        if self.json_error is not None:
            raise self.json_error
        return self.document

    @property
    def json_error(self) -> LabelsError | None:
        """Why `document` is `NOT_JSON`."""
        return self._parsed[1]

    @cached_property
    def _is_long_list(self) -> bool:
        """Whether it is a list that takes more memory at once than a table of labels should."""
        with readable(self.path):
            size = self.path.stat().st_size
        return size > _LONG_BYTES and self.head.lstrip()[:1] == "["

    def entries(self) -> Iterator[Any]:
        """The entries of a list, one by one if it is long; else the document as the only one.

        Raises LabelsError with the line where the file is not JSON, after entries that are whole.
        """
        if not self._is_long_list:
            document = self.json()
            yield from document if isinstance(document, list) else [document]
            return
        text = blocks(self.path, self.encoding, begins="[{")
        try:
            yield from json_items(part.removeprefix("\ufeff") for part in text)
        except ValueError as error:
            raise self._no_json(error) from None

    def _no_json(self, error: ValueError) -> LabelsError:
        if isinstance(error, json.JSONDecodeError):
            reason = f"is not JSON that can be read ({error.msg})"
            return LabelsError(self.path, reason, line=error.lineno)
        return LabelsError(self.path, "is JSON that is nested too deeply")

    @cached_property
    def first_object(self) -> dict[str, Any]:
        """The document if it is an object, or the first object of its list; else empty."""
        if self._is_long_list:
            try:
                first = islice(self.entries(), _FIRST_ENTRIES)
                return next((entry for entry in first if isinstance(entry, dict)), {})
            except LabelsError:
                return {}
        document = self.document
        if isinstance(document, list):
            document = next((entry for entry in document if isinstance(entry, dict)), None)
        return document if isinstance(document, dict) else {}
