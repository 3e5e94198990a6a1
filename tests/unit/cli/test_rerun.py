"""Provenance of analyses and exports, and their repetition, through the commands."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.tiny_network import write_tiny_weights
from tests.unit.fakes import write_sound
from yamnet_gui import analyze, rerun
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.labels.project import EventFilter, Project
from yamnet_gui.labels.project.event_commands import delete
from yamnet_gui.labels.project.models import PROJECT_SUFFIX

RULES = ("--threshold", "0.4", "--no-one-per-sound")


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "night"
    folder.mkdir()
    for k in range(2):
        write_sound(folder / f"{k}.wav", 2.0, seed=k)
    return folder


@pytest.fixture
def provenance(run, weights, sounds, tmp_path) -> Path:
    path = tmp_path / "run.json"
    status, _, errors = run("analyze", sounds, *RULES, "--provenance", path, "--no-cache")
    assert (status, path.is_file()) == (0, True), errors
    return path


def test_an_analysis_is_repeated_with_the_same_results(run, provenance, weights, tmp_path):
    values = json.loads(provenance.read_text())
    assert values["results"]["events"] > 0
    assert values["weights"]["path"] == str(weights)
    assert values["command"][:2] == ["yamnet-gui", "analyze"]
    status, out, _ = run("rerun", provenance, "-o", tmp_path / "again.json")
    assert (status, "The same results" in out) == (0, True), out
    again = json.loads((tmp_path / "again.json").read_text())
    assert [r["events"] for r in again["recordings"]] == [r["events"] for r in values["recordings"]]


@pytest.mark.workflow
def test_changed_missing_and_moved_recordings_are_named(run, provenance, sounds, tmp_path):
    soundfile.write(sounds / "0.wav", np.zeros(32000), 16000)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    shutil.move(sounds / "1.wav", tmp_path / "elsewhere" / "deep" / "1.wav")
    status, out, _ = run("rerun", provenance)
    assert status == 1
    assert "1.wav: is missing" in out
    assert "0.wav: was changed" in out
    status, out, _ = run("rerun", provenance, "--recordings", tmp_path / "elsewhere")
    assert (status, "is missing" in out, "0.wav: was changed" in out) == (1, False, True)


@pytest.mark.workflow
def test_a_folder_that_was_moved_with_its_provenance_is_repeated_there(
    run, provenance, sounds, tmp_path
):
    new = tmp_path / "new"
    new.mkdir()
    shutil.move(provenance, new)
    shutil.move(sounds, new)
    status, out, _ = run("rerun", new / "run.json")
    assert (status, "The same results" in out) == (0, True), out


@pytest.mark.workflow
def test_other_weights_differ(run, provenance, tmp_path):
    other = write_tiny_weights(tmp_path / "other.h5", seed=5)
    status, out, _ = run("rerun", provenance, "--weights", other)
    assert status == 1
    assert "other weights" in out
    assert "events: " in out


@pytest.mark.workflow
def test_a_notebook_writes_and_repeats_it_too(weights, sounds, tmp_path):
    path = tmp_path / "one.json"
    made = analyze(sounds / "0.wav", threshold=0.4, one_per_sound=False, provenance=path)
    result = rerun(path)
    assert result.same
    assert result.after.event_count == len(made.events) > 0
    with pytest.raises(SettingsError, match="samples have no name"):
        analyze(np.zeros(16000, np.float32), 16000, provenance=path)


def test_a_changed_table_is_noted_and_no_difference_of_results(run, weights, sounds, tmp_path):
    path, table = tmp_path / "run.json", tmp_path / "events.csv"
    run("analyze", sounds / "0.wav", "-o", table, *RULES, "--provenance", path)
    table.write_text("mine now")
    status, out, _ = run("rerun", path)
    assert (status, "was changed since it was written" in out) == (0, True)


@pytest.mark.parametrize("kind", ["table", "project"])
def test_an_export_is_repeated_and_names_what_was_changed_since(
    kind, run, weights, sounds, tmp_path
):
    table, path = tmp_path / "in.csv", tmp_path / "out.json"
    run("analyze", sounds / "0.wav", "-o", table, *RULES)
    source = table
    if kind == "project":
        source = tmp_path / f"mine{PROJECT_SUFFIX}"
        run("import", table, "--project", source, "--create", "--add-recordings", "--yes")
    out = tmp_path / "labels.txt"
    status, shown, errors = run(
        "export", source, "-o", out, "--format", "audacity", "--provenance", path
    )
    assert (status, str(path) in shown) == (0, True), errors
    assert Path(json.loads(path.read_text())["outputs"][0]["path"]).name == out.name
    status, shown, _ = run("rerun", path)
    assert (status, "The same results" in shown) == (0, True), shown
    if kind == "table":
        lines = table.read_text().splitlines(keepends=True)
        table.write_text("".join(lines[:-1]))
    else:
        with Project.open(source) as project:
            first = project.events.rows(EventFilter(one_per_sound=True))
            project.apply(delete(project.events.at(first[:1])))
    status, shown, _ = run("rerun", path)
    assert (status, "1 event no longer there" in shown) == (1, True), shown


def test_what_is_no_provenance_is_refused(run, tmp_path):
    path = tmp_path / "run.json"
    path.write_text("{}")
    status, _, errors = run("rerun", path)
    assert status == 2
    assert errors.count("\n") == 1
    assert "is not a provenance file" in errors
