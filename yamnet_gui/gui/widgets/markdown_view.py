"""Pages in Markdown with their pictures, links between them, and a search through their text."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImage,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

_MARGIN = 24
_FOUND = QColor(255, 214, 10, 110)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text below it, up to the next heading."""

    page: Path
    slug: str
    title: str
    level: int
    text: str


def slug_of(title: str) -> str:
    """The name of a heading in links, formed as GitHub forms it."""
    kept = "".join(c for c in title.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return kept.replace(" ", "-")


def sections_of(page: Path) -> list[Section]:
    """The sections of a page in its order. Raises OSError."""
    sections: list[Section] = []
    heading: tuple[int, str] | None = None
    lines: list[str] = []

    def finish() -> None:
        if heading is not None:
            title = re.sub(r"[*`]", "", heading[1])
            sections.append(Section(page, slug_of(title), title, heading[0], "\n".join(lines)))

    fenced = False
    for line in page.read_text("utf-8").splitlines():
        fenced ^= line.lstrip().startswith("```")
        match = None if fenced else re.match(r"(#{1,4})\s+(.*?)\s*$", line)
        if match is None:
            lines.append(line)
        else:
            finish()
            heading, lines = (len(match[1]), match[2]), []
    finish()
    return sections


class MarkdownView(QTextBrowser):
    """Shows pages of one folder; links to others open in the browser of the system."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder.resolve()
        self._words: tuple[str, ...] = ()
        self._hits: list[QTextCursor] = []
        self._at = -1
        self._page = ""
        self.setOpenLinks(False)
        self.anchorClicked.connect(self.follow)
        self.sourceChanged.connect(self._on_source)
        self.document().setDocumentMargin(_MARGIN)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # all text wraps

    def show_page(self, page: Path, slug: str = "") -> None:
        """Shows a page from this heading on; it joins the pages to go back to."""
        url = QUrl.fromLocalFile(str(page))
        url.setFragment(slug)
        self.setSource(url, QTextDocument.ResourceType.MarkdownResource)

    def follow(self, link: QUrl) -> None:
        """Goes where a link leads."""
        target = self.source().resolved(link)
        if not target.isLocalFile():
            QDesktopServices.openUrl(target)
        elif self._is_page(Path(target.toLocalFile())):
            self.show_page(Path(target.toLocalFile()), target.fragment())

    def find_words(self, words: tuple[str, ...]) -> int:
        """Marks every place where one of the words stands; gives their number."""
        self._words = words
        self._mark()
        return len(self._hits)

    def show_next(self) -> None:
        """Goes to the next marked place below what is seen; at the end to the first one."""
        if self._hits:
            self._at = (self._at + 1) % len(self._hits)
            cursor = QTextCursor(self._hits[self._at])
            cursor.setPosition(cursor.selectionStart())
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    def _on_source(self, url: QUrl) -> None:
        """Called for every page, also by going back: sets tables and headings, then scrolls."""
        page = url.toLocalFile()
        if page != self._page:
            self._page = page
            self._set_type()
            self._mark()
        self._scroll_to(url.fragment())

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """Pictures no wider than the page, and nothing from outside the folder."""
        target = self.source().resolved(QUrl(name))
        path = Path(target.toLocalFile()) if target.isLocalFile() else None
        if path is None or not path.resolve().is_relative_to(self._folder):
            return None
        if type == QTextDocument.ResourceType.ImageResource.value:
            picture = QImage(str(path))
            room = max(self.viewport().width() - 2 * _MARGIN - 8, 200)
            ratio = self.devicePixelRatioF()
            picture.setDevicePixelRatio(ratio)
            if not picture.isNull() and picture.width() / ratio > room:
                picture = picture.scaledToWidth(
                    round(room * ratio), Qt.TransformationMode.SmoothTransformation
                )
                picture.setDevicePixelRatio(ratio)
            return picture
        return super().loadResource(type, name)

    def _is_page(self, path: Path) -> bool:
        return path.suffix == ".md" and path.resolve().is_relative_to(self._folder)

    def _set_type(self) -> None:
        """Room around headings and in tables: Markdown has none of its own here."""
        line = self.palette().color(QPalette.ColorRole.Mid)
        cursor = QTextCursor(self.document())
        block = self.document().begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            room = QTextBlockFormat()
            if level:
                room.setTopMargin((30, 26, 18)[min(level, 3) - 1])
                room.setBottomMargin(6)
            else:
                room.setLineHeight(118, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            room.setNonBreakableLines(False)  # commands wrap instead of making the page wider
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(room)
            block = block.next()
        for table in _tables(self.document().rootFrame()):
            look = table.format()
            look.setBorder(1)
            look.setBorderCollapse(True)
            look.setBorderBrush(line)
            look.setCellPadding(4)
            look.setTopMargin(6)
            look.setBottomMargin(10)
            table.setFormat(look)

    def _mark(self) -> None:
        self._hits, self._at = [], -1
        marks = []
        if self._words:
            pattern = re.compile("|".join(map(re.escape, self._words)), re.IGNORECASE)
            block = self.document().begin()
            while block.isValid():
                for match in pattern.finditer(block.text()):
                    marks.append(self._mark_of(block, match))
                block = block.next()
        self.setExtraSelections(marks)

    def _mark_of(self, block: QTextBlock, match: re.Match[str]) -> QTextEdit.ExtraSelection:
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + match.start())
        cursor.setPosition(block.position() + match.end(), QTextCursor.MoveMode.KeepAnchor)
        self._hits.append(cursor)
        mark = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setBackground(_FOUND)
        mark.cursor, mark.format = cursor, look
        return mark

    def _scroll_to(self, slug: str) -> None:
        bar = self.verticalScrollBar()
        self.document().size()  # lays out everything, which would come later and move the text
        if not slug:
            bar.setValue(0)
            return
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug_of(block.text()) == slug:
                layout = self.document().documentLayout()
                bar.setValue(round(layout.blockBoundingRect(block).top()))
                self.setTextCursor(QTextCursor(block))
                bar.setValue(round(layout.blockBoundingRect(block).top()))
                self._at = sum(hit.position() < block.position() for hit in self._hits) - 1
                return
            block = block.next()


def _tables(frame: QTextFrame) -> list[QTextTable]:
    tables = []
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            tables.append(child)
        tables += _tables(child)
    return tables
