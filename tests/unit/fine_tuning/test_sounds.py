from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.fine_tuning import DataChoice, training_data
from yamnet_gui.labels.project import Project, Recording

Folder = Callable[..., Path]


def test_a_folder_gives_a_class_for_each_subfolder(sounds: Path) -> None:
    data = training_data(sounds)
    assert data.labels == ("high", "low")
    assert len(data.sounds) == 12
    assert len({one.group for one in data.sounds}) == 12


def test_labels_that_differ_in_case_are_one_class(tmp_path: Path, folder_of: Folder) -> None:
    folder_of(tmp_path, ("low",), 3)
    folder_of(tmp_path, ("Low",), 1)
    assert training_data(tmp_path).labels == ("low",)


def test_sounds_of_other_classes_are_examples_of_none(tmp_path: Path, folder_of: Folder) -> None:
    folder_of(tmp_path, ("low", "high", "noise"), 2)
    chosen = training_data(tmp_path, DataChoice(classes=("LOW",)))
    assert [one.label for one in chosen.sounds].count(None) == 4
    none = training_data(tmp_path, DataChoice(none=("noise",)))
    assert none.labels == ("high", "low")
    assert [one.label for one in none.sounds].count(None) == 2


def test_files_of_one_original_are_one_group(tmp_path: Path, folder_of: Folder) -> None:
    folder_of(tmp_path, ("low", "high"), 3)
    data = training_data(tmp_path, DataChoice(same_source=r"(\d)$"))
    assert {one.group for one in data.sounds} == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (DataChoice(classes=("lwo",)), "is not a label in .* — did you mean low"),
        (DataChoice(none=("low", "high")), "has no class left to train"),
        (DataChoice(same_source="("), "is not a regular expression"),
        (DataChoice(same_source="low"), "needs one group in brackets"),
    ],
)
def test_a_choice_that_fits_nothing_is_refused(
    sounds: Path, choice: DataChoice, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        training_data(sounds, choice)


def test_what_holds_no_labelled_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no labelled sound"):
        training_data(tmp_path)
    with pytest.raises(UserError, match="there is no such file or folder"):
        training_data(tmp_path / "missing")
    (tmp_path / "odd.bin").write_bytes(b"\0\1\2")
    with pytest.raises(UserError):
        training_data(tmp_path / "odd.bin")


def test_a_table_gives_spans_and_what_else_sounds_in_them(
    tmp_path: Path, folder_of: Folder
) -> None:
    folder_of(tmp_path, ("low",), 1)
    rows = ["filename\tonset\toffset\tevent_label", "low/low0.wav\t0.1\t0.6\tdrip"]
    rows += ["low/low0.wav\t0.5\t0.9\thum"]
    (tmp_path / "table.tsv").write_text("\n".join(rows) + "\n")
    data = training_data(tmp_path / "table.tsv")
    assert [(one.label, one.start_s, one.end_s) for one in data.sounds] == [
        ("drip", 0.1, 0.6),
        ("hum", 0.5, 0.9),
    ]
    assert data.sounds[0].also == ((0.5, 0.9, "hum"),)


def event(place: int, label: str, state: ReviewState) -> Event:
    return Event(f"e{place}", float(place), place + 0.5, label, state=state)


def test_a_project_gives_accepted_events_and_rejected_ones_as_none(tmp_path: Path) -> None:
    path = tmp_path / "review.yamnet"
    with Project.create(path) as project:
        project.recordings.register(Recording("r", "low.wav", duration_s=9.0))
        events = [
            event(0, "drip", ReviewState.ACCEPTED),
            event(1, "drip", ReviewState.REJECTED),
            event(2, "hum", ReviewState.UNREVIEWED),
            event(3, "Dog", ReviewState.REJECTED),
        ]
        project.events.store_detections("r", events)
    data = training_data(path)
    assert [(one.label, one.event_id) for one in data.sounds] == [("drip", "e0"), (None, "e1")]
    assert data.sounds[0].path == tmp_path / "low.wav"


def test_a_project_without_accepted_events_is_refused(tmp_path: Path) -> None:
    Project.create(tmp_path / "empty.yamnet").close()
    with pytest.raises(UserError, match="no accepted events"):
        training_data(tmp_path / "empty.yamnet")
