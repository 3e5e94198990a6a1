"""Lines of tables come in blocks, and are what reading them one by one gives."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.formats import text

_PARTS = (b"\r", b"\n", b"\r\n", b"abc", b"\t1", "é".encode(), b"\xff", b"\0", "\u2028".encode(),
          b"\v", b" ", b"y" * 48)  # fmt: skip


def _one_by_one(path: Path) -> Iterator[str]:
    """The rules line by line, as the documentation of `lines` has them."""
    blank = 0
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for number, line in enumerate(iter(lambda: file.readline(text.LONGEST_LINE), ""), start=1):
            blank = 0 if len(line) > 2 or line.strip() else blank + 1
            for wrong, reason, advice in (
                (blank > text.MOST_BLANK_LINES, "contains only blank lines", ""),
                (len(line) >= text.LONGEST_LINE, "is far too long for a label table", ""),
                (any("\udc80" <= c <= "\udcff" for c in line),
                 "is not text in the encoding utf-8", "choose another encoding"),
                ("\0" in line, "contains null bytes; it is not text", ""),
            ):  # fmt: skip
                if wrong:
                    raise LabelsError(path, reason, advice, line=number)
            yield line


def _outcome(lines: Iterator[str]) -> list[str]:
    read = []
    try:
        for line in lines:
            read.append(line)
    except LabelsError as error:
        read.append(str(error))
    return read


@pytest.mark.parametrize("many_ends", [False, True])
def test_blocks_give_the_lines_and_refusals_of_single_lines(
    many_ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_BLOCK", 7)
    monkeypatch.setattr(text, "LONGEST_LINE", 50)
    monkeypatch.setattr(text, "MOST_BLANK_LINES", 6)
    weights = (9, 9, 9) + (0.3,) * 9 if many_ends else (6, 6, 6, 8, 5, 1, 0.1, 0.1, 1, 1, 1, 0.3)
    rng = random.Random(3)
    path = tmp_path / "table.csv"
    for _ in range(500):
        path.write_bytes(b"".join(rng.choices(_PARTS, weights, k=rng.randint(0, 60))))
        assert _outcome(text.lines(path, "utf-8")) == _outcome(_one_by_one(path))
