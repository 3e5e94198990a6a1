"""What goes out comes back, up to exactly the loss that was announced."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.exchange.combined_tables import merged
from yamnet_gui.labels.exchange.import_plan import ImportKind, Resolve
from yamnet_gui.labels.exchange.project_tables import (
    import_command,
    labelled_recordings,
    plan_for_project,
    read_for_project,
)
from yamnet_gui.labels.formats import (
    FORMATS,
    Capability,
    LabelFormat,
    ReadOptions,
    WriteOptions,
    losses,
    read_labels,
    round_trip,
    write_labels,
)
from yamnet_gui.labels.formats.format_limits import EVENT_FIELDS, round_trip_event
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings, set_reviewed

from .strategies import projects

WRITABLE = [f.name for f in FORMATS.values() if f.can_write]
TWO_WAY = [f.name for f in FORMATS.values() if f.can_write and f.can_read]
QUICK = settings(deadline=None, max_examples=2, suppress_health_check=[HealthCheck.too_slow])
THOROUGH = settings(QUICK, max_examples=200)
"""A handful for every run; `pytest -m slow` has what finds the rare ones."""


def in_utc(event: Event) -> Event:
    moment = event.reviewed_utc
    return replace(event, reviewed_utc=moment.astimezone(UTC)) if moment else event


def comparable(recording: LabelledRecording, fmt: LabelFormat) -> tuple:
    """The recording without what reading gives anew: ids, where the format has none."""
    events = list(recording.events)
    if Capability.ID not in fmt.capabilities:
        events = [replace(e, id="") for e in events]
    return (
        recording.recording,
        sorted((in_utc(e) for e in events), key=repr),
        recording.reviewed,
        recording.model_sha256,
    )


def there_and_back(
    name: str, recordings: list[LabelledRecording], folder: Path, *, sidecar: bool
) -> list[LabelledRecording]:
    """Writes and reads, one file for each recording where the format wants it so."""
    fmt = FORMATS[name]
    infos = [r.recording for r in recordings]
    options = WriteOptions(sidecar=sidecar)
    shares = [recordings] if fmt.combined else [[r] for r in recordings]
    returned: list[LabelledRecording] = []
    for k, share in enumerate(shares):
        path = folder / f"out{k}{fmt.suffix}"
        write_labels(name, share, path, options=options)
        about = None if fmt.combined else share[0].recording
        reading = ReadOptions(recordings=infos, recording=about, sidecar=sidecar)
        result = read_labels(name, path, options=reading)
        assert result.restored == sidecar
        assert not result.warnings
        returned += result.recordings
    return returned


def check_losses(name: str, recordings: list[LabelledRecording]) -> None:
    fmt = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder:
        returned = there_and_back(name, recordings, Path(folder), sidecar=False)
    expected = [left for r in recordings if (left := round_trip(fmt, r)) is not None]
    assert sorted((comparable(r, fmt) for r in returned), key=repr) == sorted(
        (comparable(r, fmt) for r in expected), key=repr
    )
    if expected != recordings:
        assert losses(name, recordings)


def check_side_car(name: str, recordings: list[LabelledRecording]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        returned = there_and_back(name, recordings, Path(folder), sidecar=True)
    by_path = sorted(returned, key=lambda r: r.recording.path)
    assert by_path == sorted(recordings, key=lambda r: r.recording.path)


@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects())
@QUICK
def test_only_what_is_announced_is_lost(name: str, recordings: list[LabelledRecording]) -> None:
    check_losses(name, recordings)


@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects())
@QUICK
def test_each_announced_loss_is_one_and_none_is_kept_quiet(
    name: str, recordings: list[LabelledRecording]
) -> None:
    check_announced(name, recordings)


@pytest.mark.parametrize("name", WRITABLE)
@given(recordings=projects())
@QUICK
def test_what_is_counted_is_what_differs_event_by_event(
    name: str, recordings: list[LabelledRecording]
) -> None:
    check_counted(name, recordings)


def check_counted(name: str, recordings: list[LabelledRecording]) -> None:
    fmt, classes = FORMATS[name], bundled_class_map()
    pairs = [
        (e, after)
        for r in recordings
        for e in r.events
        if (after := round_trip_event(fmt, e, r, classes)) is not None
    ]
    announced = losses(name, recordings)
    left_out = sum(len(r.events) for r in recordings) - len(pairs)
    groups = {
        Capability.CLASS: ("class_index", "mid"),
        **{k: tuple(f) for k, f in EVENT_FIELDS.items()},
    }
    counts = {
        key.value: sum(any(getattr(a, n) != getattr(b, n) for n in names) for a, b in pairs)
        for key, names in groups.items()
    }
    counts["the label"] = sum(a.label != b.label for a, b in pairs)
    counts["the times"] = sum(a.span != b.span for a, b in pairs)
    for what, count in counts.items():
        expected = f"{fmt.title}: {what} of {count} event{'' if count == 1 else 's'} "
        assert any(text.startswith(expected) for text in announced) == (count > 0)
    assert (
        any(f"{left_out} event" in text and "left out" in text for text in announced)
        or not left_out
    )


def check_announced(name: str, recordings: list[LabelledRecording]) -> None:
    """Told from what really came back, not from what the format says of itself."""
    announced = losses(name, recordings)
    with tempfile.TemporaryDirectory() as folder:
        returned = there_and_back(name, recordings, Path(folder), sidecar=False)
    before = [in_utc(e) for r in recordings for e in r.events]
    after = [in_utc(e) for r in returned for e in r.events]
    left_out = any("left out" in text and "events" in text.split("left")[0] for text in announced)
    assert len(after) == len(before) or any("left out" in text for text in announced)
    if len(after) != len(before):
        return  # which of them are missing is compared in the test above
    for key, names in EVENT_FIELDS.items():
        lost = any(
            Counter(repr(getattr(e, n)) for e in before)
            != Counter(repr(getattr(e, n)) for e in after)
            for n in names
        )
        is_announced = any(f"{key.value} of " in text for text in announced)
        assert is_announced or not lost, (key, announced)
        assert not is_announced or lost or left_out or _mixed(name, key), (key, announced)
    if sorted(e.label for e in before) != sorted(e.label for e in after):
        assert any("the label of " in text for text in announced)
    spans = [sorted((e.onset_s, e.offset_s) for e in events) for events in (before, after)]
    if spans[0] != spans[1]:
        assert any("the times of " in text for text in announced)
    reviewed = [sum(len(r.reviewed) for r in side) for side in (recordings, returned)]
    assert (reviewed[0] == reviewed[1]) == (not any("reviewed spans" in t for t in announced))


def _mixed(name: str, key: Capability) -> bool:
    """Bounds that change places with 0 and the Nyquist frequency may even out in sum."""
    return name in ("raven", "aoef") and key is Capability.FREQUENCY


@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects(most_recordings=2))
@settings(QUICK, max_examples=1)
def test_a_project_goes_out_and_comes_whole_into_an_empty_one(
    name: str, recordings: list[LabelledRecording]
) -> None:
    check_project(name, recordings)


def check_project(name: str, recordings: list[LabelledRecording]) -> None:
    """Through the project store, the plan and its one step, as the program does it."""
    fmt = FORMATS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with Project.create(folder / "first.yamnet") as first:
            fill(first, recordings)
            held = labelled_recordings(first)
            shares = [held] if fmt.combined else [[r] for r in held]
            tables = [folder / f"t{k}{fmt.suffix}" for k in range(len(shares))]
            for table, share in zip(tables, shares, strict=True):
                write_labels(name, share, table, options=WriteOptions(sidecar=True))
            again = merged(
                read_for_project(first, t, name, recording=share[0].recording)
                for t, share in zip(tables, shares, strict=True)
            )
            plan = plan_for_project(first, again)
            assert plan.counts()[ImportKind.SAME] == sum(len(r.events) for r in held)
            assert import_command(first, plan, conflicts=Resolve.TAKE).changes == ()
        with Project.create(folder / "second.yamnet") as second:
            read = merged(read_for_project(second, table, name) for table in tables)
            plan = plan_for_project(second, read)
            second.apply(import_command(second, plan, add_missing=True))
            exported = labelled_recordings(second)
            assert by_path(replace(r, model_sha256="") for r in exported) == by_path(
                replace(r, model_sha256="") for r in held
            )
            while second.undo() is not None:
                pass
            assert labelled_recordings(second) == []


def fill(project: Project, recordings: list[LabelledRecording]) -> None:
    for n, r in enumerate(recordings):
        info = r.recording
        project.apply(
            add_recordings(
                [
                    Recording(
                        f"r{n}",
                        project.recordings.stored_path(info.path),
                        "",
                        0,
                        info.duration_s,
                        info.sample_rate_hz,
                        info.channels,
                        info.recorded_at,
                    )
                ]
            )
        )
        project.apply(add_events(f"r{n}", r.events))
        project.apply(set_reviewed(f"r{n}", project.recordings.reviewed(f"r{n}"), r.reviewed))


def by_path(recordings: Iterable[LabelledRecording]) -> list[LabelledRecording]:
    return sorted(recordings, key=lambda r: r.recording.path)


@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects())
@QUICK
def test_the_side_car_gives_everything_back(name: str, recordings: list[LabelledRecording]) -> None:
    check_side_car(name, recordings)


@pytest.mark.slow
@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects(most_recordings=4))
@THOROUGH
def test_many_random_projects(name: str, recordings: list[LabelledRecording]) -> None:
    check_losses(name, recordings)
    check_announced(name, recordings)
    check_side_car(name, recordings)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in WRITABLE if n != "scores"])  # made from an analysis
@given(recordings=projects(most_recordings=4))
@THOROUGH
def test_many_random_projects_can_be_written(
    name: str, recordings: list[LabelledRecording]
) -> None:
    check_counted(name, recordings)
    fmt = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder:
        for share in [recordings] if fmt.combined else [[r] for r in recordings]:
            made = write_labels(name, share, Path(folder) / f"out{fmt.suffix}")
            assert all(path.is_file() for path in made)


@pytest.mark.slow
@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects(most_recordings=2))
@settings(QUICK, max_examples=25)
def test_many_random_projects_through_the_store(
    name: str, recordings: list[LabelledRecording]
) -> None:
    check_project(name, recordings)


@pytest.mark.parametrize("name", TWO_WAY)
def test_the_only_event_of_a_channel_comes_back_in_its_channel(name: str) -> None:
    """Though a reader that does not know the recording may take it for a mono one."""
    event = Event("e0", 0.0, 0.25, "Speech", 0, "/m/09x0r", channel=0)
    stereo = RecordingInfo(Path("/data/field/rec-0.wav"), 0.5, 16000, 2)
    check_project(name, [LabelledRecording(stereo, EventList((event,)))])


@pytest.mark.parametrize("name", TWO_WAY)
def test_five_hundred_classes_over_a_day(name: str, tmp_path: Path) -> None:
    fmt = FORMATS[name]
    classes = list(ReadOptions().classes)[:500]
    info = RecordingInfo(Path("/data/day.wav"), 86_400.0, 32_000, 2)
    events = [
        Event(
            f"e{c.index}-{k}",
            100.0 * c.index + k,
            100.0 * c.index + k + 60.5,
            c.name,
            c.index,
            c.mid,
        )
        for c in classes
        for k in range(2)
    ]
    recording = LabelledRecording(info, EventList.of(events))
    (returned,) = there_and_back(name, [recording], tmp_path, sidecar=False)
    expected = round_trip(fmt, recording)
    assert expected is not None
    assert comparable(returned, fmt) == comparable(expected, fmt)


def test_nothing_is_announced_where_nothing_is_lost() -> None:
    info = RecordingInfo(Path("/data/a.wav"), 10.0, 16_000, 1)
    event = Event("e", 1.0, 2.0, "Speech", 0, "/m/09x0r", score_max=0.5)
    assert losses("parquet", [LabelledRecording(info, EventList.of([event]))]) == []


def test_losses_are_counted_in_words() -> None:
    info = RecordingInfo(Path("/data/a.wav"), 10.0, 16_000, 1)
    events = [Event(f"e{k}", k, k + 1.23456, "Speech\tfar", score_max=0.5) for k in range(3)]
    texts = losses("srt", [LabelledRecording(info, EventList.of(events))])
    assert "SRT subtitles: highest score of 3 events is lost" in texts
    assert any("rounded to 0.001 s" in text for text in texts)
    assert any("'Speech\\tfar' to 'Speech far'" in text for text in texts)
