"""An error that nobody foresaw: what happened, that nothing is lost, and a report to copy."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel

_TEXT = (
    "<b>Something went wrong inside yamnet_gui.</b><p>Your decisions are safe: each one is saved "
    "in the project as soon as you make it. You can go on working; restart the program if "
    "something looks wrong.</p>"
)


_MOST_REPORTS = 20
"""Where one defect leads to many others, the first ones tell about it."""


class UnexpectedErrorDialog(QDialog):
    """Shows one report; further errors while it is open are counted and can be copied with it."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unexpected error")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reports = [report]
        self._further = 0
        text = PlainLabel(_TEXT, self)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        self.more = PlainLabel(self)
        self.more.hide()
        self.report = QPlainTextEdit(report, self)
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Error report")
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.copy = QPushButton("Copy report", self)
        self.copy.clicked.connect(self._copy)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (text, self.more, self.report, buttons):
            layout.addWidget(widget)

    def add(self, report: str) -> None:
        """A further error: one that was shown before ("") is counted only."""
        if report and len(self._reports) < _MOST_REPORTS:
            self._reports.append(report)
            self.report.setPlainText("\n\n".join(self._reports))
        self._further += 1
        errors = "error has" if self._further == 1 else "errors have"
        self.more.setText(f"{grouped(self._further)} more {errors} happened since.")
        self.more.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 100, metrics.height() * 24)
