"""The tasks of simulated workers of `benchmarks/cluster.py`: they sleep."""

import time
from typing import Any

from yamnet_gui.batch.cluster.worker import RunOnWorker
from yamnet_gui.batch.executor import Group
from yamnet_gui.batch.journal import Record


class SleepingPlugin(RunOnWorker):
    """Keys of tasks end with how many seconds they take."""

    def __init__(self) -> None:
        self.name = "yamnet-gui-simulated"

    def setup(self, worker: Any) -> None:
        pass

    def teardown(self, worker: Any) -> None:
        pass

    def run(self, group: Group) -> list[Record]:
        time.sleep(sum(float(task.key.split()[1]) for task in group))
        return [
            Record(
                task.key, task.key, 0, 0,
                best=tuple((f"Some class {k}", 0.5) for k in range(5)),
                parts=(("clips.csv", "0123456789ab.parts", 0, 12345, 0),),
            )
            for task in group
        ]  # fmt: skip
