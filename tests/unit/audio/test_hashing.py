"""Files identified by content, read once."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from yamnet_gui.audio import content_hash, content_is_known
from yamnet_gui.core.errors import RecordingError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sound.bin"
    path.write_bytes(b"abc" * 1_000_000)
    return path


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_hash_is_that_of_the_bytes(file: Path) -> None:
    assert content_hash(file) == sha(file)


def spoil_without_trace(file: Path) -> None:
    """Changes the content but not size, time or inode, so that only reading can tell."""
    status = file.stat()
    with file.open("rb+") as opened:
        opened.write(b"xyz")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_unchanged_file_is_not_read_again(file: Path, tmp_path: Path) -> None:
    first = content_hash(file, tmp_path / "memo")
    spoil_without_trace(file)
    assert content_hash(file, tmp_path / "memo") == first
    assert content_hash(file) != first


def test_changed_file_is_read_again(file: Path, tmp_path: Path) -> None:
    first = content_hash(file, tmp_path / "memo")
    file.write_bytes(b"something else")
    assert content_hash(file, tmp_path / "memo") == sha(file) != first


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"file": 1}', b"\xff\xfe", b"null"])
def test_half_written_memo_is_ignored_and_replaced(
    file: Path, tmp_path: Path, rubbish: bytes
) -> None:
    memo = tmp_path / "memo"
    content_hash(file, memo)
    (entry,) = memo.iterdir()
    entry.write_bytes(rubbish)
    assert content_hash(file, memo) == sha(file)
    assert entry.read_bytes() != rubbish


def test_memo_that_cannot_be_written_is_no_error(file: Path, tmp_path: Path) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("a file where the folder should be")
    assert content_hash(file, blocker / "memo") == sha(file)


def test_many_at_once(file: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(lambda _: content_hash(file, tmp_path / "memo"), range(24)))
    assert hashes == {sha(file)}
    assert len(list((tmp_path / "memo").iterdir())) == 1


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        content_hash(tmp_path / "missing.wav", tmp_path)


def test_a_known_file_is_recognised_without_reading_it(tmp_path: Path) -> None:
    path, memo = tmp_path / "a.wav", tmp_path / "memo"
    path.write_bytes(b"sound")
    assert not content_is_known(path, memo)
    content_hash(path, memo)
    assert content_is_known(path, memo)
    path.write_bytes(b"other sound")
    assert not content_is_known(path, memo)
    path.unlink()
    assert not content_is_known(path, memo)
