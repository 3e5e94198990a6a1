"""What is secret of an address stands in no output, log, project or table."""

from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.core.log import log_path
from yamnet_gui.core.storage.address import path_of, with_secrets
from yamnet_gui.core.storage.notation import written

MARK = "s3cr3tpw"
WEB = f"http://bob:{MARK}@127.0.0.1:9/d"


def commands(sound: Path, out: Path) -> dict[str, list[str]]:
    table = str(out / "t.csv")
    return {
        "dataset": ["dataset", WEB],
        "dataset of a typed path": ["dataset", WEB.replace("//", "/")],
        "beside": ["dataset", WEB, "--beside", str(out / "p.yamnet")],
        "like": ["dataset", str(out), "--like", WEB],
        "analyze": ["analyze", WEB, "-o", table],
        "into a dataset": ["analyze", str(sound), "--dataset", WEB],
        "provenance": ["analyze", str(sound), "-o", table, "--provenance", WEB],
        "embed": ["embed", str(sound), "-o", f"{WEB}.npz"],
        "activity": ["activity", WEB, "-o", table],
        "export": ["export", WEB, "-o", table],
        "cluster": ["analyze", str(sound), "-o", table, "--cluster", WEB.replace("http", "tcp")],
        "unknown scheme": ["analyze", WEB.replace("http", "ftp"), "-o", table],
    }


@pytest.mark.workflow
@pytest.mark.parametrize("name", list(commands(Path(), Path())))
def test_a_password_in_an_address_is_shown_and_stored_nowhere(run, weights, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    sound = write_sound(tmp_path / "sound.wav", 1.0, seed=1)
    status, printed, errors = run(*commands(sound, out)[name])
    assert status != 0
    assert MARK not in printed + errors
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    stored += log_path().parent.rglob("*")
    assert not [p for p in stored if p.is_file() and MARK.encode() in p.read_bytes()]


def test_a_password_that_came_as_a_path_is_kept_for_the_server_alone():
    text = f"sftp://bob:{MARK}@host/recordings/a.wav"
    path = path_of(str(Path(text)))  # where two slashes have become one
    assert str(path) == "//sftp:/bob@host/recordings/a.wav"
    assert with_secrets(path) == text


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        (f"--cluster=tcp://bob:{MARK}@host:8786", "--cluster=tcp://bob@host:8786"),
        (f"ftp://bob:{MARK}@host/a", "ftp://bob@host/a"),
        (f"https:/bob:{MARK}@host/a", "https://host/a"),
        ("C:/folder/a@b.wav", "C:/folder/a@b.wav"),
        ("--at=12:30@home", "--at=12:30@home"),
    ],
)
def test_arguments_are_logged_without_passwords(argument, shown):
    assert written(argument) == shown
