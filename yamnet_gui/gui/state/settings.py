"""The owner of what the program remembers between sessions."""

import hashlib
import math
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, Signal

from yamnet_gui.analysis.settings import USUAL_FINER, AnalysisSettings
from yamnet_gui.core.scores import DEFAULT_HOP_S

from .settings_file import SettingsFile

_RECENT = 12
_DIGEST_BYTES = 8
TEXT_SIZES = (90, 100, 110, 125, 140, 160, 180, 200)
"""Percent of the size that the system has for text."""


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
        "Dark, light, or whichever the system uses",
        (("system", "Same as the system"), ("dark", "Dark"), ("light", "Light")),
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
        "text_size",
        "100",
        "Text size",
        "Of all text in the window; Ctrl with + and − changes it, too",
        tuple((str(n), f"{n} %") for n in TEXT_SIZES),
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
        "follow_selection",
        True,
        "Follow the selection",
        "Show the class of the selected event first and as curve; bring into view what is chosen "
        "in a table",
        page="Review",
    ),
    Setting(
        "one_per_sound",
        True,
        "Show one event for one sound",
        "At its most particular class, such as Cricket and not also Insect and Animal; and none "
        "for silence",
        page="Review",
    ),
    Setting(
        "measure_columns",
        False,
        "Show measures in the table of events",
        "Frequencies, levels and signal-to-noise ratio as further columns",
        page="Review",
    ),
    Setting(
        "key_legend",
        True,
        "Show what the keys do",
        "In the inspector, below the classes of the event",
        page="Review",
    ),
    Setting(
        "tour",
        True,
        "Offer the tour when the program starts",
        "Six steps through the window; not offered again once you have seen it",
        page="Appearance",
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
        "finer",
        USUAL_FINER,
        "A closer look",
        "Frames 0.16 s earlier and later are scored as well, before the rules are applied",
        (
            ("off", "Off: the published scores alone"),
            ("doubtful", "Where events are in doubt"),
            ("everywhere", "Everywhere: takes up to three times as long"),
        ),
        page="Analysis",
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
    Setting(
        "band_limited",
        False,
        "Play only the frequencies of the box",
        "Of events and selections with bounds in frequency",
        page="Playback",
    ),
    Setting("loop", False, "Loop", page="Playback"),
    Setting("follow", True, "Follow the cursor while playing", page="Playback"),
    Setting(
        "follow_channel",
        True,
        "Show and play the channel whose scores are shown",
        "Where the channels are analysed each on its own",
        page="Playback",
    ),
    Setting(
        "play_on_hover",
        True,
        "Play the thumbnail under the pointer",
        "In the gallery, once the pointer rests on it",
        page="Playback",
    ),
    Setting(
        "event_rows",
        False,
        "A row of events for each shown class",
        "Instead of as few rows as possible",
        page="Appearance",
    ),
    Setting(
        "clock_time",
        False,
        "Show clock times",
        "Instead of the time since the start, for recordings whose start is known",
        page="General",
    ),
    Setting(
        "time_zone",
        "",
        "Time zone of recordings that do not name one",
        "For clock times from file names",
        (("", "As this computer"), *((z, z) for z in sorted(zoneinfo.available_timezones()))),
        page="General",
    ),
    Setting(
        "single_instance",
        True,
        "Open further files in this window",
        "A later start hands its files to the window that is open; --new-window opens another",
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
    """What is remembered, read as values that can be used: type, choices and range are checked."""

    changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = SettingsFile(path or default_settings_path(), self)
        self._known = {setting.key: setting for setting in SETTINGS}

    def value(self, key: str) -> Any:
        """The remembered value, or the default where there is none or it cannot be used."""
        setting = self._known[key]
        stored = self._store.text(f"settings/{key}")
        if stored is None:
            return setting.default
        if isinstance(setting.default, bool):
            return stored.lower() == "true"
        if isinstance(setting.default, str):
            choices = [choice for choice, _ in setting.choices]
            return stored if not choices or stored in choices else setting.default
        try:
            number = float(stored)
        except ValueError:
            return setting.default
        return number if setting.low <= number <= setting.high else setting.default

    def analysis(self) -> AnalysisSettings:
        """How the next analysis will be made."""
        return AnalysisSettings(
            hop_s=self.value("hop_s"),
            channels=self.value("channels"),
            gain_db=self.value("gain_db"),
            finer=self.value("finer"),
        )

    def set(self, key: str, value: Any) -> None:
        if value != self.value(key):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self._store.set(f"settings/{key}", text)
            self.changed.emit(key)

    def recent_files(self) -> list[Path]:
        return [Path(name) for name in self._store.texts("recent/files")]

    def remember_file(self, path: Path) -> None:
        """Puts a file at the head of the recent ones."""
        others = [p for p in self.recent_files() if p != path]
        names = [str(p) for p in [path, *others][:_RECENT]]
        self._store.set("recent/files", tuple(names))
        self._store.set("recent/folder", str(path.parent))
        self.changed.emit("recent")

    def recent_projects(self) -> list[Path]:
        return [Path(name) for name in self._store.texts("recent/project_files")]

    def remember_project(self, path: Path) -> None:
        """Puts a project at the head of the recent ones."""
        others = [p for p in self.recent_projects() if p != path]
        names = [str(p) for p in [path, *others][:_RECENT]]
        self._store.set("recent/project_files", tuple(names))
        self.changed.emit("recent")

    def forget_recent(self, paths: Collection[Path]) -> None:
        """Removes recordings or projects from the recent ones; the files themselves stay."""
        for key in ("recent/files", "recent/project_files"):
            names = [n for n in self._store.texts(key) if Path(n) not in paths]
            self._store.set(key, tuple(names))
        self.changed.emit("recent")

    def folder(self, purpose: str = "folder") -> str:
        return self._store.text(f"recent/{purpose}") or ""

    def remember_folder(self, folder: Path, purpose: str = "folder") -> None:
        self._store.set(f"recent/{purpose}", str(folder))

    def layout(self, key: str) -> QByteArray:
        """A stored layout of Qt's; empty where there is none, or not as it was stored.

        Qt trusts what it restores: one wrong byte may end the program.
        """
        stored = self._store.bytes(f"checked/{key}")
        value, digest = stored[:-_DIGEST_BYTES], stored[-_DIGEST_BYTES:]
        return QByteArray(value if digest == _digest(value) else b"")

    def set_layout(self, key: str, value: QByteArray) -> None:
        plain = bytes(value.data())
        self._store.set(f"checked/{key}", plain + _digest(plain))

    def bytes(self, key: str) -> QByteArray:
        """Stored bytes; empty where there are none."""
        return QByteArray(self._store.bytes(f"layout/{key}"))

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._store.set(f"layout/{key}", bytes(value.data()))

    def shortcut(self, action: str) -> str | None:
        """The key that the user set for an action; None where it has the default one."""
        return self._store.text(f"keys/{action}")

    def set_shortcut(self, action: str, key: str | None) -> None:
        self._store.set(f"keys/{action}", key)
        self.changed.emit("keys")

    def numbers(self, key: str) -> list[float]:
        """A stored list of numbers, such as the view of a recording; empty where none is."""
        try:
            numbers = [float(text) for text in self._store.texts(f"numbers/{key}")]
        except ValueError:
            return []
        return numbers if all(map(math.isfinite, numbers)) else []

    def set_numbers(self, key: str, values: Sequence[float]) -> None:
        self._store.set(f"numbers/{key}", tuple(repr(float(v)) for v in values))

    def memo(self, key: str) -> str:
        """A stored word, such as the format that was exported last; "" where none is."""
        return self._store.text(f"memo/{key}") or ""

    def set_memo(self, key: str, text: str) -> None:
        self._store.set(f"memo/{key}", text)

    def flush(self) -> None:
        """Writes what has changed, now."""
        self._store.flush()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_DIGEST_BYTES]
