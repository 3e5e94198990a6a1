"""Settings are plain values in a file that Qt's own settings read and write as well."""

from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QByteArray, QSettings

from yamnet_gui.gui.state.ini_file import Value, read_ini, write_ini
from yamnet_gui.gui.state.settings import Settings

CHARACTERS = "abcF09 ,;=\"'\\@()[]%/\n\r\t\0\x01\x7f\x80äé鳥🐦\u2028?#:._-"


class Hostile:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def qt(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.ini"


def random_values(seed: int) -> dict[str, Value]:
    random = Random(seed)

    def text() -> str:
        return "".join(random.choice(CHARACTERS) for _ in range(random.randrange(8)))

    values: dict[str, Value] = {}
    for group in ("keys", "layout", "numbers"):
        key = text().replace("/", "").replace("\\", "").replace("\0", "") or "k"
        kinds: tuple[Value, ...] = (text(), random.randbytes(9), (text(), text(), text()))
        values[f"{group}/{key}"] = random.choice(kinds)
    return values


def test_a_pickled_object_in_the_file_is_not_brought_to_life(path: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    store = qt(path)
    for key in ("settings/theme", "settings/volume", "layout/docks", "recent/files", "keys/accept"):
        store.setValue(key, Hostile(made))
    store.setValue("settings/reviewer", "Ada")
    store.sync()
    del store
    content = path.read_bytes()
    assert content.count(b"@Variant(") == 5
    hidden = content.replace(b"@Variant(", b'"\\x40Variant(', 1).replace(b")\n", b')"\n', 1)
    path.write_bytes(hidden)  # what Qt reads as the same

    settings = Settings(path)
    assert settings.value("theme") == "system"
    assert settings.value("volume") == 0.9
    assert settings.value("reviewer") == "Ada"
    assert settings.bytes("docks").isEmpty()
    assert settings.recent_files() == []
    assert settings.shortcut("accept") is None
    settings.set("theme", "dark")
    settings.flush()
    assert b"@Variant(" not in path.read_bytes()
    assert not made.exists()


@pytest.mark.parametrize("seed", range(40))
def test_what_qt_writes_is_read_and_qt_reads_what_is_written(path: Path, seed: int) -> None:
    values = random_values(seed)
    store = qt(path)
    for key, value in values.items():
        kinds = {bytes: QByteArray, tuple: list}
        store.setValue(key, kinds.get(type(value), str)(value))  # type: ignore[arg-type]
    store.sync()
    assert read_ini(path.read_bytes()) == values

    ours = path.with_name("ours.ini")
    ours.write_bytes(write_ini(values))
    assert read_ini(ours.read_bytes()) == values
    store = qt(ours)
    assert set(store.allKeys()) == set(values)
    for key, value in values.items():
        read = store.value(key)
        plain = bytes(read.data()) if isinstance(read, QByteArray) else read
        assert (tuple(plain) if isinstance(plain, list) else plain) == value


def test_what_another_window_changed_meanwhile_stays(path: Path) -> None:
    one, other = Settings(path), Settings(path)
    one.set("theme", "dark")
    one.set_shortcut("accept", "Q")
    one.flush()
    other.set("volume", 0.5)
    other.set_shortcut("reject", "W")
    other.flush()
    now = Settings(path)
    assert (now.value("theme"), now.value("volume")) == ("dark", 0.5)
    assert (now.shortcut("accept"), now.shortcut("reject")) == ("Q", "W")


def test_values_are_written_without_being_asked_for(path: Path, qtbot) -> None:  # type: ignore[no-untyped-def]
    settings = Settings(path)
    settings.remember_file(Path("/a/b.wav"))
    qtbot.waitUntil(path.exists, timeout=5000)
    assert Settings(path).recent_files() == [Path("/a/b.wav")]
    settings.flush()


@pytest.mark.parametrize(
    ("key", "stored"),
    [("speed", "1e-320"), ("speed", "nan"), ("volume", "-1"), ("hop_s", "inf"), ("theme", "green")],
)
def test_values_that_cannot_be_used_are_the_usual_ones(path: Path, key: str, stored: str) -> None:
    path.write_text(f"[settings]\n{key}={stored}\n", "utf-8")
    usual = Settings(path.with_name("none.ini")).value(key)
    assert Settings(path).value(key) == usual


def test_a_file_that_cannot_be_written_costs_no_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings = Settings(tmp_path / "file" / "settings.ini")
    settings.set("theme", "dark")
    settings.flush()
    assert settings.value("theme") == "dark"


def test_a_layout_that_was_damaged_is_not_handed_to_qt(path: Path) -> None:
    """It would end the program at each start."""
    state = bytes(range(1, 200))
    settings = Settings(path)
    settings.set_layout("docks", QByteArray(state))
    settings.flush()
    assert bytes(Settings(path).layout("docks").data()) == state
    content = path.read_bytes()
    for damaged in (content.replace(b"abc", b"aBc"), content.replace(b"abc", b"ab")):
        assert damaged != content
        path.write_bytes(damaged)
        assert Settings(path).layout("docks").isEmpty()


def test_a_word_is_remembered_after_a_restart(path: Path) -> None:
    settings = Settings(path)
    assert settings.memo("export format") == ""
    settings.set_memo("export format", "raven")
    settings.flush()
    assert Settings(path).memo("export format") == "raven"
