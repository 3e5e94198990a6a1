"""What is measured of signals whose answers are known."""

import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy import signal

import yamnet_gui
from yamnet_gui.audio import MemorySource
from yamnet_gui.audio.measures import Measures, measure
from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.stopping import stoppable

RATE = 48_000
BIN_HZ = RATE / 2048


def tone(hertz: float, seconds: float = 1.0, level: float = 0.5) -> NDArray[np.float32]:
    at = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def noise(seconds: float, rms: float, seed: int = 0) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(0, rms, round(seconds * RATE))
    return values.astype(np.float32)


def measured(samples: NDArray[np.float32], *arguments: float, **named: float) -> Measures:
    source = MemorySource(samples, RATE)
    span = TimeSpan(*arguments) if arguments else TimeSpan(0, source.info.duration_s)
    return measure(source, span, **named)  # type: ignore[arg-type]


def test_a_tone_has_its_frequency_and_levels() -> None:
    got = measured(tone(3000.0))
    assert got.peak_hz == pytest.approx(3000, abs=BIN_HZ / 2)
    assert got.centre_hz == pytest.approx(3000, abs=BIN_HZ)
    assert got.bandwidth_hz is not None
    assert got.bandwidth_hz <= 3 * BIN_HZ
    assert got.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert got.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert got.duration_s == 1.0


def test_of_two_tones_the_louder_one_is_the_peak_and_both_bound_the_band() -> None:
    sound = tone(1000.0, level=0.4) + tone(6000.0, level=0.5)
    got = measured(sound)
    assert got.peak_hz == pytest.approx(6000, abs=BIN_HZ / 2)
    assert got.low_hz == pytest.approx(1000, abs=2 * BIN_HZ)
    assert got.high_hz == pytest.approx(6000, abs=2 * BIN_HZ)
    assert got.bandwidth_hz == got.high_hz - got.low_hz
    assert got.centre_hz == pytest.approx(6000, abs=2 * BIN_HZ)
    box = measured(sound, low_hz=500, high_hz=2000)
    assert box.peak_hz == pytest.approx(1000, abs=BIN_HZ / 2)
    assert box.high_hz is not None
    assert box.high_hz <= 2000
    assert box.peak_dbfs == got.peak_dbfs, "levels are those of all frequencies"


def test_band_noise_spreads_over_its_band() -> None:
    sections = signal.butter(8, (2000, 6000), "bandpass", fs=RATE, output="sos")
    got = measured(signal.sosfilt(sections, noise(8.0, 0.1)).astype(np.float32))
    assert got.centre_hz == pytest.approx(4000, rel=0.03)
    assert got.low_hz == pytest.approx(2200, rel=0.05)
    assert got.high_hz == pytest.approx(5800, rel=0.05)


def test_white_noise_reaches_evenly_to_half_the_rate() -> None:
    got = measured(noise(8.0, 0.1))
    assert got.rms_dbfs == pytest.approx(-20, abs=0.1)
    for value, part in ((got.low_hz, 0.05), (got.centre_hz, 0.5), (got.high_hz, 0.95)):
        assert value == pytest.approx(part * RATE / 2, abs=0.02 * RATE / 2)


def test_silence_has_no_frequencies() -> None:
    got = measured(np.zeros(RATE, np.float32))
    assert got == Measures(1.0)
    assert got.peak_dbfs == got.rms_dbfs == -math.inf


def test_a_constant_offset_is_no_sound_of_0_hz() -> None:
    assert measured(tone(3000.0) + np.float32(0.3)).peak_hz == pytest.approx(3000, abs=BIN_HZ / 2)


def test_a_clipped_sound_reaches_full_scale() -> None:
    got = measured(np.clip(tone(500.0, level=4.0), -1, 1))
    assert got.peak_dbfs == 0.0
    assert -1.0 < got.rms_dbfs < 0.0


@pytest.mark.parametrize("samples", [1, 2, 15])
def test_very_few_samples_have_levels_and_no_frequencies(samples: int) -> None:
    got = measured(tone(3000.0) * 0 + np.float32(0.5), 0.5, 0.5 + samples / RATE)
    assert got.peak_dbfs == got.rms_dbfs == pytest.approx(-6.02, abs=0.01)
    assert (got.peak_hz, got.snr_db) == (None, None)


def test_a_span_without_a_sample_is_measured_at_the_nearest() -> None:
    assert measured(tone(3000.0), 1.0, 1.0).peak_dbfs > -60
    assert measured(tone(3000.0), 5.0, 6.0).duration_s == 1.0


