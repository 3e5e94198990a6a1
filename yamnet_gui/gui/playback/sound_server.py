"""Whether the sound server that Qt needs on Linux is there."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


def server_is_missing(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> bool:
    """True only where nobody answers; other systems have no server that could be missing."""
    if platform != "linux":
        return False
    named = environment.get("PULSE_SERVER", "").split()
    if any(not name.removeprefix("unix:").startswith("/") for name in named):
        return False  # on another machine: only the library knows
    places = [Path(name.removeprefix("unix:")) for name in named] or _usual_places(environment)
    return not any(_answers(place) for place in places)


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    if path := environment.get("PULSE_RUNTIME_PATH"):
        yield Path(path) / "native"
    if path := environment.get("XDG_RUNTIME_DIR"):
        yield Path(path) / "pulse" / "native"
    if path := environment.get("HOME"):
        yield from Path(path).glob(".config/pulse/*-runtime/native")
    yield Path("/run/pulse/native")


def _answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place))
        except OSError:
            return False
    return True
