"""Runs with results in S3 that are killed twenty times, on two machines in turn."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.core.storage import stores

from .test_servers import RATE, bucket, recordings, s3, s3_server  # noqa: F401 - fixtures

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
KILLS = 20
CLIPS = 24
_PROGRAM = """
import sys, time
from yamnet_gui.batch import stored_run
from yamnet_gui.core.storage import lock
from yamnet_gui.core.storage.fsspec_store import FsspecStore
from yamnet_gui.__main__ import main
stored_run.COPIED_EVERY_S = 0.1
stored_run.SHARE = 1
lock.DEAD_AFTER_S = -1.0 if sys.argv.pop(1) == "dead" else 1e9
write = FsspecStore._write
def slowly(*arguments):
    time.sleep(0.05)
    write(*arguments)
    time.sleep(0.05)
FsspecStore._write = slowly
sys.exit(main(sys.argv[1:]))
"""


def test_tables_are_those_of_a_run_that_nobody_disturbed(
    s3: Any,  # noqa: F811
    tmp_path: Path,
    tiny_weights: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stores._store.cache_clear()
    for number in range(CLIPS):
        sound = tmp_path / f"{number:02}.wav"
        write_sound(sound, 2.0, seed=number)
        s3.upload_file(str(sound), "field", f"clips/{sound.name}")

    def started(place: str, machine: str) -> "subprocess.Popen[bytes]":
        arguments = [
            "analyze", "s3://field/clips", "--weights", str(tiny_weights), "--threshold", "0.0005",
            "-o", f"{place}/events.csv", "--scores", f"{place}/scores.csv",
            "--dataset", f"{place}/all", "--no-cache",
        ]  # fmt: skip
        environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / machine)}
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "dead", *arguments],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def content(prefix: str) -> dict[str, bytes]:
        listed = s3.list_objects_v2(Bucket="field", Prefix=prefix).get("Contents", [])
        return {
            o["Key"].removeprefix(prefix): s3.get_object(Bucket="field", Key=o["Key"])[
                "Body"
            ].read()
            for o in listed
        }

    def same() -> bool:
        """Tables byte for byte; those of the dataset by their rows, since files of recordings that
        were added twice have other names."""
        both = [content(f"{place}/") for place in ("killed", "whole")]
        rows = []
        for files in both:
            tables = [name for name in files if name.endswith(".parquet")]
            listed = json.loads(files.pop("all/manifest.json"))["files"]
            assert sorted(f"all/{name}" for name in listed) == sorted(tables)
            read = [(n.split("/")[1], pyarrow.parquet.read_table(io.BytesIO(files.pop(n))))
                    for n in tables]  # fmt: skip
            rows.append({kind: table.to_pylist() for kind, table in read})
        assert both[0].keys() == both[1].keys()
        assert both[0] == both[1]
        return rows[0] == rows[1]

    began = time.monotonic()
    whole = started("s3://field/whole", "undisturbed")
    _, err = whole.communicate()
    assert whole.returncode == 0, err.decode()
    takes_s = time.monotonic() - began
    chance, killed, ended = random.Random(7), 0, 0
    while killed < KILLS:
        run = started("s3://field/killed", f"machine{chance.randrange(2)}")
        try:
            _, err = run.communicate(timeout=chance.uniform(0.3, 1.0) * takes_s)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.communicate()
            killed += 1
            continue
        assert run.returncode == 0, err.decode()
        ended += 1
        assert same()
        for name in content("killed/"):
            s3.delete_object(Bucket="field", Key=f"killed/{name}")
    run = started("s3://field/killed", "machine0")
    _, err = run.communicate()
    assert run.returncode == 0, err.decode()
    assert same()
    print(f"{killed} runs killed, {ended} ended by themselves, {takes_s:.1f} s undisturbed")
