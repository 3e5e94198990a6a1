"""How a recording is analysed; recorded with every result."""

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.scores import DEFAULT_HOP_S, hop_in_stft_frames

_STRONGEST_GAIN_DB = 120.0
Finer = Literal["off", "doubtful", "everywhere"]
"""Which frames are looked at again with shifted ones before rules see their scores."""
FINER: tuple[Finer, ...] = ("off", "doubtful", "everywhere")
USUAL_FINER: Finer = "doubtful"
"""What the window, the command line and notebooks do unless asked otherwise; measured in
`docs/decisions/finer-frames.md`."""


def finer_or_usual(asked: Finer | None, *, plain: bool = False) -> Finer:
    """What was asked for, else the usual; `plain`: nothing stands between scores and events."""
    if asked is not None:
        return asked
    return "off" if plain else USUAL_FINER


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """What the network is run on. Times in seconds from the start of the file.

    `hop_s` is the distance between frames, a multiple of 10 ms; `channels` is whether the
    channels are averaged or analysed one by one; `end_s` None means the end of the recording.
    `finer`: which frames are looked at again, for rules alone (see `analysis.finer`).
    Raises SettingsError where a value cannot be used.
    """

    hop_s: float = DEFAULT_HOP_S
    channels: Literal["mix", "each"] = "mix"
    gain_db: float = 0.0
    start_s: float = 0.0
    end_s: float | None = None
    finer: Finer = "off"

    def __post_init__(self) -> None:
        object.__setattr__(self, "hop_s", hop_in_stft_frames(self.hop_s) / 100)
        if self.channels not in ("mix", "each"):
            raise SettingsError("channels", f"'{self.channels}' is neither 'mix' nor 'each'")
        if self.finer not in FINER:
            raise SettingsError("finer", f"'{self.finer}' is none of {', '.join(FINER)}")
        if not abs(self.gain_db) <= _STRONGEST_GAIN_DB:
            raise SettingsError("gain", f"{self.gain_db} dB is not between -120 and 120 dB")
        if not (math.isfinite(self.start_s) and self.start_s >= 0):
            raise SettingsError("start", f"{self.start_s} s is not a time in a recording")
        if self.end_s is not None and not (math.isfinite(self.end_s) and self.end_s > self.start_s):
            raise SettingsError("end", f"{self.end_s} s does not lie after the start")
        # 0 and -0.0, 1 and 1.0 are the same setting and must give the same key
        object.__setattr__(self, "gain_db", float(self.gain_db) + 0.0)
        object.__setattr__(self, "start_s", float(self.start_s) + 0.0)
        if self.end_s is not None:
            object.__setattr__(self, "end_s", float(self.end_s))

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        if self.finer == "off":  # as earlier versions wrote it, and read it
            del values["finer"]
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "AnalysisSettings":
        """The settings that `to_json` wrote. Raises TypeError or SettingsError for others."""
        return cls(**values)

    def key(self) -> str:
        """The settings as text that is the same for equal settings, on any machine."""
        return json.dumps(self.to_json(), sort_keys=True)

    @property
    def published(self) -> "AnalysisSettings":
        """These settings without a closer look: what the published scores depend on."""
        return replace(self, finer="off")
