"""A picture of the window as a file."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage, QPixmap

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.labels.overwrite_guard import spare


def save_picture(picture: QPixmap | QImage, path: Path) -> None:
    """Writes a PNG; what was there stays where that fails.

    Raises SettingsError, and LabelsError where `path` is a recording, a project or a link.
    """
    spare(path)
    try:
        content = QByteArray()  # Qt would take a name that is not UTF-8 for another one
        if not picture.save(QBuffer(content), "PNG"):  # type: ignore[call-overload]
            raise OSError("the picture could not be written")
        with replacing(path) as beside:
            beside.write_bytes(content.data())
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise SettingsError(path, reason, "choose another folder") from error
