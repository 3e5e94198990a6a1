import csv
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.unit.audio.broken_files import make_broken_files
from tests.unit.fakes import write_sound
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import save_rules
from yamnet_gui.labels.formats import FORMATS, read_labels
from yamnet_gui.labels.formats.own_csv import COLUMNS


@pytest.fixture
def sounds(tmp_path):
    folder = tmp_path / "sounds"
    folder.mkdir()
    for k in range(3):
        write_sound(folder / f"s{k}.wav", 2.0 + k, seed=k, channels=2)
    return folder


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_five_best_are_printed_and_nothing_is_written(run, weights, sounds, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    status, out, err = run("analyze", sounds / "s0.wav")
    assert (status, err) == (0, "")
    name, *best = out.splitlines()
    assert name == f"{sounds / 's0.wav'} :"
    assert len(best) == 5
    scores = [float(line.rsplit(" : ", 1)[1]) for line in best]
    assert scores == sorted(scores, reverse=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_events_as_csv_and_audacity_have_equal_times(run, weights, sounds, tmp_path):
    table, track = tmp_path / "out.csv", tmp_path / "out.txt"
    assert run("analyze", sounds / "s1.wav", "-o", table, "--threshold", 0.4)[0] == 0
    with_format = ("-o", track, "--format", "audacity", "--threshold", 0.4)
    assert run("analyze", sounds / "s1.wav", *with_format)[0] == 0
    events = rows(table)
    assert events
    assert tuple(events[0]) == COLUMNS
    assert all(float(row["score_max"]) >= 0.4 for row in events)
    frame = pd.read_csv(table)
    assert len(frame) == len(events)
    labels = [line.split("\t") for line in track.read_text().splitlines() if line[0] != "\\"]
    assert [(float(a), float(b), text) for a, b, text in labels] == [
        (float(row["onset_s"]), float(row["offset_s"]), row["label"]) for row in events
    ]


def test_edges_are_refined_unless_plain_ones_are_asked_for(run, weights, sounds, tmp_path):
    def events(*options):
        table = tmp_path / "edges.csv"
        assert run("analyze", sounds / "s2.wav", "-o", table, *options)[0] == 0
        return [(float(row["onset_s"]), float(row["offset_s"])) for row in rows(table)]

    refined = events("--rules", "sensitive")
    plain = events("--rules", "sensitive", "--edges", "plain")
    assert refined == events("--rules", "sensitive", "--edges", "refined")
    assert refined
    assert refined != plain
    assert {onset for onset, _ in plain} <= {0.0, *(round(0.24 + 0.48 * k, 2) for k in range(9))}
    threshold = events("--threshold", 0.4)
    assert threshold == events("--threshold", 0.4, "--edges", "plain")
    assert threshold != events("--threshold", 0.4, "--edges", "refined")


def test_kinds_are_folded_into_the_sound_they_are_kinds_of(run, weights, sounds, tmp_path):
    def events(*options):
        table = tmp_path / "folded.csv"
        chosen = ("--rules", "sensitive", "--classes", "Dog", "Bark", "Cat", "Speech")
        assert run("analyze", sounds / "s2.wav", "-o", table, *chosen, *options)[0] == 0
        return rows(table)

    single = events()
    assert {row["label"] for row in single} == {"Dog", "Bark", "Cat", "Speech"}
    dogs = events("--group", "Dog")
    assert {row["label"] for row in dogs} == {"Dog", "Cat", "Speech"}
    animals = events("--group", "/m/0jbk", "Speech")
    assert {row["label"] for row in animals} == {"Animal", "Speech"}
    first = min(float(row["onset_s"]) for row in single if row["label"] != "Speech")
    assert float(next(r for r in animals if r["label"] == "Animal")["onset_s"]) == first
    assert {row["label"] for row in events("--group", "main")} == {"Animal", "Human sounds"}
    wrong = ("-o", tmp_path / "x.csv", "--group", "Unicorn")
    status, _, errors = run("analyze", sounds / "s2.wav", *wrong)
    assert status == 2
    assert "Unicorn" in errors


def test_classes_with_commas_are_chosen_by_name(run, weights, sounds, tmp_path):
    table = tmp_path / "out.csv"
    wanted = ("--classes", "Bee, wasp, etc.", "speech", "--threshold", "0.000001")
    assert run("analyze", sounds / "s0.wav", "-o", table, *wanted)[0] == 0
    assert {row["label"] for row in rows(table)} == {"Bee, wasp, etc.", "Speech"}
    status, _, err = run("analyze", sounds / "s0.wav", "-o", table, "--classes", "Speach")
    assert status == 2
    assert "Speach" in err


def test_top_gives_one_event_at_each_moment(run, weights, sounds, tmp_path):
    table = tmp_path / "out.csv"
    assert run("analyze", sounds / "s0.wav", "-o", table, "--top", 1)[0] == 0
    total = sum(float(row["offset_s"]) - float(row["onset_s"]) for row in rows(table))
    assert total == pytest.approx(2.0)


def test_arrays_hold_scores_embeddings_times_and_names(run, weights, sounds, tmp_path):
    assert run("analyze", sounds / "s2.wav", "--scores", tmp_path / "out.npz")[0] == 0
    with np.load(tmp_path / "out.npz") as arrays:
        assert arrays["scores"].shape == (8, 521)
        assert arrays["embeddings"].shape == (8, 1024)
        assert arrays["frame_start_s"] == pytest.approx(0.48 * np.arange(8))
        assert arrays["class_names"][0] == "Speech"


def test_a_batch_gives_one_table_and_a_summary(run, weights, sounds, tmp_path):
    (sounds / "bad.wav").write_text("no sound")
    table = tmp_path / "out.csv"
    again = sounds / ".." / "sounds" / "s0.wav"
    status, out, err = run("analyze", sounds, again, "-o", table, "--threshold", 0.4)
    assert status == 1
    assert out.count(" :\n") == 3
    assert "3 done, 1 skipped (given more than once), 1 failed" in err
    assert f"failed: {sounds / 'bad.wav'}: " in err
    assert {row["file"] for row in rows(table)} == {str(sounds / f"s{k}.wav") for k in range(3)}
    assert [row["file"] for row in rows(tmp_path / "out.failed.csv")] == [str(sounds / "bad.wav")]
    (sounds / "bad.wav").unlink()
    assert run("analyze", sounds, "-o", table, "--threshold", 0.4)[0] == 0
    assert not (tmp_path / "out.failed.csv").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.reviewed.csv", "sounds"]


@pytest.mark.slow
def test_several_processes_give_the_same_table(run, weights, sounds, tmp_path):
    (sounds / "bad.wav").write_text("no sound")
    tables = []
    for jobs in (1, 2):
        table = tmp_path / f"{jobs}.csv"
        status, _, _ = run(
            "analyze", sounds, "-o", table, "--threshold", 0.4, "--jobs", jobs, "--no-cache"
        )
        assert status == 1
        tables.append(pd.read_csv(table))
    keys = ["file", "onset_s", "offset_s", "label"]
    assert tables[0][keys].equals(tables[1][keys])
    assert np.allclose(tables[0]["score_max"], tables[1]["score_max"], atol=1e-6)


def test_a_folder_gets_a_file_for_each_recording(run, weights, sounds, tmp_path):
    (sounds / "inner").mkdir()
    write_sound(sounds / "inner" / "s0.wav", 1.0)
    labels, arrays = tmp_path / "labels", tmp_path / "arrays"
    wanted = ("-o", f"{labels}/", "--format", "audacity", "--scores", f"{arrays}/")
    assert run("analyze", sounds, *wanted)[0] == 0
    assert len(list(labels.glob("*.txt"))) == 4
    assert len(list(arrays.glob("*.npz"))) == 4
    status, _, err = run("analyze", sounds, "-o", tmp_path / "x.txt", "--format", "audacity")
    assert status == 2
    assert "folder" in err
    status, _, err = run("analyze", sounds, "--scores", tmp_path / "x.npz")
    assert status == 2
    assert "one recording" in err


@pytest.mark.workflow
def test_summaries_and_tables_of_frames(run, weights, sounds, tmp_path):
    clips, scores, vectors = (tmp_path / n for n in ("clips.csv", "scores.csv", "e.parquet"))
    status, _, _ = run(
        "analyze", sounds, "-o", clips, "--summary", "clip", "--mean-embedding",
        "--scores", scores, "--embeddings", vectors, "--channels", "each", "--hop", "0.24",
    )  # fmt: skip
    assert status == 0
    frame = pd.read_csv(clips)
    assert frame.shape == (6, 4 + 2 * 521 + 1024)
    assert frame["channel"].tolist() == [0, 1] * 3
    assert len(pd.read_csv(scores)) == len(pd.read_parquet(vectors))


def test_an_unfinished_run_goes_on(run, weights, sounds, tmp_path, monkeypatch):
    import yamnet_gui.batch.run_tables as module

    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_labels", stop)
        assert run("analyze", sounds, "-o", tmp_path / "out.csv")[0] == 130
    assert (tmp_path / "out.csv.unfinished").is_dir()
    assert not (tmp_path / "out.csv").exists()
    status, _, err = run("analyze", sounds, "-o", tmp_path / "out.csv")
    assert status == 0
    assert "3 done (3 in an earlier run)" in err
    assert (tmp_path / "out.csv").exists()


def test_parts_that_a_power_cut_took_are_made_again(run, weights, sounds, tmp_path, monkeypatch):
    import yamnet_gui.batch.run_tables as module

    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    wanted, table = tmp_path / "wanted.csv", tmp_path / "out.csv"
    rules = ("--threshold", 0.4, "--no-cache")
    assert run("analyze", sounds, "-o", wanted, *rules)[0] == 0
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_labels", stop)
        assert run("analyze", sounds, "-o", table, *rules)[0] == 130
    (parts,) = (tmp_path / "out.csv.unfinished").glob("*.parts")
    parts.write_bytes(parts.read_bytes()[:-200] + bytes(200))
    status, _, err = run("analyze", sounds, "-o", table, *rules)
    assert status == 0
    assert "3 done (2 in an earlier run)" in err
    assert table.read_bytes() == wanted.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--hop", "0.123"), "multiple"),
        (("--gain", "nan"), "gain"),
        (("--start", "5", "--end", "4"), "after the start"),
        (("--start", "900"), "starts at 900 s"),
        (("--summary", "clip"), "-o OUT.csv"),
        (("--mean-embedding",), "--summary"),
        (("--scores", "x.xlsx"), "neither"),
        (("-o", "x.csv", "--rules", "nowhere.json"), "nowhere.json"),
        (("-o", "x.csv", "--rules", "strict", "--threshold", "0.1"), "combined"),
        (("-o", "x.csv", "--scores", "x.csv"), "two different"),
        (("--weights", "gone.h5"), "no such weights file"),
    ],
)
def test_options_that_cannot_be_are_one_sentence(
    run, weights, sounds, monkeypatch, tmp_path, arguments, words
):
    monkeypatch.chdir(tmp_path)
    status, out, err = run("analyze", sounds / "s0.wav", *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sounds"]


def test_a_place_that_cannot_be_written_is_one_sentence(run, weights, sounds, tmp_path):
    (tmp_path / "file").write_text("x")
    status, _, err = run("analyze", sounds / "s0.wav", "-o", tmp_path / "file" / "out.csv")
    assert status == 2
    assert err.count("\n") == 1


@pytest.mark.workflow
def test_every_broken_file_is_one_sentence_and_status_2(run, weights, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    made = [broken for broken in make_broken_files(folder) if not broken.path.is_dir()]
    refused = [broken for broken in made if broken.expect == "error"]
    for broken in refused:
        status, out, err = run("analyze", broken.path)
        assert (status, out) == (2, ""), broken.name
        assert err.startswith("yamnet-gui: "), broken.name
        assert broken.path.name in err, broken.name
        assert err.count("\n") == 1, broken.name
    assert len(refused) >= 30
    odd = [broken.path for broken in made if broken.expect == "opens"]
    status, out, err = run("analyze", *odd)  # some are found broken only when they are read
    failed = err.count("  failed: ")
    assert status == (1 if failed else 0)
    assert out.count(" :\n") + failed == len(odd)


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of any bytes")
def test_names_of_any_bytes_go_through(run, weights, tmp_path):
    odd = tmp_path / os.fsdecode("20240131_235958Z näme \u2603 ".encode() + b"\xff.wav")
    write_sound(tmp_path / "plain.wav", 1.0).rename(odd)
    table = tmp_path / "out.csv"
    status, out, err = run("analyze", odd, "-o", table, "--top", 1)
    written = (table, table.with_name("out.reviewed.csv"))
    assert (status, err) == (0, "".join(f"written: {path}\n" for path in written))
    assert out.startswith(f"{tmp_path}/20240131_235958Z näme \u2603 \\xff.wav :")
    assert rows(table)[0]["file"] == f"{tmp_path}/20240131_235958Z näme \u2603 \\xff.wav"


@pytest.mark.workflow
def test_stored_results_need_no_tensorflow(run, weights, sounds, tmp_path):
    run("analyze", sounds / "s0.wav")
    program = (
        "import sys\n"
        "from yamnet_gui.__main__ import main\n"
        "assert main(['analyze', sys.argv[1], '-o', sys.argv[2]]) == 0\n"
        "heavy = ['tensorflow', 'PySide6', 'scipy', 'numba', 'pandas', 'h5py']\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import json\n{program}", sounds / "s0.wav", tmp_path / "out.csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.workflow
@pytest.mark.weights
@pytest.mark.reference
def test_a_labelled_scene_as_tables(run, reference, tmp_path):
    scene = reference / "audio" / "scenes" / "scene_dev_1.flac"
    table, track = tmp_path / "scene.csv", tmp_path / "scene.txt"
    assert run("analyze", scene, "-o", table, "--threshold", 0.3)[0] == 0
    with_format = ("-o", track, "--format", "audacity", "--threshold", 0.3)
    assert run("analyze", scene, *with_format)[0] == 0
    events = rows(table)
    frame = pd.read_csv(table)
    assert list(frame.columns) == list(COLUMNS)
    assert frame["label"].tolist() == [row["label"] for row in events]
    assert any("," in row["label"] for row in events)
    labels = [line.split("\t") for line in track.read_text().splitlines()]
    assert [(float(a), float(b)) for a, b, _ in labels] == [
        (float(row["onset_s"]), float(row["offset_s"])) for row in events
    ]


@pytest.mark.parametrize("option", ["-o", "--scores", "--embeddings"])
def test_a_recording_is_never_overwritten(run, weights, sounds, tmp_path, option):
    recording = sounds / "s0.wav"
    before = recording.read_bytes()
    for target in (recording, sounds / "s1.wav", tmp_path / "new.flac"):
        status, _, err = run("analyze", recording, option, target)
        assert status == 2
        assert "name of a recording" in err
    assert recording.read_bytes() == before
    odd = sounds / "sound without ending"
    odd.write_bytes(before)
    assert run("analyze", odd, "-o", odd)[0] == 2
    assert odd.read_bytes() == before


def test_a_recording_cut_short_is_analysed_with_a_warning(run, weights, sounds):
    content = (sounds / "s2.wav").read_bytes()
    (sounds / "s2.wav").write_bytes(content[: len(content) // 2])
    status, out, err = run("analyze", sounds / "s2.wav")
    assert status == 0
    assert len(out.splitlines()) == 6
    assert err == (
        f"{sounds / 's2.wav'}: warning:"
        " the file ends 2.0 s before the length that its header names\n"
    )


def test_score_tables_are_gapless_and_hold_every_score(run, weights, sounds, tmp_path):
    folder, arrays = tmp_path / "tables", tmp_path / "arrays"
    wanted = ("-o", f"{folder}/", "--format", "scores", "--scores", f"{arrays}/")
    assert run("analyze", sounds, *wanted)[0] == 0
    assert sorted(p.name for p in folder.iterdir()) == ["s0.tsv", "s1.tsv", "s2.tsv"]
    table = pd.read_csv(folder / "s2.tsv", sep="\t")
    with np.load(arrays / "s2.scores.npz") as held:
        assert list(table.columns) == ["onset", "offset", *held["class_names"]]
        assert (table.iloc[:, 2:].to_numpy(np.float32) == held["scores"]).all()
    assert table["onset"][0] == 0
    assert (table["onset"][1:].to_numpy() == table["offset"][:-1].to_numpy()).all()
    assert table["offset"].iloc[-1] == pytest.approx(4.0)


def test_a_score_table_of_one_recording_goes_to_the_file_that_is_named(
    run, weights, sounds, tmp_path
):
    out = tmp_path / "one.tsv"
    wanted = ("-o", out, "--format", "scores", "--classes", "Dog", "Speech")
    assert run("analyze", sounds / "s0.wav", *wanted)[0] == 0
    assert pd.read_csv(out, sep="\t").columns.tolist() == ["onset", "offset", "Speech", "Dog"]
    assert run("analyze", sounds, *wanted)[0] == 2  # several do not fit into it
    for more in (("--threshold", 0.5), ("--channels", "each")):
        status, _, errors = run("analyze", sounds / "s0.wav", *wanted, *more)
        assert (status, more[0] in errors) == (2, True)


@pytest.mark.parametrize("name", [f.name for f in FORMATS.values() if f.can_write])
def test_every_format_by_its_name(name, run, weights, sounds, tmp_path):
    fmt = FORMATS[name]
    out = tmp_path / f"out{fmt.suffix}"
    rules = () if fmt.needs_scores else ("--threshold", 0.4)
    assert run("analyze", sounds / "s0.wav", "-o", out, "--format", name, *rules)[0] == 0
    if fmt.needs_scores:
        assert len(pd.read_csv(out, sep="\t")) > 0
    elif not fmt.can_read:
        assert out.stat().st_size > 0
    else:
        table = tmp_path / "all.csv"
        run("analyze", sounds / "s0.wav", "-o", table, *rules)
        labels = [e.label for r in read_labels(name, out).recordings for e in r.events]
        expected = [row["label"] for row in rows(table)]
        if name == "rttm":  # a field has no blanks
            expected = [label.replace(" ", "_") for label in expected]
        assert sorted(labels) == sorted(expected)


def test_a_list_of_failures_of_others_stays(run, weights, sounds, tmp_path):
    (sounds / "bad.wav").write_bytes(b"")
    listed = tmp_path / "out.failed.csv"
    listed.write_text("theirs")
    status, _, errors = run("analyze", sounds, "-o", tmp_path / "out.csv")
    assert status == 2
    assert "did not write and is left as it is" in errors
    assert listed.read_text() == "theirs"
    assert not (tmp_path / "out.csv").exists()


def test_no_table_is_written_over_a_file_of_settings(run, weights, sounds, tmp_path):
    rules = tmp_path / "rules.csv"
    save_rules(rules, choose_rules(bundled_class_map(), "strict"))
    before = rules.read_bytes()
    for option in ("-o", "--scores", "--embeddings"):
        labels = () if option == "-o" else ("-o", tmp_path / "out.csv")
        status, _, errors = run("analyze", sounds, "--rules", rules, *labels, option, rules)
        assert (status, "is an input of this command" in errors) == (2, True), errors
        assert rules.read_bytes() == before
