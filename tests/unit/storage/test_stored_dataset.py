"""Datasets at an address: made here, brought there, and read there."""

import re
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.batch.stored_run import StoredRun
from yamnet_gui.core.storage.statuses import ask_again

pytestmark = pytest.mark.workflow
pytest.importorskip("fsspec", reason="fsspec lets DuckDB read at addresses")
pytest.importorskip("duckdb", reason="duckdb answers questions to datasets")

THERE = "fake://bucket/results/all"


@pytest.fixture
def analyze(store, run, tiny_weights, tmp_path, monkeypatch):
    """Adds the recordings of these numbers on this machine; exit status and messages."""
    (store.folder / "bucket" / "night").mkdir()
    for number in range(4):
        write_sound(store.folder / f"bucket/night/{number}.wav", 1.0, seed=number)

    def added(*numbers: int, machine: str = "one", to: str = THERE):
        ask_again()
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / machine))
        sounds = [f"fake://bucket/night/{number}.wav" for number in numbers]
        status, _, err = run(
            "analyze", *sounds, "--dataset", to, "--weights", tiny_weights, "--threshold", 0.001
        )
        return status, err

    return added


@pytest.fixture
def asked(run):
    def answers(*options: object, of: str = THERE):
        ask_again()
        status, out, err = run("dataset", of, *options)
        return status, out + err

    return answers


def _files(store) -> set[str]:
    top = store.folder / "bucket/results/all"
    return {p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()}


def test_another_machine_goes_on_with_what_one_has_analysed_for_a_dataset(
    analyze, asked, tmp_path, monkeypatch
):
    def copied(stored: StoredRun) -> None:
        stored.copy()
        if len(list((tmp_path / "one").rglob("*.dataset.json"))) > 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StoredRun, "copy_when_due", copied)
        assert analyze(0, 1, 2, 3)[0] == 130
    status, err = analyze(0, 1, 2, 3, machine="two")
    assert status == 0, err
    found = re.search(r"4 done \((\d) in an earlier run\)", err)
    assert found is not None, err
    assert int(found[1]) >= 2
    assert "whole: every file is there as it was written" in asked("--check")[1]


def test_machines_add_to_one_dataset_which_is_that_of_a_folder(
    store, analyze, asked, tmp_path, run
):
    here = str(tmp_path / "all")
    for place in (THERE, here):
        write_sound(store.folder / "bucket/night/1.wav", 1.0, seed=1)
        store.tags["1.wav"] = "one"
        assert analyze(0, 1, to=place)[0] == 0
        assert analyze(2, machine="two", to=place)[0] == 0
        write_sound(store.folder / "bucket/night/1.wav", 2.0, seed=9)  # replaced
        store.tags["1.wav"] = "two"
        assert analyze(1, 3, machine="two", to=place)[0] == 0
    assert _files(store) == {
        p.relative_to(here).as_posix() for p in Path(here).rglob("*") if p.is_file()
    }
    events = asked("--events", "--limit", 999)
    assert events[0] == 0
    assert events == asked("--events", "--limit", 999, of=here)
    assert len(events[1].splitlines()) > 4
    assert "whole: every file is there as it was written" in asked("--check")[1]
    status, err = analyze(0, 1, 2, 3)
    assert (status, "4 done (4 in an earlier run)" in err) == (0, True), err
    status, _, err = run("dataset", THERE, "--into", tmp_path / "p.yamnet")
    assert status == 0, err


@pytest.mark.parametrize("after", [1, 3])
def test_what_could_not_be_brought_is_brought_by_the_next_command(store, analyze, asked, after):
    assert analyze(0)[0] == 0
    before = asked("--events", "--limit", 999)
    count = 0

    def refuse():
        nonlocal count
        if "all.lock" not in {p.name for p in (store.folder / "bucket/results").iterdir()}:
            return  # the lock itself
        count += 1
        if count > after + 1:  # the lock is renewed before
            raise PermissionError("hunter2")

    store.failing_writes = refuse
    status, err = analyze(1, 2)
    assert status == 2
    assert err.splitlines()[-1].startswith(f"yamnet-gui: {THERE}: the server refuses access")
    assert "hunter2" not in err
    assert asked("--events", "--limit", 999) == before  # who reads finds the former one
    store.failing_writes = lambda: None
    status, err = analyze(1, 2)
    assert (status, "2 done (2 in an earlier run)" in err) == (0, True), err
    assert "3 recordings" in asked()[1]
    assert "whole: every file is there as it was written" in asked("--check")[1]


def test_what_another_machine_has_added_meanwhile_stays(store, analyze, asked):
    def refuse():
        if (store.folder / "bucket/results/all.lock").exists() and not store.tags.get("passed"):
            store.tags["passed"] = "once"
        elif (store.folder / "bucket/results/all.lock").exists():
            raise PermissionError

    assert analyze(0)[0] == 0
    store.failing_writes = refuse
    assert analyze(1)[0] == 2
    store.failing_writes = lambda: None
    assert analyze(2, machine="two")[0] == 0
    assert analyze(1)[0] == 0
    assert "3 recordings" in asked()[1]
    assert "whole: every file is there as it was written" in asked("--check")[1]


def test_other_files_at_the_address_are_left_alone(store, analyze, asked):
    status, err = analyze(0, to="fake://bucket/night")
    assert status == 2
    assert "fake://bucket/night: holds other files and is not a dataset" in err
    assert "fake://bucket/night: is not a dataset folder" in asked(of="fake://bucket/night")[1]
    assert "fake://bucket/none: is not there" in asked(of="fake://bucket/none")[1]


def test_a_dataset_of_other_rules_is_named_by_its_address(analyze, run, tiny_weights):
    assert analyze(0)[0] == 0
    status, _, err = run(
        "analyze", "fake://bucket/night/1.wav", "--dataset", THERE, "--weights", tiny_weights,
        "--threshold", 0.002,
    )  # fmt: skip
    assert status == 2
    assert err.splitlines()[-1].startswith(f"yamnet-gui: {THERE}: was written with other rules")


def test_a_search_for_similar_sounds_says_that_it_needs_the_dataset_here(analyze, asked):
    assert analyze(0)[0] == 0
    for question in (["--index"], ["--like", "owl.wav"]):
        status, err = asked(*question)
        assert status == 2
        assert f"{THERE}: a search for similar sounds reads its index on this computer" in err