@pytest.mark.parametrize("snr_db", [20.0, 6.0, 0.0])
def test_the_noise_beside_the_span_is_what_the_sound_is_compared_with(snr_db: float) -> None:
    sound = noise(6.0, 0.01)
    event = slice(2 * RATE, 4 * RATE)
    band = 2 * 1000 / RATE  # the share of the noise between 2500 and 3500 Hz
    power = 0.01**2 * band * 10 ** (snr_db / 10)
    sound[event] += tone(3000.0, 2.0, math.sqrt(2 * power))
    got = measured(sound, 2.0, 4.0, low_hz=2500, high_hz=3500)
    assert got.snr_db == pytest.approx(snr_db, abs=0.6)
    sound[4 * RATE :] += tone(3100.0, 2.0, 0.5)  # another sound right behind
    assert measured(sound, 2.0, 4.0, low_hz=2500, high_hz=3500).snr_db == pytest.approx(
        snr_db, abs=0.9
    )


def test_no_ratio_where_nothing_or_silence_lies_beside() -> None:
    assert measured(tone(3000.0)).snr_db is None
    quiet = np.zeros(RATE, np.float32)
    assert measured(np.concatenate([quiet, tone(3000.0), quiet]), 1.0, 2.0).snr_db is None


def test_channels_do_not_cancel_out_and_one_can_be_chosen() -> None:
    both = np.stack([tone(1000.0), -tone(1000.0)], axis=1)
    assert measured(both) == measured(tone(1000.0))
    apart = np.stack([tone(1000.0), tone(5000.0)], axis=1)
    assert measured(apart, channel=1).peak_hz == pytest.approx(5000, abs=BIN_HZ / 2)
    with pytest.raises(ValueError, match="no channel 2"):
        measured(apart, channel=2)


def test_the_last_moment_counts_wherever_windows_and_blocks_end() -> None:
    for seconds in (0.05, 0.0427, 1.3657, 2.7334):
        sound = tone(1000.0, seconds, 0.01)
        sound[-600:] = tone(9000.0, seconds, 0.9)[-600:]
        got = measured(sound)
        assert got.peak_hz == pytest.approx(9000, abs=100)
        assert got.peak_dbfs == pytest.approx(-0.9, abs=0.1)
        expected = 10 * math.log10(float(np.mean(np.square(sound, dtype=np.float64))))
        assert got.rms_dbfs == pytest.approx(expected, abs=1e-4)


def test_the_mean_spectrum_is_that_of_welch() -> None:
    sound = noise(0.4, 0.1) + tone(2000.0, 0.4, 0.1)
    sound = sound[: 2048 + 9 * 1024]
    window = np.hanning(2050)[1:-1]
    hertz, power = signal.welch(
        sound, RATE, window=window, noverlap=1024, scaling="spectrum", detrend="constant"
    )
    power[1:-1] /= 2  # one-sided
    reached = np.cumsum(power)
    expected = [float(hertz[np.argmax(reached >= p * reached[-1])]) for p in (0.05, 0.5, 0.95)]
    got = measured(sound)
    assert [got.low_hz, got.centre_hz, got.high_hz] == pytest.approx(expected, abs=BIN_HZ + 1)


def test_memory_does_not_grow_with_the_span() -> None:
    source = MemorySource(noise(60.0, 0.1), RATE)
    tracemalloc.start()
    measure(source, TimeSpan(0, 60))
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert highest < 8e6


def test_measuring_can_be_stopped() -> None:
    with stoppable(lambda: True), pytest.raises(Cancelled):
        measured(tone(1000.0))


def test_scripts_measure_files_and_samples(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(3000.0), RATE, subtype="FLOAT")
    got = yamnet_gui.measure(path, 0.25, 0.75, low_hz=2000, high_hz=4000)
    assert got == yamnet_gui.measure(tone(3000.0), 0.25, 0.75, rate=RATE, low_hz=2000, high_hz=4000)
    assert yamnet_gui.measure(path).duration_s == 1.0
    for wrong in (
        {"start_s": 2.0, "end_s": 1.0},
        {"start_s": math.nan},
        {"channel": 3},
        {"low_hz": 5.0, "high_hz": 1.0},
        {"rate": 8000},
    ):
        with pytest.raises(UserError):
            yamnet_gui.measure(path, **wrong)  # type: ignore[arg-type]
