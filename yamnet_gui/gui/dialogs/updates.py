"""Whether there is a newer version of the program."""

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui import __version__
from yamnet_gui.core.updates import RELEASES_PAGE, Release
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip


class UpdatesDialog(QDialog):
    """Shows what was asked elsewhere: `show_release` or `show_problem`. Nothing is installed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Check for updates")
        self._page = RELEASES_PAGE
        self.headline = PlainLabel("Asking for the newest version…", self)
        font = self.headline.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.headline.setFont(font)
        self.text = PlainLabel(f"This is version {__version__}.", self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Asking")
        self.notes = QPlainTextEdit(self)
        self.notes.setReadOnly(True)
        self.notes.setAccessibleName("What is new")
        self.notes.setTabChangesFocus(True)
        for label in (self.headline, self.text):
            label.setWordWrap(True)
        self.page = QPushButton("Open the &page", self)
        self.page.clicked.connect(self._open_page)
        self.buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        self.buttons.addButton(self.page, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(self.headline)
        layout.addWidget(self.text)
        layout.addWidget(self.bar)
        layout.addWidget(self.notes, 1)
        layout.addStretch()
        layout.addWidget(self.buttons)
        self.notes.hide()
        self.page.hide()

    def show_release(self, release: Release) -> None:
        """The newest version, and whether this is it."""
        if not release.newer:
            self._show("This is the newest version.", f"Version {__version__} is up to date.")
            return
        self._page = release.page
        self._show(
            f"Version {release.version} is available.",
            f"This is version {__version__}. The page says how to install the new one; nothing is "
            "downloaded by itself.",
        )
        self.notes.setPlainText(release.notes or "The release has no notes.")
        self.notes.show()
        self.page.show()
        self.page.setDefault(True)
        self.page.setToolTip(plain_tip(release.page))
        self.adjustSize()

    def show_problem(self, text: str) -> None:
        """Nothing is known; `text` says why."""
        self._show("The newest version is not known.", text)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        lines = 22 if self.notes.isVisibleTo(self) else 9
        return QSize(metrics.averageCharWidth() * 78, metrics.height() * lines)

    def _show(self, headline: str, text: str) -> None:
        self.bar.hide()
        self.headline.setText(headline)
        self.text.setText(text)

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))
