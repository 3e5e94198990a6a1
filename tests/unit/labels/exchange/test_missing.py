"""Missing recordings are found by name and then by length where no content finds them."""

from pathlib import Path

from tests.unit.fakes import write_sound
from yamnet_gui.labels.exchange.missing import find_by_name
from yamnet_gui.labels.project import Recording


def recording(name: str, seconds: float, content: str = "") -> Recording:
    return Recording(name, name, content, 1 if content else 0, seconds, 16_000, 1)


def found(folder: Path, *missing: Recording) -> dict[str, str]:
    hits = find_by_name(missing, folder)
    return {r.name: path.relative_to(folder).as_posix() for r, path in hits}


def sounds(folder: Path, **seconds: float) -> None:
    for name, length in seconds.items():
        path = folder / f"{name.replace('__', '/')}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sound(path, length)


def test_by_name_if_the_labels_lie_inside(tmp_path: Path) -> None:
    sounds(tmp_path, deep__a=1.0, b=0.5)
    missing = (recording("/old/A.mp3", 0.75), recording("b.wav", 0.75))
    assert found(tmp_path, *missing) == {"A.mp3": "deep/a.wav"}


def test_a_known_sound_is_not_replaced_by_one_of_another_length(tmp_path: Path) -> None:
    sounds(tmp_path, a=1.0)
    assert found(tmp_path, recording("a.wav", 0.75, "b2-x")) == {}
    assert found(tmp_path, recording("a.wav", 1.0, "b2-x")) == {"a.wav": "a.wav"}


def test_of_several_the_one_that_is_as_long(tmp_path: Path) -> None:
    sounds(tmp_path, s1__a=1.0, s2__a=0.75)
    assert found(tmp_path, recording("a.wav", 0.75)) == {"a.wav": "s2/a.wav"}
    assert found(tmp_path, recording("a.wav", 0.5)) == {}
    assert found(tmp_path, recording("x/s1/a.wav", 0.5)) == {"a.wav": "s1/a.wav"}


def test_by_length_only_where_nothing_else_is_possible(tmp_path: Path) -> None:
    sounds(tmp_path, a=1.0, b=0.75, c=0.75)
    assert found(tmp_path, recording("x.wav", 1.0)) == {"x.wav": "a.wav"}
    assert found(tmp_path, recording("x.wav", 1.0, "b2-x")) == {}
    assert found(tmp_path, recording("x.wav", 0.75)) == {}
    assert found(tmp_path, recording("x.wav", 1.0), recording("y.wav", 1.0)) == {}


def test_no_file_is_given_to_two(tmp_path: Path) -> None:
    sounds(tmp_path, a=1.0)
    assert found(tmp_path, recording("s1/a.wav", 0.5), recording("s2/a.wav", 0.5)) == {}
