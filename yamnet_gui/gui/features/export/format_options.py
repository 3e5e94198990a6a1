"""Options of a format; only those that apply to it are shown."""

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.gui.widgets.buttons import TickBox
from yamnet_gui.labels.exchange.event_measures import EventMeasures
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats import LabelFormat, WriteOptions
from yamnet_gui.labels.formats.columns import ColumnMapping, mapping_text
from yamnet_gui.labels.formats.labelstudio_address import LOCAL_FILES
from yamnet_gui.labels.formats.table_writer import DEFAULT

_PLAIN = WriteOptions()


class FormatOptions(QWidget):
    """One file or many, names of recordings and columns, clock times, measures, curator, server."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.several = False
        self._clocked = False
        self.split = TickBox("One file per recording", self)
        self.relative = TickBox("Use paths relative to the common folder", self)
        self.relative.setToolTip("Otherwise recordings are named by their full path")
        self.clock = TickBox("Also write clock times", self)
        self.measures = TickBox("Also measure each event", self)
        self.measures.setToolTip(
            "Duration, peak, centre, 5% and 95% frequency, bandwidth, peak and RMS level and\n"
            "signal-to-noise ratio as further columns; reads the sound of every event"
        )
        self.label_column = _field("Name of the label column", _PLAIN.label_column, self)
        self.score_column = _field("Name of the score column", _PLAIN.score_column, self)
        self._saved = SavedColumns()
        self.columns = QComboBox(self)
        self.columns.setEditable(True)
        self.columns.setAccessibleName("Columns")
        self.columns.setToolTip("Columns like recording=file,onset=start, or a saved name")
        self.columns.addItems(["", *self._saved_names()])
        line = self.columns.lineEdit()
        assert line is not None
        line.setPlaceholderText(mapping_text(DEFAULT))
        self.curator = _field("Curator", "", self)
        self.curator.setPlaceholderText("optional")
        self.email = _field("Curator e-mail", "", self)
        self.server = _field("File server", "", self)
        self.server.setPlaceholderText(f"none; {LOCAL_FILES}folder or https://…")
        self.server.setToolTip(
            "Address of the recordings' folder where Label Studio finds them;\n"
            "without one they are named by their path"
        )
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.split)
        form.addRow(self.relative)
        form.addRow(self.clock)
        form.addRow(self.measures)
        form.addRow("&Label column", self.label_column)
        form.addRow("Sco&re column", self.score_column)
        form.addRow("Col&umns", self.columns)
        form.addRow("C&urator", self.curator)
        form.addRow("E-mai&l", self.email)
        form.addRow("File ser&ver", self.server)
        self._form = form
        self.split.toggled.connect(self.changed)
        for box in (self.relative, self.clock, self.measures):
            box.toggled.connect(self.changed)
        self.columns.editTextChanged.connect(self.changed)

    @property
    def per_recording(self) -> bool:
        return self.several and self.split.isChecked()

    def show_format(self, fmt: LabelFormat, several: bool, clocked: bool) -> None:
        """Shows the options of this format; `clocked`: the start of a recording is known."""
        self.several = several
        self._clocked = clocked and fmt.has_clock
        self._form.setRowVisible(self.split, several and fmt.combined)
        self._form.setRowVisible(self.relative, several and fmt.combined)
        self._form.setRowVisible(self.clock, fmt.has_clock)
        self.clock.setEnabled(clocked)
        self.clock.setText(
            "Also write clock times"
            if clocked
            else "Also write clock times (no start time is known)"
        )
        self._form.setRowVisible(self.measures, fmt.has_measures)
        for column in (self.label_column, self.score_column):
            self._form.setRowVisible(column, fmt.name == "raven")
        self._form.setRowVisible(self.columns, fmt.name == "table")
        for field in (self.curator, self.email):
            self._form.setRowVisible(field, fmt.name == "jams")
        self._form.setRowVisible(self.server, fmt.name == "labelstudio")

    def options(
        self,
        paths: Sequence[Path],
        *,
        classes: ClassMap,
        sidecar: bool,
        per_recording: bool,
    ) -> WriteOptions:
        """The current options, for recordings at these paths.

        Raises SettingsError where columns are named in a way that is not understood.
        """
        relative = self.several and self.relative.isChecked() and len(paths) > 0
        name, email = self.curator.text().strip(), self.email.text().strip()
        return WriteOptions(
            base=_common(paths) if relative else None,
            per_recording=per_recording,
            sidecar=sidecar,
            label_column=self.label_column.text().strip() or _PLAIN.label_column,
            score_column=self.score_column.text().strip() or _PLAIN.score_column,
            clock=self._clocked and self.clock.isChecked(),
            measures=EventMeasures() if self._measured else None,
            curator_name=name,
            curator_email=email,
            columns=self._columns(),
            media_prefix=self.server.text().strip(),
            classes=classes,
        )

    @property
    def _measured(self) -> bool:
        return self._form.isRowVisible(self.measures) and self.measures.isChecked()

    def _columns(self) -> ColumnMapping | None:
        text = self.columns.currentText().strip()
        if not text or not self._form.isRowVisible(self.columns):
            return None
        return self._saved.mapping(text)

    def _saved_names(self) -> list[str]:
        try:
            return list(self._saved.texts())
        except SettingsError:  # said where columns are saved and chosen
            return []


def _common(paths: Sequence[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:  # on different drives
        return None


def _field(name: str, text: str, parent: QWidget) -> QLineEdit:
    field = QLineEdit(text, parent)
    field.setAccessibleName(name)
    return field
