"""Shows when recordings began and how that is known, and corrects it."""

import zoneinfo
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QDate, QDateTime, QSize, Qt, QTime
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QCompleter,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.audio import zone_named
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import counted, counted_more
from yamnet_gui.gui.dialogs.go_to import parse_time
from yamnet_gui.gui.times import date_and_time
from yamnet_gui.gui.widgets.buttons import DialogButtons, RadioBox
from yamnet_gui.gui.widgets.file_names import ELIDED
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.tables import QuietTable
from yamnet_gui.labels.project import Recording

from .start_time_shift import StartChange, StartRequest, earliest, new_starts

_MOST_ROWS = 500
_HEADER = ("Recording", "Start", "Known from", "New start")


class StartTimesDialog(QDialog):
    """Asks how the start times of `recordings`, whose files are `paths`, are to change.

    `request` is the answer, None before OK. `zone` is the one set for times that name none.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        paths: Sequence[Path],
        zone: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recordings = recordings
        self._paths = paths
        self._first = earliest(recordings)
        self.request: StartRequest | None = None
        one = len(recordings) == 1
        self.setWindowTitle(
            f"Start time of {recordings[0].name}"
            if one
            else f"Start times of {counted(len(recordings), 'recording')}"
        )
        self._build(zone)
        self._show_preview()

    def accept(self) -> None:
        self.request = self._entered()
        super().accept()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 150, metrics.height() * 26)

    def _build(self, zone: str) -> None:
        self.choices = {
            StartChange.SHIFT: RadioBox("&Shift by", self),
            StartChange.SET: RadioBox(
                "S&et to" if len(self._recordings) == 1 else "S&et the earliest to", self
            ),
            StartChange.ZONE: RadioBox("Keep the time, &correct the zone", self),
            StartChange.FILES: RadioBox("&Read again from files and their names", self),
        }
        self._group = QButtonGroup(self)
        for button in self.choices.values():
            self._group.addButton(button)
            button.toggled.connect(self._show_preview)
        self.direction = QComboBox(self)
        self.direction.addItems(["later", "earlier"])
        self.direction.setAccessibleName("Direction of the shift")
        self.offset = QLineEdit("1:00:00", self)
        self.offset.setAccessibleName("Length of the shift")
        self.offset.setPlaceholderText("1:00:00, 90 s or 1h30")
        self.moment = QDateTimeEdit(self)
        self.moment.setAccessibleName("New start")
        self.moment.setDisplayFormat("yyyy-MM-dd HH:mm:ss.zzz")
        self.moment.setCalendarPopup(True)
        self.moment.setDateTime(_as_qt(self._first or datetime.now().replace(microsecond=0)))
        self.zone = _zone_box(zone, self)
        self.direction.currentIndexChanged.connect(self._show_preview)
        self.offset.textChanged.connect(self._on_offset)
        self.moment.dateTimeChanged.connect(self._on_moment)
        self.zone.currentTextChanged.connect(self._show_preview)
        shift = QHBoxLayout()
        shift.addWidget(self.offset, 1)
        shift.addWidget(self.direction)
        grid = QGridLayout()
        for row, change in enumerate(self.choices):
            grid.addWidget(self.choices[change], row, 0)
        grid.addLayout(shift, 0, 1)
        grid.addWidget(self.moment, 1, 1)
        zone_label = PlainLabel("Time &zone", self)
        zone_label.setBuddy(self.zone)
        grid.addWidget(zone_label, len(self.choices), 0)
        grid.addWidget(self.zone, len(self.choices), 1)
        grid.setColumnStretch(1, 1)
        self._model = QStandardItemModel(self)
        self.table = QuietTable(self)
        self.table.setModel(self._model)
        self.table.setAccessibleName("Start times")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setMinimumWidth(self.fontMetrics().averageCharWidth() * 110)
        self.table.setTextElideMode(ELIDED)
        self.hint = PlainLabel(self)
        self.hint.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table, 1)
        layout.addLayout(grid)
        layout.addWidget(self.hint)
        layout.addWidget(self.buttons)
        first = StartChange.SET if self._first is None else StartChange.SHIFT
        self.choices[StartChange.SHIFT].setEnabled(self._first is not None)
        self.choices[StartChange.ZONE].setEnabled(self._first is not None)
        self.choices[first].setChecked(True)

    def _entered(self) -> StartRequest | None:
        """What is entered; None while it makes no sense."""
        change = next((c for c, button in self.choices.items() if button.isChecked()), None)
        zone = self._zone()
        if change is None or zone is False:
            return None
        assert not isinstance(zone, bool)
        if change is StartChange.SHIFT:
            offset_s = parse_time(self.offset.text())
            if offset_s is None:
                return None
            return StartRequest(change, -offset_s if self.direction.currentIndex() else offset_s)
        if change is StartChange.SET:
            moment = self.moment.dateTime().toPython()
            assert isinstance(moment, datetime)
            local = moment.replace(tzinfo=None)
            moment = local.replace(tzinfo=zone) if zone is not None else local.astimezone()
            return StartRequest(change, moment=moment)
        return StartRequest(change, zone=zone)

    def _zone(self) -> tzinfo | bool | None:
        """The zone that is chosen, None for that of this computer, False for an unknown one."""
        name = self.zone.currentText().strip()
        if name == self.zone.itemText(0):
            return None
        try:
            return zone_named(name)
        except SettingsError:
            return False

    def _on_offset(self) -> None:
        self.choices[StartChange.SHIFT].setChecked(True)
        self._show_preview()

    def _on_moment(self) -> None:
        self.choices[StartChange.SET].setChecked(True)
        self._show_preview()

    def _show_preview(self) -> None:
        request = self._entered()
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(request is not None)
        shown = self._recordings[:_MOST_ROWS]
        after: Sequence[str] = [""] * len(shown)
        if request is not None and request.change is StartChange.FILES:
            after = ["as the file states it"] * len(shown)
        elif request is not None:
            starts = new_starts(self._recordings, self._paths, request)
            after = [date_and_time(moment) for moment, _ in starts[:_MOST_ROWS]]
        self._model.clear()
        self._model.setHorizontalHeaderLabels(_HEADER)
        for recording, new in zip(shown, after, strict=True):
            before = date_and_time(recording.recorded_at)
            row = [QStandardItem(t) for t in (recording.name, before, recording.start_source, new)]
            for item in row:
                item.setEditable(False)
                item.setToolTip(plain_tip(item.text()))
            self._model.appendRow(row)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.hint.setText(self._hint(request))

    def _hint(self, request: StartRequest | None) -> str:
        if request is None:
            return "Enter a length of time such as 1:00:00, 90 s or 1h30, and a zone from the list."
        unknown = sum(r.recorded_at is None for r in self._recordings)
        kept = request.change is not StartChange.FILES and self._first is not None
        parts = []
        if unknown and kept:
            many = counted(unknown, "recording")
            parts.append(f"The start of {many} is not known and stays so.")
        more = len(self._recordings) - _MOST_ROWS
        if more > 0:
            parts.append(
                f"{counted_more(more, 'recording')} change{'s' if more == 1 else ''} likewise."
            )
        return " ".join(parts)


def _zone_box(zone: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    own = datetime.now().astimezone().tzname() or ""
    box.addItem(f"This computer's ({own})")
    box.addItems(["UTC", *sorted(zoneinfo.available_timezones() - {"UTC"})])
    if completer := box.completer():
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.setCurrentIndex(max(0, box.findText(zone)) if zone else 0)
    return box


def _as_qt(moment: datetime) -> QDateTime:
    """The same clock face, whatever its zone."""
    milliseconds = moment.microsecond // 1000
    time = QTime(moment.hour, moment.minute, moment.second, milliseconds)
    return QDateTime(QDate(moment.year, moment.month, moment.day), time)
