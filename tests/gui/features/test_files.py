"""What is opened when several files come at once: dropped, named, or handed over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.gui.features import Files
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project


@pytest.mark.workflow
def test_a_project_among_several_files_is_opened_and_the_others_are_named(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    sound_file: Path,
    tmp_path: Path,
) -> None:
    bench = start()
    Project.create(tmp_path / "new.yamnet").close()
    project = (tmp_path / "new.yamnet").rename(tmp_path / "calls.YAMNET")
    bench.feature(Files).open_all([sound_file, project, tmp_path / "more.wav"])
    settled(bench)
    opened = bench.session.project.project
    assert opened is not None
    assert opened.path == project
    notice = next(n for n in bench.shell.notices.notices if "2 more files" in n.text)
    assert str(sound_file) in notice._details
    assert sound_file not in bench.shell.recordings.files
