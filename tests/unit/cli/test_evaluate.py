import json

import pytest

from tests.unit.fakes import write_sound
from tests.unit.quality.reviewed import event
from yamnet_gui.core.events import EventList, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.labels.formats import write_labels
from yamnet_gui.labels.project import Project, Recording, add_events

DCASE = "filename\tonset\toffset\tevent_label\n"


@pytest.fixture
def tables(tmp_path):
    reference, estimated = tmp_path / "reference.tsv", tmp_path / "estimated.tsv"
    reference.write_text(
        DCASE + "a.wav\t1.0\t2.0\tDog\na.wav\t5.0\t6.0\tCat\nb.wav\t0.0\t1.0\tDog\n"
    )
    estimated.write_text(DCASE + "a.wav\t1.1\t2.1\tBark\na.wav\t8.0\t9.0\tCat\nc.wav\t0\t1\tDog\n")
    return reference, estimated


def test_it_prints_and_writes_how_good_a_table_is(run, tables, tmp_path):
    out = tmp_path / "figures.json"
    status, text, errors = run("evaluate", *tables, "--json", out)
    assert status == 0
    assert "2 recordings" in text
    assert "b: no estimated events" in errors
    assert "c: not in the reference labels" in errors
    assert f"written: {out}\n" in errors
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.5"]["overall"]["f1"] == pytest.approx(2 / 5)
    assert figures["event"]["0.2"]["by_label"]["Dog"]["recall"] == pytest.approx(1 / 2)


def test_exact_labels_do_not_count_for_those_above(run, tables, tmp_path):
    out = tmp_path / "figures.json"
    assert run("evaluate", *tables, "--exact", "--label", "Dog", "--json", out)[0] == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.5"]["overall"]["f1"] == 0.0
    assert list(figures["event"]["0.5"]["by_label"]) == ["Dog"]


def test_a_table_that_is_none_is_one_sentence(run, tables, tmp_path):
    status, _, errors = run("evaluate", tables[0], tmp_path / "none.tsv")
    assert status == 2
    assert errors.count("\n") == 1
    assert "none.tsv" in errors


def test_a_table_of_times_and_labels_is_about_the_recording_of_its_name(run, tables, tmp_path):
    reference = tmp_path / "a.csv"
    reference.write_text('onset_s,offset_s,label,source\n1.0,2.0,Dog,x\n5.0,6.0,"Cat",y\n')
    out = tmp_path / "figures.json"
    assert run("evaluate", reference, tables[1], "--json", out)[0] == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.2"]["overall"]["truth"] == 2
    assert figures["event"]["0.2"]["overall"]["hits"] == 1


def test_a_line_that_cannot_be_read_is_named(run, tables, tmp_path):
    reference = tmp_path / "a.csv"
    reference.write_text("onset_s,offset_s,label\n1.0,2.0,Dog\n5.0,4.0,Cat\n")
    status, _, errors = run("evaluate", reference, tables[1])
    assert status == 2
    assert "line 3" in errors


def test_without_scores_there_is_no_psds_and_it_says_why(run, tables, tmp_path):
    out = tmp_path / "figures.json"
    status, text, _ = run("evaluate", *tables, "--json", out)
    assert status == 0
    assert "PSDS: needs scores" in text
    assert json.loads(out.read_text(encoding="utf-8"))["psds"] is None


def test_with_scores_psds_comes_per_label_and_mismatches_are_listed(run, tables, tmp_path):
    estimated, wrong = tmp_path / "estimated.csv", tmp_path / "wrong.csv"
    estimated.write_text("onset_s,offset_s,label\n1.0,2.0,Dog\n8.0,9.0,Cat\n")
    reference = tmp_path / "a.csv"
    reference.write_text("onset_s,offset_s,label\n1.0,2.0,Dog\n5.0,6.0,Cat\n")
    assert run("evaluate", reference, estimated, "--mismatches", wrong)[0] == 0
    rows = [line.split(",") for line in wrong.read_text().splitlines()[1:]]
    assert [row[1:6] for row in rows] == [
        ["missed", "Cat", "", "5.000", "6.000"],
        ["false", "", "Cat", "8.000", "9.000"],
    ]
    assert {row[0] for row in rows} == {"a.csv"}


