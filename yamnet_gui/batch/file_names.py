"""Names of the files of a run."""

from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.core.files import is_folder
from yamnet_gui.core.text import printable, unique_names

FAILURES_HEAD = "file,reason\n"
"""The first line of the list of recordings that failed, by which it is recognised as ours."""


def failures_path(table: Path) -> Path:
    """The list of recordings that failed: next to the table, or in its folder."""
    return table / "failed.csv" if is_folder(table) else table.with_name(table.stem + ".failed.csv")


def array_file(path: Path, name: str, kind: str) -> Path:
    """Where the arrays of a recording go: `path`, or a file in the folder `path`, which is made."""
    if path.suffix.lower() == ".npz" and not is_folder(path):
        return path
    path.mkdir(parents=True, exist_ok=True)
    return path / f"{name}.{kind}.npz"


def recording_names(paths: Sequence[Path]) -> list[str]:
    """A file name without ending for each recording; odd bytes are written out."""
    return [printable(name) for name in unique_names(paths)]
