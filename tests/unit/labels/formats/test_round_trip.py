"""What goes out comes back, up to exactly the loss that was announced."""

import tempfile
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.labels.formats.strategies import projects
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.formats import (
    FORMATS,
    Keeps,
    LabelFormat,
    ReadOptions,
    WriteOptions,
    kept,
    losses,
    read_labels,
    write_labels,
)

TWO_WAY = [f.name for f in FORMATS.values() if f.can_write and f.can_read]
QUICK = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
THOROUGH = settings(QUICK, max_examples=200)


def in_utc(event: Event) -> Event:
    moment = event.reviewed_utc
    return replace(event, reviewed_utc=moment.astimezone(UTC)) if moment else event


def comparable(recording: LabelledRecording, fmt: LabelFormat) -> tuple:
    """The recording without what reading gives anew: ids, where the format has none."""
    events = list(recording.events)
    if Keeps.ID not in fmt.keeps:
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
    found: list[LabelledRecording] = []
    for k, share in enumerate(shares):
        path = folder / f"out{k}{fmt.suffix}"
        write_labels(name, share, path, options=options)
        known = infos if fmt.combined else [share[0].recording]
        result = read_labels(name, path, options=ReadOptions(recordings=known, sidecar=sidecar))
        assert result.restored == sidecar
        assert not result.warnings
        found += result.recordings
    return found


def check_losses(name: str, recordings: list[LabelledRecording]) -> None:
    fmt = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder:
        found = there_and_back(name, recordings, Path(folder), sidecar=False)
    expected = [left for r in recordings if (left := kept(fmt, r)) is not None]
    assert sorted((comparable(r, fmt) for r in found), key=repr) == sorted(
        (comparable(r, fmt) for r in expected), key=repr
    )
    if expected != recordings:
        assert losses(name, recordings)


def check_side_car(name: str, recordings: list[LabelledRecording]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = there_and_back(name, recordings, Path(folder), sidecar=True)
    by_path = sorted(found, key=lambda r: r.recording.path)
    assert by_path == sorted(recordings, key=lambda r: r.recording.path)


@pytest.mark.parametrize("name", TWO_WAY)
@given(recordings=projects())
@QUICK
def test_only_what_is_announced_is_lost(name: str, recordings: list[LabelledRecording]) -> None:
    check_losses(name, recordings)


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
    check_side_car(name, recordings)


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
    (found,) = there_and_back(name, [recording], tmp_path, sidecar=False)
    expected = kept(fmt, recording)
    assert expected is not None
    assert comparable(found, fmt) == comparable(expected, fmt)


def test_nothing_is_announced_where_nothing_is_lost() -> None:
    info = RecordingInfo(Path("/data/a.wav"), 10.0, 16_000, 1)
    event = Event("e", 1.0, 2.0, "Speech", 0, "/m/09x0r", score_max=0.5)
    assert losses("parquet", [LabelledRecording(info, EventList.of([event]))]) == []


def test_losses_are_counted_in_words() -> None:
    info = RecordingInfo(Path("/data/a.wav"), 10.0, 16_000, 1)
    events = [Event(f"e{k}", k, k + 1.23456, "Speech\tfar", score_max=0.5) for k in range(3)]
    found = losses("srt", [LabelledRecording(info, EventList.of(events))])
    assert "SRT subtitles: highest score of 3 events is lost" in found
    assert any("rounded to 0.001 s" in text for text in found)
    assert any("'Speech\\tfar' to 'Speech far'" in text for text in found)
