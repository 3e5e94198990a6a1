"""Pictures of the window as files."""

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.window_picture import save_picture


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
@pytest.mark.parametrize("name", [b"picture.png", b"p\xff.png", "Bäume.png".encode()])
def test_a_picture_is_written_under_any_name(qtbot: QtBot, tmp_path: Path, name: bytes) -> None:
    picture = QImage(30, 20, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    path = tmp_path / os.fsdecode(name)
    save_picture(picture, path)
    read = QImage.fromData(path.read_bytes())
    assert (read.size(), read.pixel(3, 3)) == (picture.size(), 0xFF336699)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
