"""How the window keeps up: start, pictures, frames and memory, on short and long recordings.

Everything is measured in processes of their own, offscreen at 1920 × 1080, on generated 48 kHz
stereo WAVs with 5,000 events and 30 shown classes. Beside our frames stand those of what one would
write first: pyqtgraph's own down-sampling over the whole array. Figures of one run compare with
each other, not with those of another machine.

`window_s` counts from the start of the process until the window is painted. `overview_cold_s` and
`overview_warm_s` count from opening the recording in that window until its whole waveform is
painted, the first time and with the peaks in the cache; `…_from_start_s` is the same counted from
the start of a process that is given the recording on its command line. Frames are those of panning
and zooming. `many_…` are this thread's own work in frames with 10,000 boxes in view and columns of
measures, which other programs do not lengthen; `…_late` is the share of those that take more than a
sixtieth of a second. With weights (YAMNET_GUI_WEIGHTS) the gaps of the event loop during the
analysis of an hour are measured, too.

    python benchmarks/window.py [--quick] [--json OUT] [--lengths "1 min" "1 h" "10 h"]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from announce import announce  # noqa: E402
from window_many import many  # noqa: E402
from window_parts import PARTS  # noqa: E402

PARTS["many"] = many
RATE_HZ = 48_000
MINUTES = {"1 min": 1, "10 min": 10, "1 h": 60, "10 h": 600}
USUAL = ("1 min", "1 h", "10 h")
QUICK = ("1 min", "1 h")
PLAIN_UP_TO_MIN = 60
"""Beyond, the arrays of the plain way do not fit into memory."""
BUSY = "1 h"
KEYS = (
    "window_s",
    "overview_cold_s",
    "overview_warm_s",
    "frame_ms_median",
    "frame_ms_p95",
    "frame_ms_worst",
    "plain_frame_ms_p95",
    "memory_mb",
)

Figures = dict[str, float | None]


def make_recording(path: Path, minutes: float) -> None:
    """Noise bursts, tones and quiet, written block by block."""
    rng = np.random.default_rng(3)
    seconds = 30
    time_s = np.arange(RATE_HZ * seconds) / RATE_HZ
    block = 0.02 * rng.standard_normal((len(time_s), 2))
    block[:, 0] += 0.4 * np.sin(2 * np.pi * 440 * time_s) * (np.sin(2 * np.pi * time_s / 7) > 0.6)
    block[:, 1] += 0.3 * np.sin(2 * np.pi * 3000 * time_s) * (np.sin(2 * np.pi * time_s / 3) > 0.8)
    data = np.round(np.clip(block, -1, 1) * 32767).astype(np.int16)
    kind = "RF64" if minutes * 60 * RATE_HZ * 4 > 2**31 else "WAV"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16", format=kind) as file:
        for _ in range(max(1, round(minutes * 60 / seconds))):
            file.write(data)


def in_process(kind: str, path: Path, number: int, home: Path) -> dict[str, float]:
    """Runs one of `window_parts.PARTS` with settings, caches and data of its own."""
    env = dict(os.environ, BENCH_BEGAN=repr(time.time()))
    if kind != "busy":
        env.pop("YAMNET_GUI_WEIGHTS", None)
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        env[f"XDG_{name}_HOME"] = str(home / name.lower())
    done = subprocess.run(
        [sys.executable, __file__, "--part", kind, str(path), str(number)],
        env=env,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{kind} on {path.name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measured(name: str, folder: Path, quick: bool) -> Figures:
    """All figures for one length."""
    minutes = MINUTES[name]
    path = folder / f"{name}.wav"
    make_recording(path, minutes)
    frames = 100 if quick else 300
    cold = in_process("opened", path, 0, folder / "cold")
    first = in_process("started", path, 0, folder / "home")
    warm = in_process("opened", path, 0, folder / "home")
    moved = in_process("started", path, frames, folder / "home")
    figures: Figures = {
        "window_s": min(cold["window_s"], warm["window_s"]),
        "overview_cold_s": cold["overview_s"],
        "overview_warm_s": warm["overview_s"],
        "plain_frame_ms_p95": None,
        "first_picture_s": cold["first_picture_s"],
        "overview_cold_from_start_s": first["overview_from_start_s"],
        "overview_warm_from_start_s": moved["overview_from_start_s"],
        "spectrogram_cold_from_start_s": first["spectrogram_from_start_s"],
    }
    figures |= {k: v for k, v in moved.items() if k not in ("window_s", "overview_from_start_s")}
    figures |= in_process("many", path, frames, folder / "home")
    if minutes <= PLAIN_UP_TO_MIN:
        figures |= in_process("plain", path, 1 if quick else 30, folder / "plain")
    if name == BUSY and "YAMNET_GUI_WEIGHTS" in os.environ:
        figures |= in_process("busy", path, 0 if quick else 1, folder / "busy")
    return figures


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--part":
        _part, kind, path, number = sys.argv[1:]
        print(json.dumps(PARTS[kind](Path(path), int(number))))
        sys.stdout.flush()
        os._exit(0)  # the figures are out; taking the window down is not measured
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--quick", action="store_true", help="1 min and 1 h, fewer frames")
    parser.add_argument("--lengths", nargs="+", choices=MINUTES, metavar="LENGTH")
    arguments = parser.parse_args()
    announce(300, 45, quick=arguments.quick)
    results: dict[str, Figures] = {}
    for name in arguments.lengths or (QUICK if arguments.quick else USUAL):
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measured(name, Path(folder), arguments.quick)
        print(f"{name} measured", file=sys.stderr)
    every = dict.fromkeys(k for figures in results.values() for k in figures)
    print(f"{'':32}" + "".join(f"{name:>12}" for name in results))
    for key in (*KEYS, *(k for k in every if k not in KEYS)):
        values = [figures.get(key) for figures in results.values()]
        print(f"{key:32}" + "".join(f"{'–' if v is None else f'{v:.2f}':>12}" for v in values))
    if arguments.json:
        chosen = {name: {k: figures[k] for k in KEYS} for name, figures in results.items()}
        arguments.json.write_text(json.dumps(chosen, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
