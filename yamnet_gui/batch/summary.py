"""How a run over many recordings ended."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a run ended. `resumed` of the `done` recordings were finished by an earlier run.

    `repeated` were given more than once, `failed` have the reason. `audio_s` is what this run has
    analysed, in `elapsed_s`. `remarks` say what the tables lack.
    """

    done: int
    resumed: int
    repeated: int
    failed: tuple[tuple[Path, str], ...]
    audio_s: float
    elapsed_s: float
    written: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def speed(self) -> float:
        """Seconds of sound per second of time."""
        return times_real_time(self.audio_s, self.elapsed_s)


def times_real_time(audio_s: float, elapsed_s: float) -> float:
    """Seconds of sound per second of time; 0 before any time has passed."""
    return audio_s / elapsed_s if elapsed_s > 0 else 0.0
