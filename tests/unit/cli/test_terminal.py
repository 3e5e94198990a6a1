import io

import pytest

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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_lengths_of_time_in_words(seconds, words):
    assert duration_in_words(seconds) == words
