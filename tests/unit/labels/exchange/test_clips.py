"""Events cut out of recordings, and shared out for training."""

import csv
import json
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.exchange.clips import (
    ClipOptions,
    Overlap,
    Split,
    cut_clips,
    plan_clips,
    split_recordings,
)

RATE = 8000


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., LabelledRecording]:
    def build(name: str, *events: Event, seconds: float = 10.0) -> LabelledRecording:
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        ramp = (np.arange(round(seconds * RATE)) % 30_000).astype(np.int16)
        soundfile.write(path, ramp, RATE, subtype="PCM_16")
        info = RecordingInfo(path, seconds, RATE, 1)
        return LabelledRecording(info, EventList.of(events))

    return build


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_clips_are_exact_and_the_manifest_says_where_they_came_from(
    make: Callable[..., LabelledRecording], tmp_path: Path
) -> None:
    rec = make(
        "a.wav",
        Event("e1", 1.0, 1.5, "Dog", 69, "/m/0bt9lr", score_max=0.876),
        Event("e2", 1.25, 3.0, "Speech", 0, "/m/09x0r"),
    )
    options = ClipOptions(padding_s=0.25)
    out = tmp_path / "out"
    cuts = list(cut_clips(plan_clips([rec], options), out, options))
    assert [c.problem for c in cuts] == ["", ""]
    dog, speech = manifest(out)
    assert dog["clip"] == "Dog/a_00001.000_Dog_0.88.wav"
    assert (dog["onset_s"], dog["clip_start_s"], dog["clip_end_s"]) == (
        "1.000000",
        "0.750000",
        "1.750000",
    )
    assert json.loads(dog["other_labels"]) == ["Speech"]
    assert speech["event_id"] == "e2"
    samples, rate = soundfile.read(out / dog["clip"], dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, np.arange(6000, 14_000, dtype=np.int16))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Overlap.KEEP, [("Dog", 0.0, 4.0), ("Cat", 1.0, 2.0)]),
        (Overlap.SKIP, []),
        (Overlap.ALONE, [("Dog", 2.0, 4.0)]),
    ],
)
def test_overlap_rules(rule: Overlap, expected: list[tuple[str, float, float]]) -> None:
    info = RecordingInfo(Path("/d/a.wav"), 10.0, RATE, 1)
    events = EventList.of([Event("1", 0.0, 4.0, "Dog"), Event("2", 1.0, 2.0, "Cat")])
    clips = plan_clips([LabelledRecording(info, events)], ClipOptions(overlap=rule))
    assert [(c.events[0].label, c.span.start_s, c.span.end_s) for c in clips] == expected


def test_names_are_safe_and_never_meet() -> None:
    info = RecordingInfo(Path("/d/con.wav"), 10.0, RATE, 1)
    events = [Event(f"{k}", 1.0, 2.0, label) for k, label in enumerate(["a/b", "A\\b", "a:b", ""])]
    rec = LabelledRecording(info, EventList.of(events))
    names = [c.relative.as_posix() for c in plan_clips([rec], ClipOptions(template="{label}"))]
    assert len({n.casefold() for n in names}) == 4
    assert all(set(n) <= set("abAunlabelled_-/.wav234") and ".." not in n for n in names)


@pytest.mark.parametrize(
    "template",
    ["{nothing}", "{label", "{n.__class__}", "{onset:99999999f}", "{label!r}", "{score:s}"],
)
def test_templates_that_cannot_be_used_are_refused(template: str) -> None:
    info = RecordingInfo(Path("/d/a.wav"), 10.0, RATE, 1)
    rec = LabelledRecording(info, EventList.of([Event("1", 0.0, 4.0, "Dog")]))
    with pytest.raises(SettingsError):
        plan_clips([rec], ClipOptions(template=template))


def many() -> list[LabelledRecording]:
    """20 recordings with 10 of a frequent and 1 to 3 of a rare label each."""
    out = []
    for r in range(20):
        events = [Event(f"c{k}", k, k + 0.5, "Common") for k in range(10)]
        events += [Event(f"r{k}", k, k + 0.5, "Rare") for k in range(r % 3 + 1)]
        info = RecordingInfo(Path(f"/d/{r}.wav"), 60.0, RATE, 1)
        out.append(LabelledRecording(info, EventList.of(events)))
    return out


def test_no_recording_is_in_two_parts_and_labels_are_shared_out() -> None:
    clips = plan_clips(many(), ClipOptions(split=Split(0.6, 0.2, 0.2)))
    parts: dict[Path, set[str]] = {}
    for clip in clips:
        parts.setdefault(clip.recording.path, set()).add(clip.split)
    assert all(len(names) == 1 for names in parts.values())
    for label in ("Common", "Rare"):
        count = Counter(c.split for c in clips if c.events[0].label == label)
        total = sum(count.values())
        assert count["train"] / total == pytest.approx(0.6, abs=0.1)
        assert count["test"] / total == pytest.approx(0.2, abs=0.1)
    assert all(c.relative.parts[0] == c.split for c in clips)


