"""Arrays that workers make: what is on record is not made twice, and what cannot be is said."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("distributed")

from yamnet_gui.batch.cluster import arrays
from yamnet_gui.batch.cluster.arrays import arrays_from_cluster
from yamnet_gui.batch.executor import Group
from yamnet_gui.batch.journal import Record
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.pipeline import completed

pytestmark = pytest.mark.quick
KEYS = ["0-a", "1-b", "2-c"]


@dataclass(frozen=True)
class Slices:
    """Array k is the k-th byte, as often as it says."""

    def begin(self, data: Path) -> Callable[[int], np.ndarray]:
        content = data.read_bytes()
        return lambda k: np.full(content[k], content[k], np.float32)


class Here:
    """An executor that is this process, and loses what `ends_with` says three times."""

    most_deaths, reason = 3, "ended three workers that had it"

    def __init__(self, begin: Callable[[], Any], ends_with: Sequence[str]) -> None:
        self.lost: list[Any] = []
        self.made: list[str] = []
        self._worker, self._ends_with = begin(), ends_with

    def run(
        self, waiting: deque[Group], *, alone: bool = False
    ) -> Generator[Record | None, None, None]:
        while waiting:
            for task in waiting.popleft():
                if task.key in self._ends_with:
                    self.lost.append((task, 1))
                    yield None
                    continue
                self.made.append(task.key)
                for _, record in self._worker.run([task]):
                    yield record


class Workers:
    """Stands for the cluster; knows what was made by it."""

    def __init__(self) -> None:
        self.ends_with: tuple[str, ...] = ()
        self.made: list[str] = []

    @contextmanager
    def __call__(self, _place: str, begin: Any, *_: Any) -> Iterator[Here]:
        executor = Here(begin, self.ends_with)
        try:
            yield executor
        finally:
            self.made = executor.made
            executor._worker.close()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    made = Workers()
    monkeypatch.setattr(arrays, "on_cluster", made)
    return made


def make(folder: Path, keys: Sequence[str] = KEYS) -> Generator[int, None, list[np.ndarray]]:
    data = folder / "data"
    data.write_bytes(bytes([3, 1, 2]))
    return arrays_from_cluster("local", Slices(), keys, data, folder / "m.unfinished", {"a": 1})


def test_arrays_come_in_the_order_of_their_keys_and_nothing_is_left(tmp_path, workers):
    made = completed(make(tmp_path))
    assert [one.tolist() for one in made] == [[3, 3, 3], [1], [2, 2]]
    assert workers.made == KEYS
    assert [path.name for path in tmp_path.glob("m.*")] in ([], ["m.unfinished.lock"])


def test_what_was_interrupted_goes_on_and_makes_anew_what_changed(tmp_path, workers):
    steps = make(tmp_path)
    while next(steps) < 2:
        pass
    steps.close()
    made = completed(make(tmp_path, ["0-a", "1-other", "2-c"]))
    assert [one.tolist() for one in made] == [[3, 3, 3], [1], [2, 2]]
    assert workers.made == ["1-other", "2-c"]


def test_a_part_that_a_power_cut_took_is_made_again(tmp_path, workers):
    steps = make(tmp_path)
    while next(steps) < 2:
        pass
    steps.close()
    for path in (tmp_path / "m.unfinished").glob("*.parts"):
        path.write_bytes(path.read_bytes()[:-1])
    assert [one.tolist() for one in completed(make(tmp_path))] == [[3, 3, 3], [1], [2, 2]]


def test_what_ends_three_workers_is_named_and_the_rest_is_kept(tmp_path, workers):
    workers.ends_with = ("1-b",)
    with pytest.raises(SettingsError, match=r"part 2 ended three workers.* — give"):
        completed(make(tmp_path))
    workers.ends_with = ()
    completed(make(tmp_path))
    assert workers.made == ["1-b"]


def test_a_full_disk_is_said_with_the_folder(tmp_path, workers, monkeypatch):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(SettingsError, match=r"cannot be written \(No space left on device\)"):
        completed(make(tmp_path))
