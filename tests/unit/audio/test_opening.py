"""Whatever the user opens: a recording that can be read, or one clear sentence."""

from pathlib import Path

import pytest

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError

from .broken_files import BrokenFile, make_broken_files


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BrokenFile]:
    return {b.name: b for b in make_broken_files(tmp_path_factory.mktemp("broken"))}


def test_more_than_thirty_broken_files_are_tried(broken: dict[str, BrokenFile]) -> None:
    assert sum(b.expect == "error" for b in broken.values()) >= 25
    assert len(broken) >= 40


def _names() -> list[str]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return [b.name for b in make_broken_files(Path(folder))]


@pytest.mark.parametrize("name", _names())
def test_broken_or_odd_file(
    name: str, broken: dict[str, BrokenFile], capfd: pytest.CaptureFixture[str]
) -> None:
    case = broken[name]
    if case.expect == "error":
        with pytest.raises(RecordingError) as raised:
            open_audio(case.path).close()
        message = str(raised.value)
        assert case.words in message
        assert str(case.path) in message
        assert "\n" not in message
    else:
        with open_audio(case.path) as source:
            if not case.reads:
                with pytest.raises(RecordingError, match="cannot be read at"):
                    list(source.blocks(5000))
                return
            total = sum(len(block) for block in source.blocks(5000))
            assert total == source.frames > 0
            if case.frames is not None:
                assert source.frames == case.frames
            assert bool(source.warnings) or not case.words
            assert case.words in " ".join(source.warnings)
    assert capfd.readouterr().err == ""
