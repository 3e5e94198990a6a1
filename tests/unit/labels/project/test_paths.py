"""Paths of recordings, content hashes and moved files."""

import os
import sys
from pathlib import Path

import pytest

from yamnet_gui.labels.project import (
    Project,
    Recording,
    add_recordings,
    content_fingerprint,
    find_moved,
    relocate,
)
from yamnet_gui.labels.project.paths import located, stored_path

from .helpers import made


def test_paths_go_with_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    for path, stored in [
        (folder / "a.wav", "a.wav"),
        (folder / "x" / "b.wav", "x/b.wav"),
        (tmp_path / "c.wav", "../c.wav"),
    ]:
        assert stored_path(path, folder) == stored
        assert located(stored, folder) == path


def test_paths_with_nothing_in_common_stay_absolute(tmp_path: Path) -> None:
    path = Path(tmp_path.anchor, "elsewhere", "a.wav")
    assert stored_path(path, tmp_path) == path.as_posix()
    assert located(path.as_posix(), tmp_path) == path
    assert located("C:/sounds/a.wav", tmp_path) == Path("C:/sounds/a.wav")


@pytest.mark.parametrize("size", [0, 1, 5000, (16 << 20) + 12345])
def test_equal_content_gives_equal_hashes(tmp_path: Path, size: int) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "b").write_bytes(data)
    (tmp_path / "c").write_bytes(data + b"x")
    (tmp_path / "d").write_bytes(data[:-1] + b"\x00")
    assert content_fingerprint(tmp_path / "a") == content_fingerprint(tmp_path / "b")
    assert content_fingerprint(tmp_path / "c") != content_fingerprint(tmp_path / "a")
    assert size == 0 or content_fingerprint(tmp_path / "d") != content_fingerprint(tmp_path / "a")


def _with_files(folder: Path) -> Project:
    items = []
    for n in range(3):
        path = folder / "old" / f"{n}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes([n]) * 100)
        items.append(Recording(f"r{n}", f"old/{n}.wav", content_fingerprint(path), 100))
    project = Project.create(folder / "a.yamnet")
    project.apply(add_recordings(items))
    return project


def test_moved_recordings_are_found_by_content(tmp_path: Path) -> None:
    with _with_files(tmp_path) as project:
        assert project.recordings.missing() == []
        (tmp_path / "new").mkdir()
        (tmp_path / "old" / "0.wav").rename(tmp_path / "new" / "renamed.wav")
        (tmp_path / "old" / "1.wav").unlink()
        (tmp_path / "new" / "other.wav").write_bytes(b"z" * 100)
        assert [r.id for r in project.recordings.missing()] == ["r0", "r1"]
        looked = list(find_moved(project.recordings.missing(), [tmp_path / "new"]))
        hits = [hit for hit in looked if hit]
        assert [(r.id, p.name) for r, p in hits] == [("r0", "renamed.wav")]
        assert looked.count(None) == 1
        project.apply(relocate((r, project.recordings.stored_path(p)) for r, p in hits))
        assert [r.id for r in project.recordings.missing()] == ["r1"]
        recording = project.recordings.at(tmp_path / "new" / "renamed.wav")
        assert recording is not None
        assert recording.id == "r0"


def test_twins_are_each_found_once(tmp_path: Path) -> None:
    for name in ("x.wav", "y.wav"):
        (tmp_path / name).write_bytes(b"same")
    digest = content_fingerprint(tmp_path / "x.wav")
    lost = [Recording("r0", "gone/y.wav", digest, 4), Recording("r1", "gone/x.wav", digest, 4)]
    hits = [hit for hit in find_moved(lost, [tmp_path]) if hit]
    assert {(r.id, p.name) for r, p in hits} == {("r0", "y.wav"), ("r1", "x.wav")}


def test_a_copy_elsewhere_still_finds_its_recordings(tmp_path: Path) -> None:
    with _with_files(tmp_path) as project:
        project.save_as(tmp_path / "far" / "away" / "b.yamnet")
    with Project.open(tmp_path / "far" / "away" / "b.yamnet") as copy:
        assert copy.recordings.missing() == []
        assert copy.recordings.all()[0].path == "../../old/0.wav"
        assert copy.history.undo_title == "add 3 recordings"


def test_saving_over_an_open_project_or_itself_is_refused(tmp_path: Path) -> None:
    from yamnet_gui.core.errors import ProjectError

    with made(tmp_path / "a.yamnet") as one, made(tmp_path / "b.yamnet") as other:
        with pytest.raises(ProjectError, match="already open"):
            one.save_as(other.path)
        with pytest.raises(ProjectError, match="itself"):
            one.save_as(one.path)
        assert len(other.events.rows()) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
@pytest.mark.parametrize(
    "name",
    [
        b"a\xff.wav",
        b"100%41 \xe9\xc3\xa4.wav",
        b"\xed\xa0\x80.wav",
        b"a\\xff \xff.wav",
        b"%FF.wav",
    ],
)
@pytest.mark.parametrize("folder", ["/w/p", "/elsewhere", "/w/p/audio/deep"])
def test_paths_of_any_bytes_are_stored_as_text(name: bytes, folder: str) -> None:
    recording = Path("/w/p/audio") / os.fsdecode(name)
    stored = stored_path(recording, Path(folder))
    stored.encode()
    assert located(stored, Path(folder)) == recording
