import json
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.provenance import (
    ANALYSIS,
    PROVENANCE_BEGINNING,
    EventFacts,
    RecordingFacts,
    finished,
    read_provenance,
    started,
    write_provenance,
)
from yamnet_gui.core.provenance_diff import DifferenceKind, compare, same_results

DOG: EventFacts = (1.0, 2.5, "Dog", None, 0.75, "unreviewed")
POINT: EventFacts = (3.0, 3.0, "Click", 1, None, "accepted")


def _made(*recordings: RecordingFacts):
    begun = replace(started(ANALYSIS, {"settings": {}}, ["yamnet-gui", "analyze"]), weights={})
    return finished(begun, recordings, ())


def _recording(tmp_path: Path, *events: EventFacts, **more) -> RecordingFacts:
    return RecordingFacts(str(tmp_path / "a.wav"), "ab" * 32, 5, events=events, **more)


def test_what_is_written_is_read_again(tmp_path):
    odd = RecordingFacts(str(tmp_path / "näch\udcfft.wav"), problem="is empty")
    made = _made(_recording(tmp_path, DOG, POINT, best=(("Dog", 0.5),), relative="a.wav"), odd)
    path = write_provenance(made, tmp_path / "run.json")
    assert path.read_text().startswith(PROVENANCE_BEGINNING)
    assert json.loads(path.read_text())["results"]["events_by_class"] == {"Dog": 1, "Click": 1}
    again = read_provenance(path)
    relative = "näch\udcfft.wav"
    expected = (made.recordings[0], replace(odd, relative=relative))
    assert again == replace(made, recordings=expected)
    assert compare(made, again) == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "is not a provenance file"),
        (b'{"yamnet_gui_provenance": "x"}', "is not a provenance file"),
        (b'{"yamnet_gui_provenance": 99}', "newer version"),
        (b'{"yamnet_gui_provenance": 1}', "is damaged"),
    ],
)
def test_other_files_are_refused_in_one_sentence(content, words, tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        read_provenance(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((f, v) for f in ("kind", "recordings", "outputs") for v in (None, 3, "x", [3], {"a": 1})),
        *(("request", v) for v in (None, 3, "x", [3])),
        ("recordings", [{"path": "a"}]),
        ("command", None),
    ],
)
def test_damaged_values_are_refused_in_one_sentence(field, value, tmp_path):
    path = write_provenance(_made(_recording(tmp_path, DOG)), tmp_path / "run.json")
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, field: value}))
    with pytest.raises(SettingsError, match="is damaged"):
        read_provenance(path)


def test_events_that_differ_are_named(tmp_path):
    moved = (1.1, 2.5, "Dog", None, 0.75, "unreviewed")
    cat = (8.0, 9.0, "Cat", None, 0.5, "unreviewed")
    before = _made(_recording(tmp_path, DOG, POINT))
    (one,) = compare(before, _made(_recording(tmp_path, moved, cat)))
    assert one.kind is DifferenceKind.EVENTS
    assert "1 event new, 1 event no longer there, 1 event with other bounds" in str(one)
    assert [e.label for e in one.events.appear] == ["Cat"]
    assert not same_results([one])


def test_a_score_in_its_last_bits_is_the_same_and_another_is_not(tmp_path):
    before = _made(_recording(tmp_path, DOG))
    nearly = (*DOG[:4], 0.750001, "unreviewed")
    assert compare(before, _made(_recording(tmp_path, nearly))) == ()
    for other in ((*DOG[:4], 0.8, "unreviewed"), (*DOG[:4], 0.75, "rejected")):
        (one,) = compare(before, _made(_recording(tmp_path, other)))
        assert "another score or decision" in str(one)


def test_other_versions_and_machines_are_listed_and_leave_the_results_the_same(tmp_path):
    made = _made(_recording(tmp_path, DOG))
    other = replace(made, versions={**made.versions, "numpy": "0"}, machine={"cores": 999})
    differences = compare(made, other)
    assert {d.kind for d in differences} == {DifferenceKind.VERSION, DifferenceKind.MACHINE}
    assert same_results(differences)


def test_changed_and_missing_recordings_make_results_differ(tmp_path):
    made = _made(_recording(tmp_path, DOG))
    (gone,) = compare(made, _made())
    (changed,) = compare(made, _made(replace(_recording(tmp_path, DOG), sha256="cd" * 32)))
    assert [gone.kind, changed.kind] == [DifferenceKind.MISSING, DifferenceKind.CHANGED]
    assert not same_results([gone])
    assert not same_results([changed])
