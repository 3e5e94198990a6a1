import io
import sys
from pathlib import Path

import pytest

from yamnet_gui.cli import run_command
from yamnet_gui.cli.terminal import ProgressLine
from yamnet_gui.core.text import duration_in_words


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_there_is_no_terminal():
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line.show("half")
    assert stream.getvalue() == ""


def test_the_line_is_written_over_and_gone_at_the_end():
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.show("half")
        line.show("too soon")
    assert stream.getvalue() == "\r\x1b[Khalf\r\x1b[K"


def test_names_of_others_do_not_steer_the_line():
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.show("a\x1b[2J.wav\nb")
    assert stream.getvalue() == "\r\x1b[Ka\\x1b[2J.wav b\r\x1b[K"


@pytest.mark.parametrize("terminal", [True, False])
def test_labels_steer_no_terminal_and_stay_as_they_are_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    label = "D\x1b]0;title\x07\u202ego\u00a0é😀"
    table = tmp_path / "t\x9b.tsv"
    table.write_text(
        f"filename\tonset\toffset\tevent_label\na.wav\t1\t2\t{label}\n", encoding="utf-8"
    )
    out = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    assert run_command(["evaluate", str(table), str(table)]) == 0
    assert sys.stdout is out
    shown = out.getvalue()
    assert ("D\\x1b]0;title\\x07\\u202ego\u00a0é😀" in shown) == terminal
    assert (label in shown) != terminal


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_lengths_of_time_in_words(seconds, words):
    assert duration_in_words(seconds) == words
