"""Clips and windows as training sets: which are cut, in which part, and what loads them."""

import csv
import gc
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.core.errors import LabelsError, SettingsError
from yamnet_gui.core.events import (
    Event,
    EventList,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.exchange.clip_windows import windows_of
from yamnet_gui.labels.exchange.clips import (
    ClipOptions,
    Split,
    Windows,
    cut_clips,
    plan_clips,
    split_sizes,
)

RATE = 8000


def recordings(folder: Path, count: int = 6) -> list[LabelledRecording]:
    """Each 6 s long, with a dog, and a cat in every second one; the first 4 s are reviewed."""
    made = []
    for n in range(count):
        path = folder / f"r{n}.wav"
        soundfile.write(path, np.full(6 * RATE, n / 100, np.float32), RATE)
        events = [Event("d", 0.5, 1.5, "Dog", 69, "/m/0bt9lr", state=ReviewState.ACCEPTED)]
        if n % 2:
            events.append(Event("c", 1.0, 2.0, "Cat", 76, "/m/01yrx", score_max=0.5))
        reviewed = (ReviewedSpan(TimeSpan(0.0, 2.5)), ReviewedSpan(TimeSpan(2.5, 4.0)))
        info = RecordingInfo(path, 6.0, RATE, 1)
        made.append(LabelledRecording(info, EventList.of(events), reviewed))
    return made


def cut(recorded: list[LabelledRecording], folder: Path, options: ClipOptions) -> None:
    assert not [c.problem for c in cut_clips(plan_clips(recorded, options), folder, options)
                if c.problem]  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_windows_have_the_labels_of_what_they_mostly_hold() -> None:
    events = [
        Event("a", 0.2, 0.6, "Dog"),  # whole in the first window
        Event("b", 0.9, 3.2, "Rain"),  # a little of the first, all of 1 to 3, a little of the last
        Event("p", 5.0, 5.0, "Click"),
    ]
    info = RecordingInfo(Path("/r.wav"), 6.5, RATE, 1)
    reviewed = (ReviewedSpan(TimeSpan(0, 4)), ReviewedSpan(TimeSpan(4, 6), ("Dog",)))
    found = windows_of(LabelledRecording(info, EventList.of(events), reviewed), Windows(1.0))
    assert [(w.span.start_s, [e.id for e in w.events], [e.id for e in w.touched])
            for w in found] == [
        (0.0, ["a"], ["b"]), (1.0, ["b"], []), (2.0, ["b"], []),
        # 3 to 4 only touches the rain; 4 to 5 was reviewed for dogs only
        (5.0, ["p"], []),
    ]  # fmt: skip


def test_empty_windows_come_only_from_where_all_was_reviewed(tmp_path: Path) -> None:
    (recording, *_) = recordings(tmp_path, 1)
    found = list(windows_of(recording, Windows(1.0, 0.5)))
    assert [w.span.start_s for w in found if not w.events] == [1.5, 2.0, 2.5, 3.0]


@pytest.mark.parametrize(("duration_s", "spans"), [(0.4, [(0.0, 0.4)]), (0.0, []), (1.0, [(0, 1)])])
def test_short_recordings_are_one_window(duration_s: float, spans: list) -> None:
    info = RecordingInfo(Path("/r.wav"), duration_s, RATE, 1)
    reviewed = (ReviewedSpan(TimeSpan(0, 9)),)
    found = windows_of(LabelledRecording(info, reviewed=reviewed), Windows(1.0))
    assert [(w.span.start_s, w.span.end_s) for w in found] == spans


def test_windows_of_no_duration_are_refused() -> None:
    for length_s, hop_s in ((0.0, None), (1.0, 0.0), (-1.0, None)):
        with pytest.raises(SettingsError):
            Windows(length_s, hop_s)


def test_no_recording_is_in_two_parts_nor_are_tracks_of_one_file(tmp_path: Path) -> None:
    recorded = recordings(tmp_path, 20)
    for n in range(10):
        for track in ("", "#track=2"):
            info = RecordingInfo(tmp_path / f"film{n}.mkv{track}", 6.0, RATE, 1)
            recorded.append(LabelledRecording(info, EventList.of([Event("d", 1.0, 2.0, "Dog")])))
    options = ClipOptions(windows=Windows(1.0, 0.5), split=Split(0.6, 0.2, 0.2), seed=3)
    clips = plan_clips(recorded, options)
    parts = defaultdict(set)
    for clip in clips:
        parts[clip.recording.path.name.removesuffix("#track=2")].add(clip.split)
    assert {len(p) for p in parts.values()} == {1}
    sizes = split_sizes(clips)
    assert list(sizes) == ["train", "validation", "test"]
    assert sum(count for count, _ in sizes.values()) == len(clips)
    assert sum(files for _, files in sizes.values()) == 30
    for label in ("Dog", "Cat"):  # in every part, as the shares ask
        assert {c.split for c in clips if label in c.labels} == set(sizes)
    assert plan_clips(recorded, options) == clips
    other = plan_clips(recorded, ClipOptions(windows=Windows(1.0, 0.5), split=Split(), seed=4))
    assert [c.split for c in other] != [c.split for c in clips]


def test_windows_are_cut_to_the_sample_with_a_table_for_each_part(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    recorded = recordings(tmp_path / "in")
    out = tmp_path / "set"
    options = ClipOptions(windows=Windows(0.7, 0.35), split=Split(0.5, 0.25, 0.25),
                          audiofolder=True, padding_s=1.0)  # fmt: skip
    cut(recorded, out, options)
    parts = sorted(p.name for p in out.iterdir() if p.is_dir())
    assert parts == ["test", "train", "validation"]
    total = 0
    for part in parts:
        table = rows(out / part / "metadata.csv")
        total += len(table)
        assert {(out / part / row["file_name"]).name for row in table} == {
            p.name for p in (out / part).glob("*.wav")
        }
        for row in table:
            assert soundfile.info(out / part / row["file_name"]).frames == round(0.7 * RATE)
            assert float(row["offset_s"]) - float(row["onset_s"]) == pytest.approx(0.7)
            labels = json.loads(row["labels"])
            assert row["label"] == ("+".join(labels) or "none")
            assert row["state"] == ("reviewed" if not labels else row["state"])
    assert total == len(rows(out / "manifest.csv"))
    cut(recorded, out, options)  # the same again


def test_a_folder_with_another_split_or_a_table_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    recorded = recordings(tmp_path / "in")
    out = tmp_path / "set"
    split = Split(0.5, 0.25, 0.25)
    cut(recorded, out, ClipOptions(split=split, seed=0, audiofolder=True))
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    moved = next(
        seed for seed in range(1, 9)
        if [c.split for c in plan_clips(recorded, ClipOptions(split=split, seed=seed))]
        != [c.split for c in plan_clips(recorded, ClipOptions(split=split, seed=0))]
    )  # fmt: skip
    with pytest.raises(LabelsError, match="two parts"):
        cut(recorded, out, ClipOptions(split=split, seed=moved, audiofolder=True))
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    theirs = tmp_path / "theirs"
    for name, first in (
        ("metadata.csv", "file_name"),
        ("manifest.csv", "file_name"),
        ("manifest.csv", "clip"),
    ):
        theirs.mkdir()
        (theirs / name).write_text(f"{first},transcription\na.wav,hello\n")
        with pytest.raises(LabelsError, match="did not write"):
            cut(recorded, theirs, ClipOptions(audiofolder=True))
        assert [p.name for p in theirs.iterdir()] == [name]
        (theirs / name).unlink()
        theirs.rmdir()


def encodes_sounds() -> bool:
    """Whether `datasets` can make a data set of sounds: the newer ones need PyTorch for it."""
    try:
        import datasets

        datasets.Audio().encode_example("a.wav")
    except ImportError:
        return False
    return True


def test_recordings_whose_names_are_no_text_are_in_the_tables(tmp_path: Path) -> None:
    (recording, *_) = recordings(tmp_path, 1)
    odd = tmp_path / "r\udcff.wav"
    odd.write_bytes(recording.recording.path.read_bytes())
    info = replace(recording.recording, path=odd)
    options = ClipOptions(audiofolder=True)
    cut([replace(recording, recording=info)], tmp_path / "set", options)
    (row,) = rows(tmp_path / "set" / "metadata.csv")
    assert row["recording"].endswith("r\\udcff.wav")


@pytest.mark.workflow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it leaves tables open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("windows", [None, Windows(1.0, 0.5)])
@pytest.mark.parametrize("split", [None, Split(0.5, 0.25, 0.25)])
def test_datasets_loads_the_folder(
    tmp_path: Path, windows: Windows | None, split: Split | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "in").mkdir()
    recorded = recordings(tmp_path / "in")
    out = tmp_path / "set"
    options = ClipOptions(windows=windows, split=split, audiofolder=True)
    cut(recorded, out, options)
    source = {"path": "audiofolder", "data_dir": str(out), "cache_dir": str(tmp_path / "cache")}
    if encodes_sounds():
        dataset = datasets.load_dataset(**source)
        dataset = dataset.cast_column("audio", datasets.Audio(decode=False))
        loaded = {part: list(examples) for part, examples in dataset.items()}
    else:  # encoding sounds needs PyTorch; what is read of the folder is the same
        builder = datasets.load_dataset_builder(**source)
        loaded = {
            split.name: [row for _, row in builder._generate_examples(**split.gen_kwargs)]
            for split in builder._split_generators(datasets.DownloadManager())
        }
    assert set(loaded) == ({"train", "validation", "test"} if split else {"train"})
    manifest = rows(out / "manifest.csv")
    assert sum(map(len, loaded.values())) == len(manifest)
    places = defaultdict(set)
    for part, rows_of_part in loaded.items():
        for row in rows_of_part:
            places[row["recording"]].add(part)
            sound = row["audio"]
            samples, rate = soundfile.read(sound if isinstance(sound, str) else sound["path"])
            length_s = row["clip_end_s"] - row["clip_start_s"]
            assert (rate, len(samples)) == (RATE, round(length_s * RATE))
            number = int(Path(row["recording"]).stem[1:])
            assert abs(samples[0] - number / 100) < 1e-3  # sound of that recording
            assert row["label"] == ("+".join(json.loads(row["labels"])) or "none")
    assert {len(parts) for parts in places.values()} == {1}
    assert len(places) == 6
    del loaded
    gc.collect()  # closes what is open while this is expected
