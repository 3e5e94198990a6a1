"""Labels leave a project and come back into it, in one step that can be undone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.events import Event, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.exchange.import_plan import ImportKind, Resolve
from yamnet_gui.labels.exchange.project_tables import (
    import_command,
    labelled_recordings,
    plan_for_project,
    read_for_project,
)
from yamnet_gui.labels.formats import WriteOptions, write_labels
from yamnet_gui.labels.project import (
    Project,
    Recording,
    Reviewed,
    add_events,
    add_recordings,
    set_reviewed,
)

DOG = Event("d1", 1.0, 2.0, "Dog", 69, "/m/0bt9lr", score_max=0.5)
CAT = Event("d2", 5.0, 6.0, "Cat", 76, "/m/01yrx", state=ReviewState.ACCEPTED, reviewer="ada")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.yamnet") as made:
        recs = [Recording(n, f"{n}.wav", "", 0, 60.0, 16_000, 1) for n in ("a", "b")]
        made.apply(add_recordings(recs))
        made.apply(add_events("a", [DOG, CAT]))
        span = ReviewedSpan(TimeSpan(0.0, 30.0), ("Dog",), "ada")
        made.apply(set_reviewed("a", Reviewed(), [span]))
        yield made


def test_what_goes_out_comes_back_as_nothing_new(project: Project, tmp_path: Path) -> None:
    for name in ("csv", "raven", "dcase", "labelstudio", "parquet"):
        out = tmp_path / name
        write_labels(name, labelled_recordings(project), out, options=WriteOptions(sidecar=True))
        result = read_for_project(project, out, name)
        plan = plan_for_project(project, result.recordings)
        assert plan.counts()[ImportKind.SAME] == 2
        assert import_command(project, plan, conflicts=Resolve.TAKE).changes == ()


def test_an_import_is_one_step_and_undone_at_once(project: Project, tmp_path: Path) -> None:
    before = labelled_recordings(project)
    table = tmp_path / "t.tsv"
    table.write_text(
        "filename\tonset\toffset\tevent_label\n"
        "a.wav\t1\t2.25\tDog\nb.wav\t3\t4\tWren\nelsewhere.wav\t0\t1\tDog\n"
    )
    result = read_for_project(project, table)
    plan = plan_for_project(project, result.recordings, mapping={"Wren": "Bird"})
    assert labelled_recordings(project) == before
    project.apply(import_command(project, plan, add_missing=True))
    a, b, new = labelled_recordings(project)
    assert [(e.id, e.offset_s) for e in a.events] == [("d1", 2.25), ("d2", 6.0)]
    assert [(e.label, e.class_index) for e in b.events] == [("Bird", 106)]
    assert new.recording.path.name == "elsewhere.wav"
    assert len(new.events) == 1
    assert project.undo() == "import labels"
    assert labelled_recordings(project) == before


def test_unknown_recordings_stay_out_unless_wanted(project: Project, tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("filename\tonset\toffset\tevent_label\nelsewhere.wav\t0\t1\tDog\n")
    plan = plan_for_project(project, read_for_project(project, table).recordings)
    assert [r.path.name for r in plan.new_recordings] == ["elsewhere.wav"]
    assert import_command(project, plan).changes == ()


def test_a_table_without_names_goes_to_the_recording_that_is_named(
    project: Project, tmp_path: Path
) -> None:
    table = tmp_path / "labels.txt"
    table.write_text("7\t8\tDog\n")
    b = labelled_recordings(project, ["b"])[0].recording
    plan = plan_for_project(project, read_for_project(project, table, recording=b).recordings)
    project.apply(import_command(project, plan))
    assert [e.onset_s for e in labelled_recordings(project, ["b"])[0].events] == [7.0]


def test_conflicts_wait_for_a_decision(project: Project, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    (a, _) = labelled_recordings(project)
    other = replace(a, events=a.events.with_events(replace(CAT, state=ReviewState.REJECTED)))
    write_labels("csv", [other], table)
    plan = plan_for_project(project, read_for_project(project, table).recordings)
    assert len(plan.of(ImportKind.CONFLICTING)) == 1
    assert import_command(project, plan).changes == ()
    project.apply(import_command(project, plan, single={"d2": Resolve.TAKE}))
    event = project.events.of("a").get("d2")
    assert event is not None
    assert event.state is ReviewState.REJECTED
