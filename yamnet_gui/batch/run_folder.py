"""The folder of an unfinished run: recognised as one of ours before anything in it is removed."""

import json
import os
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.own_files import check_own, check_own_folder

JOURNAL = "journal.jsonl"
_OWN_NAME = re.compile(
    r"[0-9a-f]{12}\.parts"  # of `PartWriter`
    r"|[0-9a-f]{12}\.mark"  # by which the workers of a cluster know the folder
    r"|[0-9a-f]{32}\.[\w.]+"  # key and kind, in journals of the second version
    r"|\.journal\.jsonl\.[0-9a-f]{12}\.part"  # of `replacing`
)
_PART = re.compile(r"[0-9a-f]{12}\.parts|[0-9a-f]{32}\.dataset\.[a-z.]+")
_LONGEST_HEAD = 64 << 20
UNFINISHED = ".unfinished"


def run_folder(output: Path) -> Path:
    """The folder of a run whose first output this is, while it is unfinished."""
    return output.with_name(output.name + UNFINISHED)


def check_run_folder(folder: Path) -> None:
    """Raises SettingsError where `folder` is there and no unfinished run of this program.

    Such a folder has a journal that begins as ours do, or nothing in it but what a kill may leave
    before there is a journal. Raises OSError where it is a link or cannot be read.
    """
    check_own_folder(folder)
    check_own([folder / JOURNAL])
    if not folder.is_dir() or _begins_as_ours(folder / JOURNAL):
        return
    names = os.listdir(folder)  # noqa: PTH208 - names alone
    written = JOURNAL in names and (folder / JOURNAL).stat().st_size > 0
    if written or not all(n == JOURNAL or _OWN_NAME.fullmatch(n) for n in names):
        raise SettingsError(
            folder,
            "is not an unfinished run of this program",
            "move it away, or write to another file",
        )


def is_part_of_a_run(name: str) -> bool:
    """Whether this is the name of a journal, of parts beside it, or of what is for a dataset."""
    return name == JOURNAL or _PART.fullmatch(name) is not None


def empty_run_folder(folder: Path, keys: Collection[str] = ()) -> None:
    """Removes the parts and then the journal; files of others, folders and links stay.

    `keys` are those of the recordings on record. Raises OSError.
    """
    for own in _own_files(folder, keys):
        own.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        check_own([folder / JOURNAL])
        (folder / JOURNAL).unlink()  # last: a kill before leaves a folder that can be recognised


def remove_run_folder(folder: Path, keys: Collection[str] = ()) -> None:
    """`empty_run_folder`, and the folder itself where nothing of others is in it."""
    with suppress(OSError):
        empty_run_folder(folder, keys)
        folder.rmdir()


def _own_files(folder: Path, keys: Collection[str]) -> list[Path]:
    with os.scandir(folder) as inside:
        return [
            Path(entry.path)
            for entry in inside
            if entry.is_file(follow_symlinks=False)
            and entry.name != JOURNAL
            and (_OWN_NAME.fullmatch(entry.name) or entry.name.partition(".")[0] in keys)
        ]


def _begins_as_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline(_LONGEST_HEAD))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(head, dict) and "journal" in head and "recipe" in head
