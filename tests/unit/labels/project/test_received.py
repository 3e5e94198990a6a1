"""A project that somebody sent, with links in the place of the files beside it."""

import os
from pathlib import Path

import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.labels.project import Project

from .helpers import made

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


@pytest.mark.parametrize("tail", [".lock", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_opening_writes_through_no_link(tmp_path: Path, tail: str, attack: str) -> None:
    path = tmp_path / "p.yamnet"
    made(path).close()
    before = path.read_bytes()
    victim = victim_in(tmp_path / "theirs")
    ATTACKS[attack](tmp_path / f"p.yamnet{tail}", victim)
    with pytest.raises(ProjectError, match="is left as it is") as caught:
        Project.open(path)
    assert str(path) in str(caught.value)
    assert untouched(victim)
    assert path.read_bytes() == before
    if tail != ".lock":  # which reading does not need
        with pytest.raises(ProjectError, match="is left as it is"):
            Project.open(path, read_only=True)
        assert untouched(victim)
    assert {p.name for p in tmp_path.iterdir()} == {"p.yamnet", f"p.yamnet{tail}", "theirs"}


def test_a_project_behind_a_link_of_the_user_opens(tmp_path: Path) -> None:
    made(tmp_path / "p.yamnet").close()
    (tmp_path / "link.yamnet").symlink_to(tmp_path / "p.yamnet")
    with Project.open(tmp_path / "link.yamnet") as project:
        assert not project.read_only


def test_a_lock_file_of_another_program_is_not_overwritten(tmp_path: Path) -> None:
    made(tmp_path / "p.yamnet").close()
    for text in ("theirs", '{"name": "package-lock"}'):
        (tmp_path / "p.yamnet.lock").write_text(text)
        with pytest.raises(ProjectError, match="a file of another program"):
            Project.open(tmp_path / "p.yamnet")
        assert (tmp_path / "p.yamnet.lock").read_text() == text
    for left in ("", '{"us', '{"user": "a", "host": "b", "pid": 1, "since": "x"}'):
        (tmp_path / "p.yamnet.lock").write_text(left)  # by a kill
        Project.open(tmp_path / "p.yamnet").close()
