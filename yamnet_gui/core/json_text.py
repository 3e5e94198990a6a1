"""JSON that somebody else may have written or damaged, and one kind of error for it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_BLANKS = re.compile(r"[ \t\n\r]*")
_AFTER_ITEM = " \t\n\r,]"
_LONGEST_WHOLE = 20
"""Characters of a whole number that may fit into 64 bits with its sign."""


def parse_json(text: str | bytes) -> Any:
    """The document. Whole numbers of any length come as floats where they exceed 64 bits.

    Raises ValueError (JSONDecodeError where it knows the place), also for what is nested too
    deeply: Python's own parser raises RecursionError then, which no reader of files expects.
    """
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def json_items(blocks: Iterable[str]) -> Iterator[Any]:
    """The items of a document that is a list, one by one, so that its size does not matter.

    `blocks`: the text in parts. Raises ValueError as `parse_json` does, items before the fault
    given already; JSONDecodeError has the line of the whole text.
    """
    text, lines, at = "", 0, 0
    rest = iter(blocks)
    decode = json.JSONDecoder(parse_int=_whole).raw_decode

    def more() -> bool:
        """Reads on: twice as much where an item is longer than what is there."""
        nonlocal text, lines, at
        wanted = max(len(text) - at, 1)
        parts: list[str] = []
        while wanted > 0 and (part := next(rest, None)) is not None:
            parts.append(part)
            wanted -= len(part)
        if parts:
            lines += text.count("\n", 0, at)
            text, at = "".join([text[at:], *parts]), 0
        return bool(parts)

    def token() -> str:
        """The next character that is no blank; "" at the end."""
        nonlocal at
        while True:
            found = _BLANKS.match(text, at)
            at = found.end() if found else at
            if at < len(text) or not more():
                return text[at : at + 1]

    def fault(message: str) -> json.JSONDecodeError:
        error = json.JSONDecodeError(message, text, at)
        error.lineno += lines
        return error

    if token() != "[":
        raise fault("Expecting value")
    at += 1
    mark = token()
    while mark != "]":
        try:
            item, end = decode(text, at)
        except json.JSONDecodeError as error:
            error.lineno += lines
            if more():
                continue
            raise
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if (end == len(text) or text[end] not in _AFTER_ITEM) and more():
            continue  # a number may go on
        at = end
        yield item
        mark = token()
        if mark == ",":
            at += 1
            if token() == "]":
                raise fault("Expecting value")
        elif mark != "]":
            raise fault("Expecting ',' delimiter")
    at += 1
    if token():
        raise fault("Extra data")


def _whole(digits: str) -> int | float:
    """A number of any length would otherwise be refused, or fail where it becomes a float."""
    if len(digits) <= _LONGEST_WHOLE and -(2**63) <= (number := int(digits)) < 2**63:
        return number
    return float(digits)
