"""How a cluster is named, without starting one."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from yamnet_gui.batch.cluster import check_place
from yamnet_gui.batch.cluster.places import planned_workers
from yamnet_gui.batch.cluster.sameness import Shared, shared_by, versions
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.worker import Task
from yamnet_gui.core.errors import SettingsError


@pytest.mark.quick
@pytest.mark.parametrize("place", ["local", "local:3", "tcp://127.0.0.1:8786", "tls://host:8786"])
def test_places_that_need_no_description(place):
    pytest.importorskip("distributed")
    check_place(place)


@pytest.mark.quick
@pytest.mark.parametrize("place", ["", "local:0", "local:x", "nonsense", "localhost:8786"])
def test_what_names_no_cluster_is_refused_in_a_sentence(place):
    pytest.importorskip("distributed")
    with pytest.raises(SettingsError, match="--cluster: "):
        check_place(place)


@pytest.mark.quick
def test_without_the_library_the_option_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"pip install 'yamnet-gui\[cluster\]'"):
        check_place("local")


@pytest.mark.parametrize("name", ["slurm", "pbs", "sge", "lsf", "htcondor", "oar"])
def test_queueing_systems_are_those_of_dask_jobqueue(tmp_path, name):
    pytest.importorskip("dask_jobqueue")
    file = tmp_path / "cluster.yaml"
    file.write_text("cores: 1\nmemory: 2GB\njobs: 20\n")
    check_place(f"{name}:{file}")
    file.write_text(f"jobqueue:\n  {name}:\n    cores: 1\n    memory: 2GB\n    maximum-jobs: 9\n")
    check_place(f"{name}:{file}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read"),
        ("cores: [", "is no YAML"),
        ("- 1\n", "describes no cluster of slurm"),
        ("cores: 1\n", "does not say how many jobs"),
        ("cores: 1\njobs: many\n", "jobs: many is no number of jobs"),
        ("cores: 1\njobs: 0\n", "jobs: 0 is no number of jobs"),
    ],
)
def test_a_bad_description_is_refused_with_its_file(tmp_path, text, sentence):
    pytest.importorskip("dask_jobqueue")
    file = tmp_path / "cluster.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match=f"cluster.yaml: {sentence}"):
        check_place(f"slurm:{file}")


def test_an_unknown_queueing_system_is_refused_with_those_that_there_are(tmp_path):
    pytest.importorskip("dask_jobqueue")
    with pytest.raises(SettingsError, match=r"no queueing system 'slum' — use one of .*slurm"):
        check_place(f"slum:{tmp_path / 'cluster.yaml'}")


def shared(here, **changes) -> Shared:
    recording = here / "a.wav"
    recording.write_bytes(b"123")
    values = {
        "versions": versions(), "folder": here, "mark": None, "token": "t",
        "recording": recording, "size": 3,
    }  # fmt: skip
    return Shared(**(values | changes))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("text", "workers"),
    [("jobs: 100", 100), ("maximum_jobs: 40\nminimum_jobs: 2", 40), ("jobs: 5\nprocesses: 4", 20)],
)
def test_work_is_divided_for_the_workers_that_a_description_asks_for(tmp_path, text, workers):
    """None of them runs yet when it is."""
    file = tmp_path / "cluster.yaml"
    file.write_text(text)
    assert planned_workers(f"slurm:{file}") == workers
    assert planned_workers("tcp://host:8786") == planned_workers("local:3") == 0


@pytest.mark.quick
def test_a_worker_that_sees_everything_takes_part(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shared(tmp_path).take_up()
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    made = shared_by(run_folder, [tmp_path / "none.wav", tmp_path / "a.wav"])
    assert (made.size, made.recording) == (3, tmp_path / "a.wav")
    made.take_up()


@pytest.mark.quick
def test_a_worker_that_lacks_something_says_what_and_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = {**versions(), "numpy": "1.0"}
    for changes, sentence in [
        ({"versions": other}, r"numpy .* instead of 1\.0.* — install the same versions"),
        ({"recording": tmp_path / "b.wav"}, r"does not see .*b\.wav — put the recordings"),
        ({"size": 4}, r"does not see .*a\.wav"),
        ({"mark": tmp_path / "no" / "x"}, r"does not see the folder .*no, .* — write to a folder"),
    ]:
        with pytest.raises(SettingsError, match=sentence):
            shared(tmp_path, **changes).take_up()
    with pytest.raises(SettingsError, match=r"does not see the folder .*gone .* — start the comm"):
        shared(tmp_path, folder=tmp_path / "gone").enter_folder()


class _Standing:
    """Says where relative paths begin while a group is at work."""

    def run(self, group):
        for task in group:
            yield task, Record(task.key, str(Path.cwd()), 0, 0)

    def sync(self):
        """Nothing was written."""

    def close(self):
        """Nothing is open."""


@pytest.mark.quick
def test_runs_of_two_programs_on_one_worker_stand_each_in_its_own_folder(tmp_path, monkeypatch):
    """Else the same relative path is a recording of the other one."""
    pytest.importorskip("distributed")
    from yamnet_gui.batch.cluster.worker import RunOnWorker

    monkeypatch.chdir(tmp_path)
    plugins = []
    for name in ("a", "b"):
        here = tmp_path / name
        here.mkdir()
        plugin = RunOnWorker(_Standing, shared(here, token=name), own=False)
        plugin.setup(SimpleNamespace(state=SimpleNamespace(nthreads=1)))
        plugins.append((plugin, str(here)))
    for _ in range(2):
        for plugin, here in plugins:
            (record,) = plugin.run([Task(Path("night/1.wav"), "1")])
            assert record.file == here


@pytest.mark.quick
def test_notebooks_give_a_cluster_files_whose_results_are_stored(tmp_path, tiny_weights):
    from yamnet_gui import embed

    with pytest.raises(SettingsError, match="cluster: takes files"):
        embed([0.0] * 16000, 16000, weights=tiny_weights, cluster="local:1")
    with pytest.raises(SettingsError, match="cluster: needs the cache"):
        embed(tmp_path / "a.wav", weights=tiny_weights, cache=False, cluster="local:1")
