"""What goes out is what was chosen."""

from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewState,
)
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.exchange.export import (
    Depth,
    Export,
    ExportChoice,
    chosen,
    left_out,
    left_out_in_words,
)
from yamnet_gui.labels.formats import WriteOptions, read_labels, write_labels

A, B = Path("/d/a.wav"), Path("/d/b.wav")


def event(identity: str, name: str, onset_s: float, offset_s: float, **more: object) -> Event:
    entry = bundled_class_map().find(name)
    index, mid = (entry.index, entry.mid) if entry else (None, "")
    values = {"score_max": 0.5, **more}
    return Event(identity, onset_s, offset_s, name, index, mid, **values)  # type: ignore[arg-type]


def project() -> list[LabelledRecording]:
    first = EventList.of(
        [
            event("1", "Speech", 0, 1, score_max=0.9, state=ReviewState.ACCEPTED),
            event("2", "Dog", 1, 2, score_max=0.2),
            event("3", "Own", 2, 3, score_max=None, source=EventSource.DRAWN),
            event("4", "Dog", 5, 6, score_max=0.6, state=ReviewState.REJECTED),
        ]
    )
    second = EventList.of([event("1", "Speech", 0, 1, score_max=None)])
    return [
        LabelledRecording(RecordingInfo(path, 10.0, 16_000, 1), events)
        for path, events in ((A, first), (B, second))
    ]


def ids(choice: ExportChoice) -> list[tuple[str, str]]:
    return [(r.recording.path.name, e.id) for r in chosen(project(), choice) for e in r.events]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ExportChoice(), ["a1", "a2", "a3", "a4", "b1"]),
        (ExportChoice(recordings=frozenset({B})), ["b1"]),
        (ExportChoice(labels=frozenset({"Dog"})), ["a2", "a4"]),
        (
            ExportChoice(states=frozenset({ReviewState.ACCEPTED, ReviewState.REJECTED})),
            ["a1", "a4"],
        ),
        (ExportChoice(min_score=0.5), ["a1", "a3", "a4"]),
        (ExportChoice(max_score=0.5), ["a2", "a3"]),
        (ExportChoice(events=frozenset({(B, "1"), (A, "2")})), ["a2", "b1"]),
        (ExportChoice(labels=frozenset()), []),
    ],
)
def test_each_restriction_alone(choice: ExportChoice, expected: list[str]) -> None:
    assert [path[0] + identity for path, identity in ids(choice)] == expected


def test_recordings_without_events_stay_unless_unwanted() -> None:
    none = ExportChoice(labels=frozenset({"Dog"}))
    assert len(chosen(project(), none)) == 2
    assert len(chosen(project(), replace(none, keep_empty=False))) == 1


def along(depth: Depth, *events: Event) -> list[tuple[str, float, float]]:
    rec = LabelledRecording(RecordingInfo(A, 60.0, 16_000, 1), EventList.of(events))
    (out,) = chosen([rec], ExportChoice(depth=depth))
    return sorted((e.label, e.onset_s, e.offset_s) for e in out.events)


def test_leaves_replace_the_classes_above_them_only_where_they_cover_them() -> None:
    events = (
        event("1", "Dog", 0, 2),
        event("2", "Bark", 0, 1.2),
        event("3", "Howl", 1, 2),
        event("4", "Animal", 0, 5),
        event("5", "Speech", 0, 5),
    )
    assert along(Depth.LEAF, *events) == [
        ("Animal", 0, 5),
        ("Bark", 0, 1.2),
        ("Howl", 1, 2),
        ("Speech", 0, 5),
    ]


def test_ancestors_are_added_once_for_each_span() -> None:
    events = along(Depth.ANCESTORS, event("1", "Bark", 0, 1), event("2", "Animal", 0, 4))
    assert events == [
        ("Animal", 0, 4),
        ("Bark", 0, 1),
        ("Dog", 0, 1),
        ("Domestic animals, pets", 0, 1),
    ]
    assert along(Depth.ANCESTORS, event("1", "Own", 0, 1)) == [("Own", 0, 1)]


def test_an_export_previews_and_writes_the_same(tmp_path: Path) -> None:
    choice = ExportChoice(labels=frozenset({"Dog"}), keep_empty=False)
    export = Export("audacity", tmp_path / "out.txt", choice, WriteOptions(sidecar=True))
    preview = export.preview(project())
    assert preview.event_count == 2
    assert preview.labels == {"Dog": 2}
    assert "Audacity labels: review state of 1 event is lost" in preview.losses
    made = write_labels(export.format_name, preview.recordings, export.path, options=export.options)
    assert [p.name for p in made] == ["out.txt", "out.txt.yamnet.json"]
    assert read_labels(None, made[0]).recordings == preview.recordings


def test_clock_times_that_a_format_cannot_carry_are_announced(tmp_path: Path) -> None:
    clock = WriteOptions(clock=True)
    limits = Export("srt", tmp_path / "o.srt", options=clock).preview(project()[:1]).losses
    assert "SRT subtitles: has no place for clock times; seconds are written" in limits
    limits = Export("raven", tmp_path / "o.txt", options=clock).preview(project()).losses
    assert not any("clock" in text for text in limits)


def test_one_event_for_one_sound_unless_classes_or_events_are_asked_for() -> None:
    events = EventList.of(
        [
            event("1", "Dog", 0, 2),
            event("2", "Animal", 0, 2),
            event("3", "Silence", 3, 4),
            event("4", "Animal", 5, 6, state=ReviewState.ACCEPTED),
        ]
    )
    recordings = [LabelledRecording(RecordingInfo(A, 10.0, 16_000, 1), events)]

    def exported(**more: object) -> list[str]:
        choice = ExportChoice(one_per_sound=True, **more)  # type: ignore[arg-type]
        (recording,) = chosen(recordings, choice)
        assert left_out(recordings, choice) == len(
            chosen(recordings, replace(choice, one_per_sound=False))[0].events
        ) - len(recording.events)
        return [e.id for e in recording.events]

    assert exported() == ["1", "4"]
    assert exported(labels=frozenset({"Animal", "Silence"})) == ["2", "3", "4"]
    assert exported(events=frozenset({(A, "2")})) == ["2"]
    assert left_out_in_words(2).startswith("2 events of broader classes")
    preview = Export("csv", Path("x.csv"), ExportChoice(one_per_sound=True)).preview(recordings)
    assert (preview.event_count, preview.left_out) == (2, 2)
