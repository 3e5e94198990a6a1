"""How the files of a run are called."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.core.text import printable


def failures_path(table: Path) -> Path:
    """Where the recordings that failed are listed: beside the table, or in its folder."""
    return table / "failed.csv" if table.is_dir() else table.with_name(table.stem + ".failed.csv")


def array_file(path: Path, name: str, kind: str) -> Path:
    """Where the arrays of a recording go: `path`, or a file in the folder `path`, which is made."""
    if path.suffix.lower() == ".npz" and not path.is_dir():
        return path
    path.mkdir(parents=True, exist_ok=True)
    return path / f"{name}.{kind}.npz"


def recording_names(paths: Sequence[Path]) -> list[str]:
    """A file name without ending for each recording, with as much of its path as tells it apart."""
    shortest = [printable(p.stem) for p in paths]
    longer = ([printable(p.name) for p in paths], ["_".join(p.parts[-2:]) for p in paths])
    names = shortest
    for others in longer:
        count = Counter(name.casefold() for name in names)
        names = [
            n if count[n.casefold()] == 1 else printable(o)
            for n, o in zip(names, others, strict=True)
        ]
    taken: Counter[str] = Counter()
    unique = []
    for name in names:
        taken[name.casefold()] += 1
        again = taken[name.casefold()]
        unique.append(name if again == 1 else f"{name}-{again}")
    return unique
