"""Fields for numbers: a comma is typed as well as a point, whatever the language of the system."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.gui.panels.events import EventsPanel
from yamnet_gui.gui.widgets.frequency_range import FrequencyRangeFields
from yamnet_gui.gui.widgets.number_box import NumberBox, WholeBox


@pytest.fixture(params=["de_DE", "C", "fr_FR", "en_US"])
def system(request: pytest.FixtureRequest) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


def typed(box: NumberBox, text: str) -> float:
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    return box.value()


@pytest.mark.usefixtures("system")
def test_points_and_commas_are_decimal_marks(qtbot: QtBot) -> None:
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(0.0, 5000.0)
    box.setDecimals(2)
    assert typed(box, "0,35") == 0.35
    assert box.text() == "0.35"
    assert typed(box, "0.45") == 0.45
    assert typed(box, "12,5") == 12.5
    assert typed(box, "1234,5") == 1234.5
    assert box.text() == "1234.50"
    box.setSuffix(" s")
    assert typed(box, "2,25") == 2.25
    assert box.text() == "2.25 s"


@pytest.mark.usefixtures("system")
def test_whole_numbers_may_have_commas_between_thousands(qtbot: QtBot) -> None:
    fields = FrequencyRangeFields()
    qtbot.addWidget(fields)
    fields.show_range(None, None, 24_000.0)
    assert typed(fields.low, "1,500") == 1500.0
    assert fields.low.text() == "1500 Hz"


def test_a_filter_takes_a_comma(qtbot: QtBot, owners: Owners) -> None:
    owners.yard()
    panel = EventsPanel(
        owners.document, owners.selection, owners.grouping, owners.order, owners.timeline
    )
    qtbot.addWidget(panel)
    assert typed(panel.minimum_score, "0,65") == 0.65
    assert [event.id for event in panel.model.shown] == ["dog", "dog2"]


def pasted(box: NumberBox | WholeBox, text: str) -> float:
    QGuiApplication.clipboard().setText(text)
    box.selectAll()
    box.lineEdit().paste()
    QTest.keyClick(box, Qt.Key.Key_Return)
    return box.value()


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,35", 0.35),
        (" 1.234,5 ", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567,25", 1234567.25),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("−12,5", -12.5),
        ("12,5 s", 12.5),
        ("1,2,3", 7.0),
        ("12.34,5", 7.0),
        ("twelve", 7.0),
    ],
)
def test_numbers_of_other_languages_are_pasted(qtbot: QtBot, text: str, value: float) -> None:
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(-1e7, 1e7)
    box.setDecimals(2)
    box.setSuffix(" s")
    box.setValue(7.0)
    assert pasted(box, text) == value


@pytest.mark.usefixtures("system")
@pytest.mark.parametrize(
    ("text", "value"), [("1,500", 1500), ("1.500", 1500), ("12 500", 12_500), ("1,5", 7)]
)
def test_whole_numbers_are_pasted_with_any_mark_between_thousands(
    qtbot: QtBot, text: str, value: int
) -> None:
    hertz = NumberBox()
    hertz.setDecimals(0)
    for box in (WholeBox(), hertz):
        qtbot.addWidget(box)
        box.setRange(0, 100_000)
        box.setValue(7)
        assert pasted(box, text) == value
        assert box.text() == str(value)


@pytest.mark.usefixtures("system")
def test_negative_numbers_have_the_sign_that_tables_show_and_can_be_stepped(qtbot: QtBot) -> None:
    boxes = NumberBox(), WholeBox()
    for box in boxes:
        qtbot.addWidget(box)
        box.setRange(-128, 40)
        box.setSuffix(" dB")
        box.setValue(-90)
    assert [box.text() for box in boxes] == ["−90.00 dB", "−90 dB"]
    for box in boxes:
        box.stepUp()
        assert box.value() == -89
        assert typed(box, "-12") == pasted(box, "−12") == -12
        assert box.text().startswith("−12")
