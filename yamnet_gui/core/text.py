"""Text as the user and programs read it."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from .sound_track import stem_of
from .storage.notation import written

_LONGEST_NAME = 200  # bytes; file systems allow 255
_SIBILANTS = ("s", "x", "z", "ch", "sh")


def encodable(text: str) -> str:
    """The text without what UTF-8 cannot carry: names of files may be any bytes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(path: Path | str) -> str:
    """The path as text that any UTF-8 file or terminal can hold; odd bytes as `\\xNN`.

    An address of storage is written as one.
    """
    path = written(path)
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # halves of characters that stand for no byte
        return encodable(str(path))


def without_controls(text: str) -> str:
    """The text with what moves the cursor or changes colours of a terminal written as `\\xNN`."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


_LONGEST = 1000
"""Characters of a subject or a reason; those of a path fit nearly always."""


def readable_length(text: str, longest: int = _LONGEST) -> str:
    """A text of readable length, whatever of a broken file it cites."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def shortened(name: str, longest_bytes: int) -> str:
    """The beginning of a file name that a file system can hold, in whole characters."""
    raw = os.fsencode(name)[:longest_bytes]
    while raw and os.fsdecode(raw) != name[: len(os.fsdecode(raw))]:
        raw = raw[:-1]
    return os.fsdecode(raw)


def grouped(number: float, decimals: int = 0) -> str:
    """A number as it is shown everywhere: "1,234", "−12.5"; never "-0".

    Thousands are apart by commas, decimals by a point, whatever the language of the system. Files
    for programs have no commas: there `labels.formats.text.number` writes.
    """
    return f"{round(number, decimals) + 0:,.{decimals}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 as it is shown everywhere: "45%"."""
    return f"{grouped(100 * share)}%"


def threshold_text(value: float) -> str:
    """A threshold as it is shown everywhere: "0.25", and "0.965" where it was set so finely."""
    return f"{value:.3f}".removesuffix("0")


def megabytes(count: float, total: float | None = None) -> str:
    """Bytes as they are shown everywhere: "1,234.5 MB"; with those of all "2.1 of 15.3 MB"."""
    of = f" of {grouped(total / 1e6, 1)}" if total else ""
    return f"{grouped(count / 1e6, 1)}{of} MB"


def plural(count: int, noun: str) -> str:
    """The noun as it follows the count: "event" for 1, else "events", "classes"."""
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith(_SIBILANTS) else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """The count with its noun: "1 event", "1,234 events", "0 classes"."""
    return f"{grouped(count)} {plural(count, noun)}"


def part_of(done: int, total: int, noun: str) -> str:
    """How many of all with their noun: "1 of 1 event", "12 of 1,234 events"."""
    return f"{grouped(done)} of {counted(total, noun)}"


FEWEST_FOR_A_SHARE = 10
"""Of fewer, a share says more than is known: "1 of 1" is no 100%."""


def counted_more(count: int, noun: str) -> str:
    """So many beside those that were named: "1 more event", "1,234 more events"."""
    return f"{grouped(count)} more {plural(count, noun)}"


def duration_in_words(seconds: float) -> str:
    """A duration in words: 42 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def holds_words(name: str, text: str) -> bool:
    """Whether a name holds every word of a text that is searched for, whatever the case."""
    key = name.casefold()
    return all(word in key for word in text.casefold().split())


def listed(names: Iterable[str]) -> str:
    """Names one after another; apart by semicolons where a name has commas of its own."""
    names = list(names)
    return ("; " if any("," in name for name in names) else ", ").join(names)


def close_matches(text: str, names: Iterable[str], count: int, cutoff: float) -> list[str]:
    """Up to `count` of `names` that are spelled like `text`, whatever the case; the closest first.

    `cutoff` is the least similarity in [0, 1], as in `difflib.get_close_matches`.
    """
    by_key: Mapping[str, str] = {name.casefold(): name for name in names}
    return [by_key[key] for key in get_close_matches(text.casefold(), by_key, count, cutoff)]


def did_you_mean(names: Sequence[str], otherwise: str = "") -> str:
    """The advice of an error about an unknown name: "did you mean A / B?"; `otherwise` if none."""
    return f"did you mean {' / '.join(names)}?" if names else otherwise


def unique_names(paths: Sequence[Path], folders: int = 1) -> list[str]:
    """A file name without ending for each path, with as much of the path as makes it the only one.

    The stem where that is enough, else the name, else up to so many folders and the name, else a
    number behind it. Names that differ only in case count as equal: some file systems ignore it.
    Long ones are cut, so that an ending fits behind them.
    """
    names = [shortened(stem_of(path), _LONGEST_NAME) for path in paths]
    for parts in range(1, folders + 2):
        count = Counter(name.casefold() for name in names)
        if len(count) == len(names):
            break
        names = [
            name
            if count[name.casefold()] == 1
            else shortened("_".join(_last(path, parts)), _LONGEST_NAME)
            for name, path in zip(names, paths, strict=True)
        ]
    taken: Counter[str] = Counter()
    unique = []
    for name in names:
        taken[name.casefold()] += 1
        again = taken[name.casefold()]
        unique.append(name if again == 1 else f"{name}-{again}")
    return unique


def _last(path: Path, count: int) -> Sequence[str]:
    return path.parts[1 if path.anchor else 0 :][-count:] or (path.name,)
