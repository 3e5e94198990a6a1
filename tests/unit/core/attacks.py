"""What somebody may put in the place of a file that the program writes."""

import os
from collections.abc import Callable
from pathlib import Path

VICTIM = b"what somebody has written, and nobody may touch\n" * 99


def _link(at: Path, victim: Path) -> None:
    at.symlink_to(victim)


def _relative(at: Path, victim: Path) -> None:
    at.symlink_to(os.path.relpath(victim, at.parent))


def _dangling(at: Path, victim: Path) -> None:
    at.symlink_to(victim.with_name("nothing there yet"))


def _pipe(at: Path, _victim: Path) -> None:
    os.mkfifo(at)


def _device(at: Path, _victim: Path) -> None:
    at.symlink_to("/dev/zero")


def _folder(at: Path, _victim: Path) -> None:
    at.mkdir()


def _hard(at: Path, victim: Path) -> None:
    at.hardlink_to(victim)


ATTACKS: dict[str, Callable[[Path, Path], None]] = {
    "symbolic link": _link,
    "relative link": _relative,
    "dangling link": _dangling,
    "hard link": _hard,
    "pipe": _pipe,
    "link to a device": _device,
    "folder": _folder,
}
"""Each puts something at the first path; the second is a file that must stay as it is."""


def victim_in(folder: Path) -> Path:
    """A file of somebody else, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "theirs.txt"
    path.write_bytes(VICTIM)
    return path


def untouched(victim: Path) -> bool:
    """Whether it is as it was, and nothing was made beside it."""
    return victim.read_bytes() == VICTIM and [p.name for p in victim.parent.iterdir()] == [
        victim.name
    ]
