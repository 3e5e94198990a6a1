"""A stored analysis with damage of any kind is dropped and computed again, never an error."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.analysis import ResultCache

STORED = Path(__file__).parents[2] / "data" / "written_by_0_1" / "cache"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The folder of a finished analysis in a cache of this test."""
    shutil.copytree(STORED, tmp_path / "cache")
    return next((tmp_path / "cache" / "results").glob("*/*/analysis.json")).parent


def loaded(folder: Path) -> object:
    return ResultCache(folder.parents[2]).load(folder.name, Path("/data/a.wav"))


def test_a_whole_one_is_used(stored: Path) -> None:
    assert loaded(stored) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "[" * 100_000, '{"tables": 5}', "{}"])
def test_a_torn_description(stored: Path, text: str) -> None:
    (stored / "analysis.json").write_text(text, "utf-8")
    assert loaded(stored) is None
    assert not stored.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("settings", []), ("settings", {"hop_s": 1e400}), ("settings", {"other": 1}),
        ("tables", [5]), ("tables", [{"channel": "x"}]), ("tables", {"a": 1}), ("crc32", [1]),
        ("created_utc", 5), ("duration_s", "x"), ("channels", 1e400), ("reading", 1e400),
        ("warnings", 5), ("sample_rate_hz", None),
    ],
)  # fmt: skip
def test_a_description_with_values_of_other_types(stored: Path, name: str, value: Any) -> None:
    path = stored / "analysis.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), name: value}), "utf-8")
    assert loaded(stored) is None


@pytest.mark.parametrize("name", ["mix.scores.npy", "mix.embeddings.npy"])
@pytest.mark.parametrize("at", [0, 6, 8, 10, 40, 100])
def test_a_torn_head(stored: Path, name: str, at: int) -> None:
    content = bytearray((stored / name).read_bytes())
    content[at : at + 30] = b"(" * 30
    (stored / name).write_bytes(content)
    assert loaded(stored) is None


def test_a_torn_envelope_is_computed_again(stored: Path) -> None:
    path = stored / "mix.envelope.npy"
    path.write_bytes(path.read_bytes()[:60] + b"(" * 20 + path.read_bytes()[80:])
    analysis = ResultCache(stored.parents[2]).load(stored.name, Path("/data/a.wav"))
    assert analysis is not None
    assert analysis.envelope() is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frames", "a"), ("frames", None), ("frames", 1e400), ("frames", -1), ("frames", 10**15),
        ("columns", ["a", 1]), ("columns", []), ("columns", 5), ("columns", [10**9, 10**9]),
        ("crc", {}), ("envelope", [[1], 2]), ("table", []), ("table", None),
    ],
)  # fmt: skip
def test_progress_with_values_of_other_types_begins_again(
    stored: Path, name: str, value: Any
) -> None:
    part = next(stored.parents[1].glob("*/*.part"))
    lines = [json.loads(line) for line in (part / "progress.jsonl").read_text().splitlines()]
    lines[1][name] = value
    (part / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    cache = ResultCache(stored.parents[2])
    with cache.writer(part.name.removesuffix(".part"), [0, 1], lines[0]["recipe"]) as writer:
        assert sum(len(chunk.scores) for chunk in writer.stored(0)) == 0


def test_progress_that_is_nested_deeply_begins_again(stored: Path) -> None:
    part = next(stored.parents[1].glob("*/*.part"))
    recipe = json.loads((part / "progress.jsonl").read_text().splitlines()[0])["recipe"]
    with (part / "progress.jsonl").open("a") as file:
        file.write("[" * 100_000 + "\n")
    cache = ResultCache(stored.parents[2])
    with cache.writer(part.name.removesuffix(".part"), [0, 1], recipe) as writer:
        assert list(writer.stored(0)) == []
