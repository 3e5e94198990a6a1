"""Two reviewers of one project: in two copies, merged, and one after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.labels.project.helpers import made
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.detection.evaluation import Verdict
from yamnet_gui.labels.project import (
    EventFilter,
    MergeChoice,
    Project,
    ProjectEvent,
    accept,
    compare,
    merge_command,
    reject,
)
from yamnet_gui.labels.project.reviewer_decisions import decisions_of
from yamnet_gui.quality.agreement import (
    agreement_of,
    copies_decisions,
    disagreement_rows,
    settle_command,
)


def item(project: Project, n: int) -> ProjectEvent:
    found = project.events.get("r0", project.events.of("r0").events[n].id)
    assert found is not None
    return found


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[tuple[Project, Project]]:
    """Anna accepts the first four events of r0, Ben accepts two of them and rejects two."""
    ours = made(tmp_path / "ours.yamnet")
    ours.save_as(tmp_path / "theirs.yamnet")
    theirs = Project.open(tmp_path / "theirs.yamnet")
    theirs.reviewer = "Ben"
    with ours, theirs:
        ours.apply(accept([item(ours, n) for n in range(4)], "Anna"))
        theirs.apply(accept([item(theirs, n) for n in range(2)], "Ben"))
        theirs.apply(reject([item(theirs, n) for n in range(2, 4)], "Ben"))
        yield ours, theirs


def verdicts(project: Project) -> list[tuple[Verdict, Verdict]]:
    found = agreement_of(decisions_of(project))
    assert (found.first, found.second) == ("Anna", "Ben")
    return [(i.first, i.second) for i in found.result.items]


EXPECTED = [(Verdict.YES, Verdict.YES)] * 2 + [(Verdict.YES, Verdict.NO)] * 2


def test_two_copies_are_compared_without_merging(copies: tuple[Project, Project]) -> None:
    found = agreement_of(copies_decisions(*copies))
    assert [(i.first, i.second) for i in found.result.items] == EXPECTED
    assert len(found.result.disagreements) == 2


@pytest.mark.parametrize("choice", list(MergeChoice))
def test_a_merged_project_knows_what_both_decided(
    copies: tuple[Project, Project], choice: MergeChoice
) -> None:
    ours, theirs = copies
    merge = compare(ours, theirs)
    ours.apply(merge_command(merge, {c.key: choice for c in merge.conflicts}))
    assert verdicts(ours) == EXPECTED


def test_undoing_a_merge_forgets_what_the_other_decided(copies: tuple[Project, Project]) -> None:
    ours, theirs = copies
    ours.apply(merge_command(compare(ours, theirs), {}))
    ours.undo()
    with pytest.raises(SettingsError, match="fewer than two reviewers"):
        agreement_of(decisions_of(ours))


def test_settling_brings_disagreements_back_and_leaves_the_agreement(
    copies: tuple[Project, Project],
) -> None:
    ours, theirs = copies
    ours.apply(merge_command(compare(ours, theirs), {}))
    ours.apply(settle_command(ours, agreement_of(decisions_of(ours)).result.disagreements))
    rows = disagreement_rows(ours, EventFilter())
    assert [one.event.state for one in ours.events.at(rows)] == [ReviewState.UNREVIEWED] * 2
    ours.apply(reject(ours.events.at(rows), "Anna"))
    assert len(disagreement_rows(ours, EventFilter())) == 0
    assert verdicts(ours) == EXPECTED
    assert len(disagreement_rows(ours, EventFilter(recording_ids=frozenset({"r1"})))) == 0


def test_one_after_the_other_in_one_project_is_read_from_the_history(tmp_path: Path) -> None:
    with made(tmp_path / "p.yamnet") as project:
        project.apply(accept([item(project, n) for n in range(4)], "Anna"))
        project.reviewer = "Ben"
        project.apply(reject([item(project, n) for n in range(2, 4)], "Ben"))
        found = agreement_of(decisions_of(project), ("Anna", "Ben"))
        assert [(i.first, i.second) for i in found.result.items] == [(Verdict.YES, Verdict.NO)] * 2
        project.undo()
        with pytest.raises(SettingsError, match="Ben"):
            agreement_of(decisions_of(project), ("Anna", "Ben"))


def test_copies_reviewed_under_one_name_are_two_reviewers(tmp_path: Path) -> None:
    ours = made(tmp_path / "ours.yamnet")
    ours.save_as(tmp_path / "theirs.yamnet")
    theirs = Project.open(tmp_path / "theirs.yamnet")
    with ours, theirs:
        ours.apply(accept([item(ours, 0)], "user"))
        theirs.apply(reject([item(theirs, 0)], "user"))
        found = agreement_of(copies_decisions(ours, theirs))
        assert {found.first, found.second} == {"user", "user (other copy)"}
        assert len(found.result.disagreements) == 1


def test_damaged_texts_are_as_none(copies: tuple[Project, Project]) -> None:
    ours, _ = copies
    ours.settings.set_value("decisions-r0", '{"format": 1, "sides": [{"events": 3}]}')
    ours.settings.set_value("disagreements", "[[1]]")
    assert set(decisions_of(ours)["r0"]) == {"Anna"}
    assert len(disagreement_rows(ours, EventFilter())) == 0
