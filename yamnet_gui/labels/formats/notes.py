"""Properties that only some formats know, as lines `name: value` of an event's note.

So they are seen, searched, exported as part of the note, and written back by formats that have a
place for them: the tier of Praat and ELAN, further tags of AOEF, a rating of Label Studio.
"""

import re
from collections.abc import Iterable

TIER = "tier"
_LINE = re.compile(r"(?P<name>[^:\n]{1,60}): (?P<value>[^\n]+)")


def noted(properties: Iterable[tuple[str, str]], text: str = "") -> str:
    """A note of these properties, one a line, and then the text. Empty values are left out."""
    lines = [f"{_plain(name)}: {_plain(value)}" for name, value in properties if value.strip()]
    return "\n".join([*lines, text] if text else lines)


def properties_of(note: str) -> tuple[list[tuple[str, str]], str]:
    """Undoes `noted`: the properties at the beginning of the note, and the rest of its text."""
    lines = note.split("\n")
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            break
        found.append((match["name"], match["value"]))
    return found, "\n".join(lines[len(found) :])


def property_of(note: str, name: str) -> str:
    """The value of one property of a note; "" where it has none."""
    if f"{name}: " not in note:  # most events; nothing is taken apart for them
        return ""
    return dict(reversed(properties_of(note)[0])).get(name, "")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
