"""Files of the program are opened only where they are no links."""

import os
from pathlib import Path

import pytest

from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.own_files import (
    ForeignFileError,
    check_own,
    check_own_folder,
    open_own,
)

from .attacks import ATTACKS, untouched, victim_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_opened_through_what_is_no_file_of_ours(tmp_path: Path, attack: str) -> None:
    victim = victim_in(tmp_path / "theirs")
    at = tmp_path / "state"
    ATTACKS[attack](at, victim)
    with pytest.raises(ForeignFileError, match="state is") as caught:
        open_own(at, empty=True)
    assert caught.value.strerror
    with pytest.raises(ForeignFileError):
        check_own([tmp_path / "none", at])
    with pytest.raises(ForeignFileError):
        FileLock(at).acquire()
    assert untouched(victim)


def test_a_file_of_ours_stays_as_it_is_until_it_is_emptied(tmp_path: Path) -> None:
    with open_own(tmp_path / "state") as file:
        file.write(b"rows")
    with open_own(tmp_path / "state") as file:
        assert file.read() == b"rows"
    open_own(tmp_path / "state", empty=True).close()
    assert (tmp_path / "state").read_bytes() == b""


def test_links_on_the_way_to_a_file_are_the_users(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "projects").symlink_to(tmp_path / "disk")
    open_own(tmp_path / "projects" / "state").close()
    assert (tmp_path / "disk" / "state").is_file()
    check_own_folder(tmp_path / "disk")
    check_own_folder(tmp_path / "none")
    with pytest.raises(ForeignFileError, match="a link to another place"):
        check_own_folder(tmp_path / "projects")
    with pytest.raises(ForeignFileError, match="not a folder"):
        check_own_folder(tmp_path / "disk" / "state")
