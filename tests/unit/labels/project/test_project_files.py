"""What is opened as a project: by its name in any case, or by what is in it."""

import os
import sqlite3
from pathlib import Path

import pytest

from yamnet_gui.labels.project import Project, is_project_file


@pytest.mark.parametrize("name", ["night.yamnet", "NIGHT.YAMNET", "night", "night.sqlite"])
def test_a_project_is_one_under_any_name(name: str, tmp_path: Path) -> None:
    Project.create(tmp_path / "new.yamnet").close()
    path = (tmp_path / "new.yamnet").rename(tmp_path / name)
    assert is_project_file(path)


def test_other_files_are_none(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "other.sqlite")
    database.execute("CREATE TABLE a (b)")
    database.close()
    (tmp_path / "short").write_bytes(b"SQLite format 3\0")
    (tmp_path / "folder").mkdir()
    names = ["other.sqlite", "short", "folder", "missing.wav", "x" * 300]
    Project.create(tmp_path / "new.yamnet").close()
    names.append((tmp_path / "new.yamnet").rename(tmp_path / "a.WAV").name)
    assert not any(is_project_file(tmp_path / name) for name in names)


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not is_project_file(tmp_path / "pipe")
