"""Whether every sample of every file is read as ffmpeg decodes it: length, place, random reads.

    python benchmarks/audio_fidelity.py [FOLDER] [--quick] [--json OUT]

With FOLDER it checks the files in it, else it writes one in every container and codec that the
installed ffmpeg can write, 12 s of noise with beeps at 3 and 10 s. Three things are compared:
the length with ffmpeg's (or with ffmpeg's after it has filled gaps), the place of the sound at
several points with ffmpeg's by cross-correlation, and 40 random reads with the sequential one.
Ends with status 1 where anything differs.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from announce import announce
from audio_fidelity_files import generate
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from yamnet_gui.audio import AudioSource, open_audio
from yamnet_gui.core.errors import RecordingError

RANDOM_READS = 40
LOSSY_TOLERANCE_S = 1e-4
FILLED_TOLERANCE_S = 1e-2
"""Where ffmpeg fills gaps by time stamps in whole milliseconds, and trims to the first of them."""
CHANGING_TOLERANCE_S = 2e-3
"""ffmpeg loses what its resampler holds where the rate changes."""
_WINDOW_S, _REACH_S = 0.4, 0.08
_POINTS = (0.05, 0.26, 0.5, 0.84, 0.97)
_QUIET = 1e-4
_FILLED = "aresample=async=1:min_hard_comp=0.05:first_pts=0"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for a file; seconds, and None where it could not be compared."""

    name: str
    encoding: str
    duration_s: float
    length_error_s: float | None
    largest_lag_s: float | None
    wrong_reads: int
    tolerance_s: float = LOSSY_TOLERANCE_S
    refused: str = ""
    by_ffmpeg_too: bool = False


