"""Labels of one's own by their keys, bounds in frequency and the history, in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from tests.gui.support.answers import answer_questions
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventSource
from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog, LabelChoice
from yamnet_gui.gui.features.label_sets.feature import LabelSetsFeature
from yamnet_gui.gui.theme import class_color, set_own_colors
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import LabelSet, OwnLabel, is_negative

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
CROW = OwnLabel("my crow", "#123456", "", "/m/04s8yn", 111)
BIRDS = LabelSet("birds", "Birds", (CROW, OwnLabel("what?", key="x")))


@pytest.fixture
def bench(qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path):  # type: ignore[no-untyped-def]
    bench = start(projects.made(tmp_path, ("a",)))
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("reviewer", "Anna")
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    yield bench
    set_own_colors({})


def feature(bench: Workbench) -> LabelSetsFeature:
    return next(f for f in bench.features if isinstance(f, LabelSetsFeature))


def current(bench: Workbench) -> Event:
    event = bench.services.event_navigation.current
    assert event is not None
    return event


def press(bench: Workbench, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(bench.shell.window, key)


def test_digits_and_letters_give_the_labels_of_the_chosen_set(bench: Workbench) -> None:
    feature(bench).store([BIRDS], "birds")
    press(bench, Qt.Key.Key_N, Qt.Key.Key_1)
    press(bench, Qt.Key.Key_P)  # a corrected event is followed by the next
    event = current(bench)
    assert (event.label, event.class_index, event.mid) == ("my crow", 111, "/m/04s8yn")
    assert (event.source, event.reviewer) == (EventSource.EDITED, "Anna")
    assert [e.label for e in bench.session.document.events if is_negative(e)] == ["Dog"]
    press(bench, Qt.Key.Key_N, Qt.Key.Key_X, Qt.Key.Key_P)
    assert (current(bench).label, current(bench).class_index) == ("what?", None)
    assert bench.shell.window.actions_by_id["label_1"].text() == "Relabel to my crow"
    assert not bench.shell.window.actions_by_id["label_3"].isVisible()
    assert "1 my crow" in bench.shell.inspector.own.text()
    feature(bench).store([BIRDS], "")
    assert bench.shell.window.actions_by_id["label_3"].isVisible()
    before = current(bench)
    press(bench, Qt.Key.Key_X)
    assert current(bench) == before


@pytest.mark.workflow
def test_a_set_is_one_step_and_is_chosen_again_after_a_restart(
    bench: Workbench, start: Start, settled: Settled
) -> None:
    feature(bench).store([BIRDS, LabelSet("two", "Frogs")], "birds")
    assert bench.shell.window.actions_by_id["undo"].text() == "&Undo label sets"
    project = bench.session.project.project
    assert project is not None
    path = project.path
    bench.shell.window.close()
    second = start(path)
    settled(second)
    assert second.session.label_sets.chosen == BIRDS
    assert class_color(None, "my crow").name() == "#123456"
    answer_questions(second)  # yes: it is undone though it was done before this session
    second.services.review.history.undo()
    assert second.session.label_sets.sets == ()
    assert second.session.label_sets.chosen is None
    assert class_color(None, "my crow").name() != "#123456"


def test_own_labels_come_first_when_a_class_is_searched(bench: Workbench, qtbot: QtBot) -> None:
    own = [LabelChoice("my crow", 111, "/m/04s8yn")]
    dialog = ClassPickerDialog(
        bench.session.class_map.value, bench.session.ontology, ["Dog"], first=own
    )
    qtbot.addWidget(dialog)
    assert [c.label for c in dialog.choices("")][:2] == ["my crow", "Dog"]
    assert dialog.choices("cro")[0] == own[0]
    dialog.search.setText("my")
    assert "mapped to Coo in AudioSet" in dialog.kinds.text()


def test_one_span_takes_several_labels(bench: Workbench) -> None:
    answer_questions(bench, lambda _t, _u: LabelChoice("my crow"), lambda _q, _v: True)
    press(bench, Qt.Key.Key_N)
    first = current(bench)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    second = current(bench)
    assert (second.label, second.span, second.source) == (
        "my crow",
        first.span,
        EventSource.DRAWN,
    )
    assert bench.session.document.events.get(first.id) == first
    assert bench.shell.window.actions_by_id["undo"].text() == "&Undo add label my crow"


def test_frequencies_come_from_the_pointer_and_the_inspector(bench: Workbench) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    press(bench, Qt.Key.Key_N)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_I, shift)
    assert "Point at a frequency" in bench.shell.status.message.text()
    bench.shell.tracks.pointer_moved.emit(1.0, 500.0, "spectrogram")
    QTest.keyClick(bench.shell.window, Qt.Key.Key_I, shift)
    bench.shell.tracks.pointer_moved.emit(1.0, 2500.0, "spectrogram")
    QTest.keyClick(bench.shell.window, Qt.Key.Key_O, shift)
    assert (current(bench).low_hz, current(bench).high_hz) == (500.0, 2500.0)
    band = bench.shell.inspector.frequency_range
    assert (band.low.value(), band.high.value()) == (500.0, 2500.0)
    band.high.setValue(0.0)
    band.high.editingFinished.emit()
    assert (current(bench).low_hz, current(bench).high_hz) == (500.0, None)
    band.high.setValue(400.0)
    band.high.editingFinished.emit()
    assert "must lie below" in bench.shell.status.message.text()
    assert current(bench).high_hz is None


def test_a_history_that_cannot_be_read_is_an_error(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = bench.session.project.project
    assert project is not None

    def fail(*_arguments: object) -> None:
        raise ProjectError(project.path, "is damaged")

    monkeypatch.setattr(type(project.history), "of_event", fail)
    press(bench, Qt.Key.Key_N)
    assert any("is damaged" in notice.text for notice in bench.shell.notices.notices)


@pytest.mark.workflow
def test_the_inspector_tells_what_happened_to_an_event(bench: Workbench) -> None:
    press(bench, Qt.Key.Key_N)
    assert bench.shell.inspector.history.isHidden()
    feature(bench).store([BIRDS], "birds")
    press(bench, Qt.Key.Key_1, Qt.Key.Key_P)
    lines = bench.shell.inspector.history.text().splitlines()
    assert lines[0].endswith("Anna: relabel to my crow (Dog → my crow)")
    bench.services.review.history.undo()
    lines = bench.shell.inspector.history.text().splitlines()
    assert "undone: relabel to my crow" in lines[0]
    assert len(lines) == 2


def test_bounds_in_frequency_are_drawn_where_the_axis_has_them(bench: Workbench) -> None:
    for hertz in (500.0, 2500.0, 7900.0):
        height = bench.session.spectrogram.axis.height_of(hertz)
        assert bench.session.spectrogram.axis.frequency_at(height) == pytest.approx(hertz, rel=0.01)
    assert bench.session.spectrogram.axis.height_of(10**6) == 1.0
    press(bench, Qt.Key.Key_N)
    track = bench.shell.tracks.tracks["spectrogram"]
    before = track.grab().toImage()
    bench.services.review.bounds.set_band(current(bench).id, 1000.0, None)
    after = track.grab().toImage()
    x = round(track.area.x() + track.x_of(current(bench).span.centre_s))
    rows = [y for y in range(before.height()) if before.pixel(x, y) != after.pixel(x, y)]
    border = track.y_of(1000.0, 0.0)
    assert min(y for y in rows if y > 2) == pytest.approx(border, abs=2), "the line of the bound"
    assert len(rows) >= before.height() - border - 4, "below it nothing is shaded any more"
