"""The list of models: YAMNet and the user's own, what each is, and what can be done with it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted
from yamnet_gui.gui.screens import resize_to_hint
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.card_view import CardView
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.yamnet import ModelInfo
from yamnet_gui.yamnet.exports import EXPORT_FORMATS, ExportFormat
from yamnet_gui.yamnet.model_library import ListedModel

_YAMNET_CARD = """# YAMNet

521 classes of sound, as published for AudioSet. Its weights are under *Analyse › Model weights*.
"""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A line of the list. `info` None and no `problem`: YAMNet itself; `path` None: not here."""

    name: str
    identity: str
    path: Path | None
    info: ModelInfo | None = None
    problem: str = ""

    @property
    def is_yamnet(self) -> bool:
        return self.info is None and not self.problem

    @property
    def facts(self) -> str:
        """What it is, in a line."""
        if self.problem:
            return self.problem
        if self.info is None:
            return "521 classes" if self.path is not None else "its weights are not installed"
        more = " beside YAMNet's 521" if self.info.keeps_yamnet else ""
        return f"{counted(self.info.trained, 'class')}{more} · {self.info.created[:10]}"

    @property
    def card(self) -> str:
        """Markdown."""
        if self.is_yamnet:
            return _YAMNET_CARD
        return self.info.card if self.info is not None else ""


def rows_of(listed: list[ListedModel], yamnet: Path | None) -> list[ModelRow]:
    """YAMNet first, then the user's models."""
    rows = [ModelRow("YAMNet", "", yamnet)]
    for one in listed:
        file = one.file
        if file is None or file.model is None:
            rows.append(ModelRow(one.path.name, "", one.path, problem=one.problem))
        else:
            rows.append(ModelRow(file.model.name, file.identity, one.path, file.model))
    return rows


class ModelsDialog(QDialog):
    """Shows models; the work is done elsewhere. The caller shows the result by `show_…`."""

    use_requested = Signal(object)  # ModelRow
    add_requested = Signal()
    remove_requested = Signal(object)  # ModelRow
    export_requested = Signal(object, object)  # ModelRow, ExportFormat
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self._rows: list[ModelRow] = []
        self._used = ""
        self._build()
        self.show_idle("")
        resize_to_hint(self)

    def show_rows(self, rows: list[ModelRow], used: str) -> None:
        """The models, and the identity of the one in use ("": YAMNet)."""
        chosen = self.chosen
        self._rows, self._used = rows, used
        self.list.clear()
        for row in rows:
            mark = " — in use" if row.identity == used and not row.problem else ""
            item = QListWidgetItem(f"{row.name}{mark}\n{row.facts}", self.list)
            if row.problem:
                item.setForeground(self.palette().placeholderText())
        same = [n for n, r in enumerate(rows) if chosen is not None and r.path == chosen.path]
        in_use = [n for n, r in enumerate(rows) if r.identity == used and not r.problem]
        self.list.setCurrentRow((same or in_use or [0])[0])

    def choose(self, path: Path) -> None:
        """Selects the model in this file."""
        for number, row in enumerate(self._rows):
            if row.path == path:
                self.list.setCurrentRow(number)

    def show_progress(self, text: str, fraction: float) -> None:
        """Something is being written."""
        self.message.setText(text)
        self.bar.setValue(round(100 * fraction))
        self._set_busy(True)

    def show_idle(self, text: str) -> None:
        """Nothing is being done; `text` says how the last step ended."""
        self.message.setText(text)
        self._set_busy(False)

    @property
    def chosen(self) -> ModelRow | None:
        number = self.list.currentRow()
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 110, metrics.height() * 30)

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName("Models")
        self.list.setAlternatingRowColors(True)
        self.list.setMaximumWidth(self.fontMetrics().averageCharWidth() * 42)
        self.list.setWordWrap(True)
        self.list.setMinimumHeight(self.fontMetrics().height() * 8)
        self.list.currentRowChanged.connect(self._on_row)
        self.card = CardView(self)
        self.card.setAccessibleName("Model card")
        both = QHBoxLayout()
        both.addWidget(self.list, 2)
        both.addWidget(self.card, 3)

        self.use = QPushButton("&Use in this project", self)
        self.use.setDefault(True)
        self.use.clicked.connect(lambda: self.use_requested.emit(self.chosen))
        self.add = QPushButton("&Add a file…", self)
        self.add.clicked.connect(self.add_requested)
        self.export = QPushButton("&Export", self)
        menu = QMenu(self.export)
        for form in EXPORT_FORMATS.values():
            action = menu.addAction(f"{form.title} ({form.text})…")
            action.triggered.connect(lambda _on=False, f=form: self._on_export(f))
        self.export.setMenu(menu)
        self.remove = QPushButton("&Remove", self)
        self.remove.clicked.connect(lambda: self.remove_requested.emit(self.chosen))
        self.buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        for button in (self.use, self.add, self.export, self.remove):
            button.setAutoDefault(button is self.use)
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)

        self.message = PlainLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Export")
        self.stop = QPushButton("&Stop", self)
        self.stop.clicked.connect(self.stop_requested)
        progress = QHBoxLayout()
        progress.addWidget(self.message, 1)
        progress.addWidget(self.bar)
        progress.addWidget(self.stop)

        hint = PlainLabel(
            "The recordings of a project are analysed by one model. If you choose another, the "
            "open one is analysed again at once, others when you say so; your decisions stay.",
            self,
        )
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(hint)
        layout.addLayout(both, 1)
        layout.addLayout(progress)
        layout.addWidget(self.buttons)

    def _set_busy(self, on: bool) -> None:
        self.bar.setVisible(on)
        self.stop.setVisible(on)
        for button in (self.use, self.add, self.export, self.remove):
            button.setEnabled(not on)
        if not on:
            self._on_row()

    def _on_row(self, _row: int = 0) -> None:
        row = self.chosen
        usable = row is not None and not row.problem
        in_use = usable and row is not None and row.identity == self._used
        self.use.setEnabled(usable and not in_use and not self.bar.isVisible())
        self.export.setEnabled(usable and row is not None and row.path is not None)
        self.remove.setEnabled(row is not None and not row.is_yamnet and not in_use)
        if row is None:
            self.card.clear()
            return
        text = row.card or row.problem
        if row.info is not None:
            text += f"\n\nIdentity `{row.identity}`"
        self.card.show_card(text)

    def _on_export(self, form: ExportFormat) -> None:
        if self.chosen is not None:
            self.export_requested.emit(self.chosen, form)
