import os
import sys

import pytest

from yamnet_gui.batch import make_plan
from yamnet_gui.core.text import printable

posix = pytest.mark.skipif(os.name != "posix", reason="needs links and free file names")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in ("b.wav", "a.FLAC", "notes.txt", "._a.wav", "sub/c.mp3", "sub/deep/d.ogg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(plan):
    return [path.name for path in plan.recordings]


def test_folders_are_searched_to_any_depth_for_sounds(tree):
    assert names(make_plan([tree])) == ["a.FLAC", "b.wav", "c.mp3", "d.ogg"]


def test_a_named_file_is_taken_whatever_its_ending(tree):
    assert names(make_plan(["notes.txt"])) == ["notes.txt"]


def test_patterns_that_the_shell_left_alone_are_expanded(tree):
    assert names(make_plan(["*.wav", "**/*.ogg"])) == ["b.wav", "d.ogg"]
    plan = make_plan(["*.aiff"])
    assert plan.problems[0][1] == "nothing matches this pattern"


def test_a_name_with_signs_of_a_pattern_is_a_name_first(tree):
    (tree / "night[1].wav").write_bytes(b"x")
    assert names(make_plan(["night[1].wav"])) == ["night[1].wav"]


def test_spellings_of_one_file_count_once(tree):
    plan = make_plan(["b.wav", "./b.wav", "sub/../b.wav", tree / "b.wav", "."])
    assert names(plan) == ["b.wav", "a.FLAC", "c.mp3", "d.ogg"]
    assert plan.repeated == 4


@posix
def test_links_count_as_their_file_and_circles_end(tree):
    (tree / "sub" / "round").symlink_to(tree)
    (tree / "link.wav").symlink_to("b.wav")
    plan = make_plan(["."])
    assert names(plan) == ["a.FLAC", "b.wav", "c.mp3", "d.ogg"]
    assert plan.repeated == 1


@posix
def test_hard_links_are_two_recordings(tree):
    os.link("b.wav", "copy.wav")
    assert "copy.wav" in names(make_plan(["."]))
    assert "b.wav" in names(make_plan(["."]))


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of any bytes")
def test_names_of_any_bytes(tree):
    odd = os.fsdecode(b"fl\xfcte \xe2\x98\x83.wav")
    (tree / odd).write_bytes(b"x")
    plan = make_plan(["."])
    assert odd in names(plan)
    assert printable(odd) == "fl\\xfcte \u2603.wav"


def test_missing_files_stay_in_the_plan_and_empty_folders_are_named(tree):
    (tree / "empty").mkdir()
    plan = make_plan(["gone.wav", "empty"])
    assert names(plan) == ["gone.wav"]
    assert [(p.name, reason) for p, reason in plan.problems] == [
        ("empty", "there is no sound file in this folder")
    ]


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_named(tree):
    (tree / "sub").chmod(0)
    plan = make_plan(["."])
    (tree / "sub").chmod(0o755)
    assert names(plan) == ["a.FLAC", "b.wav"]
    assert "cannot be read" in plan.problems[0][1]


def test_a_name_that_is_too_long_does_not_stop_the_others(tree):
    plan = make_plan(["x" * 300 + ".wav", "b.wav"])
    assert len(plan.recordings) == 2
