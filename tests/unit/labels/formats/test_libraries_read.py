"""The libraries that the formats belong to read what we write."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.formats import ReadOptions, WriteOptions, losses, read_labels, write_labels

MOMENT = datetime(2024, 5, 1, 6, 30, tzinfo=UTC)
ACCEPTED = ReviewState.ACCEPTED


def labelled() -> list[LabelledRecording]:
    """Blanks in names, a point, events at the same times, a bound, a rejected one, two channels."""
    events = [
        Event("a", 0.5, 2.25, "Speech", 0, "/m/09x0r", state=ACCEPTED, score_max=0.75,
              reviewer="Ada", reviewed_utc=MOMENT),
        Event("b", 0.5, 2.25, "Dog", 69, "/m/0bt9lr", score_max=0.5, low_hz=100.0, high_hz=4000.0),
        Event("c", 3.0, 4.125, "Bird vocalization, bird call, bird song", 107, "/m/020bb7"),
        Event("d", 10.0, 10.0, 'Own "call"', source=EventSource.DRAWN, state=ACCEPTED,
              note="song: trill\nfaint"),
        Event("e", 59.5, 60.0, "None", state=ReviewState.UNCERTAIN, channel=1),
        Event("f", 20.0, 21.0, "Cat", 76, "/m/01yrx", state=ReviewState.REJECTED),
    ]  # fmt: skip
    reviewed = (
        ReviewedSpan(TimeSpan(0.0, 12.0), (), "Ada", MOMENT),
        ReviewedSpan(TimeSpan(20.0, 40.0), ("Cat",), "Ben"),
    )
    dawn = RecordingInfo(Path("/data/dawn chorus.wav"), 60.0, 32_000, 2)
    quiet = RecordingInfo(Path("/data/quiet.wav"), 30.0, 16_000, 1)
    return [
        LabelledRecording(dawn, EventList.of(events), reviewed),
        LabelledRecording(quiet, reviewed=(ReviewedSpan(TimeSpan(0.0, 30.0)),)),
    ]


def test_an_annotation_project_is_complete_where_it_was_reviewed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_labels("aoef", labelled(), path)
    data = json.loads(path.read_text())["data"]
    clips = {c["uuid"]: (c["start_time"], c["end_time"]) for c in data["clips"]}
    badges = [(clips[t["clip"]], [b["state"] for b in t["status_badges"]]) for t in data["tasks"]]
    assert badges == [
        ((0.0, 12.0), ["completed"]), ((20.0, 40.0), ["assigned"]), ((0.0, 60.0), []),
        ((0.0, 30.0), ["completed"]),
    ]  # fmt: skip
    inside = [len(c.get("sound_events", [])) for c in data["clip_annotations"]]
    assert inside == [4, 0, 1, 0]
    again = tmp_path / "b.json"
    write_labels("aoef", list(read_labels("aoef", path).recordings), again)
    second = json.loads(again.read_text())["data"]
    key = "sound_event_annotations"
    assert [a["uuid"] for a in second[key]] == [a["uuid"] for a in data[key]]


@pytest.mark.workflow
def test_soundevent_loads_the_project(tmp_path: Path) -> None:
    aoef = pytest.importorskip("soundevent.io.aoef")
    write_labels("aoef", labelled(), tmp_path / "a.json")
    project = aoef.load(tmp_path / "a.json")
    first, partial, rest, quiet = project.clip_annotations
    assert [(a.sound_event.geometry.type, a.tags[0].value) for a in first.sound_events] == [
        ("BoundingBox", "Dog"), ("TimeInterval", "Speech"),
        ("TimeInterval", "Bird vocalization, bird call, bird song"), ("TimeStamp", 'Own "call"'),
    ]  # fmt: skip
    assert [a.tags[0].value for a in rest.sound_events] == ["None"]
    assert not partial.sound_events
    assert quiet.clip.recording.path == Path("/data/quiet.wav")
    done = [[b.state.value for b in task.status_badges] for task in project.tasks]
    assert done == [["completed"], ["assigned"], [], ["completed"]]
    assert project.tasks[0].status_badges[0].owner.name == "Ada"


@pytest.mark.workflow
def test_pyannote_loads_speech_turns(tmp_path: Path) -> None:
    util = pytest.importorskip("pyannote.database.util")
    write_labels("rttm", labelled(), tmp_path / "a.rttm")
    turns = util.load_rttm(tmp_path / "a.rttm")
    assert list(turns) == ["dawn%20chorus"]  # its fields are parted by blanks
    tracks = list(turns["dawn%20chorus"].itertracks(yield_label=True))
    assert [(s.start, s.end, label) for s, _, label in tracks] == [
        (0.5, 2.25, "Dog"), (0.5, 2.25, "Speech"),
        (3.0, 4.125, "Bird_vocalization,_bird_call,_bird_song"), (20.0, 21.0, "Cat"),
        (59.5, 60.0, "None_"),
    ]  # fmt: skip


def test_blanks_and_percent_signs_in_names_come_back_from_rttm(tmp_path: Path) -> None:
    names = ["a b.wav", "c%20d.wav", "NA.wav", 'say "a".wav', "x/c.wav", "y/c.wav"]
    infos = [RecordingInfo(Path("/r") / name, 10.0, 16_000, 1) for name in names]
    events = EventList.of([Event("e", 1.0, 2.0, "Dog", 69, "/m/0bt9lr")])
    write_labels("rttm", [LabelledRecording(i, events) for i in infos], tmp_path / "a.rttm")
    known = ReadOptions(recordings=infos)
    result = read_labels(None, tmp_path / "a.rttm", options=known)
    assert not result.warnings
    assert {r.recording.path for r in result.recordings} == {i.path for i in infos}
    (tmp_path / "b.rttm").write_text("SPEAKER c%20d 1 1 1 <NA> <NA> x <NA> <NA>\n")
    (other,) = read_labels(None, tmp_path / "b.rttm", options=known).recordings
    assert other.recording.path == Path("/r/c%20d.wav")  # by another program


@pytest.mark.workflow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # how it calls pandas
def test_audformat_loads_the_database(tmp_path: Path) -> None:
    audformat = pytest.importorskip("audformat")
    write_labels("audformat", labelled(), tmp_path / "birds.yaml")
    database = audformat.Database.load(str(tmp_path), name="birds")
    assert set(database.tables) == {"events", "events-2", "reviewed", "files"}
    events = database["events"].get()
    assert not events.index.has_duplicates
    assert [t.total_seconds() for t in events.index.get_level_values("end")] == [
        2.25, 4.125, 10.0, 21.0, 60.0,
    ]  # fmt: skip
    labels = [*events["label"], *database["events-2"]["label"].get()]
    assert sorted(labels) == sorted([
        "Speech", "Dog", "Bird vocalization, bird call, bird song", 'Own "call"', "Cat", "None_",
    ])  # fmt: skip
    assert events["low_hz"].dropna().tolist() == [100.0]
    assert events["channel"].dropna().tolist() == [1]
    assert set(database["files"].files) == {"/data/dawn chorus.wav", "/data/quiet.wav"}
    assert database["reviewed"]["labels"].get().dropna().tolist() == ['["Cat"]']
    nasty = Event("x", 0.0, 1.0, "next\x85line\u2028: {yaml} 🐦 'x' \x7f")
    odd = LabelledRecording(RecordingInfo(tmp_path / "in" / "a.wav", 9.0, 8000, 1),
                            EventList.of([nasty]))  # fmt: skip
    write_labels("audformat", [odd], tmp_path / "odd.yaml")
    database = audformat.Database.load(str(tmp_path), name="odd")
    assert database["events"]["label"].get().tolist() == ["next line : {yaml} 🐦 'x' \x7f"]
    assert list(database.files) == ["in/a.wav"]  # relative to the database


@pytest.mark.workflow
def test_lhotse_validates_the_manifests(tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    qa = pytest.importorskip("lhotse.qa")
    write_labels("lhotse", labelled(), tmp_path / "a.jsonl")
    recordings = lhotse.RecordingSet.from_file(tmp_path / "a_recordings.jsonl")
    supervisions = lhotse.SupervisionSet.from_file(tmp_path / "a.jsonl")
    qa.validate_recordings_and_supervisions(recordings, supervisions)
    cuts = lhotse.CutSet.from_manifests(recordings=recordings, supervisions=supervisions)
    texts = [s.text for cut in cuts for s in cut.supervisions]
    assert sorted(texts) == sorted(e.label for r in labelled() for e in r.events)


def test_lhotse_manifests_come_back_with_their_recordings(tmp_path: Path) -> None:
    (recording, quiet) = labelled()
    path = tmp_path / "a.jsonl"
    write_labels("lhotse", [recording, quiet], path)
    first, second = read_labels(None, path).recordings
    assert (first.recording.path, second.recording.path) == (
        recording.recording.path, quiet.recording.path,
    )  # fmt: skip
    point = recording.events.get("d")
    assert point is not None
    longer = replace(point, offset_s=10.001)
    assert first.events == recording.events.with_events(longer)
    unknown = replace(recording, recording=replace(recording.recording, sample_rate_hz=0))
    assert any("left out of the list of recordings" in text for text in losses("lhotse", [unknown]))
    other = {"id": "s1", "recording_id": "r", "start": 1, "duration": 2.5, "channel": 0,
             "text": "hello", "speaker": "ada", "custom": {"snr": 3}}  # fmt: skip
    (tmp_path / "x_supervisions_train.jsonl").write_text(json.dumps(other) + "\n")
    beside = {"id": "r", "sources": [{"type": "file", "channels": [0], "source": "/d/r.flac"}],
              "sampling_rate": 16000, "num_samples": 160000, "duration": 10.0}  # fmt: skip
    (tmp_path / "x_recordings_train.jsonl").write_text(json.dumps(beside) + "\n")
    (read_back,) = read_labels(None, tmp_path / "x_supervisions_train.jsonl").recordings
    assert read_back.recording.path == Path("/d/r.flac")
    (event,) = read_back.events
    assert (event.onset_s, event.offset_s, event.label) == (1.0, 3.5, "hello")
    assert event.source is EventSource.IMPORTED


def test_broken_supervisions_are_named_and_the_others_read(tmp_path: Path) -> None:
    good = {"id": "s", "recording_id": "r", "start": 1, "duration": 1, "text": "Dog"}
    bad = [{**good, "start": "x"}, {**good, "recording_id": None}, {**good, "duration": -1},
           {**good, "custom": {"state": "odd", "source": "x"}}, 7]  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in [good, *bad]))
    result = read_labels("lhotse", path)
    assert result.event_count == 1
    assert len([w for w in result.warnings if "left out" in w]) == len(bad)


def test_kaleidoscope_keeps_manual_and_automatic_identifications_apart(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    write_labels("kaleidoscope", labelled(), tmp_path / "id.csv")
    table = pd.read_csv(tmp_path / "id.csv", keep_default_na=False)
    assert list(table["MANUAL ID"]) == ["", "Speech", "", 'Own "call"', "", ""]
    assert list(table["AUTO ID"])[:3] == ["Dog", "", "Bird vocalization, bird call, bird song"]
    assert set(table["INDIR"]) == {"/data"}
    assert list(table["IN FILE"])[-1] == "quiet.wav"
    assert [float(x) for x in table["Fmax"] if x] == [4.0]  # kHz
    write_labels("kaleidoscope", labelled(), tmp_path / "b.csv", options=WriteOptions(Path("/")))
    assert set(pd.read_csv(tmp_path / "b.csv")["FOLDER"]) == {"data"}


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", "/data/a b+c.wav"),
        ("/data/local-files/?d=", "/data/local-files/?d=a%20b%2Bc.wav"),
        ("/data/local-files/?d=field", "/data/local-files/?d=field/a%20b%2Bc.wav"),
        ("https://example.org/x", "https://example.org/x/a%20b%2Bc.wav"),
    ],
)
def test_label_studio_gets_addresses_on_its_file_server(
    prefix: str, expected: str, tmp_path: Path
) -> None:
    info = RecordingInfo(Path("/data/a b+c.wav"), 10.0, 16_000, 1)
    event = Event("e", 1.0, 2.0, "Dog", 69, "/m/0bt9lr", state=ACCEPTED)
    recording = LabelledRecording(info, EventList.of([event]))
    path = tmp_path / "a.json"
    write_labels("labelstudio", [recording], path, options=WriteOptions(media_prefix=prefix))
    (task,) = json.loads(path.read_text())
    address = task["data"]["audio"]
    assert address == expected
    if "?d=" in prefix:  # as Label Studio's server, Django, reads it
        assert parse_qs(urlsplit(address).query)["d"][0].endswith("a b+c.wav")
    (read_back,) = read_labels(None, path, options=ReadOptions(recordings=[info])).recordings
    assert read_back.recording == info


def test_addresses_go_from_the_common_folder_or_the_chosen_one(tmp_path: Path) -> None:
    infos = [RecordingInfo(Path(p), 9.0, 8000, 1) for p in ("/d/x/a.wav", "/d/y/a.wav", "/e/b.wav")]

    def addresses(count: int, base: Path | None) -> list[str]:
        options = WriteOptions(base, media_prefix="https://h/")
        recordings = [LabelledRecording(i) for i in infos[:count]]
        write_labels("labelstudio", recordings, tmp_path / "a.json", options=options)
        tasks = json.loads((tmp_path / "a.json").read_text())
        return [task["data"]["audio"] for task in tasks]

    assert addresses(2, None) == ["https://h/x/a.wav", "https://h/y/a.wav"]
    assert addresses(3, Path("/d")) == [
        "https://h/x/a.wav", "https://h/y/a.wav", "https://h/e/b.wav",
    ]  # fmt: skip
