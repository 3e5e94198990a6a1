"""Sound through Qt. The only file that imports QtMultimedia."""

import os
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QIODevice, QLoggingCategory, QObject, QTimer, Slot

# PulseAudio's default of some 17 ms breaks up while the network is busy on every core. Its own
# client reads this variable; a value set by the user wins. Starting and stopping stay immediate.
_PULSE_LATENCY_MS = "150"
os.environ.setdefault("PULSE_LATENCY_MSEC", _PULSE_LATENCY_MS)
# PipeWire answers as PulseAudio too; Qt's own way to it counts differently and is not measured.
os.environ.setdefault("QT_AUDIO_BACKEND", "pulseaudio")

# It reports on stderr which optional libraries of the system it did not find.
_QUIET = "qt.multimedia.*=false\nqt.multimedia.*.critical=true"
QLoggingCategory.setFilterRules(_QUIET)

from PySide6.QtMultimedia import (  # noqa: E402
    QAudioDevice,
    QAudioFormat,
    QAudioSink,
    QMediaDevices,
    QtAudio,
)

from yamnet_gui.core.added_packages import is_bundle  # noqa: E402

from .audio_output import AudioOutput, NullAudioOutput, Reading  # noqa: E402
from .filter_chain import OutputFormat, heard_channels, heard_rate_hz  # noqa: E402
from .outputs import Outputs  # noqa: E402
from .playback_clock import PlaybackClock  # noqa: E402
from .pull_device import Encode, PullDevice  # noqa: E402
from .reader import Reader  # noqa: E402
from .sound_server import server_is_missing  # noqa: E402
from .stream import Stream  # noqa: E402
from .values import Device, PlaybackRequest  # noqa: E402

BUFFER_S = 0.5
"""The device's own buffer, filled by the GUI thread: how long that may be busy without a gap."""
LEAD_IN_S = 0.08
"""Silence before the first sample: devices swallow the beginning when they wake up."""
DRAIN_MS = 400
"""How long a device may take to play what it has, after the end of the request."""
SETTLE_MS = 120
"""Bounds that are being dragged are taken over once they stay this long."""
SERVER_ENDED = (
    "No sound: the sound server has ended. Start the program again once it runs: every decision "
    "is saved."
)
_LOOK_MS = 1000
"""Qt connects to a server that has ended some two seconds later, once; where that fails, it aborts
the process when anything is played."""
NO_DEVICE = "No sound: this computer has no sound output. Connect one to hear recordings."

_USUAL_RATES_HZ = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)
_Sample = QAudioFormat.SampleFormat
_BROKEN = (QtAudio.Error.FatalError, QtAudio.Error.IOError, QtAudio.Error.OpenError)


@dataclass(frozen=True, slots=True)
class _SinkFormat:
    qt: QAudioFormat
    output: OutputFormat
    encode: Encode


