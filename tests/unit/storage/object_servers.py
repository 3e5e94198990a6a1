"""Servers of Google's and Azure's kind on this machine, where somebody has installed them.

`pip install gcp-storage-emulator`; `npm install -g azurite` (or its folder of programs in PATH).
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of Azurite's documentation: every such server has them."""


@contextmanager
def served(scheme: str, folder: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The port of a server, and its process. Skips where its package is not installed."""
    port = _free_port()
    if scheme == "gs":
        pytest.importorskip("gcsfs", reason="gcsfs reads gs://")
        program = _program("gcp-storage-emulator", "is the server of gs://")
        command = [program, "start", "--host=127.0.0.1", f"--port={port}", "--in-memory"]
    else:
        pytest.importorskip("adlfs", reason="adlfs reads az://")
        program = _program("azurite-blob", "(npm install azurite) is the server of az://")
        command = [
            program, "--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", str(port),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port, process
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """The server dies, with what it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def environment(scheme: str, port: int, *, key: str = KEY) -> dict[str, str]:
    """How the libraries find the server, and what they show it."""
    if scheme == "gs":
        return {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}", "NO_GCE_CHECK": "true"}
    blobs = f"http://127.0.0.1:{port}/{ACCOUNT}"
    text = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key}"
    return {"AZURE_STORAGE_CONNECTION_STRING": f"{text};BlobEndpoint={blobs};"}


def make_bucket(scheme: str, port: int, name: str) -> None:
    if scheme == "gs":
        place = f"http://127.0.0.1:{port}/storage/v1/b?project=p"
        requests.post(place, json={"name": name}, timeout=30).raise_for_status()
        return
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient.from_connection_string(
        environment("az", port)["AZURE_STORAGE_CONNECTION_STRING"]
    ) as client:
        client.create_container(name)


def _program(name: str, what: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} {what}")
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
