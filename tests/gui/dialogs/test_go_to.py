"""Going to a time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.go_to import GoToDialog, parse_clock_time, parse_time
from yamnet_gui.gui.state.timeline import Timeline


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
    timeline = Timeline()
    timeline.set_recording(100.0, 16_000)
    dialog = GoToDialog(timeline)
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


_START = datetime(2026, 10, 24, 22, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("22:15:30", 0.0),
        ("22:16", 30.0),
        ("23:00:00,5", 2670.5),
        ("4:00", 5.75 * 3600 + 3600 - 30),  # summer time has ended
        ("2026-10-25 4:00", 5.75 * 3600 + 3600 - 30),
        ("2026-10-24 22:15", -30.0),
        ("22:15", 25 * 3600 - 30),
    ],
)
def test_reads_clock_times_as_places_in_the_recording(text: str, seconds: float) -> None:
    assert parse_clock_time(text, _START, 8 * 3600.0) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "4", "25:00", "4:60", "2026-13-01 4:00", "1h2m", "90 s"])
def test_refuses_what_is_no_clock_time(text: str) -> None:
    assert parse_clock_time(text, _START, 8 * 3600.0) is None


def test_goes_to_clock_times_while_they_are_shown(qtbot: QtBot) -> None:
    timeline = Timeline()
    timeline.set_recording(8 * 3600.0, 16_000)
    timeline.set_start(_START)
    timeline.show_clock(True)
    dialog = GoToDialog(timeline)
    qtbot.addWidget(dialog)
    go = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert dialog.field.text() == "22:15:30.000"
    dialog.field.setText("23:15:30")
    assert go.isEnabled()
    assert dialog.time_s == 3600.0
    dialog.field.setText("90 s")
    assert dialog.time_s == 90.0
    dialog.field.setText("12:00")
    assert not go.isEnabled()
    assert "from 2026-10-24 22:15:30 to 2026-10-25 05:15:30" in dialog.hint.text()
