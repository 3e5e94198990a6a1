"""Small questions of the review."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology

from .class_picker import ClassPickerDialog, LabelChoice


def ask_label(
    class_map: ClassMap,
    ontology: Ontology,
    title: str,
    used: Sequence[str],
    parent: QWidget,
    own: Sequence[LabelChoice] = (),
    near: Sequence[int] = (),
) -> LabelChoice | None:
    """A label that a person chooses by typing; None where they think better of it."""
    dialog = ClassPickerDialog(class_map, ontology, used, title, own=own, near=near, parent=parent)
    try:
        return dialog.choice if dialog.exec() == QDialog.DialogCode.Accepted else None
    finally:
        dialog.deleteLater()


def confirm(question: str, verb: str, parent: QWidget) -> bool:
    """Whether a person says yes; `verb` stands on the button."""
    box = QMessageBox(
        QMessageBox.Icon.Question, "Review", question, QMessageBox.StandardButton.Cancel, parent
    )
    yes = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(yes)
    try:
        box.exec()
        return box.clickedButton() is yes
    finally:
        box.deleteLater()
