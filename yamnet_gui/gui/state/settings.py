"""The owner of what the program remembers between sessions."""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from yamnet_gui.core.scores import DEFAULT_HOP_S

_RECENT = 12


@dataclass(frozen=True, slots=True)
class Setting:
    """One remembered value. `choices` maps stored values to what the user reads."""

    key: str
    default: Any
    title: str
    tip: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 0.0
    page: str = "General"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "theme",
        "system",
        "Colours",
        "Dark or light, or whatever the system says",
        (("system", "As the system"), ("dark", "Dark"), ("light", "Light")),
        page="Appearance",
    ),
    Setting(
        "colormap",
        "magma",
        "Spectrogram colours",
        "Perceptually uniform colour maps",
        tuple((n, n.capitalize()) for n in ("magma", "inferno", "viridis", "cividis", "grey")),
        page="Appearance",
    ),
    Setting(
        "reviewer",
        "",
        "Your name",
        "Written beside every decision that you make",
        page="Review",
    ),
    Setting(
        "autoplay",
        True,
        "Play each event when stepping to it",
        "N and P play the event they go to",
        page="Review",
    ),
    Setting(
        "analyse_on_open",
        True,
        "Analyse a recording as soon as it is opened",
        "",
        page="Analysis",
    ),
    Setting(
        "hop_s", DEFAULT_HOP_S, "Distance of frames in seconds", "", (), 0.01, 0.96, page="Analysis"
    ),
    Setting(
        "channels",
        "mix",
        "Channels",
        "",
        (("mix", "Mixed to one, as published"), ("each", "Each on its own")),
        page="Analysis",
    ),
    Setting(
        "runtime",
        "auto",
        "Runtime of the network",
        "LiteRT starts at once; TensorFlow is the reference and uses GPUs",
        (
            ("auto", "Automatic: TensorFlow with a GPU, else LiteRT"),
            ("litert", "LiteRT"),
            ("tensorflow", "TensorFlow"),
        ),
        page="Analysis",
    ),
    Setting("gain_db", 0.0, "Gain before analysis in dB", "", (), -40.0, 60.0, page="Analysis"),
    Setting("volume", 0.9, "Volume", "", (), 0.0, 1.0, page="Playback"),
    Setting("speed", 1.0, "Speed", "", (), 0.1, 4.0, page="Playback"),
    Setting("keep_pitch", True, "Preserve pitch when the speed changes", "", page="Playback"),
    Setting("loop", False, "Loop", page="Playback"),
    Setting("follow", True, "Follow the cursor while playing", page="Playback"),
    Setting(
        "time_zone",
        "",
        "Time zone of recordings that do not name one",
        "For clock times from file names; empty for that of this computer",
        (("", "As this computer"), *((z, z) for z in sorted(zoneinfo.available_timezones()))),
        page="General",
    ),
    Setting("output_device", "", "Output device", page="Playback"),
    Setting(
        "detailed_log",
        False,
        "Detailed log",
        "Write more into the log file, to find out what went wrong",
        page="General",
    ),
)


def default_settings_path() -> Path:
    """The settings file of this user."""
    return Path(platformdirs.user_config_dir("yamnet-gui", appauthor=False)) / "settings.ini"


class Settings(QObject):
    """Reads and writes one ini file; values have the type of their default."""

    changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(
            str(path or default_settings_path()), QSettings.Format.IniFormat, self
        )
        self._known = {setting.key: setting for setting in SETTINGS}

    def value(self, key: str) -> Any:
        """The remembered value, or the default where there is none or it cannot be read."""
        default = self._known[key].default
        stored = self._store.value(f"settings/{key}", None)
        if stored is None:
            return default
        try:
            if isinstance(default, bool):
                return str(stored).lower() == "true"
            value = type(default)(stored)
        except (TypeError, ValueError):
            return default
        choices = [choice for choice, _ in self._known[key].choices]
        return value if not choices or value in choices else default

    def set(self, key: str, value: Any) -> None:
        if value != self.value(key):
            self._store.setValue(f"settings/{key}", value)
            self.changed.emit(key)

    def recent_files(self) -> list[Path]:
        return [Path(name) for name in self._list("recent/files")]

    def remember_file(self, path: Path) -> None:
        """Puts a file at the head of the recent ones."""
        others = [p for p in self.recent_files() if p != path]
        names = [str(p) for p in [path, *others][:_RECENT]]
        self._store.setValue("recent/files", names)
        self._store.setValue("recent/folder", str(path.parent))
        self.changed.emit("recent")

    def folder(self, purpose: str = "folder") -> str:
        return str(self._store.value(f"recent/{purpose}", ""))

    def remember_folder(self, folder: Path, purpose: str = "folder") -> None:
        self._store.setValue(f"recent/{purpose}", str(folder))

    def bytes(self, key: str) -> QByteArray:
        """A stored layout; empty where there is none."""
        stored = self._store.value(f"layout/{key}")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._store.setValue(f"layout/{key}", value)

    def shortcut(self, action: str) -> str | None:
        """The key that the user set for an action; None where it has the default one."""
        stored = self._store.value(f"keys/{action}", None)
        return None if stored is None else str(stored)

    def set_shortcut(self, action: str, key: str | None) -> None:
        if key is None:
            self._store.remove(f"keys/{action}")
        else:
            self._store.setValue(f"keys/{action}", key)
        self.changed.emit("keys")

    def numbers(self, key: str) -> list[float]:
        """A stored list of numbers, such as the view of a recording; empty where none is."""
        try:
            return [float(text) for text in self._list(f"numbers/{key}")]
        except ValueError:
            return []

    def set_numbers(self, key: str, values: Sequence[float]) -> None:
        self._store.setValue(f"numbers/{key}", [repr(float(v)) for v in values])

    def _list(self, key: str) -> list[str]:
        """A stored list of texts; Qt gives back a single text where there was only one."""
        stored = self._store.value(key)
        if isinstance(stored, list):
            return [str(item) for item in stored]
        return [] if stored is None else [str(stored)]

    def flush(self) -> None:
        self._store.sync()
