"""Files replaced whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from yamnet_gui.core.files import replacing

from .attacks import ATTACKS, untouched, victim_in


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    target.write_text("old")
    with replacing(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    target.write_bytes(b"old\x00bytes")

    def fail() -> None:
        with replacing(target) as beside:
            beside.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_bytes() == b"old\x00bytes"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    target = tmp_path / "real.csv"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    with replacing(link, through_links=True) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "none" / "labels.csv"):
        pytest.fail("the block must not run")


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    target.write_text("old")
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from yamnet_gui.core.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as beside:\n"
        "    beside.write_text('half')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert target.read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"hard link"}))
def test_nothing_is_replaced_through_a_link(tmp_path: Path, attack: str) -> None:
    victim = victim_in(tmp_path / "theirs")
    ATTACKS[attack](tmp_path / "out.csv", victim)
    with pytest.raises(OSError, match="is left as it is"), replacing(tmp_path / "out.csv"):
        pytest.fail("the block must not run")
    assert untouched(victim)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_the_other_name_of_a_replaced_file_keeps_its_content(tmp_path: Path) -> None:
    victim = victim_in(tmp_path / "theirs")
    (tmp_path / "out.csv").hardlink_to(victim)
    with replacing(tmp_path / "out.csv") as beside:
        beside.write_text("new")
    assert untouched(victim)
    assert (tmp_path / "out.csv").read_text() == "new"
