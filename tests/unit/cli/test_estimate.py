import json
from pathlib import Path

import pytest

from tests.unit.quality.reviewed import reviewed_project
from yamnet_gui.analysis import WeightsModel
from yamnet_gui.cli import estimate as command
from yamnet_gui.labels.project import Project, reject
from yamnet_gui.labels.project.count_samples import CountScope, stored_sample
from yamnet_gui.quality.references import StoredScores


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_weights: Path) -> Path:
    """Two recordings whose scores are at hand, as if they had been analysed."""
    made, scores = reviewed_project(tmp_path)
    made.close()
    monkeypatch.setattr(command, "StoredScores", lambda *_: scores)
    monkeypatch.setattr(command, "chosen_model", lambda *_, **__: WeightsModel(tiny_weights))
    assert isinstance(scores, StoredScores)
    return made.path


def review(path: Path) -> None:
    """Rejects all of the sample that is undecided."""
    with Project.open(path) as project:
        sample = stored_sample(project, CountScope(("Dog",)))
        assert sample is not None
        for one in sample.drawn:
            item = project.events.get(one.recording_id, one.event_id)
            assert item is not None
            project.apply(reject([item]))


def test_a_sample_is_drawn_reviewed_and_estimated_from(run, project, tmp_path):
    status, text, _ = run("estimate", project, "--classes", "Dog", "--draw", 20)
    assert status == 0
    assert "20 drawn and not yet decided" in text
    assert "before anything can be estimated" in text
    review(project)
    out = tmp_path / "figures.json"
    status, text, _ = run(
        "estimate", project, "--classes", "dog", "--precision", "10%", "--json", out
    )
    assert status == 0
    assert "hours with at least one" in text
    assert "more reviews" in text
    (figures,) = json.loads(out.read_text(encoding="utf-8"))["samples"]
    assert figures["events"]["value"] == 2  # the dogs that were accepted before
    assert figures["events"]["low"] <= 2 <= figures["events"]["high"]
    assert figures["labels"] == ["Dog"]
    assert figures["reviewed"] == 20


def test_more_is_drawn_and_all_samples_are_listed(run, project):
    run("estimate", project, "--classes", "Dog", "--draw", 10)
    assert "14 drawn" in run("estimate", project, "--classes", "Dog", "--draw", 4)[1]
    run("estimate", project, "--classes", "Cat", "--recordings", "two.wav", "--draw", 5)
    text = run("estimate", project)[1]
    assert "Dog in 2 recordings" in text
    assert "Cat in 1 recording:" in text
    assert "discarded" in run("estimate", project, "--classes", "Dog", "--discard")[1]
    assert "Dog" not in run("estimate", project)[1]


def test_what_cannot_be_done_is_one_sentence(run, project):
    for arguments, words in (
        (("--classes", "Dog"), "has no sample here"),
        ((), "has no sample"),
        (("--draw", "5"), "--classes"),
        (("--classes", "Dgo", "--draw", "5"), "is not a class"),
        (("--classes", "Dog", "--draw", "5", "--recordings", "x*"), "matches no recording"),
        (("--classes", "Dog", "--draw", "5", "--since", "2026-01-01"), "nothing to draw from"),
        (
            ("--classes", "Dog", "--since", "2026-02-01", "--until", "2026-01-01"),
            "is before --since",
        ),
    ):
        status, _, errors = run("estimate", project, *arguments)
        assert status == 2
        assert words in errors
