"""The guide and the glossary in a window of their own, beside the work."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.resources import document_path
from yamnet_gui.core.text import counted
from yamnet_gui.gui.screens import resize_to_hint
from yamnet_gui.gui.widgets.markdown_view import MarkdownView, Section, sections_of
from yamnet_gui.gui.widgets.plain_text import PlainLabel

PAGES = ("guide.md", "glossary.md")
_SECTION = Qt.ItemDataRole.UserRole


class GuideWindow(QDialog):
    """Contents on the left, the page on the right; a search lists the sections that match.

    Raises UserError where the installation lacks the pages.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Guide")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._pages = [document_path(name) for name in PAGES]
        try:
            self._sections = [section for page in self._pages for section in sections_of(page)]
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            raise UserError(self._pages[0], reason, "reinstall the program") from error
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search the guide and the glossary")
        self.search.setAccessibleName("Search the guide and the glossary")
        self.search.setClearButtonEnabled(True)
        self.found = PlainLabel("", self)
        self.contents = QTreeWidget(self)
        self.contents.setHeaderHidden(True)
        self.contents.setAccessibleName("Contents")
        self.view = MarkdownView(self._pages[0].parent, self)
        self.view.setAccessibleName("Page")
        self._build()
        self._list(self._sections)
        resize_to_hint(self)
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self.view.show_next)
        self.contents.currentItemChanged.connect(self._on_chosen)
        self.contents.itemClicked.connect(self._on_chosen)

    def show_page(self, name: str, slug: str = "") -> None:
        """Goes to a page of `PAGES`, to one of its headings."""
        self.view.show_page(document_path(name), slug)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 160, metrics.height() * 42)

    def _build(self) -> None:
        back, forward = QPushButton("&Back", self), QPushButton("&Forward", self)
        for button, go, possible in (
            (back, self.view.backward, self.view.backwardAvailable),
            (forward, self.view.forward, self.view.forwardAvailable),
        ):
            button.setEnabled(False)
            button.setAutoDefault(False)  # Enter goes to the next place that was found
            button.clicked.connect(go)
            possible.connect(button.setEnabled)
        top = QHBoxLayout()
        for widget in (back, forward):
            top.addWidget(widget)
        top.addWidget(self.search, 1)
        top.addWidget(self.found)
        split = QSplitter(self)
        split.addWidget(self.contents)
        split.addWidget(self.view)
        split.setStretchFactor(1, 1)
        width = self.fontMetrics().averageCharWidth()
        split.setSizes([width * 52, width * 108])
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(split, 1)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._to_search)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _list(self, sections: Sequence[Section]) -> None:
        """Fills the contents; a section without a higher one on its page stands at the top."""
        self.contents.blockSignals(True)
        self.contents.clear()
        open_items: list[tuple[Path, int, QTreeWidgetItem]] = []
        for section in sections:
            while open_items and (
                open_items[-1][0] != section.page or open_items[-1][1] >= section.level
            ):
                open_items.pop()
            item = QTreeWidgetItem([section.title])
            item.setData(0, _SECTION, section)
            if open_items:
                open_items[-1][2].addChild(item)
            else:
                self.contents.addTopLevelItem(item)
            open_items.append((section.page, section.level, item))
        self.contents.expandAll()
        self.contents.blockSignals(False)

    def _on_search(self, text: str) -> None:
        words = tuple(text.casefold().split())
        matching = [
            section
            for section in self._sections
            if all(word in f"{section.title}\n{section.text}".casefold() for word in words)
        ]
        self._list(matching)
        self.view.find_words(words)
        self.found.setText(counted(len(matching), "section") if words else "")
        if words and matching:
            best = next((s for s in matching if words[0] in s.title.casefold()), matching[0])
            self.view.show_page(best.page, best.slug)
            self.view.show_next()

    def _on_chosen(self, item: QTreeWidgetItem | None) -> None:
        section = item.data(0, _SECTION) if item is not None else None
        if isinstance(section, Section):
            self.view.show_page(section.page, section.slug)
