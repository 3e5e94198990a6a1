"""How numbers are shown: one function for each kind of text."""

import re
from pathlib import Path

import numpy as np
import pytest

import yamnet_gui
from yamnet_gui.core.text import counted, counted_more, grouped, megabytes, part_of, percent

_OWN_THOUSANDS = re.compile(r"\{[^{}]*:[<>^]?\d*,[}.]")
_OWN_PERCENT = re.compile(r"\{[^{}]*:\.\d%\}")


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1000, 0, "1,000"),
        (np.int64(1_234_567), 0, "1,234,567"),
        (12345.67, 1, "12,345.7"),
        (-0.2, 0, "0"),
        (-1234.5, 1, "−1,234.5"),
        (np.float32(-0.04), 1, "0.0"),
    ],
)
def test_numbers_have_commas_between_thousands_and_no_negative_zero(
    number: float, decimals: int, text: str
) -> None:
    assert grouped(number, decimals) == text


def test_nouns_follow_their_number() -> None:
    assert counted(1, "event") == "1 event"
    assert counted(1200, "class") == "1,200 classes"
    assert counted_more(1, "review") == "1 more review"
    assert counted_more(2000, "unknown label") == "2,000 more unknown labels"
    assert part_of(1, 1, "event") == "1 of 1 event"
    assert part_of(1000, 12_000, "mismatch") == "1,000 of 12,000 mismatches"


def test_shares_and_bytes() -> None:
    assert percent(0.456) == "46%"
    assert megabytes(15_300_000) == "15.3 MB"
    assert megabytes(2_100_000, 1_200_000_000) == "2.1 of 1,200.0 MB"


def test_no_other_module_writes_thousands_or_shares_by_itself() -> None:
    root = Path(yamnet_gui.__file__).parent
    others = [path for path in root.rglob("*.py") if path != root / "core" / "text.py"]
    assert len(others) > 400
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in others
        for line in path.read_text("utf-8").splitlines()
        if _OWN_THOUSANDS.search(line) or _OWN_PERCENT.search(line)
    ]
    assert not found
