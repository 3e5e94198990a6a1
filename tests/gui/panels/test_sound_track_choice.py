"""The inspector offers the sound tracks of a file that holds several."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from yamnet_gui.audio import SoundTrack
from yamnet_gui.gui.panels.sound_track_choice import SoundTrackChoice

TRACKS = (
    SoundTrack(1, "AAC, 44.1 kHz, mono, silent", silent=True),
    SoundTrack(2, "AAC, 48 kHz, stereo, eng"),
    SoundTrack(3, "Opus, 48 kHz, mono, deu"),
)


def test_one_track_needs_no_choice(owners: Owners, qtbot: QtBot) -> None:
    choice = SoundTrackChoice(owners.document)
    qtbot.addWidget(choice)
    assert choice.isHidden()
    owners.open()
    assert choice.isHidden()


def test_another_track_is_another_recording(owners: Owners, qtbot: QtBot) -> None:
    choice = SoundTrackChoice(owners.document)
    qtbot.addWidget(choice)
    owners.open()
    shown = owners.document.recording
    assert shown is not None
    info = replace(shown.info, path=Path("/sounds/film.mkv"))
    owners.document.open(replace(shown, info=info, tracks=TRACKS, track=2))
    assert not choice.isHidden()
    titles = [choice.box.itemText(row) for row in range(choice.box.count())]
    assert titles == [f"{t.number} · {t.text}" for t in TRACKS]
    assert choice.box.currentIndex() == 1

    chosen: list[Path] = []
    choice.chosen.connect(chosen.append)
    for row in (1, 2, 0):
        choice.box.setCurrentIndex(row)
        choice.box.activated.emit(row)
        assert choice.box.currentIndex() == 1  # until the other one is open
    info = replace(shown.info, path=Path("/sounds/film.mkv#track=3"))
    owners.document.open(replace(shown, info=info, tracks=TRACKS, track=3))
    choice.box.activated.emit(1)
    assert [path.name for path in chosen] == ["film.mkv#track=3", "film.mkv#track=1", "film.mkv"]
