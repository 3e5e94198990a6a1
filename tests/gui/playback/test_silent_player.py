"""The player without sound: the same transport, timed by a clock that the test moves."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.playback import Player, PlayState
from yamnet_gui.gui.playback.outputs import SilentOutputs

MakeRecording = Callable[..., tuple[Path, np.ndarray]]


class HandClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def player(qtbot: QtBot, clock: HandClock, make_recording: MakeRecording):
    made = Player(SilentOutputs("No sound: a test.", clock))
    made.open(make_recording()[0])
    yield made
    made.close()


def test_says_why_it_is_silent_and_has_no_devices(player: Player) -> None:
    assert player.sound.silent_reason == "No sound: a test."
    assert player.sound.devices() == []


def test_position_follows_the_clock(player: Player, clock: HandClock) -> None:
    player.play()
    clock.now += 1.25
    assert player.state is PlayState.PLAYING
    assert player.position_s == pytest.approx(1.25)


def test_speed_scales_time_and_a_change_keeps_the_place(player: Player, clock: HandClock) -> None:
    player.play()
    clock.now += 1.0
    player.mode.set_speed(0.25, keep_pitch=False)
    clock.now += 2.0
    assert player.position_s == pytest.approx(1.5)


def test_a_segment_ends_at_its_end(qtbot: QtBot, player: Player, clock: HandClock) -> None:
    player.play(TimeSpan(0.5, 1.0))
    assert player.position_s == 0.5
    clock.now += 0.6
    with qtbot.waitSignal(player.finished, timeout=2000):
        pass
    assert player.state is PlayState.STOPPED
    assert player.position_s == 1.0


def test_a_loop_comes_round(player: Player, clock: HandClock) -> None:
    player.play(TimeSpan(0.5, 1.0), loop=True)
    clock.now += 10 * 0.5 + 0.2
    assert player.position_s == pytest.approx(0.7)


def test_pause_and_resume_keep_the_place(player: Player, clock: HandClock) -> None:
    player.play()
    clock.now += 1
    player.toggle()
    assert player.state is PlayState.PAUSED
    clock.now += 50
    assert player.position_s == pytest.approx(1)
    player.toggle()
    clock.now += 0.5
    assert player.position_s == pytest.approx(1.5)


def test_stop_goes_back_to_where_playing_began(player: Player, clock: HandClock) -> None:
    player.seek(0.75)
    player.play()
    clock.now += 1
    player.stop()
    assert player.state is PlayState.STOPPED
    assert player.position_s == 0.75


def test_play_at_the_end_restarts(player: Player) -> None:
    player.seek(99)
    assert player.position_s == 3.0
    player.play()
    assert player.position_s == 0.0


def test_each_seek_moves_the_position_once(qtbot: QtBot, player: Player) -> None:
    positions: list[float] = []
    player.position_changed.connect(positions.append)
    player.seek(1.5)
    player.seek(-1)
    assert positions == [1.5, 0.0]


def test_seek_inside_the_span_keeps_it_and_outside_leaves_it(player: Player) -> None:
    player.play(TimeSpan(1, 2))
    player.seek(1.5)
    assert player.span == TimeSpan(1, 2)
    player.seek(2.5)
    assert player.span is None
    assert player.state is PlayState.PLAYING


def test_moving_the_bounds_does_not_rewind(player: Player, clock: HandClock) -> None:
    player.play(TimeSpan(0.5, 1.5), loop=True)
    clock.now += 0.6
    player.set_span(TimeSpan(0.2, 2.0))
    assert player.position_s == pytest.approx(1.1)
    clock.now += 1.0
    assert player.position_s == pytest.approx(0.3)


def test_position_changes_some_sixty_times_a_second(qtbot: QtBot, player: Player) -> None:
    positions: list[float] = []
    player.position_changed.connect(positions.append)
    player.play()
    qtbot.waitUntil(lambda: len(positions) >= 10, timeout=2000)


def test_an_unreadable_file_gives_a_notice_and_leaves_the_player_empty(
    qtbot: QtBot, player: Player, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("this is not sound")
    with qtbot.waitSignal(player.notice) as notice:
        player.open(broken)
    assert str(broken) in notice.args[0]
    player.play()
    assert player.state is PlayState.STOPPED


def test_scrubbing_moves_without_changing_the_state(
    qtbot: QtBot, player: Player, clock: HandClock
) -> None:
    states: list[PlayState] = []
    player.state_changed.connect(states.append)
    player.scrub(1.0)
    player.scrub(1.2)
    clock.now += 0.2
    assert player.position_s == 1.2
    assert states == []


@pytest.mark.parametrize(("asked", "got"), [(0.01, 0.1), (9, 4.0), (1.5, 1.5)])
def test_speed_stays_within_what_is_possible(player: Player, asked: float, got: float) -> None:
    player.mode.set_speed(asked)
    assert player.mode.speed.factor == got


def test_a_channel_that_is_not_there_is_refused(player: Player) -> None:
    player.mode.set_channel(1)
    with pytest.raises(ValueError, match="no channel 2"):
        player.mode.set_channel(2)
