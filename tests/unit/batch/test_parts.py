import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from yamnet_gui.batch import parts
from yamnet_gui.batch.parts import Part, PartWriter


def test_parts_of_one_file_come_back_each(tmp_path):
    made = []
    with PartWriter(tmp_path) as writer:
        for text in (b"one", b"", b"three" * 1000):
            with writer.part() as stream:
                stream.write(text)
            made.append(stream.part)
    assert len(list(tmp_path.iterdir())) == 1
    assert [b"".join(part.blocks()) for part in made] == [b"one", b"", b"three" * 1000]
    assert all(part.is_whole() for part in made)
    with made[2].open() as file:
        assert (file.read(7), file.tell()) == (b"threeth", 7)
        assert file.seek(-5, io.SEEK_END) == 4995
        assert file.read() == b"three"


def test_a_file_that_has_grown_large_gets_no_more_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "LARGE_BYTES", 10)
    with PartWriter(tmp_path) as writer:
        written = []
        for text in (b"six by", b"six by", b"new", b"last"):
            with writer.part() as stream:
                stream.write(text)
            written.append(stream.part)
    assert [part.path == written[0].path for part in written] == [True, True, False, False]
    assert written[2].path == written[3].path
    assert all(part.is_whole() for part in written)


def test_a_part_can_be_read_as_soon_as_it_is_finished(tmp_path):
    with PartWriter(tmp_path) as writer:
        with writer.part() as stream:
            stream.write(b"done")
        assert stream.part.is_whole()


def test_what_is_left_of_a_part_that_failed_is_in_no_other(tmp_path):
    with PartWriter(tmp_path) as writer:
        with suppress(ZeroDivisionError), writer.part() as stream:
            stream.write(b"half of")
            raise ZeroDivisionError
        with writer.part() as stream:
            stream.write(b"whole")
    assert b"".join(stream.part.blocks()) == b"whole"


def test_files_that_count_from_their_start_fit_into_a_part(tmp_path):
    rows = np.arange(12.0)
    with PartWriter(tmp_path) as writer:
        for _ in range(2):
            with writer.part() as stream:
                np.savez(stream, rows=rows)
    with stream.part.open() as file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
    with stream.part.open() as file, np.load(file) as arrays:
        np.testing.assert_array_equal(arrays["rows"], rows)


@pytest.mark.parametrize("damage", ["zeros", "cut", "gone"])
def test_damage_shows(tmp_path, damage):
    with PartWriter(tmp_path) as writer:
        for _ in range(2):
            with writer.part() as stream:
                stream.write(b"content")
    (path,) = tmp_path.iterdir()
    if damage == "zeros":
        path.write_bytes(b"content" + bytes(7))
    elif damage == "cut":
        path.write_bytes(b"contentcont")
    else:
        path.unlink()
    assert not stream.part.is_whole()
    first = Part(stream.part.path, 0, 7, stream.part.crc32)
    assert first.is_whole() == (damage != "gone")


def test_nothing_is_made_where_nothing_is_written(tmp_path):
    with PartWriter(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
