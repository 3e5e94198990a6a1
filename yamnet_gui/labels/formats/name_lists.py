"""Several names in one text, of which any may hold the sign that stands between them."""

import json
import re
from functools import cache

from yamnet_gui.core.resources import bundled_class_map

from .columns import LISTS


def split_names(text: str, apart: str, *, quotes: str = "") -> list[str]:
    """The names in a text, between which `apart` stands; without empty ones.

    A name in quotes is taken as it is, and so is one of the model's classes that holds the sign,
    such as "Bee, wasp, etc.": its parts are joined again. `quotes`: signs that are dropped from
    the ends of names whatever else is wrong with them.
    """
    sign = re.escape(apart)
    one = re.compile(rf"""\s*(?:'([^']*)'|"([^"]*)"|(.*?))\s*(?:{sign}|$)""", re.DOTALL)
    parts: list[tuple[str, bool]] = []
    at = 0
    while at <= len(text):
        match = one.match(text, at)
        assert match is not None  # the last alternative takes any text
        quoted = match[1] if match[1] is not None else match[2]
        parts.append(
            (match[3].strip(f" {quotes}") if quoted is None else quoted, quoted is not None)
        )
        if match.end() == len(text) and not match[0].endswith(apart):
            break
        at = match.end()
    return [name for name in _joined(parts, apart) if name.strip()]


def one_of_several(name: str, apart: str) -> str:
    """A single name as it is written into a cell that is read by `split_names`, or as a list."""
    if apart == LISTS:
        return json.dumps([name], ensure_ascii=False)
    if not apart or apart not in name or split_names(name, apart) == [name]:
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'


def _joined(parts: list[tuple[str, bool]], apart: str) -> list[str]:
    names, at = [], 0
    known, most = _names_with(apart)
    while at < len(parts):
        for count in range(min(most, len(parts) - at), 1, -1):
            some = parts[at : at + count]
            key = apart.join(name.strip().casefold() for name, _ in some)
            if key in known and not any(quoted for _, quoted in some):
                names.append(known[key])
                at += count
                break
        else:
            names.append(parts[at][0].strip())
            at += 1
    return names


@cache
def _names_with(apart: str) -> tuple[dict[str, str], int]:
    """The classes whose name holds the sign, by their parts, and how many parts one may have."""
    held = [name for name in bundled_class_map().names if apart in name]
    known = {
        apart.join(part.strip().casefold() for part in name.split(apart)): name for name in held
    }
    return known, max((name.count(apart) + 1 for name in held), default=1)
