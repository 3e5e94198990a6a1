"""Files appear whole or not at all, under the names they should have, harmless to spreadsheets."""

import csv
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.labels.formats import (
    FORMATS,
    LabelFormat,
    ReadOptions,
    WriteOptions,
    losses,
    output_files,
    read_labels,
    sidecar_path,
    write_labels,
    writing,
)
from yamnet_gui.labels.formats import read_write as exchange_module
from yamnet_gui.labels.formats.base import Output
from yamnet_gui.labels.formats.read_write import LABELS_LIST

WRITABLE = [f.name for f in FORMATS.values() if f.can_write and not f.needs_scores]


def recording(path: str = "/data/a.wav", *events: Event) -> LabelledRecording:
    return LabelledRecording(RecordingInfo(Path(path), 60.0, 16_000, 1), EventList.of(events))


SPEECH = Event("e1", 1.0, 2.0, "Speech", 0, "/m/09x0r", score_max=0.5)


@pytest.mark.parametrize("name", WRITABLE)
def test_a_writer_that_raises_leaves_the_old_files(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fmt = FORMATS[name]
    out = tmp_path / f"out{fmt.suffix}"
    old = {
        out.name: b"old",
        **{f"out{tail}": b"new, of an earlier export" for tail in fmt.companions},
    }
    for file, content in old.items():
        (tmp_path / file).write_bytes(content)

    def broken(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
        assert fmt.write is not None

        def half() -> Iterator[str]:
            yield "half a line"
            raise OSError(28, "No space left on device")

        return {**{tail: ["new"] for tail in fmt.companions}, "": half()}

    bad: dict[str, LabelFormat] = {name: replace(fmt, write=broken)}
    monkeypatch.setattr(exchange_module, "FORMATS", bad)
    with pytest.raises(LabelsError, match="No space left on device"):
        write_labels(name, [recording("/data/a.wav", SPEECH)], out)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == old


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Really writes to a device that is full, by way of the temporary file."""
    out = tmp_path / "out.csv"
    out.write_bytes(b"old")
    fill = exchange_module._filling

    def on_the_full_disk(path: Path, content: object) -> Iterator[int]:
        path.unlink()
        path.symlink_to("/dev/full")
        yield from fill(path, content)  # type: ignore[arg-type]

    monkeypatch.setattr(exchange_module, "_filling", on_the_full_disk)
    with pytest.raises(LabelsError, match="No space left on device"):
        write_labels("csv", [recording("/data/a.wav", SPEECH)], out)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_no_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file" / "out.csv", Path("/proc/nothing/out.csv")):
        with pytest.raises(LabelsError, match="cannot be written"):
            write_labels("csv", [recording()], place)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.workflow
def test_a_killed_export_leaves_the_old_files(tmp_path: Path) -> None:
    """Each format is killed after its first thousand lines, while the rest is being written."""
    code = """
        import os, signal, sys
        from pathlib import Path
        from yamnet_gui.core.events import *
        from yamnet_gui.labels.formats import WriteOptions, writing

        info = RecordingInfo(Path("/data/a.wav"), 60.0, 16000, 1)
        events = EventList.of(Event(f"e{k}", k, k + 1, "Dog") for k in range(2500))
        recording = LabelledRecording(info, events)
        for out in sys.argv[1:]:
            if os.fork() == 0:
                name, path = out.split(":", 1)
                for step in writing(name, [recording], Path(path),
                                    options=WriteOptions(sidecar=True)):
                    os.kill(os.getpid(), signal.SIGKILL)
            assert os.wait()[1] == signal.SIGKILL
    """
    wanted = []
    for name in WRITABLE:
        (tmp_path / name).mkdir()
        out = tmp_path / name / f"out{FORMATS[name].suffix}"
        for file in (out, sidecar_path(out)):
            file.write_bytes(b"old")
        wanted.append(f"{name}:{out}")
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), *wanted], check=True)
    for text in wanted:
        out = Path(text.split(":", 1)[1])
        assert out.read_bytes() == sidecar_path(out).read_bytes() == b"old"


def test_formulas_are_harmless_in_the_table_for_spreadsheets_and_come_back(tmp_path: Path) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "'=1", "''-1", "\r=x", "＝1"]
    events = [Event(f"e{k}", k, k + 1, text, note=text) for k, text in enumerate(evil)]
    rec = recording("=dangerous/a.wav", *events)
    out = tmp_path / "labels.csv"
    write_labels("csv", [rec], out)
    with out.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [c for c in cells if c[:1] in tuple("=+-@\t\r＝")]
    (read_back,) = read_labels("csv", out).recordings
    assert [e.label for e in read_back.events] == evil
    assert [e.note for e in read_back.events] == evil
    assert read_back.recording.path == Path("=dangerous/a.wav")


@pytest.mark.parametrize("name", ["hoplite", "dcase", "sonicvisualiser", "raven", "table"])
def test_files_for_programs_hold_names_and_labels_as_they_are(name: str, tmp_path: Path) -> None:
    labels = ["-0RWZT", "@home", "=sum", "+1"]
    rec = recording(
        "-0RWZT-miFs_420.wav", *(Event(f"e{k}", k, k + 1, x) for k, x in enumerate(labels))
    )
    out = tmp_path / f"labels{FORMATS[name].suffix}"
    write_labels(name, [rec], out)
    assert "'" not in out.read_text(encoding="utf-8")
    (read_back,) = read_labels(
        name, out, options=ReadOptions(recordings=[rec.recording])
    ).recordings
    named = FORMATS[name].combined
    assert (read_back.recording.path == rec.recording.path) == named
    assert [e.label for e in read_back.events] == labels


@pytest.mark.parametrize("name", ["hoplite", "dcase", "sonicvisualiser"])
def test_apostrophes_of_earlier_versions_are_still_removed(name: str, tmp_path: Path) -> None:
    rec = recording("-a.wav", Event("e", 0.0, 1.0, "-loud"))
    out = tmp_path / f"labels{FORMATS[name].suffix}"
    write_labels(name, [rec], out)
    text = out.read_text(encoding="utf-8").replace("-loud", "'-loud").replace("-a.wav", "'-a.wav")
    out.write_text(text, encoding="utf-8")
    (read_back,) = read_labels(
        name, out, options=ReadOptions(recordings=[rec.recording])
    ).recordings
    named = FORMATS[name].combined
    assert (read_back.recording.path == rec.recording.path) == named
    assert [e.label for e in read_back.events] == ["-loud"]


def test_one_file_for_each_recording_gets_a_name_of_its_own(tmp_path: Path) -> None:
    paths = ["/d/1/a.wav", "/d/2/a.wav", "/d/1/b.wav", "/d/1/b.flac", "/d/c.wav"]
    recs = [recording(p, SPEECH) for p in paths]
    made = write_labels("audacity", recs, tmp_path / "labels")
    assert [p.name for p in made] == [
        "1_a.wav.txt",
        "2_a.wav.txt",
        "b.wav.txt",
        "b.flac.txt",
        "c.txt",
    ]
    options = ReadOptions(recordings=[r.recording for r in recs])
    back = [read_labels("audacity", p, options=options).recordings[0] for p in made[2:]]
    assert [r.recording.path.name for r in back] == ["b.wav", "b.flac", "c.wav"]


def test_combined_formats_can_be_split_on_wish(tmp_path: Path) -> None:
    recs = [recording("/d/a.wav", SPEECH), recording("/d/b.wav", SPEECH)]
    made = write_labels("raven", recs, tmp_path, options=WriteOptions(per_recording=True))
    assert [p.name for p in made] == ["a.txt", "b.txt"]
    assert [p for p, _ in output_files("raven", recs, tmp_path / "all.txt")] == [
        tmp_path / "all.txt"
    ]


def test_several_recordings_do_not_fit_a_single_file(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="stores one recording per file — choose a folder"):
        write_labels("srt", [recording("/a.wav"), recording("/b.wav")], tmp_path / "out.srt")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_a_later_recording_fails(tmp_path: Path) -> None:
    bad = recording("/d/b.wav", Event("e", 0, 1, "lone \ud800 surrogate"))
    with pytest.raises(LabelsError, match="cannot be written as UTF-8"):
        write_labels("audacity", [recording("/d/a.wav", SPEECH), bad], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_names_below_a_base_are_relative(tmp_path: Path) -> None:
    rec = recording("/data/field/night/a.wav", SPEECH)
    options = WriteOptions(base=Path("/data/field"))
    write_labels("dcase", [rec], tmp_path / "out.tsv", options=options)
    assert "\nnight/a.wav\t1.000000\t2.000000\tSpeech\n" in (tmp_path / "out.tsv").read_text()


def test_an_edited_table_counts_more_than_its_side_car(tmp_path: Path) -> None:
    events = [
        replace(SPEECH, state=ReviewState.ACCEPTED, note="keep me"),
        Event("e2", 5.0, 6.0, "Dog", 69, "/m/0bt9lr", score_max=0.25),
        Event("e3", 8.0, 9.0, "Cat", 76, "/m/01yrx"),
    ]
    rec = recording("/data/a.wav", *events)
    out = tmp_path / "out.txt"
    made = write_labels("audacity", [rec], out, options=WriteOptions(sidecar=True))
    assert made == [out, sidecar_path(out)]
    lines = out.read_text().splitlines()
    out.write_text("\n".join([lines[0], lines[1].replace("6.000000", "6.500000"), "20\t21\tnew\n"]))
    result = read_labels("audacity", out)
    assert result.restored
    (read_back,) = result.recordings
    first, moved, new = read_back.events
    assert first == events[0]
    assert (moved.offset_s, moved.label, moved.score_max) == (6.5, "Dog", None)
    assert new.label == "new"
    plain = read_labels("audacity", out, options=ReadOptions(sidecar=False)).recordings[0]
    assert [e.note for e in plain.events] == ["", "", ""]


def test_a_broken_side_car_is_a_warning(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    write_labels("audacity", [recording("/data/a.wav", SPEECH)], out)
    for content in (
        "{",
        "[]",
        '{"yamnet_gui_sidecar": 99}',
        '{"yamnet_gui_sidecar": 1, "recordings": 3}',
    ):
        sidecar_path(out).write_text(content)
        result = read_labels("audacity", out)
        assert not result.restored
        assert result.event_count == 1
        assert len(result.warnings) == 1


def test_conversion_says_what_went_missing(tmp_path: Path) -> None:
    rec = recording("/data/a.wav", SPEECH)
    write_labels("csv", [rec], tmp_path / "in.csv")
    recordings = read_labels("csv", tmp_path / "in.csv").recordings
    made = write_labels("textgrid", recordings, tmp_path / "out.TextGrid")
    assert made == [tmp_path / "out.TextGrid"]
    assert "Praat TextGrid: highest score of 1 event is lost" in losses("textgrid", recordings)
    assert [e.label for e in read_labels(None, made[0]).recordings[0].events] == ["Speech"]


def test_raven_gets_clock_times_and_column_names_on_wish(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    info = RecordingInfo(
        Path("/d/a.wav"), 60.0, 16_000, 1, datetime(2024, 5, 1, 23, 59, 59, tzinfo=UTC)
    )
    rec = LabelledRecording(info, EventList.of([SPEECH]))
    options = WriteOptions(clock=True, label_column="Species", score_column="Confidence")
    write_labels("raven", [rec], tmp_path / "out.txt", options=options)
    header, row = (t.split("\t") for t in (tmp_path / "out.txt").read_text().splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["Species"], cells["Confidence"]) == ("Speech", "0.500000")
    assert (cells["Begin Date"], cells["Begin Clock Time"]) == ("2024/05/02", "00:00:00.000")
    (event,) = read_labels("raven", tmp_path / "out.txt").recordings[0].events
    assert (event.label, event.score_max) == ("Speech", 0.5)
    with pytest.raises(LabelsError, match="cannot be the name of a column"):
        write_labels("raven", [rec], tmp_path / "x.txt", options=WriteOptions(label_column="View"))


def test_label_studio_config_escapes_labels(tmp_path: Path) -> None:
    import xml.etree.ElementTree as ET

    label = "a <b> & \"c\" 'd'"
    write_labels(
        "labelstudio", [recording("/d/a.wav", Event("e", 0, 1, label))], tmp_path / "o.json"
    )
    root = ET.parse(tmp_path / "o.config.xml").getroot()
    assert [node.get("value") for node in root.iter("Label")] == [label]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mount") is None or os.name != "posix", reason="needs mount")
def test_a_small_disk_that_runs_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        out = disk / "out.csv"
        out.write_bytes(b"old")
        many = recording("/d/a.wav", *(Event(f"e{k}", k, k + 1, "Dog") for k in range(5000)))
        with pytest.raises(LabelsError, match="No space left"):
            write_labels("csv", [many], out)
        assert out.read_bytes() == b"old"
        assert list(disk.iterdir()) == [out]
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(LabelsError, match="Read-only file system"):
            write_labels("csv", [recording("/d/a.wav", SPEECH)], out)
        assert out.read_bytes() == b"old"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    sound = tmp_path / "sound.bin"
    sound.write_bytes(b"precious")
    recording = LabelledRecording(RecordingInfo(sound, 1.0, 8000, 1))
    for target in (sound, tmp_path / "other.wav"):
        with pytest.raises(LabelsError, match="name of a recording"):
            write_labels("csv", [recording], target)
    assert sound.read_bytes() == b"precious"


@pytest.mark.parametrize("name", WRITABLE)
def test_an_export_that_is_cancelled_leaves_everything_as_it_was(name: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{FORMATS[name].suffix}"
    out.write_bytes(b"old")
    rec = recording("/data/a.wav", *(replace(SPEECH, id=f"e{k}") for k in range(3000)))
    steps = writing(name, [rec], out, options=WriteOptions(sidecar=True))
    next(steps)
    steps.close()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {out.name: b"old"}


def test_an_export_says_how_far_it_is(tmp_path: Path) -> None:
    recs = [recording(f"/data/{n}.wav", SPEECH) for n in "abc"]
    steps = list(writing("audacity", recs, tmp_path / "out"))
    assert [(s.files_done, s.files) for s in steps] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [p.name for p in steps[-1].made] == ["a.txt", "b.txt", "c.txt"]
    assert not any(s.made for s in steps[:-1])


def test_a_label_file_of_others_in_a_folder_stays_and_ours_is_replaced(tmp_path: Path) -> None:
    recordings = [_recording("a", "Dog"), _recording("b", "Cat")]
    by_hand = tmp_path / "b.txt"
    by_hand.write_text("0.5\t1.0\tmy own work\n")
    with pytest.raises(LabelsError, match=r"b\.txt: is a file that this program did not write"):
        write_labels("audacity", recordings, tmp_path, options=WriteOptions(per_recording=True))
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]
    assert by_hand.read_text() == "0.5\t1.0\tmy own work\n"
    by_hand.unlink()
    for label in ("Dog", "Fox"):
        write_labels(
            "audacity",
            [_recording("a", label), recordings[1]],
            tmp_path,
            options=WriteOptions(per_recording=True),
        )
        assert label in (tmp_path / "a.txt").read_text()


def test_labels_that_were_corrected_elsewhere_are_not_written_over(tmp_path: Path) -> None:
    recordings = [_recording("a", "Dog"), _recording("b", "Cat")]
    for sidecar in (False, True):
        options = WriteOptions(per_recording=True, sidecar=sidecar)
        write_labels("audacity", recordings, tmp_path, options=options)
        corrected = tmp_path / "a.txt"
        corrected.write_text("0.3\t0.5\tDog, not ours\n")
        with pytest.raises(LabelsError, match=r"a\.txt: was changed since this program wrote it"):
            write_labels("audacity", recordings, tmp_path, options=options)
        assert corrected.read_text() == "0.3\t0.5\tDog, not ours\n"
        corrected.unlink()


def test_a_side_car_of_ours_proves_the_labels_of_earlier_versions(tmp_path: Path) -> None:
    options = WriteOptions(per_recording=True, sidecar=True)
    recordings = [_recording("a", "Dog"), _recording("b", "Cat")]
    write_labels("audacity", recordings, tmp_path, options=options)
    (tmp_path / LABELS_LIST).unlink()
    write_labels("audacity", recordings, tmp_path, options=options)


def _recording(name: str, label: str) -> LabelledRecording:
    events = EventList.of([Event("e", 0.25, 0.5, label)])
    return LabelledRecording(RecordingInfo(Path(f"/f/{name}.wav"), 10.0, 16_000, 1), events)


def test_lines_that_take_long_are_told_as_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_module, "_TELL_EVERY_S", 0.0)
    path = tmp_path / "out.txt"
    assert list(exchange_module._filling(path, ["a\n", "b\n", "c\n"])) == [1, 1, 1]
    assert path.read_text() == "a\nb\nc\n"
