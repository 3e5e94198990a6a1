"""The panel of activity over a project: counts, gaps, and the events behind a cell."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection.counting.strata import Stratum
from yamnet_gui.gui.features.activity import picture
from yamnet_gui.gui.features.activity.feature import ActivityFeature
from yamnet_gui.gui.features.activity.heat_map import HeatMap
from yamnet_gui.gui.features.activity.lines import Lines
from yamnet_gui.gui.features.activity.picture import Counts, View, picture_of
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.exchange.activity import ActivityGrid, project_activity
from yamnet_gui.labels.project import (
    SET_BY_HAND,
    Project,
    Recording,
    accept,
    add_events,
    add_recordings,
    set_starts,
)
from yamnet_gui.labels.project.count_samples import (
    CountSample,
    CountScope,
    Drawn,
    draw_command,
)

CEST = timezone(timedelta(hours=2))
FOUR = datetime(2026, 5, 1, 4, 30, tzinfo=CEST)


def dog(key: str, onset_s: float, state: str = "unreviewed", label: str = "Dog") -> Event:
    return Event(
        key, onset_s, onset_s + 1, label, 69, "", state=ReviewState(state), probability=0.5
    )


@pytest.fixture
def grid(tmp_path: Path) -> ActivityGrid:
    """Dogs at half past four and five, a cat; nothing on the next day, an empty one after it."""
    with Project.create(tmp_path / "p.yamnet") as project:
        events = {
            "a": (
                dog("1", 10),
                dog("2", 1900),
                dog("3", 2000, "rejected"),
                dog("4", 5, label="Cat"),
            ),
            "b": (),
        }
        for k, (name, some) in enumerate(events.items()):
            start = FOUR + timedelta(days=2 * k)
            one = Recording(name, f"{name}.wav", name, 0, 3600.0, 16000, 1, start)
            project.apply(add_recordings([one]))
            project.apply(add_events(name, some))
        return project_activity(project)


def test_a_row_for_each_class_with_gaps_where_nothing_was_recorded(grid: ActivityGrid) -> None:
    shown = picture_of(grid, View.HOUR, Counts.RAW)
    assert shown.rows == ("Dog", "Cat")
    assert shown.values[:, 4:6].tolist() == [[1, 1], [1, 0]]
    assert not shown.recorded[:, [3, 6]].any()
    assert np.isnan(shown.values[:, 3]).all()
    assert "nothing recorded" in shown.text(0, 3)
    assert shown.text(0, 4).splitlines() == [
        "Dog, 04:00–05:00",
        "1 event",
        "1 h 0 min recorded, UTC+02:00",
    ]
    assert picture_of(grid, View.HOUR, Counts.CALIBRATED).values[0, 4] == 0.5
    estimated = picture_of(grid, View.HOUR, Counts.ESTIMATED)
    assert "not known" in estimated.text(0, 4)


def test_one_class_by_day_and_hour(grid: ActivityGrid) -> None:
    shown = picture_of(grid, View.ONE_CLASS, Counts.RAW, "Dog")
    assert shown.rows == ("2026-05-01", "2026-05-02", "2026-05-03")
    assert shown.recorded.sum(1).tolist() == [2, 0, 2]
    assert shown.values[0, 4:6].tolist() == [1, 1]
    place = shown.places(0, 5)
    assert place.title == "Dog, 2026-05-01, 05:00–06:00"
    assert place.wanted.day is not None
    assert place.wanted.time_of_day is not None


def test_the_highest_number_is_looked_for_once_not_for_every_cell(
    grid: ActivityGrid, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand recordings would hold the window for seconds."""
    looked: list[int] = []
    monkeypatch.setattr(picture.np, "nanmax", lambda *a, **k: looked.append(1) or 2.0)
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.resize(600, 300)
    heat.show_picture(picture_of(grid, View.ONE_CLASS, Counts.RAW, "Dog"))
    heat.grab()
    heat.grab()
    assert len(looked) == 1


def test_a_line_has_the_colour_that_its_class_has_everywhere(qtbot: QtBot) -> None:
    class_map = ClassMapState(bundled_class_map())
    class_map.set_custom_classes(["Tawny owl"])
    lines = Lines(class_map)
    qtbot.addWidget(lines)
    assert lines._color("Tawny owl") == class_color(class_map.model_count)
    assert lines._color("not a class") == class_color(None, "not a class")