class SoundOutputs(Outputs):
    """The machine's sound devices, and their coming and going."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._system = QMediaDevices(self)
        if is_bundle():  # which comes without what plays films; Qt says so at the first question
            QLoggingCategory.setFilterRules(f"{_QUIET}\ndefault.warning=false")
            QMediaDevices.audioOutputs()
            QLoggingCategory.setFilterRules(_QUIET)
        self._gave_up = ""
        self._ended = False
        self._system.audioOutputsChanged.connect(self._system_changed)
        self._watch = QTimer(self, interval=_LOOK_MS)
        self._watch.timeout.connect(self._look)
        self._watch.start()

    @Slot()
    def _look(self) -> None:
        if server_is_missing():
            self._watch.stop()
            self._ended = True
            self.changed.emit()

    def devices(self) -> list[Device]:
        if self._ended:
            return []
        return [_device(device) for device in QMediaDevices.audioOutputs()]

    def output(self, device_id: str | None) -> AudioOutput:
        if self._ended or server_is_missing():
            return NullAudioOutput(SERVER_ENDED)
        device = self._find(device_id)
        if self._gave_up or device is None:
            return NullAudioOutput(self._gave_up or NO_DEVICE)
        return QtAudioOutput(device)

    def fits(self, output: AudioOutput, device_id: str | None) -> bool:
        device = self._find(device_id)
        playing = output.device if isinstance(output, QtAudioOutput) else None
        return playing == (None if device is None else _device(device))

    def give_up(self, message: str) -> None:
        self._gave_up = f"No sound: {message}"

    def _find(self, device_id: str | None) -> QAudioDevice | None:
        if self._ended:
            return None
        default = QMediaDevices.defaultAudioOutput()
        for device in QMediaDevices.audioOutputs():
            if device_id is not None and _device(device).id == device_id:
                return device
        return None if default.isNull() else default

    @Slot()
    def _system_changed(self) -> None:
        self._gave_up = ""
        self.changed.emit()


class QtAudioOutput(AudioOutput):
    """Plays requests on one device."""

    def __init__(self, device: QAudioDevice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device = _device(device)
        self._qt_device = device
        self._volume = 1.0
        self._request: PlaybackRequest | None = None
        self._stream: Stream | None = None
        self._sink: QAudioSink | None = None
        self._pull_device: PullDevice | None = None
        self._format: _SinkFormat | None = None
        self._playback_clock = PlaybackClock(0.0)
        self._asked = False
        self._last = Reading(0.0)
        self._reader = Reader(self)
        self._reader.filled.connect(self._on_filled)
        self._reader.failed.connect(self._on_failed)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._apply_bounds)
        self._drain = QTimer(self, singleShot=True, interval=DRAIN_MS)
        self._drain.timeout.connect(self._silence)

    def start(self, request: PlaybackRequest, at_s: float) -> None:
        self._silence()
        self._settle.stop()
        self._request = request
        self._last = Reading(at_s)
        self._format = _choose_format(self._qt_device, request)
        self._stream = Stream(request, at_s, self._format.output)
        self._ask()

    def reshape(self, request: PlaybackRequest) -> None:
        old, self._request = self._request, request
        unheard = old is not None and not old.loop and not request.loop
        if old is None or not (unheard and old.end_frame == request.end_frame):
            self._settle.start()

    def halt(self) -> None:
        self._settle.stop()
        ended = self.reading().ended
        self._request = None
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if ended:
            self._drain.start()
        else:
            self._silence()

    def reading(self) -> Reading:
        sink, pull_device, request = self._sink, self._pull_device, self._request
        if sink is None or pull_device is None or request is None or self._format is None:
            return self._last
        counted_s = sink.processedUSecs() / 1e6
        heard_s = self._playback_clock.heard_s(counted_s)
        if sink.error() in _BROKEN or self._playback_clock.stalled:
            QTimer.singleShot(0, self._report_loss)
            return self._last
        frame = heard_s * self._format.output.sample_rate_hz
        stream = self._stream
        end_s = (request if stream is None else stream.request).span.end_s
        ended = pull_device.ended(frame)
        self._last = Reading(end_s if ended else min(pull_device.position_s(frame), end_s), ended)
        return self._last

    def set_volume(self, volume: float) -> None:
        self._volume = volume
        if self._sink is not None:
            self._sink.setVolume(volume)

    def release(self) -> None:
        self._reader.release()

    def close(self) -> None:
        self._request = None
        self._settle.stop()
        self._silence()
        self._reader.close()

    def _ask(self) -> None:
        if self._stream is not None and not self._asked:
            self._asked = True
            self._reader.fill(self._stream)

    @Slot(object)
    def _on_filled(self, stream: Stream) -> None:
        if stream is not self._stream:
            return
        self._asked = False
        if self._sink is None:
            self._open_sink(stream)

    @Slot(object, str)
    def _on_failed(self, stream: Stream, message: str) -> None:
        if stream is self._stream:
            self.failed.emit(message)

    def _open_sink(self, stream: Stream) -> None:
        assert self._format is not None
        if server_is_missing():
            QTimer.singleShot(0, self._report_loss)
            return
        sink = QAudioSink(self._qt_device, self._format.qt, self)
        sink.setBufferSize(self._format.qt.bytesForDuration(round(BUFFER_S * 1e6)))
        sink.setVolume(self._volume)
        self._pull_device = PullDevice(
            stream,
            self._format.encode,
            self._format.qt.bytesPerFrame(),
            LEAD_IN_S,
            self._ask,
            sink,
        )
        self._pull_device.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)
        self._sink = sink
        self._playback_clock = PlaybackClock(_latency_s())
        sink.start(self._pull_device)

    @Slot()
    def _silence(self) -> None:
        """Drops what the device still has; `reset` returns at once where `stop` would wait."""
        self._drain.stop()
        if self._stream is not None:
            self._stream.cancel()
        self._stream, self._asked = None, False
        sink, self._sink, self._pull_device = self._sink, None, None
        if sink is not None:
            sink.reset()
            sink.deleteLater()

    @Slot()
    def _apply_bounds(self) -> None:
        if self._request is not None:
            self.start(self._request, self._inside(self._request, self.reading().position_s))

    def _inside(self, request: PlaybackRequest, position_s: float) -> float:
        past = position_s >= request.span.end_s and request.loop
        return request.span.start_s if past else position_s

    @Slot()
    def _report_loss(self) -> None:
        if self._request is not None:
            self._silence()
            self.lost.emit(f"The sound output “{self.device.name}” stopped working.")


def _device(device: QAudioDevice) -> Device:
    return Device(bytes(device.id().data()).decode(errors="replace"), device.description())


def _latency_s() -> float:
    """How far what is heard lies behind what the device's thread has taken.

    PulseAudio holds a buffer of its own, three fifths of the latency asked for (measured on a null
    sink); elsewhere it is within a few milliseconds.
    """
    wanted = os.environ.get("PULSE_LATENCY_MSEC", "")
    pulse = sys.platform == "linux" and os.environ.get("QT_AUDIO_BACKEND") == "pulseaudio"
    return 0.6 * int(wanted) / 1000 if pulse and wanted.isdecimal() else 0.0


def _choose_format(device: QAudioDevice, request: PlaybackRequest) -> _SinkFormat:
    """The file's own rate and channels where the device takes them, else what it likes best."""
    preferred = device.preferredFormat()
    rates = [heard_rate_hz(request), preferred.sampleRate()]
    if rates[0] not in _USUAL_RATES_HZ:
        rates.reverse()
    channels = [heard_channels(request), 2, 1]
    for rate in rates:
        for count in channels:
            for sample in (_Sample.Float, _Sample.Int32, _Sample.Int16):
                wanted = QAudioFormat()
                wanted.setSampleRate(rate)
                wanted.setChannelCount(count)
                wanted.setSampleFormat(sample)
                if device.isFormatSupported(wanted):
                    return _SinkFormat(wanted, OutputFormat(rate, count), _ENCODERS[sample])
    output = OutputFormat(preferred.sampleRate(), preferred.channelCount())
    return _SinkFormat(preferred, output, _ENCODERS.get(preferred.sampleFormat(), _uint8))


def _float(samples: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(samples, np.float32).tobytes()


def _int32(samples: NDArray[np.float32]) -> bytes:
    scaled = np.rint(samples.astype(np.float64) * 2147483648.0)
    return np.clip(scaled, -2147483648, 2147483647).astype(np.int32).tobytes()


def _int16(samples: NDArray[np.float32]) -> bytes:
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16).tobytes()


def _uint8(samples: NDArray[np.float32]) -> bytes:
    return np.clip(np.rint(samples * 128.0) + 128, 0, 255).astype(np.uint8).tobytes()


_ENCODERS: dict[_Sample, Encode] = {
    _Sample.Float: _float,
    _Sample.Int32: _int32,
    _Sample.Int16: _int16,
    _Sample.UInt8: _uint8,
}
