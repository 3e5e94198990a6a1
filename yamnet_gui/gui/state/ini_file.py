"""A settings file as `QSettings` writes it, read and written without running what it holds.

`QSettings` turns `@Variant(…)` into objects, among them pickled Python ones, as soon as it reads a
file: opening a settings file of somebody else would run code. Here only text, lists of text and
`@ByteArray(…)` have a meaning; every other kind is left out. The format is that of Qt 6
(https://doc.qt.io/qt-6/qsettings.html#Format-enum), so that files of earlier versions open, and
theirs open ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

Value = str | bytes | tuple[str, ...]
"""A text, bytes, or a list of texts, which is never of one item: Qt does not tell that apart."""

_GENERAL = "General"
_BYTES = "@ByteArray("
_TEXT = "@String("
_NOTHING = "@Invalid()"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.-]")
_KEY_CODE = re.compile(r"%U([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LETTERS |= {'"': '"', "?": "?", "'": "'", "\\": "\\"}
_ESCAPES = {c: f"\\{name}" for name, c in _LETTERS.items() if name not in "?'"} | {"\0": "\\0"}
_HEX = frozenset("0123456789abcdefABCDEF")
_ITEM = re.compile(
    r"\\x(?P<hex>[0-9A-Fa-f]+)|\\(?P<octal>[0-7]+)|\\(?P<letter>[\s\S])|(?P<quote>\")"
    r"|(?P<comma>,)|(?P<plain>[^\\\",]+)|(?P<last>\\)"
)


def read_ini(content: bytes) -> dict[str, Value]:
    """Values by "group/key". Lines that are none are left out; nothing is raised."""
    text = content.decode("utf-8-sig", "replace")
    values: dict[str, Value] = {}
    group = ""
    for line in _lines(text):
        if line.startswith("["):
            name = line[1:].partition("]")[0].strip()
            name = {_GENERAL: "", f"%{_GENERAL}": _GENERAL}.get(name, _key_of(name))
            group = f"{name}/" if name else ""
            continue
        key, equals, stored = line.partition("=")
        if not equals or not key.strip():
            continue
        value = _value_of(stored)
        if value is not None:
            values[group + _key_of(key.strip())] = value
    return values


def write_ini(values: Mapping[str, Value]) -> bytes:
    """The content of a file with these values by "group/key"."""
    groups: dict[str, list[str]] = {}
    for name in sorted(values):
        group, slash, key = name.partition("/")
        if not slash:
            group, key = "", name
        line = f"{_key_text(key)}={_text_of(values[name])}"
        groups.setdefault(group, []).append(line)
    parts = []
    for group, lines in groups.items():
        title = _GENERAL if not group else f"%{group}" if group == _GENERAL else _key_text(group)
        parts.append("\n".join([f"[{title}]", *lines, ""]))
    return "\n".join(parts).encode("utf-8", "backslashreplace")


def _lines(text: str) -> Iterator[str]:
    """Lines without comments; one that ends in a backslash goes on in the next."""
    waiting = ""
    for line in re.split(r"\r\n|\n|\r", text):
        whole = waiting + line
        ending = len(whole) - len(whole.rstrip("\\"))
        if ending % 2:
            waiting = whole[:-1]
            continue
        waiting = ""
        stripped = whole.strip(" \t")
        if stripped and not stripped.startswith(";"):
            yield stripped


def _key_of(text: str) -> str:
    found = _KEY_CODE.sub(lambda m: chr(int(m[1] or m[2], 16)), text.replace("\\", "/"))
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _key_text(key: str) -> str:
    def code(c: str) -> str:
        if _PLAIN_KEY.fullmatch(c):
            return c
        if c == "/":
            return "\\"
        units = c.encode("utf-16-be", "surrogatepass")
        numbers = [int.from_bytes(units[k : k + 2]) for k in range(0, len(units), 2)]
        return "".join(f"%{n:02X}" if n <= 0xFF else f"%U{n:04X}" for n in numbers)

    return "".join(map(code, key))


def _value_of(stored: str) -> Value | None:
    """What a value stands for; None where it is an object, which nobody needs."""
    items = _items(stored)
    if len(items) > 1:
        plain = [_plain(item) for item in items]
        return tuple(item for item in plain if isinstance(item, str))
    return _plain(items[0])


def _plain(item: str) -> str | bytes | None:
    if item.startswith("@@"):
        return item[1:]
    if not item.startswith("@") or not item.endswith(")"):
        return item
    if item.startswith(_BYTES):
        return item[len(_BYTES) : -1].encode("latin-1", "replace")
    if item.startswith(_TEXT):
        return item[len(_TEXT) : -1]
    return None


def _items(stored: str) -> list[str]:
    """The texts between commas, without quotes, escapes and the spaces around them."""
    items: list[str] = []
    now: list[str] = []
    quoted = False
    length = 0
    least = 0
    """Characters up to the last that was quoted or escaped: spaces before it count."""

    def finish() -> None:
        text = "".join(now)
        items.append(text[:least] + text[least:].rstrip(" \t"))

    for part in _ITEM.finditer(stored):
        kind, text = part.lastgroup, part[0]
        if kind == "comma" and not quoted:
            finish()
            now, length, least = [], 0, 0
            continue
        if kind == "quote":
            quoted = not quoted
            text = ""
        elif kind in ("hex", "octal"):
            text = chr(int(part[kind][-6:], 16 if kind == "hex" else 8) & 0xFFFF)
        elif kind == "letter":
            text = _LETTERS.get(part["letter"], "")
        elif kind == "plain" and not quoted and not length:
            text = text.lstrip(" \t")
        now.append(text)
        length += len(text)
        if quoted or kind not in ("plain", "last"):
            least = length
    finish()
    return items


def _text_of(value: Value) -> str:
    if isinstance(value, bytes):
        return _escaped(f"{_BYTES}{value.decode('latin-1')})", ascii_only=True)
    if isinstance(value, str):
        return _escaped(_at(value))
    return ", ".join(_escaped(_at(item)) for item in value) if value else _NOTHING


def _at(text: str) -> str:
    if "\0" in text:
        return f"{_TEXT}{text})"
    return f"@{text}" if text.startswith("@") else text


def _escaped(text: str, ascii_only: bool = False) -> str:
    out: list[str] = []
    after_hex = False
    for c in text:
        if after_hex and c in _HEX:
            out.append(f"\\x{ord(c):x}")
            continue
        after_hex = False
        if c in _ESCAPES:
            out.append(_ESCAPES[c])
            after_hex = c == "\0"
        elif c < " " or (c >= "\x7f" and ascii_only) or "\ud800" <= c <= "\udfff":
            out.append(f"\\x{ord(c):x}")
            after_hex = True
        else:
            out.append(c)
    line = "".join(out)
    quotes = not text or text != text.strip() or any(c in text for c in ";,=")
    return f'"{line}"' if quotes and text else line


def as_list(value: Value | None) -> Sequence[str]:
    """A stored list of texts: one of a single item is stored as that item."""
    if isinstance(value, tuple):
        return value
    return [] if value is None or isinstance(value, bytes) else [value]