def test_every_cell_leads_to_as_many_events_as_it_counts(
    grid: ActivityGrid, tmp_path: Path
) -> None:
    with Project.open(tmp_path / "p.yamnet") as project:
        for view in View:
            shown = picture_of(grid, view, Counts.RAW, "Dog")
            for row, column in np.argwhere(shown.recorded).tolist():
                behind = project.events.count(shown.places(row, column).wanted)
                assert behind == shown.values[row, column], (view, row, column)


def test_undecided_units_of_a_sample_are_neither_counted_nor_listed(
    grid: ActivityGrid, tmp_path: Path
) -> None:
    with Project.open(tmp_path / "p.yamnet") as project:
        missed = [("a", dog("missed 1", 50)), ("a", dog("missed 2", 60)), ("a", dog("1", 10))]
        strata = (Stratum(0.0, 0.25, False), Stratum(0.25, np.inf, True))
        drawn = [
            Drawn(recording, event.id, "Dog", int(event.id == "1"), 0, unit)
            for unit, (recording, event) in enumerate(missed)
        ]
        sample = CountSample(
            CountScope(("Dog",)), strata, (("a", "2026-05-01T04"),), np.array([[9], [2]]),
            np.zeros((2, 1), np.int64), (), tuple(drawn), 1, 3.0, "", "", "", FOUR,
        )  # fmt: skip
        project.apply(draw_command(project, sample, missed))
        counted = project_activity(project)
        for view in View:
            shown = picture_of(counted, view, Counts.RAW, "Dog")
            for row, column in np.argwhere(shown.recorded).tolist():
                wanted = shown.places(row, column).wanted
                assert project.events.count(wanted) == shown.values[row, column]
        cell = picture_of(counted, View.HOUR, Counts.RAW)
        assert cell.values[0, 4] == 1
        item = project.events.get("a", "missed 1")
        assert item is not None
        project.apply(accept([item]))
        now = picture_of(project_activity(project), View.HOUR, Counts.RAW)
        assert now.values[0, 4] == 2
        # also with the filter of a cell that was counted before
        assert project.events.count(cell.places(0, 4).wanted) == 2


@pytest.mark.workflow
def test_the_panel_is_built_when_it_is_shown_and_leads_to_the_events(
    qtbot: QtBot,
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    tmp_path: Path,
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    feature = bench.feature(ActivityFeature)
    assert feature.panel is None
    bench.shell.window.show_panel("activity")
    settled(bench)
    assert feature.panel is not None
    assert feature.panel.empty.isVisible()
    assert "Start times" in feature.panel.empty.text()
    project = bench.session.project.project
    assert project is not None
    moved = [(r, FOUR) for r in project.recordings.all()[:2]]
    bench.session.project.apply(set_starts([(r, s, SET_BY_HAND) for r, s in moved]))
    bench.shell.window.actions_by_id["activity"].trigger()
    qtbot.waitUntil(lambda: feature.panel is not None and feature.panel.isVisible())
    settled(bench)
    panel = feature.panel
    assert panel is not None
    assert panel.map.picture is not None
    assert panel.map.picture.rows == ("Dog", "Bird")
    assert panel.map.picture.values[0, 4] == 6
    assert "1 recording without a known start" in panel.note.text()
    QTest.mouseClick(
        panel.map.viewport(),
        Qt.MouseButton.LeftButton,
        pos=panel.map.cell_rect(0, 4).center(),
    )
    settled(bench)
    listed = bench.feature(AllEvents).panel
    assert listed.isVisible()
    assert len(listed.model.rows) == 6
    assert "Dog, 04:00–05:00" in listed.scope.text()
    listed.scope.click()
    settled(bench)
    assert len(listed.model.rows) == 12
    panel.choose(View.ONE_CLASS, "Bird")
    settled(bench)
    assert panel.map.picture.rows == ("2026-05-01",)
    QTest.keyClick(panel.map, Qt.Key.Key_End)
    assert panel.map.current == (0, 23)
    assert not panel.grab().toImage().isNull()