def test_rules_are_measured_and_tuned_on_recordings(run, weights, tmp_path):
    out, better = tmp_path / "figures.json", tmp_path / "better.json"
    references = tmp_path / "reference"
    references.mkdir()
    sounds = []
    for number in range(2):
        sound = write_sound(tmp_path / f"s{number}.wav", 6.0, seed=number)
        sounds.append(sound)
        (references / f"s{number}.csv").write_text("onset_s,offset_s,label\n1.0,3.0,Speech\n")
    common = ["evaluate", references, "--recordings", *sounds, "--exact"]
    status, text, errors = run(
        *common, "--tune", "default", "--tune-on", "segments", "--rules-out", better, "--json", out
    )
    assert status == 0, errors
    assert "2 recordings, 2 reference events, 12 s fully annotated" in text
    assert "on held-out recordings" in text
    figures = json.loads(out.read_text(encoding="utf-8"))
    tuning = figures["tuning"]
    assert tuning["folds"] == 2
    assert tuning["fitted_f1"] >= (tuning["before_f1"] or 0)
    assert figures["psds"] is not None
    status, text, _ = run(*common, "--rules", better, "--json", out)
    assert status == 0
    again = json.loads(out.read_text(encoding="utf-8"))
    assert again["segment"]["overall"]["f1"] == pytest.approx(tuning["fitted_f1"])


def test_a_folder_of_reference_labels_may_hold_any_readable_format(run, weights, tmp_path):
    references = tmp_path / "references"
    references.mkdir()
    sound = write_sound(tmp_path / "s.wav", 6.0)
    labelled = LabelledRecording(
        RecordingInfo(sound, 6.0, 16_000, 1),
        EventList.of([event("a", 1.0, 3.0, "Speech", ReviewState.ACCEPTED)]),
    )
    write_labels("textgrid", [labelled], references / "s.TextGrid")
    status, text, errors = run("evaluate", references, "--recordings", sound, "--exact")
    assert status == 0, errors
    assert "1 recording, 1 reference event" in text


def test_a_project_is_measured_by_its_decisions(run, weights, tmp_path):
    sound = write_sound(tmp_path / "s.wav", 6.0)
    assert run("analyze", sound)[0] == 0  # its scores are stored
    path = tmp_path / "p.yamnet"
    with Project.create(path) as project:
        project.recordings.register(Recording("s", "s.wav", duration_s=6.0, channels=1))
        project.apply(add_events("s", [event("a", 1.0, 2.0, "Speech", ReviewState.ACCEPTED)]))
    status, text, errors = run("evaluate", "--project", path)
    assert status == 0, errors
    assert "evaluated against the project's decisions: 1 recording, 1 reference event" in text
    assert "PSDS: needs segments" in text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "evaluate"),
        (("t.csv",), "evaluate"),
        (("--recordings", "s.wav"), "REFERENCE"),
        (("t.csv", "p.csv", "--tune", "default"), "ESTIMATED"),
        (("t.csv", "--recordings", "s.wav", "--rules-out", "r.json"), "--rules-out"),
    ],
)
def test_sources_that_do_not_fit_together_are_one_sentence(run, arguments, word):
    status, _, errors = run("evaluate", *arguments)
    assert status == 2
    assert word in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("option", ["--json", "--mismatches", "--mistakes"])
def test_no_output_is_written_over_what_is_read(run, tables, tmp_path, option):
    project = tmp_path / "p.yamnet"
    Project.create(project).close()
    link = tmp_path / "link.json"
    link.symlink_to(tables[0])
    for target in (*tables, link, project, write_sound(tmp_path / "a.wav", 0.5)):
        before = target.read_bytes()
        status, _, errors = run("evaluate", *tables, option, target)
        sentences = 1 + (option == "--mistakes")  # the first says that this name is old
        assert (status, errors.count("\n")) == (2, sentences), errors
        assert str(target) in errors
        assert target.read_bytes() == before
    both = ("--json", tmp_path / "x", "--mismatches", tmp_path / "x")
    assert "two different outputs" in run("evaluate", *tables, *both)[2]


def test_tuned_rules_are_not_written_over_the_rules_or_a_project(run, tables, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text("{}")
    sound = write_sound(tmp_path / "a.wav", 0.5)
    for target in (rules, tables[0], sound):
        before = target.read_bytes()
        arguments = ("--recordings", sound, "--tune", "default", "--rules", rules)
        status, _, errors = run("evaluate", tables[0], *arguments, "--rules-out", target)
        assert (status, errors.count("\n")) == (2, 1), errors
        assert str(target) in errors
        assert target.read_bytes() == before
