# ruff: noqa: E501 - tables of values
"""Small damage to real files, the same for the same seed; some of it keeps the structure."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

Mutator = Callable[[Random, bytes], bytes]

BYTES = (0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x5B, 0x7B)
WHOLE = (0, 1, -1, -5, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
NUMBERS = (
    *("0", "-0", "-1", "1e308", "-1e308", "1e400", "-1e400", "1e-320", "NaN", "inf", "Infinity"),
    *("9" * 18, "9" * 30, "9" * 400, "9" * 5000, "0x10", "1_0", "１２", "1,5", "1.2.3", "1e", "."),
    *(str(2**31), str(2**63), str(2**64), "253402300800", "99:99:99", "1e12", "1e15", "true"),
)
TEXTS = (
    *(
        "",
        " ",
        "\0",
        "\ud800",
        "\udfff",
        "\udc80",
        "\n",
        "\r\n",
        "\t",
        "\u2028",
        "\u202e",
        "\x1b[2J",
    ),
    *("file://[", "http://[::1", "http://a..b/", "file:///\0", "data:,x", "/data/local-files/?d=["),
    *("../../../../etc/passwd", "C:\\x", "\\\\host\\share", "/", ".", "..", "~", "CON", "a" * 5000),
    *(
        "@Variant(\\0\\0\\0\\x7f)",
        "@ByteArray(",
        "%s%n",
        "{}",
        "[]",
        "null",
        "nocall",
        "=1+1",
        "(" * 500,
    ),
    *("2024-01-01T00:00:00+99:99", "9999-12-31T23:59:59+00:00", "0001-01-01", "&amp;", "&x;"),
)
RAW = (
    *("1e400", "-1e400", "NaN", "9" * 400, "9" * 5000, "[" * 2000 + "]" * 2000, "1E+2", "-0"),
    *('"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', "{" * 5, "[1,", "tru", '{"a":1,"a":2}'),
    '{"a":' * 2000 + "1" + "}" * 2000,
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 2**31, 2**63, 2**64, 10**30, -(10**30)),
    *([], {}, [[]], [None], {"": None}, [1, "a", None], "", "1", "nan", "file://[", "a" * 5000),
    *("2024-01-01T00:00:00", "\ud800", "\0", "\n"),
)

_LARGEST = 1 << 17
"""Characters; what has grown to more of them is damaged enough."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,:]\d+)*(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[^\s,;\t\"'<>=]+")
_ID = re.compile(rb"(?:[A-Za-z][A-Za-z0-9 ]{3})")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def in_bytes(random: Random, data: bytes) -> bytes:
    """Bits, bytes and whole numbers changed, parts left out, repeated or moved."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        near = random.random() < 0.5  # heads matter more than bodies
        at = random.randrange(min(len(changed), 512) if near else len(changed)) if changed else 0
        size = random.choice((1, 2, 4, 8, 64, 1024))
        match random.randrange(9) if changed else 8:
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                changed[at] = random.choice(BYTES)
            case 2 | 3:
                width = random.choice((2, 4, 8))
                whole = random.choice(WHOLE) % (1 << 8 * width)
                order = random.choice(("little", "big"))
                changed[at : at + width] = whole.to_bytes(width, order)
            case 4:
                del changed[at : at + size]
            case 5:
                del changed[at:]
            case 6:
                changed[at:at] = changed[at : at + size] * random.choice((1, 2, 50))
            case 7:
                other = random.randrange(len(changed))
                changed[at : at + size] = changed[other : other + size]
            case _:
                changed[at:at] = random.randbytes(size)
    return bytes(changed)


def in_text(random: Random, data: bytes) -> bytes:
    """Numbers, words and lines exchanged for unlikely ones."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(random.choice((1, 1, 2, 5))):
        if len(text) > _LARGEST:
            break
        places = list(random.choice((_NUMBER, _NUMBER, _WORD)).finditer(text))
        lines = text.splitlines(keepends=True)
        match random.randrange(8):
            case 0 | 1 | 2 if places:
                found = random.choice(places)
                new = random.choice(random.choice((NUMBERS, NUMBERS, TEXTS)))
                text = text[: found.start()] + new + text[found.end() :]
            case 3 if lines:
                del lines[random.randrange(len(lines))]
                text = "".join(lines)
            case 4 if lines:
                line = random.choice(lines)
                lines[random.randrange(len(lines)) : 0] = [line] * random.choice((1, 2, 200))
                text = "".join(lines)
            case 5 if lines:
                random.shuffle(lines)
                text = "".join(lines)
            case 6:
                old, new = random.choice(
                    (",\t", "\t,", ",;", ";,", ".,", "\"'", "\n\r", "= ", ":,")
                )
                text = text.replace(old, new)
            case _:
                at = random.randrange(len(text) + 1)
                text = text[:at] + random.choice(TEXTS) + text[at:]
    return text.encode("utf-8", "surrogatepass" if random.random() < 0.5 else "replace")


