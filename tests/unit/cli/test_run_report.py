from pathlib import Path

import pytest

from yamnet_gui.batch import BatchSummary
from yamnet_gui.cli.run_report import report, show_failures, show_written

BAD = ((Path("a.wav"), "is empty"),)


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (
            BatchSummary(2000, 0, 0, (), 10_000.0, 100.0),
            "2,000 done, 0 failed; 2.78 h of audio in 1 min 40 s, 100 × real time",
        ),
        (
            BatchSummary(3, 1, 2, BAD, 12.0, 4.0),
            "3 done (1 in an earlier run), 2 skipped (given more than once), 1 failed;"
            " 12 s of audio in 4 s, 3 × real time",
        ),
        (BatchSummary(3, 3, 0, (), 0.0, 0.0), "3 done (3 in an earlier run), 0 failed; 0 s of"),
    ],
)
def test_one_line_says_how_a_run_ended(summary, line):
    assert report(summary).startswith(line)
    assert "\n" not in report(summary)
    assert ("real time" in report(summary)) == (summary.audio_s > 0)


def test_failures_are_named_with_their_reasons(capsys):
    show_failures(BatchSummary(0, 0, 0, BAD, 0.0, 1.0))
    assert capsys.readouterr().err == "  failed: a.wav: is empty\n"


def test_written_files_are_named_and_many_are_counted(capsys):
    show_written([Path(f"{n}.npz") for n in range(12)])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "written: 0.npz"
    assert lines[10:] == ["written: 2 more files"]
