"""`yamnet-gui export`: every format by its name, what is lost, clips, a report."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.fakes import write_sound
from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.labels.formats import FORMATS, losses, read_labels
from yamnet_gui.labels.formats.read_write import LABELS_LIST
from yamnet_gui.labels.measure_columns import CSV_NAMES, RAVEN_NAMES
from yamnet_gui.labels.project import AnalysisRecord, Project, Recording, add_events, add_recordings
from yamnet_gui.labels.project.project_model import ProjectModel, set_project_model

Run = Callable[..., tuple[int, str, str]]

EVENTS = [
    Event("d1", 0.5, 1.0, "Dog", 69, "/m/0bt9lr", score_max=0.5),
    Event("d2", 1.2, 1.4, "Cat", 76, "/m/01yrx", score_max=0.9, state=ReviewState.ACCEPTED),
    Event("x1", 1.0, 1.5, "Wren, wet", state=ReviewState.REJECTED, note="?"),
]

GARDEN = ProjectModel("ab" * 32, "garden", ClassMap((SoundClass(0, "", "chiffchaff"),)))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for name in ("a", "b"):
        write_sound(tmp_path / f"{name}.wav", 2.0)
    path = tmp_path / "p.yamnet"
    with Project.create(path) as made:
        recs = [
            Recording(n, f"{n}.wav", "", 0, 2.0, 16_000, 1, datetime(2026, 5, 1, 4, tzinfo=UTC))
            for n in ("a", "b")
        ]
        made.apply(add_recordings(recs))
        made.apply(add_events("a", EVENTS))
    return path


@pytest.mark.parametrize("name", [f.name for f in FORMATS.values() if f.can_write and f.read])
def test_every_two_way_format_goes_out_and_comes_back_as_nothing_new(
    name: str, run: Run, project: Path, tmp_path: Path
) -> None:
    fmt = FORMATS[name]
    out = tmp_path / "out" / f"a{fmt.suffix}"
    status, made, output = run("export", project, "-o", out, "--format", name, "--recordings", "a",
                             "--sidecar", "--states", "all")  # fmt: skip
    assert status == 0
    assert str(out) in made.splitlines()
    with Project.open(project, read_only=True) as opened:
        for text in losses(name, [opened.recordings.labelled("a")]):
            assert text in output
    status, shown, _ = run("import", out, "--project", project, "--format", name,
                           "--recording", "a", "--dry-run")  # fmt: skip
    assert status == 0
    assert "0 new, 3 same, 0 changed, 0 conflicting" in shown


def test_the_choice_goes_by_recording_class_state_and_score(
    run: Run, project: Path, tmp_path: Path
) -> None:
    def labels(*options: object) -> list[str]:
        out = tmp_path / "out.csv"
        assert run("export", project, "-o", out, *options)[0] == 0
        (recording,) = [r for r in read_labels("csv", out).recordings if len(r.events)] or [None]
        return [e.label for e in recording.events] if recording else []

    assert labels() == ["Dog", "Cat"]  # as in the window, what was rejected stays
    assert labels("--states", "all") == ["Dog", "Wren, wet", "Cat"]
    assert labels("--states", "accepted", "rejected") == ["Wren, wet", "Cat"]
    assert labels("--classes", "dog", "wren, wet", "--states", "all") == ["Dog", "Wren, wet"]
    bounded = ("--min-score", 0.6, "--states", "all")
    assert labels(*bounded) == ["Wren, wet", "Cat"]  # the user made the wren
    assert labels("--max-score", 0.6, "--states", "unreviewed") == ["Dog"]
    assert labels("--recordings", "b.wav") == []
    above = ["Animal", "Dog", "Domestic animals, pets"]
    assert labels("--depth", "ancestors", "--classes", "Dog") == above
    status, _, output = run("export", project, "-o", tmp_path / "out.csv", "--classes", "Doog")
    assert (status, "Doog" in output) == (2, True)
    status, _, output = run("export", project, "-o", tmp_path / "out.csv", "--recordings", "c*")
    assert (status, "c*" in output) == (2, True)


def test_events_of_a_channel_go_out_alone(run: Run, project: Path, tmp_path: Path) -> None:
    with Project.open(project) as opened:
        heard = [Event(f"c{n}", n, n + 0.5, "Owl", channel=n) for n in (0, 1)]
        opened.apply(add_events("b", heard))

    def of(*channels: object) -> list[tuple[str, int | None]]:
        out = tmp_path / "out.csv"
        assert run("export", project, "-o", out, "--channel", *channels)[0] == 0
        events = [e for r in read_labels("csv", out).recordings for e in r.events]
        return [(event.label, event.channel) for event in events]

    assert of(2) == [("Owl", 1)]
    assert of(1, 2) == [("Owl", 0), ("Owl", 1)]
    assert of("mix") == [("Dog", None), ("Cat", None)]
    for wrong in ("0", "left", "1,2"):
        status, _, output = run("export", project, "-o", tmp_path / "x.csv", "--channel", wrong)
        assert (status, "neither the number of a channel nor mix" in output) == (2, True)


def test_kinds_go_out_folded_and_what_was_rejected_joins_nothing(
    run: Run, project: Path, tmp_path: Path
) -> None:
    with Project.open(project) as opened:
        bark = Event("d3", 1.3, 1.9, "Bark", 70, "/m/05tny_", state=ReviewState.REJECTED)
        near = Event("d4", 1.4, 1.8, "Bark", 70, "/m/05tny_", score_max=0.4)
        opened.apply(add_events("a", [bark, near]))
    out = tmp_path / "folded.csv"
    assert run("export", project, "-o", out, "--group", "Animal")[0] == 0
    with out.open(newline="", encoding="utf-8") as file:
        exported = [
            (r["label"], float(r["onset_s"]), float(r["offset_s"])) for r in csv.DictReader(file)
        ]
    assert exported == [("Animal", 0.5, 1.0), ("Animal", 1.2, 1.8)]
    assert run("export", project, "-o", out, "--group", "Unicorn")[0] == 2


def test_a_dry_run_says_everything_and_writes_nothing(
    run: Run, project: Path, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    status, out, output = run(
        "export", project, "-o", tmp_path / "o.txt", "--format", "audacity", "--recordings", "a",
        "--clips", tmp_path / "c", "--report", tmp_path / "r.html", "--dry-run",
    )  # fmt: skip
    assert (status, out) == (0, "")
    assert "review state of 1 event is lost" in output
    assert "1 rejected event left out; --states all includes them" in output
    assert "o.txt would be written" in output
    assert "2 clips would be cut" in output
    assert sorted(tmp_path.rglob("*")) == before


def test_columns_clock_and_names_are_as_wanted(run: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.txt"
    wanted = (
        "--label-column",
        "Species",
        "--score-column",
        "Confidence",
        "--clock",
        "--states",
        "all",
    )
    named = ("--relative-to", tmp_path)
    assert run("export", project, "-o", out, "--format", "raven", *wanted, *named)[0] == 0
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["Species"] for row in rows] == ["Dog", "Wren, wet", "Cat"]
    assert rows[0]["Confidence"] == "0.500000"
    assert rows[0]["Begin Path"] == "a.wav"
    assert rows[0]["Begin Clock Time"].startswith("04:00:00.5")


def test_events_are_measured_on_demand(run: Run, project: Path, tmp_path: Path) -> None:
    at = np.arange(32_000) / 16_000
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 1500 * at), 16_000)
    raven, table = tmp_path / "o.txt", tmp_path / "o.csv"
    wanted = ("--measures", "--recordings", "a", "--states", "all")
    assert run("export", project, "-o", raven, "--format", "raven", *wanted)[0] == 0
    assert run("export", project, "-o", table, *wanted)[0] == 0
    for path, names, separator in ((raven, RAVEN_NAMES, "\t"), (table, CSV_NAMES, ",")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=separator))
        values = [float(rows[0][name]) for name in names[:-1]]
        assert values[0] == 0.5
        assert values[1] == pytest.approx(1500, abs=16)
        assert values[6:] == pytest.approx([-6.02, -9.03], abs=0.02)
    shown = run("import", raven, "--project", project, "--recording", "a", "--dry-run")[1]
    assert "0 new, 3 same, 0 changed" in shown, "measures are no notes"
    status, shown, notes = run("import", table, "--project", project, "--dry-run")
    assert (status, "left out" in notes) == (0, False)


def test_what_cannot_be_measured_is_named_and_the_rest_is_written(
    run: Run, project: Path, tmp_path: Path
) -> None:
    with Project.open(project) as opened:
        opened.apply(add_events("b", [Event("b1", 0.5, 1.0, "Dog", 69, "/m/0bt9lr")]))
    (tmp_path / "b.wav").unlink()
    out = tmp_path / "o.csv"
    status, made, notes = run("export", project, "-o", out, "--measures")
    assert (status, made.strip().splitlines()[0]) == (1, str(out))
    assert notes.count("Not measured: ") == 1
    assert "b.wav" in notes
    with out.open(newline="", encoding="utf-8") as file:
        peaks = {row["file"][-5:]: row["peak_dbfs"] for row in csv.DictReader(file)}
    assert peaks["a.wav"]
    assert not peaks["b.wav"]
    assert "no columns for measures" in run("export", project, "-o", tmp_path / "o.jams",
                                            "--format", "audacity", "--measures", "--dry-run",
                                            "--recordings", "a")[2]  # fmt: skip


def test_a_folder_gets_one_file_for_each_recording(run: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "many"
    assert run("export", project, "-o", f"{out}/", "--format", "textgrid")[0] == 0
    assert sorted(p.name for p in out.iterdir()) == [LABELS_LIST, "a.TextGrid", "b.TextGrid"]
    status, _, output = run(
        "export", project, "-o", tmp_path / "x.TextGrid", "--format", "textgrid"
    )
    assert status == 2
    assert "one recording per file" in output


def test_a_table_becomes_another_format(run: Run, project: Path, tmp_path: Path) -> None:
    run("export", project, "-o", tmp_path / "o.csv", "--states", "all")
    status, made, _ = run("export", tmp_path / "o.csv", "-o", tmp_path / "o.jams", "--format",
                          "jams", "--skip-empty")  # fmt: skip
    assert (status, made.strip()) == (0, str(tmp_path / "o.jams"))
    (back,) = read_labels("jams", tmp_path / "o.jams").recordings
    assert [e.label for e in back.events] == ["Dog", "Wren, wet", "Cat"]


def test_clips_are_cut_with_a_manifest(run: Run, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    options = ("--clip-length", 0.25, "--template", "{recording}-{n}", "--clip-format", "flac")
    status, made, output = run(
        "export", project, "--clips", folder, *options, "--split", 1, 0, 0, "--states", "all"
    )
    assert (status, made.strip()) == (0, str(folder / "manifest.csv"))
    assert "3 clips cut" in output
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["clip"] for row in rows] == [
        "train/Dog/a-1.flac", "train/Wren, wet/a-2.flac", "train/Cat/a-3.flac",
    ]  # fmt: skip
    assert all((folder / row["clip"]).is_file() for row in rows)


def test_a_recording_that_is_gone_costs_only_its_clips(
    run: Run, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.wav").unlink()
    status, _, output = run("export", project, "--clips", tmp_path / "clips")
    assert status == 1
    assert output.count("a.wav") == 1  # not once for each of its clips
    assert "0 clips cut, 2 could not be cut" in output


def test_a_report_needs_nothing_from_elsewhere(run: Run, project: Path, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    assert run("export", project, "--report", page, "--title", "May & June")[0] == 0
    text = page.read_text(encoding="utf-8")
    assert "<h1>May &amp; June</h1>" in text
    assert "Wren, wet" in text
    assert "p.yamnet" in text
    assert not re.search(r"(src|href)=|https?://(?!www\.w3\.org)|url\(", text)


def test_the_personal_project_is_the_default(run: Run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    status, _, output = run("export", "-o", tmp_path / "o.csv")
    assert status == 2
    assert "no personal project yet" in output
    with Project.create(tmp_path / "data" / "yamnet-gui" / "personal.yamnet") as made:
        made.apply(add_recordings([Recording("a", "/s/a.wav", "", 0, 2.0, 16_000, 1)]))
        made.apply(add_events("a", EVENTS))
        # the window has it open, which does not keep it from being read
        assert run("export", "-o", tmp_path / "o.csv")[0] == 0
    assert read_labels("csv", tmp_path / "o.csv").event_count == 2


def test_nothing_to_write_is_said(run: Run, project: Path) -> None:
    status, _, output = run("export", project)
    assert status == 2
    assert "-o OUT" in output


def test_score_tables_come_from_stored_analyses(
    run: Run, project: Path, weights: Path, tmp_path: Path
) -> None:
    made = tmp_path / "analysed.tsv"
    assert run("analyze", tmp_path / "a.wav", "-o", made, "--format", "scores")[0] == 0
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    with Project.open(project) as opened:
        settings = '{"channels": "mix", "hop_s": 0.48}'
        opened.recordings.add_analysis(AnalysisRecord("a", digest, "YAMNet", settings, settings))
    out = tmp_path / "scores"
    status, shown, output = run("export", project, "-o", f"{out}/", "--format", "scores")
    assert (status, shown.strip()) == (1, str(out / "a.tsv"))
    assert (out / "a.tsv").read_bytes() == made.read_bytes()
    assert "b.wav: its scores are not stored" in output
    table = tmp_path / "t.csv"
    run("export", project, "-o", table)
    status, _, output = run("export", table, "-o", f"{out}/", "--format", "scores")
    assert (status, "analyze --format scores" in output) == (2, True)


def test_scores_of_another_model_than_the_projects_are_not_exported(
    run: Run, project: Path, weights: Path, tmp_path: Path
) -> None:
    assert run("analyze", tmp_path / "a.wav", "-o", tmp_path / "e.csv")[0] == 0
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    with Project.open(project) as opened:
        settings = '{"channels": "mix", "hop_s": 0.48}'
        opened.recordings.add_analysis(AnalysisRecord("a", digest, "YAMNet", settings, settings))
        set_project_model(opened, GARDEN)
    out = tmp_path / "scores"
    status, shown, output = run("export", project, "-o", f"{out}/", "--format", "scores")
    assert (status, shown) == (1, "")
    assert "a.wav: its scores are not stored" in output


def test_grouped_events_have_no_index_where_the_model_has_no_such_class(
    run: Run, project: Path, tmp_path: Path
) -> None:
    out, indices = tmp_path / "grouped.csv", []
    for model in (None, GARDEN):
        with Project.open(project) as opened:
            set_project_model(opened, model)
        assert run("export", project, "-o", out, "--group", "Animal")[0] == 0
        with out.open(newline="") as file:
            indices += [r["class_index"] for r in csv.DictReader(file) if r["label"] == "Animal"]
    assert set(indices) == {"67", ""}
    assert indices[-1] == ""


@pytest.mark.parametrize(
    "settings",
    [
        # as "analyse all recordings" and the analysis of one recording wrote them before
        '{"channels": "mix", "end_s": null, "gain_db": 0.0, "hop_s": 0.48, "rules_id": "ab12",'
        ' "start_s": 0.0}',
        '{"channels": "mix", "hop_s": 0.48}',
    ],
)
def test_scores_of_analyses_stored_by_earlier_versions_are_exported(
    settings: str, run: Run, project: Path, weights: Path, tmp_path: Path
) -> None:
    made = tmp_path / "analysed.tsv"
    assert run("analyze", tmp_path / "a.wav", "-o", made, "--format", "scores")[0] == 0
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    with Project.open(project) as opened:
        opened.recordings.add_analysis(AnalysisRecord("a", digest, "YAMNet", settings, settings))
    out = tmp_path / "scores"
    run("export", project, "-o", f"{out}/", "--format", "scores")
    assert (out / "a.tsv").read_bytes() == made.read_bytes()


def test_scores_of_each_channel_go_into_a_file_of_its_own(
    run: Run, project: Path, weights: Path, tmp_path: Path
) -> None:
    sound = tmp_path / "a.wav"
    mono, rate = soundfile.read(sound)
    soundfile.write(sound, np.stack([mono, 0.1 * mono[::-1]], axis=1), rate, subtype="PCM_16")
    assert run("analyze", sound, "-o", tmp_path / "e.csv", "--channels", "each")[0] == 0
    alone = []
    for n in range(2):
        part = tmp_path / f"alone{n}.wav"
        soundfile.write(part, soundfile.read(sound)[0][:, n], rate, subtype="PCM_16")
        made = tmp_path / f"alone{n}.tsv"
        assert run("analyze", part, "-o", made, "--format", "scores")[0] == 0
        alone.append(made.read_text())
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    with Project.open(project) as opened:
        settings = '{"channels": "each", "hop_s": 0.48}'
        opened.recordings.add_analysis(AnalysisRecord("a", digest, "YAMNet", settings, settings))
    wanted = ("export", project, "-o", tmp_path / "s.tsv", "--format", "scores")
    status, shown, _ = run(*wanted, "--recordings", "a")
    made = [tmp_path / "s.channel1.tsv", tmp_path / "s.channel2.tsv"]
    assert (status, shown.split()) == (0, list(map(str, made)))
    assert [path.read_text() for path in made] == alone
    assert run(*wanted, "--recordings", "a")[0] == 0  # over the ones that it wrote
    made[1].write_text("my notes")
    status, _, output = run(*wanted, "--recordings", "a")
    assert (status, made[1].read_text()) == (2, "my notes")
    assert "s.channel2.tsv: is a file that this program did not write" in output


def test_unreadable_settings_of_an_analysis_are_named(
    run: Run, project: Path, weights: Path, tmp_path: Path
) -> None:
    with Project.open(project) as opened:
        opened.recordings.add_analysis(
            AnalysisRecord("a", "ab", "YAMNet", "k", '{"hop_s": "fast"}')
        )
    _, _, output = run("export", project, "-o", f"{tmp_path / 'out'}/", "--format", "scores")
    assert "a.wav: the settings of its analysis cannot be read" in output


def test_a_project_is_not_lost_by_a_slip_of_the_hand(
    run: Run, project: Path, tmp_path: Path
) -> None:
    before = project.read_bytes()
    table = tmp_path / "t.csv"
    assert run("export", project, "-o", table)[0] == 0
    for wanted in (("-o", project), ("--report", project)):
        status, _, output = run("export", table, *wanted)
        assert (status, project.read_bytes()) == (2, before)
        assert "is the name of a project — choose another output file" in output
    status, _, output = run("export", project, "--clips", tmp_path, "--one-folder", "--template",
                          "{recording}", "--most", "1")  # fmt: skip
    assert status == 1
    assert f"{tmp_path / 'a.wav'}: is a recording and is left as it is" in output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("--classes", "Dgo"),
            "Dgo: is neither a label here nor a class of the model — did you mean Dog",
        ),
        (("--recordings", "nope"), "matches no recording here — there are a.wav, b.wav"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(
    options: tuple[str, ...], reason: str, run: Run, project: Path, tmp_path: Path
) -> None:
    status, _, output = run("export", project, "-o", tmp_path / "o.csv", *options)
    assert (status, reason in output) == (2, True), output


@pytest.mark.parametrize("option", ["--min-score", "--padding", "--clip-length", "--most"])
def test_what_is_no_number_is_refused_in_words(
    option: str, run: Run, project: Path, tmp_path: Path
) -> None:
    status, _, output = run("export", project, "-o", tmp_path / "o.csv", option, "x")
    assert status == 2
    assert f"argument {option}: must be" in output


def test_a_folder_for_clips_that_cannot_be_made_is_one_sentence(
    run: Run, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    status, _, output = run("export", project, "--clips", tmp_path / "taken")
    assert status == 2
    assert output == (
        f"yamnet-gui: {tmp_path / 'taken'}: is a file — choose another folder for the clips\n"
    )


def test_an_old_file_is_spoken_of_only_where_there_is_one(
    run: Run, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    status, _, output = run("export", project, "-o", tmp_path / "taken" / "o.csv")
    assert (status, "the old file" in output) == (2, False)


def test_no_export_is_written_over_its_own_source(run, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("recording,onset_s,offset_s,label\na.wav,0.1,0.2,Dog\n")
    before = source.read_bytes()
    for target in (("-o", source), ("-o", f"{tmp_path}/"), ("--report", source)):
        for dry in ((), ("--dry-run",)):
            status, _, errors = run("export", source, *target, *dry)
            assert (status, "is an input of this command" in errors) == (2, True), errors
            assert source.read_bytes() == before


def test_a_dry_run_names_every_file(run, tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "new" / "b.json"
    source.write_text("recording,onset_s,offset_s,label\na.wav,0.1,0.2,Dog\n")
    arguments = ("export", source, "-o", out, "--format", "labelstudio", "--sidecar")
    _, _, errors = run(*arguments, "--dry-run")
    assert not out.parent.exists()
    status, written, _ = run(*arguments)
    assert status == 0
    assert written.split() == [
        str(p) for p in (out, out.parent / "b.config.xml", f"{out}.yamnet.json")
    ]
    assert all(f"{path} would be written" in errors for path in written.split())


def test_a_project_goes_out_with_one_event_for_one_sound_and_says_so(
    run: Run, project: Path, tmp_path: Path
) -> None:
    with Project.open(project) as opened:
        opened.apply(add_events("b", [Event("d", 0, 1, "Dog", 69), Event("a", 0, 1, "Animal", 67)]))
    out = tmp_path / "out.csv"

    def labels(*more: str) -> list[str]:
        status, _, notes = run("export", project, "-o", out, "--recordings", "b", *more)
        assert status == 0
        assert ("1 event of broader classes" in notes) == (not more)
        return sorted(e.label for r in read_labels("csv", out).recordings for e in r.events)

    assert labels() == ["Dog"]
    assert labels("--no-one-per-sound") == ["Animal", "Dog"]
    assert labels("--classes", "Animal") == ["Animal"]
    report = tmp_path / "report.html"
    assert run("export", project, "--report", report)[0] == 0
    assert "1 event of broader classes" in report.read_text()