def in_json(random: Random, data: bytes) -> bytes:
    """Values exchanged for those of another type, keys left out, renamed or repeated."""
    try:
        document = json.loads(data)
    except RecursionError:
        return in_bytes(random, data)
    except ValueError:  # JSON lines
        lines = data.splitlines(keepends=True)
        if not lines:
            return in_bytes(random, data)
        at = random.randrange(len(lines))
        with suppress(ValueError, RecursionError):
            json.loads(lines[at])
            lines[at] = in_json(random, lines[at]).rstrip(b"\n") + b"\n"
        return b"".join(lines)
    raw: dict[str, str] = {}
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        document = _changed(random, document, raw)
    text = json.dumps(document, ensure_ascii=random.random() < 0.5)
    for name, value in raw.items():
        text = text.replace(f'"{name}"', value)
    return _encoded(text)


def _changed(random: Random, document: Any, raw: dict[str, str]) -> Any:
    places: list[tuple[Any, Any]] = []

    def collect(value: Any) -> None:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in list(pairs):
            places.append((value, key))
            if isinstance(inner, dict | list):
                collect(inner)

    if isinstance(document, dict | list):
        collect(document)
    if not places or random.random() < 0.02:
        return deepcopy(random.choice(VALUES))
    holder, key = random.choice(places)
    match random.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[random.choice((*TEXTS, *(str(k) for _, k in places)))] = holder.pop(key)
        case 2:
            _, other = random.choice(places)
            with suppress(KeyError, IndexError, TypeError):
                holder[key] = deepcopy(holder[other])
        case 3:
            name = f"raw{len(raw)}"
            raw[name] = random.choice(RAW)
            holder[key] = name
        case 4 if isinstance(holder, list):
            holder[key:key] = [holder[key]] * random.choice((1, 2, 100))
        case 5:
            holder[key] = [deepcopy(holder[key])]
        case 6:
            holder[key] = random.choice(TEXTS)
        case _:
            holder[key] = deepcopy(random.choice(VALUES))
    return document


def in_xml(random: Random, data: bytes) -> bytes:
    """Elements left out, repeated, nested; documents with types and entities of their own."""
    text = data.decode("utf-8", "surrogateescape")
    tags = list(re.finditer(r"<[^>]*>", text))
    values = list(re.finditer(r'(?<==")[^"]*(?=")', text))
    match random.randrange(7):
        case 0 if tags:
            tag = random.choice(tags)
            text = text[: tag.start()] + text[tag.end() :]
        case 1 if tags:
            tag = random.choice(tags)
            text = text[: tag.end()] + tag[0] * random.choice((1, 2, 5000)) + text[tag.end() :]
        case 2:
            laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
            at = text.find("?>") + 2 if "?>" in text else 0
            text = f'{text[:at]}<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>{text[at:]}'
            text = text.replace('"', '"&l9;', 3)
        case 3 | 4 | 5 if values:
            value = random.choice(values)
            new = random.choice((*NUMBERS, *TEXTS)).replace('"', "").replace("<", "")
            text = text[: value.start()] + new + text[value.end() :]
        case _:
            return in_text(random, data)
    return text.encode("utf-8", "surrogatepass" if random.random() < 0.3 else "replace")


def in_chunks(random: Random, data: bytes) -> bytes:
    """The number behind (or before) a four-letter name, as containers state their sizes."""
    found = list(_ID.finditer(data, 0, 4096)) or list(_ID.finditer(data))
    if not found:
        return in_bytes(random, data)
    place = random.choice(found)
    at = place.end() if random.random() < 0.7 else max(0, place.start() - 4)
    whole = random.choice((*WHOLE, len(data), random.randrange(1 << 12)))
    if random.random() < 0.3:
        whole = int.from_bytes(data[at : at + 4], "little") + random.choice((-5, -1, 1, 8))
    order = random.choice(("little", "big"))
    return data[:at] + (whole % (1 << 32)).to_bytes(4, order) + data[at + 4 :]


CELLS = (
    *(None, "", "x", "nan", -1, 0, 1, 2**62, -(2**63), 1.5, 1e308, float("inf"), "a" * 5000),
    *(b"", b"\xff\xfe", b"\0" * 100, "[]", "{}", "[" * 3000, "null", '"\\ud800"', "1e400"),
    *("2024-01-01T00:00:00", "9" * 30, "../../x", "\0", '{"id":1}', "true"),
)


def in_cells(random: Random, path: Path) -> None:
    """Cells of a database, and sometimes a trigger, a view or a table less."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA ignore_check_constraints=1")
        connection.execute("PRAGMA foreign_keys=0")
        tables = [
            n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for _ in range(random.choice((1, 1, 2, 8))):
            table = random.choice(tables)
            with suppress(sqlite3.Error):
                names = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
                column, value = random.choice(names), random.choice(CELLS)
                some = "" if random.random() < 0.3 else "LIMIT 1"
                rows = [r for (r,) in connection.execute(f'SELECT rowid FROM "{table}" {some}')]
                connection.executemany(
                    f'UPDATE "{table}" SET "{column}"=? WHERE rowid=?', [(value, r) for r in rows]
                )
        if random.random() < 0.1:
            table = random.choice(tables)
            with suppress(sqlite3.Error):
                connection.execute(
                    random.choice(
                        (
                            f'DROP TABLE "{table}"',
                            f'CREATE TRIGGER t AFTER UPDATE ON "{table}" BEGIN SELECT raise(ABORT,"x"); END',
                            f'ALTER TABLE "{table}" RENAME TO "other"',
                            f'CREATE VIEW v AS SELECT * FROM "{table}"',
                        )
                    )
                )
    finally:
        connection.close()