def test_splits_depend_on_the_seed_alone() -> None:
    pairs = [(r.recording.path, e.label) for r in many() for e in r.events]
    assert split_recordings(pairs, Split(), 1) == split_recordings(pairs[::-1], Split(), 1)
    assert split_recordings(pairs, Split(), 1) != split_recordings(pairs, Split(), 2)


def test_a_stratified_choice_takes_from_every_recording() -> None:
    clips = plan_clips(many(), ClipOptions(most_per_label=20))
    common = [c.recording.path for c in clips if c.events[0].label == "Common"]
    assert len(common) == len(set(common)) == 20
    loose = plan_clips(many(), ClipOptions(most_per_label=20, stratified=False))
    paths = [c.recording.path for c in loose if c.events[0].label == "Common"]
    assert len(paths) == 20 > len(set(paths))


def test_shares_must_add_up() -> None:
    with pytest.raises(SettingsError):
        Split(0.5, 0.1, 0.1)


def test_a_broken_recording_costs_only_its_own_clips(
    make: Callable[..., LabelledRecording], tmp_path: Path
) -> None:
    good = make("good.wav", Event("e", 1.0, 2.0, "Dog"), Event("none", 3.0, 3.0, "Dog"))
    bad = make("bad.wav", Event("e", 1.0, 2.0, "Dog"))
    bad.recording.path.write_bytes(b"no sound")
    out = tmp_path / "out"
    cuts = list(cut_clips(plan_clips([bad, good], ClipOptions()), out, ClipOptions()))
    assert [(c.written is not None, bool(c.problem)) for c in cuts] == [
        (False, True), (True, False), (False, True),
    ]  # fmt: skip
    assert len(manifest(out)) == 1


def test_stopping_early_leaves_a_manifest_of_what_was_cut(
    make: Callable[..., LabelledRecording], tmp_path: Path
) -> None:
    rec = make("a.wav", *(Event(f"e{k}", k, k + 0.5, "Dog") for k in range(5)))
    work = cut_clips(plan_clips([rec], ClipOptions()), tmp_path / "out", ClipOptions())
    next(work)
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert len(manifest(tmp_path / "out")) == 2
    assert len(list((tmp_path / "out" / "Dog").iterdir())) == 2


def test_pictures_show_the_clip(make: Callable[..., LabelledRecording], tmp_path: Path) -> None:
    rec = make("a.wav", Event("e1", 1.0, 2.0, "Dog"))
    tone = (20_000 * np.sin(2 * np.pi * 1000 * np.arange(10 * RATE) / RATE)).astype(np.int16)
    soundfile.write(rec.recording.path, tone, RATE, subtype="PCM_16")
    options = ClipOptions(pictures=True, format="flac")
    (cut,) = cut_clips(plan_clips([rec], options), tmp_path / "out", options)
    assert cut.problem == ""
    data = cut.path.with_name(cut.path.name + ".png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    length = struct.unpack(">I", data[33:37])[0]
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(height, -1)
    image = rows[:, 1:].reshape(height, width, 3).astype(int).sum(axis=2)
    brightest = image.sum(axis=1).argmax()
    assert brightest == pytest.approx(height * 0.75, abs=3)  # 1 of 4 kHz, counted from the top


def test_clips_replace_those_of_earlier_exports_and_nothing_of_others(
    make: Callable[..., LabelledRecording], tmp_path: Path
) -> None:
    rec = make("a.wav", Event("e1", 1.0, 1.5, "Dog"), Event("e2", 2.0, 2.5, "Dog"))
    options, out = ClipOptions(pictures=True), tmp_path / "out"
    clips = plan_clips([rec], options)
    first, second = (out / clip.relative for clip in clips)
    first.parent.mkdir(parents=True)
    first.write_bytes(b"theirs")
    picture = second.with_name(second.name + ".png")
    picture.write_bytes(b"theirs")
    for _ in range(2):  # the first export does not make them ours
        cuts = list(cut_clips(clips, out, options))
        assert [("is no clip of this program" in c.problem, c.written) for c in cuts] == [
            (True, None), (True, None),
        ]  # fmt: skip
        assert first.read_bytes() == picture.read_bytes() == b"theirs"
    first.unlink()
    picture.unlink()
    for share in (clips, clips[:1], clips):  # also those that the last manifest does not list
        assert [c.problem for c in cut_clips(share, out, options)] == [""] * len(share)
    (out / ".yamnet_gui-clips").unlink()  # an export of an earlier version
    assert [c.problem for c in cut_clips(clips, out, options)] == ["", ""]
