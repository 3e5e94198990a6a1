"""The guide in the window: contents, search, links, pictures."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from yamnet_gui.core.resources import document_path
from yamnet_gui.gui.dialogs.guide import PAGES, GuideWindow
from yamnet_gui.gui.widgets.markdown_view import sections_of


@pytest.fixture
def guide(qtbot: QtBot) -> Iterator[GuideWindow]:
    window = GuideWindow()
    qtbot.addWidget(window)
    window.show_page("guide.md")
    window.show()
    yield window
    window.close()


def test_a_search_lists_matching_sections_and_goes_to_the_first(
    guide: GuideWindow, qtbot: QtBot
) -> None:
    every = guide.contents.topLevelItemCount()
    assert every == len(PAGES)
    qtbot.keyClicks(guide.search, "Lasso")
    assert guide.found.text() == "1 section"
    assert guide.contents.topLevelItem(0).text(0) == "Embeddings"  # type: ignore[union-attr]
    assert guide.view.source().fragment() == "embeddings"
    assert guide.view.textCursor().block().text().casefold().count("lasso")
    qtbot.keyClick(guide.search, Qt.Key.Key_Return)
    assert guide.isVisible()  # Enter goes on, it does not close
    guide.search.clear()
    assert guide.contents.topLevelItemCount() == every


def test_every_link_within_the_pages_leads_to_a_heading(guide: GuideWindow) -> None:
    headings = {
        (section.page.name, section.slug)
        for name in PAGES
        for section in sections_of(document_path(name))
    }
    for name in PAGES:
        text = document_path(name).read_text("utf-8")
        for page, slug in re.findall(r"\]\(([a-z]*\.md)?#([^)]*)\)", text):
            if (page or name) in PAGES:
                assert (page or name, slug) in headings, f"{name}: {page}#{slug}"


@pytest.mark.workflow
def test_links_go_to_other_pages_and_back(guide: GuideWindow) -> None:
    guide.view.follow(QUrl("glossary.md"))
    assert guide.view.source().fileName() == "glossary.md"
    guide.view.backward()
    assert guide.view.source().fileName() == "guide.md"
    guide.view.follow(QUrl("../pyproject.toml"))  # nothing outside the folder
    guide.view.follow(QUrl("../../etc/passwd.md"))
    assert guide.view.source().fileName() == "guide.md"


def test_pictures_are_there_and_fit(guide: GuideWindow) -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]*)\)", document_path("guide.md").read_text("utf-8"))
    assert pictures
    for name in pictures:
        picture = guide.view.loadResource(2, QUrl(name))
        assert isinstance(picture, QImage)
        assert 0 < picture.width() / picture.devicePixelRatio() <= guide.view.viewport().width()
