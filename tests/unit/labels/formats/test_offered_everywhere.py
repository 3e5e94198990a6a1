"""Every format goes by the same name wherever labels go in or out."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.cli.main import COMMANDS
from yamnet_gui.labels.formats import FORMATS, readable_suffixes

PROMISED = {
    "csv", "audacity", "raven", "dcase", "scores", "audioset", "jams", "textgrid", "eaf",
    "labelstudio", "webvtt", "srt", "hoplite", "sonicvisualiser", "parquet",
}  # fmt: skip
WRITTEN = [f.name for f in FORMATS.values() if f.can_write or f.needs_scores]
READ = [f.name for f in FORMATS.values() if f.can_read]
GUIDE = Path(__file__).parents[4] / "docs" / "guide.md"


def choices(command: str, option: str) -> Sequence[str]:
    parser = argparse.ArgumentParser()
    COMMANDS[command].add_arguments(parser)
    action = next(a for a in parser._actions if option in a.option_strings)
    assert action.choices is not None
    return list(action.choices)


@pytest.mark.parametrize("command", ["analyze", "export"])
def test_every_written_format_is_a_choice_of(command: str) -> None:
    assert choices(command, "--format") == WRITTEN


def test_every_promised_format_is_written_and_all_but_scores_read() -> None:
    assert set(WRITTEN) >= PROMISED
    assert set(READ) >= PROMISED - {"scores"}


def test_readable_suffixes_are_those_of_the_formats_in_lower_case() -> None:
    tables = [FORMATS[name] for name in READ if not FORMATS[name].in_recordings]
    assert readable_suffixes() >= {table.suffix.lower() for table in tables}
    assert not readable_suffixes() & SOUND_SUFFIXES
    assert {".textgrid", ".csv", ".tsv", ".txt"} <= readable_suffixes()
    assert all(suffix == suffix.lower() for suffix in readable_suffixes())


def test_import_and_conversion_read_the_same() -> None:
    assert choices("import", "--format") == READ
    assert choices("export", "--from") == READ


def test_the_guide_lists_them_all_and_says_which_are_read() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    text = guide.split("## Exporting labels")[1].split("## Importing labels")[0]
    cells = [line for line in text.splitlines() if line.startswith("| `")]
    rows = [row for row in cells if row.count("|") == 4]  # the other table is of files beside them
    written, read = [], []
    for row in rows:
        names, _, is_read = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`(\w+)`", names):
            if "not written" not in is_read:
                written.append(name)
            if is_read.startswith("yes"):
                read.append(name)
    assert written == WRITTEN
    assert read == READ
