"""Where the network's weights are, and how to get them."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import megabytes
from yamnet_gui.gui.screens import grow_to_content, resize_to_hint
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.notices import NoticeKind, kind_color
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.yamnet.weights import (
    PUBLISHED_SHA256,
    PUBLISHED_SIZE,
    PUBLISHED_URL,
    WeightsFile,
    weights_folder,
)

WEIGHTS_FILTER = "Weights (*.h5 *.hdf5 *.tar.gz *.tgz saved_model.pb);;All files (*)"
"""A SavedModel's folder is chosen by its `saved_model.pb`, which is not itself read."""


class WeightsDialog(QDialog):
    """Tells about the weights and asks for a download or a file; the work is done elsewhere.

    The caller shows the result by `show_progress`, `show_file` or `show_problem`.
    """

    download_requested = Signal()
    cancel_requested = Signal()
    file_chosen = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Model weights")
        self._busy = False
        self._build()
        self.show_missing()
        resize_to_hint(self)

    def show_missing(self) -> None:
        """No weights installed."""
        self._set_headline(
            NoticeKind.WARNING,
            "No weights installed.",
            "YAMNet's weights are not part of this program. Download the published file once, or "
            "choose a copy: an HDF5 file, a .tar.gz, or the saved_model.pb of a folder. "
            "Only analysing sounds needs them.",
        )
        self._set_details("")

    def show_checking(self, path: Path) -> None:
        """A file is being read."""
        self._set_headline(NoticeKind.INFO, "Checking…", str(path))
        self._set_details("")

    def show_file(self, file: WeightsFile) -> None:
        """These weights are in use."""
        if file.known:
            self._set_headline(None, "The weights are installed and intact.", file.name)
        else:
            self._set_headline(
                NoticeKind.WARNING,
                "These weights are not the published ones.",
                "All arrays have the right shapes, so they are used, but results may differ.",
            )
        facts = [_breakable(str(file.path)), megabytes(file.size), f"SHA-256 {file.sha256}"]
        if file.identity not in ("", file.sha256):
            facts.append(f"Identity of its numbers {file.identity}")
        self._set_details("\n".join(facts))

    def show_problem(self, text: str) -> None:
        """A file was refused, or the download failed; `text` says why."""
        advice = "Try again, or get the file with a browser and choose it here."
        self._set_headline(NoticeKind.ERROR, "This did not work.", f"{text}. {advice}")
        self._set_details("")

    def show_progress(self, done: int, total: int = PUBLISHED_SIZE) -> None:
        """`done` of `total` bytes are here."""
        if not self._busy:
            self._set_headline(NoticeKind.INFO, "Downloading the weights…", PUBLISHED_URL)
            self._set_details("")
            self._set_busy(True)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(min(done, total))
        self.amount.setText(f"{megabytes(done)} of {megabytes(total)}")

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 84, metrics.height() * 20)

    def reject(self) -> None:
        """Closing stops a download that runs."""
        self._cancel()
        super().reject()

    def _build(self) -> None:
        self.headline = PlainLabel(self)
        font = self.headline.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.headline.setFont(font)
        self.text = PlainLabel(self)
        self._facts = PlainLabel(self)
        selectable = (
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for label in (self.text, self._facts):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(selectable)
        self._facts.setForegroundRole(QPalette.ColorRole.PlaceholderText)

        source = QFormLayout()
        source.setVerticalSpacing(2)
        for name, value in (
            ("Published at", PUBLISHED_URL),
            ("Size", megabytes(PUBLISHED_SIZE)),
            ("SHA-256", PUBLISHED_SHA256),
            ("Stored in", str(weights_folder())),
        ):
            shown = PlainLabel(_breakable(value), self)
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(selectable)
            shown.setAccessibleName(f"{name} {value}")
            shown.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            source.addRow(name, shown)

        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Download")
        self.amount = PlainLabel(self)
        self.stop = QPushButton("&Stop", self)
        self.stop.clicked.connect(self._cancel)
        progress = QHBoxLayout()
        progress.addWidget(self.bar, 1)
        progress.addWidget(self.amount)
        progress.addWidget(self.stop)

        self.download = QPushButton(f"&Download ({megabytes(PUBLISHED_SIZE)})", self)
        self.download.setDefault(True)
        self.download.clicked.connect(self._on_download)
        self.choose = QPushButton("Choose a &file…", self)
        self.choose.clicked.connect(self._on_choose)
        self.buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        self.buttons.addButton(self.download, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.addButton(self.choose, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)

        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(self.headline)
        layout.addWidget(self.text)
        layout.addWidget(self._facts)
        layout.addSpacing(6)
        layout.addLayout(source)
        layout.addStretch(1)
        layout.addLayout(progress)
        layout.addWidget(self.buttons)

    def _set_headline(self, kind: NoticeKind | None, headline: str, text: str) -> None:
        self._set_busy(False)
        palette = self.headline.palette()
        color = self.palette().color(QPalette.ColorRole.WindowText)
        if kind in (NoticeKind.WARNING, NoticeKind.ERROR):
            color = kind_color(kind, self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.headline.setPalette(palette)
        self.headline.setText(headline)
        self.text.setText(text)

    def _set_details(self, facts: str) -> None:
        self._facts.setText(facts)
        self._facts.setVisible(bool(facts))
        grow_to_content(self)

    def _set_busy(self, on: bool) -> None:
        self._busy = on
        for widget in (self.bar, self.amount, self.stop):
            widget.setVisible(on)
        for button in (self.download, self.choose):
            button.setEnabled(not on)

    def _on_download(self) -> None:
        self.show_progress(0)
        self.download_requested.emit()

    def _cancel(self) -> None:
        if self._busy:
            self._set_busy(False)
            self.cancel_requested.emit()
            self.headline.setText("Download stopped.")

    def _on_choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "YAMNet weights", "", WEIGHTS_FILTER)
        if name:
            self.file_chosen.emit(Path(name))


def _breakable(text: str) -> str:
    """A long word with places where a line may end."""
    return "\u200b".join(text[i : i + 16] for i in range(0, len(text), 16))
