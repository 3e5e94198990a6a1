"""Going to a time."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.go_to import GoToDialog, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:02:03.5", 3723.5),
        ("2:03", 123.0),
        ("0:00.25", 0.25),
        ("62.5", 62.5),
        ("62,5", 62.5),
        ("90 s", 90.0),
        ("1h2m", 3720.0),
        ("1h2m3.5s", 3723.5),
        ("1 h 30", 5400.0),
        ("2m5", 125.0),
        ("1.5 min", 90.0),
        ("250 ms", 0.25),
        ("1s500ms", 1.5),
        ("0", 0.0),
        (" 75:10 ", 4510.0),
    ],
)
def test_reads_times_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1:2:3:4", "1:75", "1:-3", "-5", "2m1h", "5s5s", "1h2x", ":", "1:", "1e9", "nan"],
)
def test_refuses_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


def test_goes_only_inside_the_recording(qtbot: QtBot) -> None:
    dialog = GoToDialog(100.0, 3.0)
    qtbot.addWidget(dialog)
    go = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.field.setText("2:00")
    assert not go.isEnabled()
    assert "ends at 1:40.000" in dialog.hint.text()
    dialog.field.setText("1:30")
    assert go.isEnabled()
    assert dialog.time_s == 90.0
    dialog.field.setText("x")
    assert not go.isEnabled()
