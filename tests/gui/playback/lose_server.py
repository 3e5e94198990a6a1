"""Plays while the sound server dies, and prints what the player made of it."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtTest import QTest

from yamnet_gui.gui.playback import make_player

from .pulse import Pulse


def wait_until(true: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        QTest.qWait(20)
    assert true(), "waited in vain"


def main(recording: Path, folder: Path) -> None:
    application = QCoreApplication([])
    pulse = Pulse(folder)
    wait_until(pulse.ready)
    os.environ.update(pulse.client_environment)
    player = make_player()
    notices: list[str] = []
    player.notice.connect(notices.append)
    player.open(recording)
    player.play()
    wait_until(lambda: player.position_s > 0.3)
    pulse.close()
    wait_until(lambda: notices)
    stood_s = player.position_s
    wait_until(lambda: player.position_s > stood_s + 0.3)
    print(notices[0], player.state.value, player.sound.silent_reason, sep="\n")
    print(player.position_s - stood_s)
    player.close()
    QTimer.singleShot(0, application.quit)
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
