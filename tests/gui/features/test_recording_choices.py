"""The window offers other sound tracks, and the channels of a recording that cancel."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from tests.unit.audio.containers import write_tracks
from yamnet_gui.gui.features.recording_choices import RecordingChoices
from yamnet_gui.gui.workbench import Workbench

NOISE = np.random.default_rng(7).normal(0, 0.1, (32000, 1)).astype(np.float32)


@pytest.mark.workflow
def test_tracks_and_channels_are_offered(
    start: Callable[..., Workbench], qtbot: QtBot, tmp_path: Path
) -> None:
    film = write_tracks(tmp_path / "film.mkv", (0 * NOISE, 16000), (NOISE, 16000))
    bench = start(film)
    document, notices = bench.session.document, bench.shell.notices
    qtbot.waitUntil(lambda: bench.session.project.recording_id != "")
    assert document.recording is not None
    assert document.recording.track == 2
    assert any("this is sound track 2 of 2" in notice.text for notice in notices.notices)
    bench.shell.inspector.sound_tracks.box.activated.emit(0)
    qtbot.waitUntil(lambda: document.recording is not None and document.recording.track == 1)
    project = bench.session.project.project
    assert project is not None
    qtbot.waitUntil(lambda: len(project.recordings.all()) == 2)
    names = {Path(r.path).name: r.content_hash for r in project.recordings.all()}
    assert set(names) == {"film.mkv", "film.mkv#track=1"}
    assert len(set(names.values())) == 2
    assert project.recordings.missing() == []

    inverted = tmp_path / "inverted.wav"
    soundfile.write(inverted, np.hstack([NOISE, -NOISE]), 16000)
    bench.services.recording.open(inverted)
    qtbot.waitUntil(lambda: any("cancel each other" in notice.text for notice in notices.notices))
    assert not any("sound track" in notice.text for notice in notices.notices)
    (feature,) = (f for f in bench.features if isinstance(f, RecordingChoices))
    menu = feature.channel_menu()
    menu.actions()[1].trigger()
    menu.close()
    assert bench.session.spectrogram.settings.channel == 1
