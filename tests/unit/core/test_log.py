"""The log: there when it is needed, bounded, and never in the way."""

import logging
import os
from pathlib import Path

import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.cli.main import run_command
from yamnet_gui.core import log as module
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.log import last_lines, log_path, logging_to_file
from yamnet_gui.core.report import error_report

LOGGER = logging.getLogger("yamnet_gui.of_a_test")


def test_what_is_logged_is_in_the_file_with_the_versions_before_it() -> None:
    with logging_to_file(["analyze", "street.wav"]):
        LOGGER.info("street.wav: 12 frames")
        LOGGER.debug("not without --verbose")
    first, second = last_lines()
    assert "yamnet_gui" in first
    assert "Python" in first
    assert first.endswith("arguments: analyze street.wav")
    assert second.endswith("yamnet_gui.of_a_test: street.wav: 12 frames")


def test_verbose_logs_details_on_the_standard_error_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logging_to_file([], verbose=True):
        LOGGER.debug("a detail")
    assert "a detail" in capsys.readouterr().err
    assert "a detail" in last_lines()[-1]


def test_names_that_are_not_text_are_logged_escaped(caplog: pytest.LogCaptureFixture) -> None:
    with logging_to_file(["analyze", "odd\udcff.wav"]):
        pass
    assert last_lines()[0].endswith("odd\\udcff.wav")
    assert caplog.text.isascii()


def test_secrets_of_addresses_are_not_logged() -> None:
    with logging_to_file(["embed", "https://anna:hunter2@host/a.wav?sig=hunter2", "-o", "v.npz"]):
        pass
    assert last_lines()[-1].endswith("arguments: embed https://host/a.wav -o v.npz")


def test_nothing_is_logged_before_and_after() -> None:
    with logging_to_file([]):
        pass
    count = len(last_lines())
    LOGGER.error("too late")
    assert len(last_lines()) == count
    assert logging.getLogger("yamnet_gui").handlers == []


def test_the_log_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_BYTES", 2_000)
    with logging_to_file([]):
        for n in range(200):
            LOGGER.info("line %d of many", n)
    files = sorted(log_path().parent.iterdir())
    assert [f.name for f in files] == ["yamnet-gui.log"] + [
        f"yamnet-gui.log.{n}" for n in (1, 2, 3)
    ]
    assert all(f.stat().st_size <= 2_000 for f in files)
    assert last_lines()[-1].endswith("line 199 of many")


def test_a_folder_that_cannot_be_made_costs_only_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setattr(module, "log_path", lambda: blocked / "yamnet-gui.log")
    with logging_to_file([]):
        LOGGER.info("nowhere")


def test_the_command_line_shows_where_the_log_is_and_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logging_to_file([]):
        LOGGER.warning("the last line")
    assert run_command(["--log"]) == 0
    path, *lines = capsys.readouterr().out.splitlines()
    assert path == str(log_path())
    assert lines[-1].endswith("the last line")


def test_an_unexpected_error_is_one_sentence_and_its_trace_is_in_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(_options: object) -> int:
        raise ZeroDivisionError("by a test")

    monkeypatch.setattr("yamnet_gui.cli.cache.run", defect)
    assert run_command(["cache"]) == 70
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert "ZeroDivisionError: by a test" in text
    assert str(log_path()) in text
    assert "Traceback" in "\n".join(last_lines())


def test_what_a_user_can_act_on_is_in_the_log_without_a_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_options: object) -> int:
        raise UserError("street.wav", "is empty")

    monkeypatch.setattr("yamnet_gui.cli.cache.run", refuse)
    assert run_command(["cache"]) == 2
    assert "street.wav is empty" in last_lines()[-1].replace(":", "")


def test_a_report_has_versions_and_the_trace() -> None:
    try:
        raise ValueError("by a test")
    except ValueError as error:
        text = error_report(type(error), error, error.__traceback__, "Qt 6")
    for part in ("yamnet_gui", "Python", "Qt 6", str(log_path()), "ValueError: by a test"):
        assert part in text


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", sorted(ATTACKS))
@pytest.mark.parametrize("name", ["yamnet-gui.log", "yamnet-gui.log.1", "yamnet-gui.log.3"])
def test_nothing_is_logged_or_moved_through_links(attack: str, name: str, tmp_path: Path) -> None:
    victim = victim_in(tmp_path / "theirs")
    place = log_path().with_name(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    ATTACKS[attack](place, victim)
    inode = os.lstat(place).st_ino
    with logging_to_file([]):
        LOGGER.info("a line")
    assert untouched(victim)
    assert [(p.name, os.lstat(p).st_ino) for p in place.parent.iterdir()] == [(name, inode)]


def test_an_older_log_that_became_a_link_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGEST_BYTES", 2_000)
    place = log_path().with_name("yamnet-gui.log.2")
    with logging_to_file([]):
        LOGGER.info("a line")
        place.mkdir()
        (place / "theirs").write_text("theirs")
        for n in range(200):
            LOGGER.info("line %d of many", n)
    assert (place / "theirs").read_text() == "theirs"
    assert log_path().stat().st_size < 4_000
