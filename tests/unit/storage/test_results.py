"""Results at an address: made here, brought there, and gone on with by another machine."""

import csv
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.batch import make_plan, run_batch
from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.output_places import check_places, made_here, with_places
from yamnet_gui.batch.stored_run import StoredRun
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage.address import path_of

OUT = "fake://bucket/run/scores.csv"


@pytest.fixture
def plan(store):
    (store.folder / "bucket" / "night").mkdir()
    for number in range(4):
        write_sound(store.folder / "bucket" / "night" / f"{number}.wav", 1.0, seed=number)
    return make_plan(["fake://bucket/night"])


@pytest.fixture
def options(tiny_weights):
    def made():  # anew, as a machine with other folders would
        one = BatchOptions(tiny_weights, scores=Path(made_here(OUT)))
        return with_places(one, [OUT])

    return made


def _machine(monkeypatch, folder):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))


def _whole_run(plan, options):
    with StoredRun(options) as stored:
        stored.begin()
        *_, last = run_batch(plan, options)
        return last.summary, stored.finish(last.summary.written)


@pytest.mark.workflow
def test_another_machine_goes_on_with_what_one_left_unfinished(
    store, plan, options, monkeypatch, tmp_path
):
    _machine(monkeypatch, tmp_path / "first")
    one = options()
    with StoredRun(one) as stored:
        stored.begin()
        run = run_batch(plan, one)
        done = 0
        while done < 2:
            done += next(run).record is not None
        stored.copy()
        run.close()
    left = {p.suffix for p in (store.folder / "bucket/run/scores.csv.unfinished").iterdir()}
    assert left == {".jsonl", ".parts"}

    _machine(monkeypatch, tmp_path / "second")
    summary, places = _whole_run(plan, options())
    assert (summary.done, summary.resumed) == (4, 2)
    assert places == (path_of(OUT),)
    result = store.folder / "bucket/run/scores.csv"
    assert [p.name for p in result.parent.rglob("*") if p.is_file()] == ["scores.csv"]
    assert not list((tmp_path / "second").rglob("*.csv"))

    resumed = result.read_bytes()
    result.unlink()
    _machine(monkeypatch, tmp_path / "third")
    summary, _ = _whole_run(plan, options())
    assert summary.resumed == 0
    assert result.read_bytes() == resumed
    names = {row[0] for row in csv.reader(resumed.decode().splitlines()[1:])}
    assert names == {f"fake://bucket/night/{n}.wav" for n in range(4)}


@pytest.mark.workflow
def test_results_that_storage_refuses_stay_here_until_they_can_be_brought(store, plan, options):
    def refuse():
        raise PermissionError("hunter2")

    one = options()
    with StoredRun(one) as stored:
        stored.begin()
        *_, last = run_batch(plan, one)
        store.failing_writes = refuse
        with pytest.raises(SettingsError, match=r"refuses access.*the results are in") as caught:
            stored.finish(last.summary.written)
    assert "hunter2" not in str(caught.value)
    assert one.scores.is_file()

    store.failing_writes = lambda: None
    summary, places = _whole_run(plan, options())
    assert (summary.done, summary.resumed) == (4, 4)  # nothing is analysed twice
    assert places == (path_of(OUT),)
    assert not one.scores.exists()
    result = store.folder / "bucket/run/scores.csv"
    assert [p.name for p in result.parent.rglob("*")] == ["scores.csv"]


def test_outputs_at_addresses_are_made_in_a_folder_of_their_own(store, options):
    assert made_here("events.csv") == "events.csv"
    assert made_here("fake://bucket/run/each/").endswith("/each/")
    one = options()
    assert one.scores.name == "scores.csv"
    assert one.place_of(one.scores) == path_of(OUT)
    assert one.place_of(Path("elsewhere.csv")) == Path("elsewhere.csv")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("fake://bucket/night/0.wav", "is a recording"),
        ("https://host/events.csv", "web servers take no results"),
        ("fake://bucket", "names no file"),
    ],
)
def test_places_that_cannot_take_results_are_refused(store, output, reason):
    with pytest.raises(SettingsError, match=reason):
        check_places([output], [path_of("fake://bucket/night/0.wav")])
