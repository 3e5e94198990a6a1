"""What is said of a cluster on which nothing goes on, before a run waits for ever."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("distributed")

from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.batch.cluster import executor as executor_module
from yamnet_gui.batch.cluster.executor import ClusterExecutor
from yamnet_gui.batch.cluster.places import Connection
from yamnet_gui.batch.cluster.probe import check_scheduler
from yamnet_gui.batch.cluster.run import begun_worker
from yamnet_gui.batch.cluster.sameness import local_zone
from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.core.errors import SettingsError


class Client:
    """Of a scheduler that knows these workers."""

    status = "running"

    def __init__(self, *workers: dict[str, Any], refused: int = 0) -> None:
        self.scheduler = self
        self._workers = {f"tcp://{k}": worker for k, worker in enumerate(workers)}
        self._refused = refused
        self.registered = 0

    def identity(self) -> None: ...

    def sync(self, _function: Any, **_: Any) -> dict[str, Any]:
        return {"workers": self._workers}

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self._workers, 1)

    def register_plugin(self, _plugin: Any) -> None:
        if self._refused:
            self._refused -= 1
            raise OSError("a worker ended")
        self.registered += 1

    def unregister_worker_plugin(self, _name: str) -> None: ...


class Plugin:
    name = "p"


def worker(status: str, executing: int) -> dict[str, Any]:
    return {"status": status, "metrics": {"task_counts": {"executing": executing}}}


def executor_of(client: Client, fixed: bool = False) -> ClusterExecutor:
    return ClusterExecutor(Connection(client, "tcp://x", False, fixed), Plugin())  # type: ignore[arg-type]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "_QUIET_S", 0.0)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("workers", "fixed", "stuck"),
    [
        ([worker("paused", 0), worker("paused", 0)], False, True),
        ([worker("paused", 0), worker("running", 0)], False, True),
        ([worker("paused", 1), worker("running", 0)], False, False),
        ([worker("running", 0)], False, False),  # it is about to begin
        ([], False, False),  # more may come
        ([], True, True),
        ([worker("running", 1)], True, False),
    ],
)
def test_workers_that_wait_for_memory_end_the_run_with_a_sentence(at_once, workers, fixed, stuck):
    executor = executor_of(Client(*workers), fixed)
    executor._check_at_work()
    if stuck:
        with pytest.raises(SettingsError, match=r"too little memory.* — start them with more"):
            executor._check_at_work()
    else:
        executor._check_at_work()


@pytest.mark.quick
def test_a_worker_that_ends_while_it_is_told_of_the_run_is_no_reason_to_give_up(at_once):
    client = Client(worker("running", 0), refused=2)
    with executor_of(client) as executor:
        assert executor.workers == 1
    assert client.registered == 1
    with pytest.raises(SettingsError, match="too little memory"), executor_of(Client(refused=3)):
        pass


@pytest.mark.quick
def test_work_is_divided_for_those_that_are_there_where_no_more_come():
    client = Client(*[worker("running", 0)] * 2)
    for fixed, expected in ((True, 2), (False, 8)):
        with executor_of(client, fixed) as executor:
            assert executor.expected == expected


@pytest.mark.quick
def test_work_is_divided_for_the_workers_that_are_planned_while_few_run():
    client = Client(*[worker("running", 0)] * 2)
    connection = Connection(client, "slurm:x", True, False, planned=100)
    with ClusterExecutor(connection, Plugin()) as executor:  # type: ignore[arg-type]
        assert executor.expected == 100


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.quick
def test_an_address_where_something_else_answers_is_named(silent, monkeypatch):
    import dask

    monkeypatch.setattr("yamnet_gui.batch.cluster.probe._GREETING_S", -1.8)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "2s"}),
        pytest.raises(SettingsError, match=r"does not speak Dask's protocol.* — start one"),
    ):
        check_scheduler(silent)
    with pytest.raises(SettingsError, match="foo://x: no scheduler answers"):
        check_scheduler("foo://x")


@pytest.mark.workflow
def test_the_address_of_a_worker_is_said_to_be_one():
    from distributed.core import Server

    class Worker(Server):
        pass

    started, ended = threading.Event(), threading.Event()
    address = []

    async def serve() -> None:
        server = Worker({"identity": lambda: {"type": "Worker"}})
        await server.listen("tcp://127.0.0.1:0")
        address.append(server.address)
        started.set()
        while not ended.is_set():
            await asyncio.sleep(0.01)
        await server.close()

    serving = threading.Thread(target=asyncio.run, args=(serve(),))
    serving.start()
    try:
        assert started.wait(20)
        with pytest.raises(SettingsError, match="is a worker, and no scheduler — give the address"):
            check_scheduler(address[0])
    finally:
        ended.set()
        serving.join()


class Future:
    """One whose worker ended after it had finished, so that it is done again."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.callbacks: list[Any] = []

    def add_done_callback(self, function: Any) -> None:
        self.callbacks.append(function)


@pytest.mark.quick
def test_results_that_are_lost_with_their_worker_are_waited_for_again():
    executor = executor_of(Client(worker("running", 0)))
    for status in ("lost", "pending"):
        future = Future(status)
        assert executor._records(future, []) is None  # type: ignore[arg-type]
        assert len(future.callbacks) == 1
    with pytest.raises(SettingsError, match="let go of this run — the same command goes on"):
        executor._records(Future("cancelled"), [])  # type: ignore[arg-type]


@pytest.mark.quick
def test_a_worker_whose_weights_are_others_takes_no_part(tiny_weights):
    options = BatchOptions(tiny_weights)
    model = WeightsModel(tiny_weights)
    begun_worker(options, None, model.sha256, "").close()
    with pytest.raises(SettingsError, match=r"has other weights in .* — copy the same file to all"):
        begun_worker(options, None, "another", "")


@pytest.mark.quick
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set here")
def test_a_worker_in_another_zone_fills_no_dataset_with_start_times_of_its_own(
    tiny_weights, tmp_path, monkeypatch
):
    def go_to(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    options = BatchOptions(tiny_weights, dataset=tmp_path / "made")
    sha256 = WeightsModel(tiny_weights).sha256
    try:
        go_to("Europe/Berlin")
        zone = local_zone()
        go_to("Asia/Tokyo")
        with pytest.raises(SettingsError, match="is in another time zone"):
            begun_worker(options, None, sha256, zone)
        begun_worker(replace(options, zone="UTC"), None, sha256, zone).close()
        go_to("Europe/Paris")  # whose clocks go as those of Berlin do
        begun_worker(options, None, sha256, zone).close()
    finally:
        monkeypatch.undo()
        time.tzset()
