"""Arrays in a file that is whole or refused."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.audio.array_file import read_arrays, write_arrays


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "cache" / "arrays.bin"
    arrays = [np.arange(1000, dtype=np.int16).reshape(2, 500), np.zeros((0, 3), np.uint8)]
    write_arrays(path, "numbers", {"rate": 8000}, arrays)
    return path


def test_what_was_written_is_read(stored: Path) -> None:
    facts, (numbers, nothing) = read_arrays(stored, "numbers")
    assert facts == {"rate": 8000}
    np.testing.assert_array_equal(numbers, np.arange(1000).reshape(2, 500))
    assert nothing.shape == (0, 3)
    assert not numbers.flags.writeable


def test_another_kind_is_refused(stored: Path) -> None:
    with pytest.raises(ValueError, match="holds numbers"):
        read_arrays(stored, "letters")


@pytest.mark.parametrize("keep", [0, 5, 20, 100, -1, -700])
def test_cut_off_file_is_refused(stored: Path, keep: int) -> None:
    stored.write_bytes(stored.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"is not a file of arrays|cut off or damaged"):
        read_arrays(stored, "numbers")


def test_every_changed_byte_of_header_and_small_arrays_is_noticed(stored: Path) -> None:
    content = stored.read_bytes()
    header_end = content.index(b"]}") + 2
    places = [*range(0, header_end, 3), *range(len(content) - 2000, len(content) - 64, 37)]
    for place in places:
        stored.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        with pytest.raises(ValueError, match=r"arrays\.bin"):
            read_arrays(stored, "numbers")


def test_grown_file_is_refused(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes() + b"more")
    with pytest.raises(ValueError, match="damaged"):
        read_arrays(stored, "numbers")
