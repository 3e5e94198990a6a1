"""The dialog of imports: everything is shown before anything is done."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.support.access_keys import repeated_access_keys
from tests.gui.support.dialogs import rejected_at_the_end
from tests.unit.fakes import write_sound
from yamnet_gui.core.events import Event, EventList, LabelledRecording, ReviewState
from yamnet_gui.gui.features.label_import.dialog import ImportDialog
from yamnet_gui.gui.features.label_import.model import ImportColumn
from yamnet_gui.gui.features.label_import.recordings_page import PlaceColumn
from yamnet_gui.gui.screens import SIDES
from yamnet_gui.labels.exchange.import_plan import ImportKind, Resolve
from yamnet_gui.labels.exchange.project_tables import labelled_recordings
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings

Opened = Callable[..., ImportDialog]
HEAD = "filename\tonset\toffset\tevent_label\n"
DOG = Event("d1", 1.0, 2.0, "Dog", 69, "/m/0bt9lr", score_max=0.5)
CAT = Event("d2", 5.0, 6.0, "Cat", 76, "/m/01yrx", state=ReviewState.ACCEPTED)
OWL = Event("d3", 8.0, 9.0, "Owl", 111, "/m/09d5_", state=ReviewState.REJECTED)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.yamnet") as made:
        made.apply(add_recordings([Recording(n, f"{n}.wav", "", 0, 60.0, 16_000, 1) for n in "ab"]))
        made.apply(add_events("a", [DOG, CAT, OWL]))
        yield made


@pytest.fixture
def opened(project: Project, qtbot: QtBot) -> Opened:
    def open_it(*tables: Path, shown: LabelledRecording | None = None, answer: str | None = None):  # type: ignore[no-untyped-def]
        dialog = ImportDialog(project, tables, shown, lambda label, near: answer)
        rejected_at_the_end(qtbot, dialog)
        qtbot.waitUntil(lambda: not dialog.reading, timeout=60_000)
        return dialog

    return open_it


def table(tmp_path: Path, *rows: str, head: str = HEAD, name: str = "t.tsv") -> Path:
    path = tmp_path / name
    path.write_text(head + "".join(f"{row}\n" for row in rows))
    return path


def ok(dialog: ImportDialog) -> QPushButton:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def what(dialog: ImportDialog) -> list[tuple[str, str, str]]:
    model = dialog.events.model
    columns = (ImportColumn.KIND, ImportColumn.LABEL, ImportColumn.WHAT)
    return [
        tuple(model.index(row, column).data() for column in columns)  # type: ignore[misc]
        for row in range(model.rowCount())
    ]


ROWS = (
    "a.wav\t1\t2.25\tDog", "a.wav\t5.1\t6\tCat", "a.wav\t8.2\t9\tOwl",
    "b.wav\t3\t4\tAmsel", "c.wav\t0\t1\tDog",
)  # fmt: skip


def test_it_shows_what_would_be_new_changed_and_conflicting(
    opened: Opened, project: Project, tmp_path: Path
) -> None:
    before = labelled_recordings(project)
    dialog = opened(table(tmp_path, *ROWS))
    assert dialog.counts.text() == "2 new, 0 same, 1 changed, 2 conflicting"
    assert what(dialog) == [
        ("Conflicting", "Cat", "Keep the project's: onset 0:05.000 → 0:05.100"),
        ("Conflicting", "Owl", "Keep the project's: onset 0:08.000 → 0:08.200"),
        ("Changed", "Dog", "offset 0:02.000 → 0:02.250"),
        ("New", "Amsel", ""),
        ("New", "Dog", ""),
    ]
    assert "c.wav" in dialog.add_missing.text()
    assert dialog.format.currentText().endswith("DCASE / sed_eval event list")
    assert labelled_recordings(project) == before


def test_access_keys_are_unique(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, *ROWS))
    dialog.show()
    assert repeated_access_keys(dialog) == {}


def test_where_nothing_can_be_imported_it_says_why_and_what_to_do(
    opened: Opened, tmp_path: Path
) -> None:
    dialog = opened(table(tmp_path, "c.wav\t0\t1\tDog"))
    assert not ok(dialog).isEnabled()
    assert "none of these recordings is in the project" in dialog.why_not.text()
    assert dialog.why_not.isVisibleTo(dialog)
    assert ok(dialog).toolTip() == dialog.why_not.text()
    dialog.add_missing.setChecked(True)
    assert ok(dialog).isEnabled()
    assert not dialog.why_not.isVisibleTo(dialog)
    dialog = opened(table(tmp_path, "a.wav\t5.1\t6\tCat"))
    assert "events that you have edited stay" in dialog.why_not.text()
    dialog = opened(table(tmp_path, "c.wav\t1\tx\tDog", name="bad.tsv"))
    assert not ok(dialog).isEnabled()
    assert dialog.counts.text() == "This file cannot be read"
    assert not dialog.why_not.isVisibleTo(dialog)


def test_only_wanted_kinds_are_listed(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, *ROWS, "a.wav\t1\t2.25\tDog"))
    dialog.events.kinds.setCurrentText("Conflicting")
    assert [kind for kind, *_ in what(dialog)] == ["Conflicting"] * 2


def test_conflicts_are_resolved_in_one_way_or_singly(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, *ROWS))
    assert ok(dialog).text() == "&Import 2 changes"  # the dog, the blackbird
    dialog.events.conflicts.setCurrentIndex(dialog.events.conflicts.findData(Resolve.TAKE.value))
    assert ok(dialog).text() == "&Import 4 changes"
    dialog.events.table.selectRow(1)
    dialog.events.singly[0][0].click()
    assert [text.split(":")[0] for _, _, text in what(dialog)[:2]] == [
        "Use the file's", "Keep the project's",
    ]  # fmt: skip
    dialog.add_missing.setChecked(True)
    assert ok(dialog).text() == "&Import 4 changes"
    dialog.accept()
    request = dialog.request
    assert request is not None
    assert (request.conflicts, request.single) == (Resolve.TAKE, {"d3": Resolve.KEEP})
    assert [path.name for path in request.adding] == ["c.wav"]


def test_unknown_labels_are_mapped_or_left_out(
    opened: Opened, tmp_path: Path, qtbot: QtBot
) -> None:
    rows = ("b.wav\t3\t4\tAmsel", "b.wav\t5\t6\tnoises", "b.wav\t7\t8\tmine")
    dialog = opened(table(tmp_path, *rows), answer="Bird")
    assert dialog.unknown.rowCount() == 3
    for label, text in (("Amsel", "Choose a class…"), ("noises", "Skip")):
        box = dialog.unknown.box(label)
        box.setCurrentText(text)
        box.activated.emit(box.currentIndex())
        qtbot.waitUntil(lambda: not dialog.reading)
    assert dialog.unknown.mapping == {"Amsel": "Bird", "noises": None}
    assert dialog.counts.text() == "2 new, 0 same, 0 changed, 0 conflicting, 1 skipped"
    assert sorted(label for _, label, _ in what(dialog)) == ["Bird", "mine"]


@pytest.mark.workflow
def test_thousands_of_unknown_labels_are_not_all_asked_about(
    opened: Opened, tmp_path: Path
) -> None:
    rows = [f"b.wav\t{k}\t{k}.5\tcall {k}" for k in range(55)] * 40
    names = [row.replace("call", f"call {n}-") for n, row in enumerate(rows)]
    dialog = opened(table(tmp_path, *names))
    assert dialog.unknown.rowCount() == 200
    assert "2,000 more unknown labels" in dialog.remarks.text()
    assert dialog.read.plan.counts()[ImportKind.NEW] == 2200


def test_the_column_of_the_label_is_asked_for(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    head = ("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
            "High Freq (Hz)\tBegin File\tVogel\tBox\n")  # fmt: skip
    row = "1\tSpectrogram 1\t1\t1\t2\t0\t8000\tb.wav\tWren\tx"
    dialog = opened(table(tmp_path, row, head=head, name="r.txt"))
    assert "Vogel, Box" in dialog.remarks.text()
    assert not ok(dialog).isEnabled()
    assert dialog.column.isVisibleTo(dialog)
    dialog.column.setCurrentText("Vogel")
    dialog.column.activated.emit(dialog.column.currentIndex())
    qtbot.waitUntil(lambda: not dialog.reading)
    assert what(dialog) == [("New", "Wren", "")]
    assert dialog.column.currentText() == "Vogel"


def placed(dialog: ImportDialog) -> list[tuple[str, str, str]]:
    model = dialog.places.model
    columns = (PlaceColumn.TABLE, PlaceColumn.RECORDING, PlaceColumn.BY)
    return [
        tuple(Path(model.index(row, column).data()).name for column in columns)  # type: ignore[misc]
        for row in range(model.rowCount())
    ]


def test_a_table_that_fits_no_recording_asks_and_never_takes_the_open_one(
    opened: Opened, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    labels = table(tmp_path, "7\t8\tDog", head="", name="labels.txt")
    dialog = opened(labels, shown=project.recordings.labelled("a"))
    assert placed(dialog) == [("labels.txt", "Choose one below", "no recording fits")]
    assert dialog.pages.currentWidget() is dialog.places
    assert "1 table fits no recording: labels.txt" in dialog.remarks.text()
    assert not ok(dialog).isEnabled()
    dialog.places.box.setCurrentIndex(1)
    dialog.places.use.click()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert placed(dialog) == [("labels.txt", "b.wav", "your choice")]
    assert [p.path.name for p in dialog.read.plan.of(ImportKind.NEW)] == ["b.wav"]
    assert ok(dialog).isEnabled()


def test_the_name_of_a_table_decides_against_the_open_recording(
    opened: Opened, project: Project, tmp_path: Path
) -> None:
    labels = table(tmp_path, "7\t8\tDog", head="", name="b.Table.1.selections.txt")
    dialog = opened(labels, shown=project.recordings.labelled("a"))
    assert placed(dialog) == [("b.Table.1.selections.txt", "b.wav", "the table's name")]


def test_one_answer_serves_all_tables_of_a_kind(
    opened: Opened, tmp_path: Path, qtbot: QtBot
) -> None:
    names = [f"{who} on {n}.txt" for who in ("ada", "ben") for n in "ab"]
    tables = [table(tmp_path, "7\t8\tDog", head="", name=name) for name in names]
    dialog = opened(*tables, table(tmp_path, "7\t8\tDog", head="", name="zoo.txt"))
    assert dialog.places.open_count == 5
    assert dialog.pages.tabText(1) == "&Recordings (5 open)"
    dialog.places.pattern_edit.setText("* on {recording}")
    dialog.places.pattern_edit.editingFinished.emit()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert placed(dialog)[0] == ("zoo.txt", "Choose one below", "no recording fits")
    assert [p for _, p, by in placed(dialog)[1:] if by == "the pattern"] == [
        "a.wav", "b.wav", "a.wav", "b.wav",
    ]  # fmt: skip
    dialog.places.table.selectRow(0)
    dialog.places.out.click()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert dialog.places.open_count == 0
    assert "1 event left out because you left out their recording: zoo.txt" in (
        r.whole() for r in dialog.read.remarks
    )
    assert ok(dialog).isEnabled()


def test_a_pattern_without_a_recording_is_refused(
    opened: Opened, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(table(tmp_path, "7\t8\tDog", head="", name="zoo.txt"))
    dialog.places.pattern_edit.setText("*.txt")
    dialog.places.pattern_edit.editingFinished.emit()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert "must contain {recording} exactly once" in dialog.remarks.text()
    assert not ok(dialog).isEnabled()


def test_recordings_are_found_in_a_folder_and_added(
    opened: Opened, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "sounds" / "deep").mkdir(parents=True)
    write_sound(tmp_path / "sounds" / "deep" / "night.wav", 3.0)
    dialog = opened(table(tmp_path / "tables", "1\t2\tDog", head="", name="night.txt"))
    assert dialog.places.open_count == 1
    dialog.places.search_folder(tmp_path / "sounds")
    qtbot.waitUntil(lambda: not dialog.reading)
    assert placed(dialog) == [("night.txt", "night.wav", "the table's name")]
    assert dialog.add_found.text() == "Add to the project: night.wav"
    assert ok(dialog).text() == "&Import 1 change"
    dialog.accept()
    assert dialog.request is not None
    assert dialog.request.adding == {tmp_path / "sounds" / "deep" / "night.wav"}


def test_impossible_values_are_shown_and_can_be_left_out(opened: Opened, tmp_path: Path) -> None:
    rows = ("a.wav\t10\t11\tDog", "a.wav\t70\t71\tDog", "a.wav\t1e10\t1e10\tDog")
    dialog = opened(table(tmp_path, *rows))
    text = dialog.remarks.text()
    assert "1 event beyond the end of the recording: a.wav 70.000 to 71.000 s" in text
    assert "1 event at an impossible time: a.wav 10000000000.000" in text
    assert ok(dialog).text() == "&Import 3 changes"
    dialog.leave_doubtful.setChecked(True)
    assert ok(dialog).text() == "&Import 1 change"
    assert "beyond the end of the recording" in what(dialog)[1][2]


def test_a_table_that_cannot_be_read_does_not_hide_the_others(
    opened: Opened, tmp_path: Path
) -> None:
    good = table(tmp_path, "a.wav\t10\t11\tDog")
    bad = table(tmp_path, "a.wav\t10\tx\tDog", name="bad.tsv")
    dialog = opened(good, bad)
    assert "bad.tsv: line 2: the offset 'x' is not a number" in dialog.remarks.text()
    assert ok(dialog).text() == "&Import 1 change"


def test_detections_of_the_open_recording_count_though_not_stored_yet(
    opened: Opened, project: Project, tmp_path: Path
) -> None:
    detection = Event("dm-69-1", 20.0, 21.0, "Dog", 69, "/m/0bt9lr", score_max=0.5)
    info = project.recordings.labelled("b").recording
    shown = LabelledRecording(info, EventList.of([detection]))
    dialog = opened(table(tmp_path, "b.wav\t20\t21\tDog"), shown=shown)
    assert dialog.counts.text().startswith("0 new, 1 same")
    assert not ok(dialog).isEnabled()


def test_a_table_that_cannot_be_read_is_shown_with_its_line(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, "a.wav\t2\t1\tDog"))
    assert "line 2: ends at 1 s, before it starts at 2 s" in dialog.remarks.text()
    assert not ok(dialog).isEnabled()
    assert dialog.events.model.rowCount() == 0


def test_several_tables_are_one_import(opened: Opened, tmp_path: Path) -> None:
    first = table(tmp_path, "a.wav\t20\t21\tDog")
    second = table(tmp_path, "b.wav\t20\t21\tDog", "a.wav\t20\t21\tDog", name="u.tsv")
    dialog = opened(first, second)
    assert dialog.counts.text().startswith("2 new")
    dialog.accept()
    assert dialog.request is not None
    assert dialog.request.title == "import 2 tables"


def test_it_offers_every_format_that_can_be_read(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, *ROWS))
    offered = [dialog.format.itemData(i) for i in range(1, dialog.format.count())]
    assert offered == [name for name, fmt in FORMATS.items() if fmt.can_read]


TWO_TIERS = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n60\n<exists>\n2\n'
    '"IntervalTier" "birds" 0 60 1 1 2 "Wren"\n"TextTier" "clicks" 0 60 2 3 "a" 4 "b"\n'
)


def test_tiers_are_listed_and_chosen(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, head=TWO_TIERS, name="a.TextGrid"))
    dialog.show()
    page = dialog.tiers
    assert dialog.pages.isTabVisible(dialog.pages.indexOf(page))
    assert [page.list.item(row).text() for row in range(page.count)] == [
        "birds – 1 annotation", "clicks – 2 annotations",
    ]  # fmt: skip
    assert repeated_access_keys(dialog) == {}
    assert [label for _, label, _ in what(dialog)] == ["Wren", "a", "b"]
    page.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not dialog.reading)
    assert [label for _, label, _ in what(dialog)] == ["Wren"]
    assert page.count == 2  # still there to be ticked again
    page.buttons["None"].click()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert what(dialog) == []
    page.buttons["All"].click()
    qtbot.waitUntil(lambda: not dialog.reading)
    assert len(what(dialog)) == 3


def test_files_without_tiers_offer_none(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, *ROWS))
    assert not dialog.pages.isTabVisible(dialog.pages.indexOf(dialog.tiers))


def test_columns_of_any_table_are_guessed_corrected_and_saved(
    opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = ("a.wav;1,5;2,5;Dog;loud", "b.wav;3;4;Owl;far")
    notes = table(tmp_path, *rows, head="Datei;Anfang;Ende;Art;Ruf\n", name="notes.csv")
    dialog = opened(notes)
    page = dialog.columns
    assert dialog.pages.isTabVisible(dialog.pages.indexOf(page))
    assert [page.role_box(k).currentText() for k in range(5)] == [
        "Recording", "Onset", "Offset", "Label", "(left out)",
    ]  # fmt: skip
    assert page.table.item(1, 4).text() == "loud"
    page.role_box(3).setCurrentText("(left out)")
    page.role_box(3).activated.emit(page.role_box(3).currentIndex())
    qtbot.waitUntil(lambda: not dialog.reading)
    page.role_box(4).setCurrentText("Label")
    page.role_box(4).activated.emit(page.role_box(4).currentIndex())
    qtbot.waitUntil(lambda: not dialog.reading)
    assert [label for _, label, _ in what(dialog)] == ["loud", "far"]
    assert "label from 'Ruf'" in dialog.all_remarks.toPlainText()
    page.save_as("field notes")
    again = opened(notes).columns
    again.names.setCurrentText("field notes")
    again.names.activated.emit(again.names.currentIndex())
    dialog = again.window()
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: not dialog.reading)
    assert [label for _, label, _ in what(dialog)] == ["loud", "far"]


def test_the_encoding_is_chosen_where_it_is_in_doubt(
    opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("1\t2\tZi\u00eaba\n".encode("cp1258"))
    dialog = opened(path)
    assert dialog.encoding.currentText() == "Detected: Western European (Windows-1252)"
    assert "which is not certain" in dialog.all_remarks.toPlainText()
    dialog.encoding.setCurrentIndex(dialog.encoding.findData("cp1251"))
    dialog.encoding.activated.emit(dialog.encoding.currentIndex())
    qtbot.waitUntil(lambda: not dialog.reading)
    assert [label for _, label, _ in what(dialog)] == ["Ziкba"]
    assert not dialog.pages.isTabVisible(dialog.pages.indexOf(dialog.columns))


def test_the_dialog_fits_a_small_screen(opened: Opened, tmp_path: Path) -> None:
    dialog = opened(table(tmp_path, "a.wav\t3.0\t4.0\tDog"))
    assert dialog.minimumSizeHint().width() <= 960 - SIDES


def test_its_tables_do_not_scroll_sideways_where_it_is_narrow(
    opened: Opened, tmp_path: Path
) -> None:
    dialog = opened(table(tmp_path, "a.wav\t3.0\t4.0\tDog"))
    dialog.show()
    dialog.resize(dialog.minimumSizeHint())
    for page in (dialog.events, dialog.places):
        dialog.pages.setCurrentWidget(page)
        dialog.layout().activate()
        assert page.table.horizontalScrollBar().maximum() == 0
