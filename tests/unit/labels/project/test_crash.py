"""A program that edits is killed: no finished edit is missing and none is half there."""

from pathlib import Path

import pytest

from .helpers import made
from .killing import survives


def _survives(folder: Path, kills: int) -> int:
    path = folder / "a.yamnet"
    made(path, recordings=3, events=12).close()
    return survives(path, kills, f"{__package__}.editor")


def test_no_finished_edit_is_lost_over_five_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 5) > 5


@pytest.mark.slow
def test_no_finished_edit_is_lost_over_a_hundred_kills(tmp_path: Path) -> None:
    assert _survives(tmp_path, 100) > 100
