"""Starts without a sound server, which then comes, loses its sinks, gets one, dies and comes back.

Prints the reason for silence ("" where there is sound) after each.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer

from yamnet_gui.gui.playback import make_player

from .lose_server import wait_until
from .pulse import Pulse


def main(recording: Path, folder: Path) -> None:
    application = QCoreApplication([])
    os.environ["PULSE_SERVER"] = f"unix:{folder}/native"
    os.environ["PULSE_COOKIE"] = f"{folder}/cookie"
    player = make_player()
    print(player.sound.silent_reason)
    player.open(recording)
    player.play()
    pulse = Pulse(folder)
    wait_until(lambda: not player.sound.silent_reason, 30)
    print("sound")
    pulse.control("unload-module", "module-null-sink")
    wait_until(lambda: player.sound.silent_reason, 30)
    print(player.sound.silent_reason)
    pulse.add_sink("second")
    wait_until(lambda: not player.sound.silent_reason, 30)
    print("sound")
    pulse.close()
    player.close()
    QTimer.singleShot(0, application.quit)
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
