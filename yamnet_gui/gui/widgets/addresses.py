"""Asking for an address in storage."""

from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.storage.address import path_of_address
from yamnet_gui.core.storage.notation import LIBRARIES, is_address

_EXAMPLES = "s3://bucket/folder, sftp://host/folder or https://host/recording.wav"


def asked_address(window: QWidget, title: str) -> Path | None:
    """The path of the address that the user enters; None where they do not.

    Raises UserError for what is none.
    """
    text, accepted = QInputDialog.getText(
        window, title, f"{_EXAMPLES}:", QLineEdit.EchoMode.Normal, ""
    )
    text = text.strip()
    if not accepted or not text:
        return None
    if not is_address(text):
        known = ", ".join(f"{scheme}://" for scheme in LIBRARIES)
        raise UserError(text, "is no address of storage", f"begin with one of {known}")
    return path_of_address(text)
