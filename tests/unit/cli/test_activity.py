import csv
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.quality.reviewed import CLASS_MAP, MODEL, reviewed_project
from yamnet_gui import activity
from yamnet_gui.core.errors import ProjectError, SettingsError
from yamnet_gui.detection import RuleSet
from yamnet_gui.labels.project import Project, reject
from yamnet_gui.labels.project.count_samples import CountScope
from yamnet_gui.quality.counting import draw, units_of


@pytest.fixture
def project(tmp_path):
    """Two recordings of two minutes from 4:59 on, with a reviewed sample of dogs."""
    made, scores = reviewed_project(tmp_path)
    with made:
        for one in made.recordings.all():
            start = datetime(2026, 5, 1, 4, 59, tzinfo=UTC)
            made.recordings.update(replace(one, recorded_at=start))
        *_, last = units_of(made, scores, RuleSet(), CLASS_MAP, CountScope(("Dog",)))
        sample = draw(made, last.units, CountScope(("Dog",)), 20, 1, "", MODEL)
        for one in sample.drawn:
            made.apply(reject([made.events.get(one.recording_id, one.event_id)]))
    return made.path


def table(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_counts_are_written_with_gaps_and_estimates(run, project, tmp_path):
    out = tmp_path / "counts.csv"
    assert run("activity", project, "-o", out)[0] == 0
    rows = {(r["by"], r["slot"], r["class"]): r for r in table(out)}
    four, six = rows["hour of day", "04", "Dog"], rows["hour of day", "06", "Dog"]
    assert (four["raw"], four["recorded_s"], four["zone"]) == ("2", "120", "+00:00")
    assert float(four["estimated_low"]) >= 2  # two dogs were accepted before
    assert float(four["estimated"]) >= float(four["estimated_low"])
    assert (six["raw"], six["calibrated"], six["estimated"], six["recorded_s"]) == ("", "", "", "0")
    assert rows["day", "2026-05-01", "Cat"]["raw"] == "1"
    assert rows["day", "2026-05-01", "Cat"]["estimated"] == ""


def test_a_report_has_the_estimates_of_reviewed_samples(run, project, tmp_path):
    out = tmp_path / "report.html"
    assert run("export", project, "--report", out)[0] == 0
    page = out.read_text(encoding="utf-8")
    assert "Estimated from samples (90% intervals)" in page
    assert "Dog: 2 (2 to" in page
    assert "recall of the rules" in page


def test_undecided_events_of_a_sample_are_not_counted(run, tmp_path):
    made, scores = reviewed_project(tmp_path)
    out, path = tmp_path / "counts.csv", made.path
    with made:
        *_, last = units_of(made, scores, RuleSet(), CLASS_MAP, CountScope(("Cat",)))
        draw(made, last.units, CountScope(("Cat",)), 20, 1, "", MODEL)
    run("activity", path, "-o", out, "--by", "recording", "--classes", "cat")
    with Project.open(path, read_only=True) as project:
        stored = sum(e.label == "Cat" for e in project.events.of("one.wav"))
    raw = {r["slot"].rpartition("/")[2]: r["raw"] for r in table(out)}
    assert raw["one.wav"] == "1"
    assert stored > 1


def test_what_cannot_be_counted_is_one_sentence(run, project, tmp_path):
    out = tmp_path / "counts.csv"
    for arguments, words in (
        ((project, "-o", out, "--classes", "Cow"), "is not a label"),
        ((project, "-o", project), "input of this command"),
        ((project, "-o", tmp_path / "one.wav"), "one.wav"),
        ((project, "-o", tmp_path / "none" / "counts.csv"), "counts.csv"),
    ):
        status, _, errors = run("activity", *arguments)
        assert status == 2
        assert words in errors
        assert errors.count("\n") == 1


def test_a_notebook_gets_the_rows_of_the_table(run, project, tmp_path):
    out = tmp_path / "counts.csv"
    assert run("activity", project, "-o", out, "--by", "day")[0] == 0
    rows = activity(project, by=["day"])
    assert [(r.slot, r.label) for r in rows] == [(r["slot"], r["class"]) for r in table(out)]
    assert rows[0].raw is not None
    with pytest.raises(SettingsError, match="week"):
        activity(project, by=["week"])
    with pytest.raises(ProjectError):
        activity(tmp_path / "none.yamnet")
