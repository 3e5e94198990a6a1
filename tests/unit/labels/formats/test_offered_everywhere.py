"""Every format goes by the same name wherever labels go in or out."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from yamnet_gui.cli.main import COMMANDS
from yamnet_gui.labels.formats import FORMATS

WANTED = [
    "csv", "audacity", "raven", "dcase", "scores", "audioset", "jams", "textgrid", "eaf",
    "labelstudio", "webvtt", "srt", "hoplite", "sonicvisualiser", "parquet",
]  # fmt: skip
READ = [f.name for f in FORMATS.values() if f.can_read]
GUIDE = Path(__file__).parents[4] / "docs" / "guide.md"


def choices(command: str, option: str) -> Sequence[str]:
    parser = argparse.ArgumentParser()
    COMMANDS[command].add_arguments(parser)
    action = next(a for a in parser._actions if option in a.option_strings)
    assert action.choices is not None
    return list(action.choices)


@pytest.mark.parametrize("command", ["analyze", "export"])
def test_all_fifteen_are_written_by(command: str) -> None:
    assert choices(command, "--format") == WANTED


def test_import_and_conversion_read_the_same() -> None:
    assert choices("import", "--format") == READ
    assert choices("export", "--from") == READ
    assert set(READ) >= set(WANTED) - {"scores"}


def test_the_guide_lists_them_all_and_says_which_are_read() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    text = guide.split("## Exporting labels")[1].split("## Importing labels")[0]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    written, read = [], []
    for row in rows:
        names, _, is_read = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`(\w+)`", names):
            if "not written" not in is_read:
                written.append(name)
            if is_read.startswith("yes"):
                read.append(name)
    assert written == WANTED
    assert read == READ
