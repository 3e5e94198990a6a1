"""How the spectrogram looks: presets, settings of one's own, and what is remembered."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from yamnet_gui.audio.spectrogram import PRESETS, SpectrogramSettings
from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog
from yamnet_gui.gui.state.class_view import Showing
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.widgets.toolbar import PresetBox
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
BATS = [p.name for p in PRESETS].index("Bats")
YAMNET = [p.name for p in PRESETS].index("What YAMNet hears")


@pytest.fixture
def spectrogram(qtbot: QtBot) -> Spectrogram:
    spectrogram = Spectrogram()
    spectrogram.set_recording(192_000, 10.0)
    return spectrogram


@pytest.fixture
def dialog(qtbot: QtBot, spectrogram: Spectrogram) -> SpectrogramDialog:
    dialog = SpectrogramDialog(spectrogram, Settings(), channels=2)
    qtbot.addWidget(dialog)
    return dialog


def test_shows_the_preset_in_use_and_what_it_means(
    dialog: SpectrogramDialog, spectrogram: Spectrogram
) -> None:
    assert dialog.preset.currentText() == "Overview"
    dialog.preset.activated.emit(BATS)
    assert dialog.preset.currentText() == "Bats"
    assert dialog.window_ms.value() == pytest.approx(2.0)
    assert dialog.low.value() == 10_000
    assert spectrogram.settings == PRESETS[BATS].settings


def test_every_field_changes_its_own_setting(
    dialog: SpectrogramDialog, spectrogram: Spectrogram
) -> None:
    dialog.window_ms.setValue(40.0)
    dialog.overlap.setValue(50)
    dialog.low.setValue(1_000)
    dialog.high.setValue(80_000)
    for box, text in (
        (dialog.window_kind, "Blackman"),
        (dialog.scale, "Logarithmic"),
        (dialog.channel, "Channel 2"),
    ):
        box.setCurrentIndex(box.findText(text))
        box.activated.emit(box.currentIndex())
    assert spectrogram.settings == SpectrogramSettings(
        window_s=0.04,
        overlap=0.5,
        window="blackman",
        scale="log",
        low_hz=1_000,
        high_hz=80_000,
        channel=1,
    )
    assert dialog.preset.currentIndex() == -1
    assert dialog.preset.placeholderText() == "Custom settings"


def test_levels_and_contrast_are_ones_own_until_they_follow_the_recording_again(
    dialog: SpectrogramDialog, spectrogram: Spectrogram
) -> None:
    dialog.floor.setValue(-70)
    dialog.ceiling.setValue(-30)
    dialog.contrast.setValue(30)
    look = spectrogram.look
    assert (look.floor_db, look.ceiling_db, look.contrast) == (-70, -30, 1.5)
    assert not spectrogram.automatic
    dialog.automatic.setChecked(True)
    assert spectrogram.automatic


def test_what_yamnet_hears_leaves_nothing_to_choose(dialog: SpectrogramDialog) -> None:
    dialog.preset.activated.emit(YAMNET)
    for field in (dialog.window_ms, dialog.overlap, dialog.low, dialog.high):
        assert not field.isEnabled()
    assert dialog.scale.currentText().startswith("What YAMNet hears")


def preset_box(bench: Workbench) -> PresetBox:
    box = bench.shell.window.findChild(PresetBox)
    assert isinstance(box, PresetBox)
    return box


@pytest.mark.workflow
def test_the_toolbar_says_which_preset_is_in_use_and_the_next_start_remembers(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    preset_box(bench).preset_chosen.emit(BATS)
    assert preset_box(bench).currentText() == "Bats"
    settled(bench)
    bench.shell.window.close()
    again = start(sound_file)
    settled(again)
    assert again.session.spectrogram.settings == PRESETS[BATS].settings
    assert preset_box(again).currentText() == "Bats"


def test_the_calls_of_a_bat_are_seen_where_they_are(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    rate = 192_000
    time_s = np.arange(2 * rate) / rate
    sound = 0.0005 * np.random.default_rng(1).standard_normal(len(time_s))
    call = (time_s >= 1.0) & (time_s < 1.004)
    sound[call] += 0.4 * np.sin(2 * np.pi * 85_000 * time_s[call])
    path = tmp_path / "bat.wav"
    soundfile.write(path, sound, rate, subtype="PCM_16")
    bench = start(path)
    bench.session.spectrogram.use_preset(PRESETS[BATS])
    settled(bench)
    bench.session.timeline.set_view(0.9, 1.1)
    bench.session.spectrogram.columns(0.9, 1.1, 800)
    settled(bench)
    picture = bench.session.spectrogram.columns(0.9, 1.1, 800)
    assert picture is not None
    row, column = np.unravel_index(int(picture.argmax()), picture.shape)
    assert 0.9 + column / 800 * 0.2 == pytest.approx(1.002, abs=0.003)
    height = (row + 0.5) / len(picture)
    assert bench.session.spectrogram.axis.frequency_at(height) == pytest.approx(85_000, abs=1_500)


@pytest.mark.workflow
def test_the_rows_of_the_score_track_follow_the_cursor(start: Start, settled: Settled) -> None:
    bench = start("demo")
    settled(bench)
    bench.session.class_view.set_options(showing=Showing.CURSOR, limit=3)
    scores = bench.session.document.scores
    assert scores is not None
    for time_s in (2.0, 32.0, 84.0):
        bench.session.timeline.set_cursor(time_s)
        settled(bench)
        at = scores.at(time_s)
        assert at is not None
        assert bench.session.class_view.shown == tuple(np.argsort(-at, kind="stable")[:3].tolist())
