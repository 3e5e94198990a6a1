import csv
import json

import pytest

from tests.unit.labels.project.helpers import made
from yamnet_gui.labels.project import Project, accept, compare, merge_command, reject


@pytest.fixture
def copies(tmp_path):
    paths = tmp_path / "ours.yamnet", tmp_path / "theirs.yamnet"
    made(paths[0]).close()
    with Project.open(paths[0]) as project:
        project.save_as(paths[1])
    for path, name, step in zip(paths, ("Anna", "Ben"), (accept, reject), strict=True):
        with Project.open(path) as project:
            first, second = (
                project.events.get("r0", e.id) for e in project.events.of("r0").events[:2]
            )
            project.apply(accept([first], name))
            project.apply(step([second], name))
    return paths


def test_it_prints_and_writes_where_two_copies_disagree(run, copies, tmp_path):
    out, figures = tmp_path / "apart.csv", tmp_path / "figures.json"
    status, text, _ = run("agreement", *copies, "-o", out, "--json", figures)
    assert status == 0
    assert "Anna and Ben: 2 items that both judged, 1 disagreement" in text
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [(r["recording"], r["Anna"], r["Ben"]) for r in rows] == [("rec 0.wav", "yes", "no")]
    assert json.loads(figures.read_text())["disagreements"] == 1


def test_disagreements_of_a_merged_project_are_made_undecided(run, copies):
    with Project.open(copies[0]) as ours, Project.open(copies[1], read_only=True) as theirs:
        ours.apply(merge_command(compare(ours, theirs), {}))
    assert "1 disagreement" in run("agreement", copies[0])[1]
    status, text, _ = run("agreement", copies[0], "--settle")
    assert (status, "settle 1 disagreement: undecided again" in text) == (0, True)
    assert "1 disagreement" in run("agreement", copies[0])[1]


def test_what_cannot_be_compared_is_one_sentence(run, copies, tmp_path):
    for arguments, words in (
        ((copies[0],), "fewer than two reviewers"),
        ((*copies, "--settle"), "needs a merged project"),
        ((*copies, "--reviewers", "Anna", "Cid"), "Cid: is not a reviewer"),
        ((tmp_path / "none.yamnet",), "none.yamnet"),
        ((*copies, "-o", copies[1]), "theirs.yamnet"),
    ):
        status, _, errors = run("agreement", *arguments)
        assert status == 2
        assert words in errors
        assert errors.count("\n") == 1
