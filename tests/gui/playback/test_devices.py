"""Devices that come and go while something plays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.playback import Device, Player, PlayState
from yamnet_gui.gui.playback.audio_output import AudioOutput, NullAudioOutput
from yamnet_gui.gui.playback.awaited_outputs import AwaitedOutputs
from yamnet_gui.gui.playback.outputs import Outputs

MakeRecording = Callable[..., tuple[Path, np.ndarray]]


class HandClock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class DeviceOutput(NullAudioOutput):
    """An output that knows its device and is heard by nobody."""

    def __init__(self, device_id: str, clock: HandClock) -> None:
        super().__init__("", clock)
        self.device_id = device_id
        self.volume = 0.0
        self.closed = False

    def set_volume(self, volume: float) -> None:
        self.volume = volume

    def close(self) -> None:
        self.closed = True


class FakeOutputs(Outputs):
    """Devices that the test plugs and unplugs; the first one is the default."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self.clock = clock
        self.ids = ["speakers", "headphones"]
        self.gave_up = ""
        self.made: list[AudioOutput] = []

    def devices(self) -> list[Device]:
        return [Device(name, name.title()) for name in self.ids]

    def output(self, device_id: str | None) -> AudioOutput:
        if self.gave_up or not self.ids:
            output: AudioOutput = NullAudioOutput(
                self.gave_up or "No sound: no device.", self.clock
            )
        else:
            output = DeviceOutput(self._meant(device_id), self.clock)
        self.made.append(output)
        return output

    def fits(self, output: AudioOutput, device_id: str | None) -> bool:
        meant = self._meant(device_id) if self.ids else None
        return getattr(output, "device_id", None) == meant

    def give_up(self, message: str) -> None:
        self.gave_up = f"No sound: {message}"

    def set_ids(self, *ids: str) -> None:
        self.ids = list(ids)
        self.gave_up = ""
        self.changed.emit()

    def _meant(self, device_id: str | None) -> str:
        return device_id if device_id in self.ids else self.ids[0]

    @property
    def current(self) -> AudioOutput:
        return self.made[-1]


@pytest.fixture
def outputs(qtbot: QtBot) -> FakeOutputs:
    return FakeOutputs(HandClock())


@pytest.fixture
def player(outputs: FakeOutputs, make_recording: MakeRecording) -> Iterator[Player]:
    made = Player(outputs)
    made.open(make_recording()[0])
    yield made
    made.close()


def current_device(outputs: FakeOutputs) -> str | None:
    return getattr(outputs.current, "device_id", None)


def test_a_chosen_device_takes_over_where_the_other_was(
    player: Player, outputs: FakeOutputs
) -> None:
    player.sound.set_volume(0.4)
    player.play()
    outputs.clock.now += 1.0
    before = outputs.current
    player.sound.set_device("headphones")
    assert current_device(outputs) == "headphones"
    assert outputs.current.volume == 0.4
    assert before.closed
    assert player.position_s == pytest.approx(1.0)
    assert player.state is PlayState.PLAYING


def test_losing_the_chosen_device_goes_on_with_the_default_and_says_so(
    qtbot: QtBot, player: Player, outputs: FakeOutputs
) -> None:
    player.sound.set_device("headphones")
    player.play()
    outputs.clock.now += 1.0
    with qtbot.waitSignal(player.notice) as notice:
        outputs.set_ids("speakers")
    assert "default" in notice.args[0]
    assert player.sound.device_id is None
    assert current_device(outputs) == "speakers"
    assert player.position_s == pytest.approx(1.0)
    assert player.state is PlayState.PLAYING


def test_losing_every_device_goes_on_in_silence_until_one_comes(
    qtbot: QtBot, player: Player, outputs: FakeOutputs
) -> None:
    player.play()
    outputs.clock.now += 1.0
    with qtbot.waitSignal(player.notice) as notice:
        outputs.set_ids()
    assert notice.args[0] == player.sound.silent_reason == "No sound: no device."
    outputs.clock.now += 0.5
    assert player.position_s == pytest.approx(1.5)
    outputs.set_ids("speakers")
    assert player.sound.silent_reason == ""
    assert player.position_s == pytest.approx(1.5)
    assert player.state is PlayState.PLAYING


