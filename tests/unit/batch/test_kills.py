"""The real program, killed with SIGKILL at random moments and started again."""

import csv
import filecmp
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.unit.fakes import write_sound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL"),
]


def analyze(*arguments: str | Path, cache: Path, weights: Path) -> subprocess.Popen:
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(cache),
        "YAMNET_GUI_WEIGHTS": str(weights),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "yamnet_gui", "analyze", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stored_bytes(cache: Path) -> int:
    """How much of the scores of the one recording is stored."""
    return sum(path.stat().st_size for path in cache.rglob("mix.scores.npy"))


def killed_at(size: int, cache: Path, process: subprocess.Popen) -> bool:
    """Kills the process once more than `size` is stored; False where it ended before."""
    while process.poll() is None and stored_bytes(cache) <= size:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    return process.returncode < 0


def killed_after(seconds: float, process: subprocess.Popen) -> bool:
    """Whether the program had to be killed; what it wrote is thrown away."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


def make_batch(
    folder: Path, count: int, corrupt: int, seed: int = 0
) -> tuple[list[Path], list[Path]]:
    """Short sounds of which some are corrupt, each in another way; the good and the bad ones."""
    folder.mkdir()
    chance = random.Random(seed)
    bad_ones = set(chance.sample(range(count), corrupt))
    good, bad = [], []
    for k in range(count):
        path = write_sound(folder / f"{k:03d} ü, {chance.randrange(10)}.wav", 1 + k % 4, seed=k)
        if k in bad_ones:
            spoil(path, len(bad))
            bad.append(path)
        else:
            good.append(path)
    return good, bad


def spoil(path: Path, way: int) -> None:
    content = path.read_bytes()
    noise = np.random.default_rng(way).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    ways = [
        b"",
        b"This is a letter.\n" * 100,
        noise,
        bytes(5000),
        content[: 10 + way % 30],
        b"RIFF" + noise,
        content[:22] + bytes(2) + content[24:],  # no channels
        content[:24] + bytes(4) + content[28:],  # no rate
        content[:40] + bytes(4),  # no samples
        b"fLaC" + noise,
        b"OggS" + noise,
        content[:20] + b"\x42\x42" + content[22:],  # unknown encoding
    ]
    if way % (len(ways) + 2) == len(ways):
        path.unlink()
        path.symlink_to("nowhere.wav")
    elif way % (len(ways) + 2) == len(ways) + 1:
        path.unlink()
        path.symlink_to(path)
    else:
        path.write_bytes(ways[way % (len(ways) + 2)])


def run_batch_with_kills(
    folder: Path, weights: Path, count: int, corrupt: int, kills: int, longest_s: float
) -> int:
    """Checks that nothing is lost or doubled; how often the program really was killed."""
    good, bad = make_batch(folder / "sounds", count, corrupt)
    table = folder / "events.csv"
    arguments = (
        "-o",
        table,
        "--threshold",
        "0.3",
        "--scores",
        folder / "scores.csv",
        "--jobs",
        "2",
    )
    cache = folder / "cache"
    chance = random.Random(1)
    killed = 0
    for _ in range(kills):
        process = analyze(folder / "sounds", *arguments, cache=cache, weights=weights)
        killed += killed_after(chance.uniform(longest_s / 3, longest_s), process)
    last = analyze(folder / "sounds", *arguments, cache=cache, weights=weights)
    _, errors = last.communicate()
    assert last.returncode == 1, errors

    with table.with_name("events.reviewed.csv").open(newline="", encoding="utf-8") as file:
        assert [row["file"] for row in csv.DictReader(file)] == [str(path) for path in good]
    with (folder / "events.failed.csv").open(newline="", encoding="utf-8") as file:
        failed = {row["file"]: row["reason"] for row in csv.DictReader(file)}
    assert sorted(failed) == sorted(str(path) for path in bad)
    assert all(failed.values())
    assert all(f"failed: {path}: " in errors for path in bad)

    alone = folder / "alone.csv"
    others = ("-o", alone, "--threshold", "0.3", "--jobs", "1")
    undisturbed = analyze(folder / "sounds", *others, cache=folder / "fresh", weights=weights)
    undisturbed.communicate()
    assert undisturbed.returncode == 1
    with table.open(newline="", encoding="utf-8") as file, alone.open(newline="") as other:
        rows, wanted = list(csv.DictReader(file)), list(csv.DictReader(other))
    assert [(r["file"], r["label"]) for r in rows] == [(r["file"], r["label"]) for r in wanted]
    assert len({(r["file"], r["label"], r["onset_s"]) for r in rows}) == len(rows)
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        clips = [(row[0], row[2]) for row in csv.reader(file)][1:]
    assert len(clips) == len(set(clips))
    assert {name for name, _ in clips} == {str(path) for path in good}
    left = {path.name for path in folder.iterdir() if "unfinished" in path.name}
    assert left == set()
    return killed


def test_a_killed_analysis_ends_with_the_same_bits(tmp_path, tiny_weights):
    sound = write_sound(tmp_path / "long.wav", 1200.0, rate=8000)
    wanted = tmp_path / "wanted.npz"
    process = analyze(sound, "--scores", wanted, cache=tmp_path / "a", weights=tiny_weights)
    process.communicate()
    assert process.returncode == 0
    scores = tmp_path / "found.npz"
    chance = random.Random(2)
    killed, sizes = 0, [0]
    for _ in range(5):
        process = analyze(sound, "--scores", scores, cache=tmp_path / "b", weights=tiny_weights)
        more = chance.randrange(100_000, 500_000)
        if not killed_at(sizes[-1] + more, tmp_path / "b", process):
            break
        killed += 1
        sizes.append(stored_bytes(tmp_path / "b"))
    assert killed >= 3
    assert sizes == sorted(sizes)
    process = analyze(sound, "--scores", scores, cache=tmp_path / "b", weights=tiny_weights)
    process.communicate()
    assert process.returncode == 0
    with np.load(wanted) as first, np.load(scores) as second:
        assert np.array_equal(first["scores"], second["scores"])
        assert np.array_equal(first["embeddings"], second["embeddings"])
    stored = [sorted((tmp_path / name).rglob("*.npy")) for name in ("a", "b")]
    assert len(stored[0]) == 3  # scores, embeddings, envelope
    assert all(filecmp.cmp(one, other, shallow=False) for one, other in zip(*stored, strict=True))


def test_a_killed_batch_loses_and_doubles_nothing(tmp_path, tiny_weights):
    assert run_batch_with_kills(tmp_path, tiny_weights, 60, 12, 3, 9.0)
