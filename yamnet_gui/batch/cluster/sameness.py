"""What a worker must have in common with the program that gives it work."""

import hashlib
import os
import platform
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yamnet_gui
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.packages import installed_version
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.statuses import status_of

_LIBRARIES = ("numpy", "scipy", "resampy", "soundfile", "av", "ai-edge-litert", "tensorflow")
"""Those that the last bits of results depend on."""
_MARK = ".mark"


def versions() -> dict[str, str]:
    """Versions of Python, of this program and of the libraries that results depend on."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = {"Python": python, "yamnet_gui": yamnet_gui.__version__}
    return found | {name: installed_version(name) or "none" for name in _LIBRARIES}


_ZONE_FROM_S, _ZONE_STEP_S, _ZONE_STEPS = 946_684_800, 14 * 86_400, 1_200  # 2000 to 2045


def local_zone() -> str:
    """What this computer takes start times for that name no zone: the same for zones whose clocks
    go alike in these years."""
    moments = range(_ZONE_FROM_S, _ZONE_FROM_S + _ZONE_STEPS * _ZONE_STEP_S, _ZONE_STEP_S)
    offsets = [time.localtime(moment).tm_gmtoff for moment in moments]
    return hashlib.sha256(repr(offsets).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shared:
    """What must be there on each worker as it is here, to be checked there.

    `mark` is a file in the folder of the run (None: nothing is written) with `token` in it;
    `recording` is one of those to analyse, of `size` bytes. `folder` is the one that relative paths
    begin at.
    """

    versions: Mapping[str, str]
    folder: Path
    mark: Path | None
    token: str
    recording: Path
    size: int

    def take_up(self) -> None:
        """Looks around, once for a run.

        Raises SettingsError with a sentence that says what to do.
        """
        here = f"the worker on {platform.node()}"
        found = versions()
        differing = [
            f"{name} {found.get(name, 'none')} instead of {version}"
            for name, version in self.versions.items()
            if found.get(name) != version
        ]
        if differing:
            raise SettingsError(
                here,
                f"has {', '.join(differing)}, and results would differ",
                "install the same versions on all machines",
            )
        if self.mark is not None and not self._sees_mark(self.mark):
            raise SettingsError(
                here,
                f"does not see the folder {self.mark.parent}, or cannot write to it",
                "write to a folder that has the same path on all machines",
            )
        if _size(self.recording) != self.size:
            raise SettingsError(
                here,
                f"does not see {self.recording}",
                "put the recordings into a folder that has the same path on all machines",
            )

    def enter_folder(self) -> None:
        """Goes to the folder of the program, so that relative paths mean the same: at each turn,
        because a worker of a running scheduler may have runs of several programs.

        Raises SettingsError.
        """
        try:
            os.chdir(self.folder)
        except OSError as error:
            raise SettingsError(
                f"the worker on {platform.node()}",
                f"does not see the folder {self.folder} ({error.strerror})",
                "start the command in a folder that has the same path on all machines",
            ) from error

    def _sees_mark(self, mark: Path) -> bool:
        try:
            return mark.read_text() == self.token and os.access(mark.parent, os.W_OK)
        except OSError:
            return False


def shared_by(folder: Path | None, recordings: Sequence[Path]) -> Shared:
    """Leaves a mark in `folder`; of the recordings, the first that is there is looked for."""
    token = uuid.uuid4().hex
    mark = None
    if folder is not None:
        mark = folder.absolute() / f"{token[:12]}{_MARK}"
        try:
            mark.write_text(token)
        except OSError as error:
            raise SettingsError(folder, f"cannot be written ({error.strerror})") from error
    sizes = ((path, _size(path)) for path in recordings)
    there = next((pair for pair in sizes if pair[1] >= 0), (recordings[0], -1))
    return Shared(versions(), Path.cwd(), mark, token, there[0].absolute(), there[1])


def _size(path: Path) -> int:
    try:
        return status_of(file_of(path)).st_size
    except (OSError, ValueError):
        return -1
