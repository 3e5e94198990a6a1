"""Only files that the program made count as its own, whatever folder a user names as the cache."""

import os

import pytest

from yamnet_gui.core.cached_files import DOWNLOADS, KINDS, PEAKS, own_files, shrink

KEY = "0123456789abcdef" * 2
OWN = [
    f"downloads/{KEY}.wav", f"downloads/{KEY}", f"downloads/{KEY}.wav.json",
    f"downloads/.{KEY}.wav.0123456789ab.part", f"peaks/{KEY}.peaks",
    f"spectrograms/{KEY}.spectrogram", f"checksums/{KEY}.json", f"silence/{KEY}{KEY}.npy",
    f"litert/yamnet-{KEY[:16]}-tf2.21.0-{KEY[:16]}.tflite", f"columns/{KEY}.columns",
]  # fmt: skip
OTHERS = [
    "downloads/song.wav", f"downloads/{KEY}.wav.bak", f"peaks/{KEY}.wav", "checksums/notes.json",
    f"checksums/{KEY[:31]}.json", f"checksums/{KEY}.json\n", "silence/golden.npy",
    "litert/my-network.tflite", f"downloads/{KEY.upper()}.wav", f"photos/{KEY}.wav", "peaks/.part",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate([*OWN, *OTHERS]):
        path = tmp_path / "cache" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 10)
        os.utime(path, (1000 + number, 1000 + number))
    return tmp_path / "cache"


def found(folder):
    return {f"{kind.folder}/{file.path.name}" for kind in KINDS for file in own_files(folder, kind)}


def test_files_are_known_by_their_names(folder):
    assert found(folder) == set(OWN)


def test_clearing_leaves_files_of_others(folder):
    for kind in KINDS:
        shrink(folder, kind, -1)
    assert found(folder) == set()
    assert all((folder / name).exists() for name in OTHERS)


def test_links_and_folders_are_not_ours(folder, tmp_path):
    (tmp_path / "theirs").mkdir()
    theirs = tmp_path / "theirs" / f"{KEY}.peaks"
    theirs.write_text("theirs")
    own = folder / "peaks" / f"{KEY}.peaks"
    own.unlink()
    own.symlink_to(theirs)
    (folder / "peaks" / f"{KEY[::-1]}.peaks").mkdir()
    assert own_files(folder, PEAKS) == []
    own.unlink()
    (folder / "peaks").rename(tmp_path / "elsewhere")
    (folder / "peaks").symlink_to(tmp_path / "theirs")
    assert shrink(folder, PEAKS, -1) == []
    assert theirs.read_text() == "theirs"


def test_the_longest_unused_go_first(folder):
    removed = shrink(folder, DOWNLOADS, 15, keep=folder / "downloads" / f"{KEY}.wav")
    assert [file.path.name for file in removed] == [KEY, f".{KEY}.wav.0123456789ab.part"]