def test_a_new_default_is_followed(player: Player, outputs: FakeOutputs) -> None:
    outputs.set_ids("headphones", "speakers")
    assert current_device(outputs) == "headphones"


def test_a_chosen_device_stays_when_others_come(player: Player, outputs: FakeOutputs) -> None:
    player.sound.set_device("headphones")
    made = len(outputs.made)
    outputs.set_ids("hdmi", "speakers", "headphones")
    assert len(outputs.made) == made


def test_a_device_that_breaks_falls_back_first_to_the_default_then_to_silence(
    player: Player, outputs: FakeOutputs
) -> None:
    notices: list[str] = []
    player.notice.connect(notices.append)
    player.sound.set_device("headphones")
    player.play()
    outputs.current.lost.emit("The headphones stopped working.")
    assert current_device(outputs) == "speakers"
    outputs.current.lost.emit("The speakers stopped working.")
    assert player.sound.silent_reason == "No sound: The speakers stopped working."
    assert player.state is PlayState.PLAYING
    assert notices == [
        "The headphones stopped working. Playing on the default output.",
        "No sound: The speakers stopped working.",
    ]


def test_a_recording_that_breaks_off_stops_with_its_reason(
    qtbot: QtBot, player: Player, outputs: FakeOutputs
) -> None:
    player.play()
    with qtbot.waitSignal(player.notice) as notice:
        outputs.current.failed.emit("a.wav: cannot be read at 1.0 s")
    assert notice.args[0] == "a.wav: cannot be read at 1.0 s"
    assert player.state is PlayState.STOPPED


def test_a_chosen_device_that_comes_back_is_used_again(
    qtbot: QtBot, player: Player, outputs: FakeOutputs
) -> None:
    player.sound.set_device("headphones")
    outputs.set_ids("speakers")
    assert current_device(outputs) == "speakers"
    with qtbot.waitSignal(player.notice) as notice:
        outputs.set_ids("speakers", "headphones")
    assert "Headphones" in notice.args[0]
    assert current_device(outputs) == player.sound.device_id == "headphones"
    outputs.set_ids()
    outputs.set_ids("speakers", "headphones")
    assert current_device(outputs) == "headphones"


def test_silence_is_said_when_somebody_wants_to_hear_something(
    player: Player, outputs: FakeOutputs
) -> None:
    notices: list[str] = []
    silences: list[str] = []
    player.notice.connect(notices.append)
    player.sound.silence_changed.connect(silences.append)
    outputs.set_ids()
    player.play()
    player.play()
    assert notices == ["No sound: no device."]
    outputs.set_ids("speakers")
    assert notices[1:] == ["There is a sound output now: recordings can be heard."]
    assert silences == ["No sound: no device.", ""]


def test_a_sound_server_that_comes_later_is_found_without_a_restart(
    qtbot: QtBot, outputs: FakeOutputs, make_recording: MakeRecording
) -> None:
    running: list[Outputs] = []
    awaited = AwaitedOutputs("No sound: no server.", lambda: running[0] if running else None)
    player = Player(awaited)
    notices: list[str] = []
    player.notice.connect(notices.append)
    player.sound.set_device("headphones")  # as the settings say, before anything is there
    player.open(make_recording()[0])
    player.play()
    awaited.look()
    assert notices == [player.sound.silent_reason] == ["No sound: no server."]
    running.append(outputs)
    awaited.look()
    assert player.sound.silent_reason == ""
    assert current_device(outputs) == "headphones"
    assert player.state is PlayState.PLAYING
    outputs.set_ids()
    assert notices[-1] == "No sound: no device."
    player.close()
