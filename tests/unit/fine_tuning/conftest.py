from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000


def sound(kind: str, number: int, seconds: float = 1.0) -> np.ndarray:
    """A sound of a class, a little different each time."""
    rng = np.random.default_rng([number, *kind.encode()])
    time = np.arange(round(seconds * RATE)) / RATE
    hz = {"low": 200, "high": 3000}.get(kind)
    noise = rng.normal(0, 0.02 if hz else 0.2, len(time))
    tone = 0.4 * np.sin(2 * np.pi * hz * rng.uniform(0.9, 1.1) * time) if hz else 0
    return (tone + noise).astype(np.float32)


@pytest.fixture(scope="session")
def folder_of() -> Callable[..., Path]:
    """Writes a folder with a subfolder of sounds for each class."""

    def write(folder: Path, kinds: tuple[str, ...] = ("low", "high"), count: int = 6) -> Path:
        for kind in kinds:
            (folder / kind).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                soundfile.write(folder / kind / f"{kind}{number}.wav", sound(kind, number), RATE)
        return folder

    return write


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory, folder_of: Callable[..., Path]) -> Path:
    return folder_of(tmp_path_factory.mktemp("classes"))
