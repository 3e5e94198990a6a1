"""Names of models that belong to the same weights."""

from pathlib import Path

import pytest

from yamnet_gui.core.model_identity import (
    all_names,
    current_identity,
    has_identity,
    remember_identity,
)

OLD, NEW, PUBLISHED = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the file of names lies; not there yet."""
    folder = tmp_path / "state" / "yamnet-gui"
    monkeypatch.setattr(
        "yamnet_gui.core.model_identity.platformdirs.user_state_path", lambda *_, **__: folder
    )
    return folder


def test_names_are_remembered_and_follow_a_later_one(state: Path) -> None:
    remember_identity(OLD, NEW)
    assert (state / "models.json").is_file()
    remember_identity(NEW, PUBLISHED)
    assert current_identity(OLD) == current_identity(NEW) == PUBLISHED
    assert set(all_names(PUBLISHED)) == {OLD, NEW, PUBLISHED}


def test_where_nothing_can_be_written_they_last_as_long_as_the_process(state: Path) -> None:
    state.parent.write_text("a file where the folder would be")
    remember_identity(OLD, NEW)
    assert has_identity(OLD)
    assert current_identity(OLD) == NEW
    remember_identity(NEW, PUBLISHED)
    assert current_identity(OLD) == PUBLISHED
    state.parent.unlink()
    remember_identity("d" * 64, PUBLISHED)  # now it can: nothing is lost
    assert OLD in (state / "models.json").read_text()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}', "[" * 100_000])
def test_a_damaged_file_of_names_counts_as_none(state: Path, content: str) -> None:
    state.mkdir(parents=True)
    (state / "models.json").write_text(content)
    assert not has_identity(OLD)
    remember_identity(OLD, NEW)
    assert current_identity(OLD) == NEW
