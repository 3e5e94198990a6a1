"""Small questions of the review."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.label_sets import LabelSets
from yamnet_gui.gui.state.selection import EventSelection

from .class_picker import ClassPickerDialog, LabelChoice, choices_of, near_classes


class Questions:
    """Asks over the window, and waits for the answer."""

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        label_sets: LabelSets,
        class_map: ClassMapState,
        window: QWidget,
    ) -> None:
        self._document = document
        self._selection = selection
        self._label_sets = label_sets
        self._class_map = class_map
        self._window = window

    def label(
        self, title: str, used: Sequence[str], likely: Sequence[int] | None = None
    ) -> LabelChoice | None:
        """A label by typing; None where the user dismisses the dialog.

        The chosen label set is offered first, then the `likely` classes, then `used`. Where the
        question is about the current event (`likely` None) these are the classes near its own.
        """
        own = [LabelChoice(x.name, x.class_index, x.mid) for x in self._label_sets.labels]
        classes, ontology = self._class_map.value, self._class_map.ontology
        if likely is None:
            event = self._selection.current_in(self._document.events)
            likely = self.near(event.class_index if event is not None else None)
        first = [*own, *choices_of(classes, likely)]
        return ask_label(classes, ontology, title, used, self._window, first)

    def near(self, class_index: int | None) -> list[int]:
        """The classes near one, among which a correction of it often is; none near None."""
        return near_classes(self._class_map.ontology, class_index)

    def confirm(self, question: str, verb: str) -> bool:
        """Whether the user says yes; `verb` is the text of the button."""
        return confirm(question, verb, self._window)

    def choose(self, question: str, verbs: Sequence[str]) -> str | None:
        """Which of the buttons the user presses, the first by default; None for *Cancel*."""
        return choose(question, verbs, self._window)


def ask_label(
    class_map: ClassMap,
    ontology: Ontology,
    title: str,
    used: Sequence[str],
    parent: QWidget,
    first: Sequence[LabelChoice] = (),
) -> LabelChoice | None:
    """A label by typing; None where the user dismisses the dialog."""
    dialog = ClassPickerDialog(class_map, ontology, used, title, first=first, parent=parent)
    try:
        return dialog.choice if dialog.exec() == QDialog.DialogCode.Accepted else None
    finally:
        dialog.deleteLater()


def confirm(question: str, verb: str, parent: QWidget) -> bool:
    """Whether the user says yes; `verb` is the text of the button."""
    return choose(question, [verb], parent) is not None


def choose(question: str, verbs: Sequence[str], parent: QWidget) -> str | None:
    """Which of the buttons the user presses, the first by default; None for *Cancel*."""
    box = QMessageBox(
        QMessageBox.Icon.Question, "Review", question, QMessageBox.StandardButton.Cancel, parent
    )
    box.setTextFormat(Qt.TextFormat.PlainText)
    buttons = {box.addButton(verb, QMessageBox.ButtonRole.AcceptRole): verb for verb in verbs}
    box.setDefaultButton(next(iter(buttons)))
    try:
        box.exec()
        clicked = box.clickedButton()
        return next((verb for button, verb in buttons.items() if button is clicked), None)
    finally:
        box.deleteLater()