def ffmpeg_decodes(path: Path, rate_hz: int, channels: int, track: int, *, filled: bool) -> NDArray:
    """float32 (n,), the mean of all channels, as ffmpeg decodes a sound track."""
    command = ["ffmpeg", "-v", "quiet", "-i", f"file:{path}", "-map", f"0:a:{track - 1}"]
    if filled:
        command += ["-af", _FILLED]
    command += ["-f", "f32le", "-ar", str(rate_hz), "-ac", str(channels), "-"]
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    content = done.stdout[: len(done.stdout) // (4 * channels) * 4 * channels]
    return np.frombuffer(content, np.float32).reshape(-1, channels).mean(axis=1)


def check(path: Path) -> Checked:
    """Compares a file with what ffmpeg makes of it."""
    try:
        with open_audio(path) as source:
            return _compared(path, source)
    except RecordingError as error:
        by_ffmpeg = len(ffmpeg_decodes(path, 16_000, 1, 1, filled=False)) > 0
        return Checked(
            path.name, "", 0.0, None, None, 0, refused=str(error), by_ffmpeg_too=not by_ffmpeg
        )


def _compared(path: Path, source: AudioSource) -> Checked:
    info = source.info
    rate = info.sample_rate_hz
    whole = np.concatenate(list(source.blocks()))
    wrong = _wrong_reads(source, whole)
    ours = whole.mean(axis=1)
    tolerance = 1 / rate if source.bit_depth is not None else LOSSY_TOLERANCE_S + 1 / rate
    if any("sample rate changes" in warning for warning in source.warnings):
        tolerance = CHANGING_TOLERANCE_S
    best: tuple[float, float] | None = None
    for filled in (False, True):
        theirs = ffmpeg_decodes(path, rate, info.channels, source.track, filled=filled)
        if not len(theirs):
            continue
        result = abs(len(ours) - len(theirs)) / rate, largest_lag(ours, theirs, rate)
        if best is None or sum(result) < sum(best):
            best = result
            tolerance = max(tolerance, FILLED_TOLERANCE_S) if filled else tolerance
        if max(best) <= tolerance:
            break
    length, lag = best if best is not None else (None, None)
    return Checked(path.name, source.encoding, info.duration_s, length, lag, wrong, tolerance)


def _wrong_reads(source: AudioSource, whole: NDArray) -> int:
    """How many of 40 random reads differ from the sequential one by so much as a bit."""
    random = np.random.default_rng(len(whole))
    wrong = 0
    for _ in range(RANDOM_READS):
        first = int(random.integers(len(whole)))
        count = int(random.integers(1, 2 * source.info.sample_rate_hz))
        wrong += not np.array_equal(source.read(first, count), whole[first : first + count])
    return wrong


def largest_lag(ours: NDArray, theirs: NDArray, rate_hz: int) -> float:
    """How far the sound lies from its place at several points, in seconds at worst."""
    window, reach = round(_WINDOW_S * rate_hz), round(_REACH_S * rate_hz)
    shorter = min(len(ours), len(theirs))
    worst = 0.0
    for part in _POINTS:
        first = min(max(reach, round(part * shorter)), shorter - window - reach)
        if first < reach:
            continue
        wanted = ours[first : first + window]
        around = theirs[first - reach : first + window + reach]
        if np.abs(wanted).max() < _QUIET or np.abs(around).max() < _QUIET:
            continue
        size = 1 << (len(around) + window).bit_length()
        product = np.fft.rfft(around, size) * np.conj(np.fft.rfft(wanted, size))
        energy = np.cumsum(np.concatenate([[0.0], np.square(around, dtype=np.float64)]))
        energy = np.sqrt(np.maximum(energy[window:] - energy[:-window], 1e-9))
        likeness = np.fft.irfft(product, size)[: 2 * reach + 1] / energy
        worst = max(worst, abs(int(np.argmax(likeness)) - reach) / rate_hz)
    return worst


def is_length_error(result: Checked) -> bool:
    """Whether a file is longer or shorter than ffmpeg's."""
    return (result.length_error_s or 0.0) > result.tolerance_s


def is_place_error(result: Checked) -> bool:
    """Whether sound lies elsewhere than ffmpeg's, or a random read differs from the whole."""
    return result.wrong_reads > 0 or (result.largest_lag_s or 0.0) > result.tolerance_s


def is_refused(result: Checked) -> bool:
    """Whether a file is refused that ffmpeg reads."""
    return bool(result.refused) and not result.by_ffmpeg_too


def _files(folder: Path | None, made: Path, *, quick: bool) -> Iterator[Path]:
    if folder is not None:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
        return
    for path, fine in generate(made, quick=quick):
        if fine:
            yield path
            path.unlink()


def checked(paths: Iterable[Path]) -> list[Checked]:
    """Checks one file after another, and prints what each of them is like."""
    results = []
    for path in paths:
        result = check(path)
        results.append(result)
        problem = "refused" if is_refused(result) else ""
        problem = problem or ("length" if is_length_error(result) else "")
        problem = problem or ("place" if is_place_error(result) else "")
        length = "-" if result.length_error_s is None else f"{result.length_error_s * 1e3:.2f} ms"
        lag = "-" if result.largest_lag_s is None else f"{result.largest_lag_s * 1e3:.2f} ms"
        line = (
            f"{result.name:42} {result.encoding:24} {result.duration_s:9.3f} s  length {length:>9}"
        )
        line += f"  lag {lag:>9}  reads {result.wrong_reads:2}  {problem} {result.refused}"
        print(line.rstrip(), flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="files to check")
    parser.add_argument("--quick", action="store_true", help="every fifth combination")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures here")
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("There is no ffmpeg to compare with; install it first.")
    if arguments.folder is None:
        announce(240, 50, quick=arguments.quick)
    with tempfile.TemporaryDirectory() as made:
        results = checked(_files(arguments.folder, Path(made), quick=arguments.quick))
    summary = {
        "files": len(results),
        "length_errors": sum(map(is_length_error, results)),
        "place_errors": sum(map(is_place_error, results)),
        "refused": sum(map(is_refused, results)),
    }
    print(json.dumps(summary))
    if arguments.json:
        details = {"results": [asdict(result) for result in results]}
        arguments.json.write_text(json.dumps(summary | details, indent=1), encoding="utf-8")
    return 1 if any(count for key, count in summary.items() if key != "files") else 0


if __name__ == "__main__":
    sys.exit(main())
