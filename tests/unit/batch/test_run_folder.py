"""The folder `X.unfinished`: emptied only where a run of this program made it."""

import os
from pathlib import Path

import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.batch.journal import Journal, Record
from yamnet_gui.core.errors import SettingsError

DONE = Record("0" * 32, "a.wav", 5, 7)
OWN_PART = "0123456789ab.parts"


@pytest.mark.parametrize(
    "files", [["photo.jpg"], ["journal.jsonl"], ["sub/notes.txt"], [OWN_PART, "thesis.txt"]]
)
@pytest.mark.parametrize("restart", [False, True])
def test_a_folder_of_others_stays_as_it_is(tmp_path: Path, files: list[str], restart: bool) -> None:
    folder = tmp_path / "out.csv.unfinished"
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("theirs")
    with pytest.raises(SettingsError, match="is not an unfinished run of this program"):
        Journal(folder, {}, restart)
    assert all((folder / name).read_text() == "theirs" for name in files)
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("restart", [False, True])
def test_a_link_is_not_followed_even_to_a_run_of_ours(tmp_path: Path, restart: bool) -> None:
    with Journal(tmp_path / "theirs", {"hop": 1}) as journal:
        journal.add(DONE)
    before = (tmp_path / "theirs" / "journal.jsonl").read_bytes()
    (tmp_path / "out.csv.unfinished").symlink_to(tmp_path / "theirs")
    with pytest.raises(SettingsError, match="a link to another place"):
        Journal(tmp_path / "out.csv.unfinished", {"hop": 2}, restart)
    assert (tmp_path / "theirs" / "journal.jsonl").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", ["run/journal.jsonl", "run.lock"])
def test_what_lies_in_the_place_of_its_files_is_not_written(
    tmp_path: Path, name: str, attack: str
) -> None:
    (tmp_path / "run").mkdir()
    victim = victim_in(tmp_path / "theirs")
    ATTACKS[attack](tmp_path / name, victim)
    with pytest.raises(SettingsError, match="is left as it is"):
        Journal(tmp_path / "run", {})
    assert untouched(victim)


def test_files_that_come_into_a_run_of_ours_stay(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Journal(folder, {}) as journal:
        journal.add(DONE)
        (folder / OWN_PART).write_text("a part")
        (folder / "notes.txt").write_text("theirs")
        journal.remove()
    assert [p.name for p in folder.iterdir()] == ["notes.txt"]


def test_a_kill_before_there_is_a_journal_leaves_a_folder_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / OWN_PART).write_text("a part")
    with Journal(folder, {}) as journal:
        journal.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_of_another_program_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text("theirs")
    with pytest.raises(SettingsError, match="a file of another program"):
        Journal(tmp_path / "run", {})
    assert (tmp_path / "run.lock").read_text() == "theirs"
