"""Samples on their way to the device: nothing lost, added or moved."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QIODevice, QObject

from yamnet_gui.audio import open_audio
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.playback.filter_chain import OutputFormat, heard_channels
from yamnet_gui.gui.playback.pull_device import PullDevice
from yamnet_gui.gui.playback.stream import Stream, StreamFiller
from yamnet_gui.gui.playback.values import PlaybackRequest, Speed

MakeRecording = Callable[..., tuple[Path, np.ndarray]]
RATE_HZ = 44100


def request_of(path: Path, start_s: float, end_s: float, **more: object) -> PlaybackRequest:
    with open_audio(path) as source:
        info = source.info
    return PlaybackRequest(
        path, info.sample_rate_hz, info.channels, TimeSpan(start_s, end_s), **more
    )


def produced(
    request: PlaybackRequest,
    most: int = 10**9,
    *,
    at_s: float | None = None,
    output: OutputFormat | None = None,
) -> np.ndarray:
    """What a device would be given, up to `most` frames."""
    output = output or OutputFormat(request.sample_rate_hz, heard_channels(request))
    stream = Stream(request, request.span.start_s if at_s is None else at_s, output)
    parts: list[np.ndarray] = []
    with open_audio(request.path) as source:
        filler = StreamFiller(source, stream)
        while sum(map(len, parts)) < most:
            filler.fill()
            chunk = stream.take()
            if chunk is None:
                break
            parts.append(chunk.samples)
    return np.concatenate(parts)[:most]


def test_a_segment_is_the_files_samples_from_first_to_last(make_recording: MakeRecording) -> None:
    path, samples = make_recording()
    request = request_of(path, 0.5, 2.0)
    np.testing.assert_array_equal(produced(request), samples[22050:88200])


def test_odd_bounds_fall_on_the_nearest_sample(make_recording: MakeRecording) -> None:
    path, samples = make_recording()
    first, last = 12345, 54321
    request = request_of(path, first / RATE_HZ, last / RATE_HZ)
    np.testing.assert_array_equal(produced(request), samples[first:last])


@pytest.mark.parametrize("frames", [1, 7, 500, 5000, 30000])
def test_a_loop_has_no_gap(make_recording: MakeRecording, frames: int) -> None:
    path, samples = make_recording()
    first = 1000
    request = request_of(path, first / RATE_HZ, (first + frames) / RATE_HZ, loop=True)
    rounds = 20 if frames >= 5000 else 200
    expected = np.tile(samples[first : first + frames], (rounds, 1))
    np.testing.assert_array_equal(produced(request, len(expected)), expected)


def test_playing_from_the_middle_of_a_loop_comes_back_to_its_start(
    make_recording: MakeRecording,
) -> None:
    path, samples = make_recording()
    request = request_of(path, 0.5, 1.0, loop=True)
    expected = np.concatenate([samples[33075:44100], samples[22050:44100]])
    np.testing.assert_array_equal(produced(request, len(expected), at_s=0.75), expected)


def test_one_channel_of_many(make_recording: MakeRecording) -> None:
    path, samples = make_recording(channels=4)
    request = request_of(path, 0, 1, channel=2)
    np.testing.assert_array_equal(produced(request), samples[:RATE_HZ, 2:3])


def test_more_than_two_channels_are_mixed(make_recording: MakeRecording) -> None:
    path, samples = make_recording(channels=5)
    heard = produced(request_of(path, 0, 1))
    np.testing.assert_allclose(heard, samples[:RATE_HZ].mean(axis=1, keepdims=True), atol=1e-6)


def test_mono_fills_both_sides_of_a_stereo_device(make_recording: MakeRecording) -> None:
    path, samples = make_recording(channels=1)
    heard = produced(request_of(path, 0, 1), output=OutputFormat(RATE_HZ, 2))
    np.testing.assert_array_equal(heard, np.repeat(samples[:RATE_HZ], 2, axis=1))


def test_tape_speed_at_the_devices_own_rate_keeps_every_sample(
    make_recording: MakeRecording,
) -> None:
    path, samples = make_recording(rate_hz=192000, channels=1, seconds=1)
    request = request_of(path, 0, 1, speed=Speed(0.25, keep_pitch=False))
    np.testing.assert_array_equal(produced(request, output=OutputFormat(48000, 1)), samples)


@pytest.mark.parametrize("factor", [0.1, 0.37, 0.5, 1.6, 4.0])
@pytest.mark.parametrize("keep_pitch", [True, False])
def test_speed_changes_the_length_and_nothing_else_is_lost(
    make_recording: MakeRecording, factor: float, keep_pitch: bool
) -> None:
    path, _ = make_recording(channels=1)
    request = request_of(path, 0.0, 3.0, speed=Speed(factor, keep_pitch))
    length_s = len(produced(request)) / RATE_HZ
    window_s = 0.1 if keep_pitch else 0.002  # the stretcher works in windows of this size
    assert length_s == pytest.approx(3.0 / factor, abs=max(window_s, window_s / factor))


def tone(path: Path, frequency_hz: float, rate_hz: int) -> Path:
    time_s = np.arange(2 * rate_hz) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * frequency_hz * time_s), rate_hz, subtype="FLOAT")
    return path


def pitch_hz(samples: np.ndarray, rate_hz: int) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4, 0]
    power = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(power) * rate_hz / len(middle))


@pytest.mark.parametrize(
    ("speed", "heard_hz"),
    [
        (Speed(0.5, True), 1000),
        (Speed(0.25, True), 1000),
        (Speed(2, True), 1000),
        (Speed(0.5, False), 500),
        (Speed(2, False), 2000),
    ],
)
def test_pitch_is_kept_or_moves_along(tmp_path: Path, speed: Speed, heard_hz: float) -> None:
    request = request_of(tone(tmp_path / "tone.wav", 1000, RATE_HZ), 0, 2, speed=speed)
    assert pitch_hz(produced(request), RATE_HZ) == pytest.approx(heard_hz, abs=4)


@pytest.mark.parametrize("rate_hz", [8000, 384000])
def test_a_rate_that_the_device_lacks_is_converted(tmp_path: Path, rate_hz: int) -> None:
    request = request_of(tone(tmp_path / "tone.wav", 1000, rate_hz), 0, 2)
    heard = produced(request, output=OutputFormat(48000, 1))
    assert len(heard) == pytest.approx(96000, abs=2)
    assert pitch_hz(heard, 48000) == pytest.approx(1000, abs=2)
    assert np.abs(heard[1000:-1000]).max() == pytest.approx(0.5, abs=0.005)


class Device:
    """Pulls bytes as a sound device would."""

    def __init__(
        self, request: PlaybackRequest, *, lead_in_s: float = 0.0, fill_on_want: bool = True
    ) -> None:
        self.owner = QObject()
        output = OutputFormat(request.sample_rate_hz, heard_channels(request))
        self.channels = output.channels
        self.stream = Stream(request, request.span.start_s, output)
        self.source = open_audio(request.path)
        self.filler = StreamFiller(self.source, self.stream)
        self.pull_device = PullDevice(
            self.stream,
            lambda samples: samples.astype(np.float32).tobytes(),
            4 * output.channels,
            lead_in_s,
            self.filler.fill if fill_on_want else lambda: None,
            self.owner,
        )
        self.pull_device.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def pull(self, frames: int) -> np.ndarray:
        data = self.pull_device.readData(frames * 4 * self.channels)
        return np.frombuffer(data, np.float32).reshape(-1, self.channels)


def test_the_feed_begins_with_its_lead_in_and_ends_in_silence(
    make_recording: MakeRecording,
) -> None:
    path, samples = make_recording()
    device = Device(request_of(path, 1.0, 1.5), lead_in_s=0.05)
    device.filler.fill()
    heard = np.concatenate([device.pull(1000) for _ in range(40)])
    lead_in = round(0.05 * RATE_HZ)
    end = lead_in + 22050
    np.testing.assert_array_equal(heard[lead_in:end], samples[44100:66150])
    assert not heard[:lead_in].any()
    assert not heard[end:].any()
    assert device.pull_device.position_s(0) == 1.0
    assert device.pull_device.position_s(lead_in + 4410) == pytest.approx(1.1, abs=1e-6)
    assert not device.pull_device.ended(end - 1)
    assert device.pull_device.ended(end)


def test_late_samples_are_held_back_and_the_position_waits_for_them(
    make_recording: MakeRecording,
) -> None:
    path, samples = make_recording()
    device = Device(request_of(path, 0.0, 3.0), fill_on_want=False)
    device.filler.fill()
    ahead = device.stream.frames
    heard = [device.pull(4410) for _ in range(ahead // 4410)]
    late = [device.pull(4410) for _ in range(3)]
    held = sum(map(len, late))
    assert held > 0
    assert not np.concatenate(late).any()
    device.filler.fill()
    heard += [device.pull(4410) for _ in range(5)]
    np.testing.assert_array_equal(np.concatenate(heard), samples[: ahead + 5 * 4410])
    stands_s = ahead / RATE_HZ
    assert device.pull_device.position_s(ahead + held / 2) == pytest.approx(stands_s, abs=1e-6)
    assert device.pull_device.position_s(ahead + held + 4410) == pytest.approx(
        stands_s + 0.1, abs=1e-6
    )


def test_the_position_comes_round_with_the_loop(make_recording: MakeRecording) -> None:
    path, _ = make_recording()
    device = Device(request_of(path, 0.5, 0.8, loop=True))
    device.filler.fill()
    for round_ in range(20):
        device.pull(13230)
        frame = round_ * 13230 + 6615
        assert device.pull_device.position_s(frame) == pytest.approx(0.65, abs=1e-6)


@pytest.mark.parametrize("factor", [0.25, 3.0])
@pytest.mark.parametrize("keep_pitch", [True, False])
def test_sounds_are_heard_where_the_position_says(
    tmp_path: Path, factor: float, keep_pitch: bool
) -> None:
    samples = np.zeros((4 * RATE_HZ, 1), np.float32)
    sounds_s = [0.5, 1.5, 2.5, 3.5]
    for sound_s in sounds_s:
        at = round(sound_s * RATE_HZ)
        samples[at : at + 4410, 0] = np.sin(np.arange(4410) * 0.1)
    path = tmp_path / "sounds.wav"
    soundfile.write(path, samples, RATE_HZ)
    device = Device(request_of(path, 0, 4, speed=Speed(factor, keep_pitch)))
    device.filler.fill()
    position = 0
    measured_s: list[float] = []
    loud_until = -1
    while not device.pull_device.ended(position):
        heard = device.pull(512)
        for index in np.flatnonzero(np.abs(heard[:, 0]) > 0.3):
            frame = position + int(index)
            if frame > loud_until:
                measured_s.append(device.pull_device.position_s(frame))
            loud_until = frame + RATE_HZ // 20
        position += len(heard)
    window_s = (
        0.05 * max(1.0, factor / 1.5) if keep_pitch else 0.004
    )  # the stretcher moves sounds within its window
    assert measured_s == pytest.approx(sounds_s, abs=window_s)


def test_a_cancelled_stream_is_not_filled(make_recording: MakeRecording) -> None:
    path, _ = make_recording()
    device = Device(request_of(path, 0, 3))
    device.stream.cancel()
    device.filler.fill()
    assert device.stream.frames == 0


def tones(tmp_path: Path, *hertz: float, seconds: float = 2.0) -> Path:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = sum(0.3 * np.cos(2 * np.pi * f * at) for f in hertz)
    path = tmp_path / "tones.wav"
    soundfile.write(path, np.stack([sound, sound], axis=1), RATE_HZ, subtype="FLOAT")
    return path


def level_db(samples: np.ndarray, hertz: float) -> float:
    """Of a tone in the middle of the samples, relative to full scale."""
    middle = samples[len(samples) // 4 : -len(samples) // 4, 0]
    at = np.arange(len(middle)) / RATE_HZ
    window = np.hanning(len(middle))
    part = np.abs(np.sum(middle * window * np.exp(-2j * np.pi * hertz * at)))
    return float(20 * np.log10(2 * part / window.sum() + 1e-12))


@pytest.mark.parametrize(
    ("band", "heard", "silent"),
    [
        ((1_500.0, 2_500.0), 2_000.0, (500.0, 8_000.0)),
        ((None, 1_000.0), 500.0, (2_000.0, 8_000.0)),
        ((4_000.0, None), 8_000.0, (500.0, 2_000.0)),
        ((4_000.0, RATE_HZ / 2), 8_000.0, (500.0, 2_000.0)),
        ((1_999.9, 2_000.1), 2_000.0, (500.0, 8_000.0)),
        ((0.0, 1.0), None, (500.0, 2_000.0, 8_000.0)),
    ],
)
def test_only_the_frequencies_of_the_box_are_heard(
    tmp_path: Path,
    band: tuple[float | None, float | None],
    heard: float | None,
    silent: tuple[float, ...],
) -> None:
    path = tones(tmp_path, 500.0, 2_000.0, 8_000.0)
    played = produced(request_of(path, 0.0, 2.0, band_hz=band))
    assert np.isfinite(played).all()
    assert np.abs(played).max() < 1.0
    if heard is not None:
        assert level_db(played, heard) == pytest.approx(20 * np.log10(0.3), abs=1.0)
    for hertz in silent:
        assert level_db(played, hertz) < -50


def test_a_box_with_all_frequencies_plays_the_files_samples(make_recording: MakeRecording) -> None:
    path, samples = make_recording()
    for band in ((None, None), (0.0, RATE_HZ / 2)):
        played = produced(request_of(path, 0.5, 2.0, band_hz=band))
        np.testing.assert_array_equal(played, samples[22050:88200])


@pytest.mark.parametrize("loop", [False, True])
def test_band_limited_playback_begins_loops_and_ends_without_a_click(
    tmp_path: Path, loop: bool
) -> None:
    """A click is energy far outside the band: as little as there is amid the sound itself."""
    from scipy import signal

    path = tones(tmp_path, 2_000.0)  # begins and ends at its full amplitude
    span = (0.25, 0.25 + 1_000.5 / 2_000)  # a loop that does not close
    played = produced(request_of(path, *span, band_hz=(1_500.0, 2_500.0), loop=loop), 3 * RATE_HZ)
    rest = signal.sosfilt(
        signal.butter(6, 8_000, "highpass", fs=RATE_HZ, output="sos"),
        np.concatenate([np.zeros((4_000, 2)), played, np.zeros((0 if loop else 4_000, 2))]),
        axis=0,
    )
    assert np.abs(rest).max() < 10 ** (-60 / 20)
    assert np.abs(played).max() > 0.2
