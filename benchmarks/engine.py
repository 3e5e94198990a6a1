"""How fast the engine is, as ratios measured in one run on one generated recording.

    python benchmarks/engine.py [--quick] [--lengths 1min 1h …] [--json OUT]

For each length of 44.1 kHz stereo WAV: (a) a baseline in the manner of the published example,
(b) `yamnet-gui analyze` as a whole process and the engine stage by stage, (c) the network alone,
(d) the float32 matrix product of this machine as the ceiling. Every part runs in a process of its
own, so that times and peak memory are its own.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
from announce import announce

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.tiny_network import write_tiny_weights  # noqa: E402
from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE  # noqa: E402
from yamnet_gui.yamnet import find_weights  # noqa: E402
from yamnet_gui.yamnet.parameters import LAYERS  # noqa: E402

MINUTES = {"1 min": 1, "5 min": 5, "10 min": 10, "1 h": 60, "10 h": 600}
USUAL = ("1 min", "10 min", "1 h", "10 h")
QUICK = ("1 min", "5 min")
RATE_HZ = 44_100
BASELINE_BYTES_PER_FRAME = 1.7e6
"""Memory that the baseline takes, mostly two feature maps of its second layer."""
LARGEST_WAV = 3_900_000_000
"""Bytes above which the file is written as RF64, since a plain WAV ends at 4 GiB."""


@dataclass(frozen=True)
class Process:
    """How a process ended."""

    seconds: float
    peak_mb: float
    output: str


@dataclass(frozen=True)
class Figures:
    """What was measured for one length; times in seconds."""

    frames: int
    speedup_vs_baseline: float | None
    ratio_to_network: float
    realtime_factor: float
    peak_memory_mb: float
    whole_s: float
    start_up_s: float
    read_s: float
    resample_s: float
    front_end_s: float
    together_s: float
    network_s: float
    network_ms_per_frame: float
    network_share_of_matrix_product: float
    baseline_s: float | None
    baseline_peak_memory_mb: float | None
    baseline_skipped: str
    largest_difference_of_mean_scores: float | None


def run(*command: str | Path, home: Path) -> Process:
    """Runs Python with these arguments; ends this program where it fails."""
    folders = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("DATA", "CACHE", "STATE")}
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | folders | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }  # fmt: skip
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        actions = [
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        start = time.perf_counter()
        arguments = [sys.executable, *map(str, command)]
        child = os.posix_spawn(sys.executable, arguments, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        elapsed = time.perf_counter() - start
        out.seek(0)
        errors.seek(0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{' '.join(arguments)}\n{errors.read().decode(errors='replace')}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Process(elapsed, usage.ru_maxrss * unit / 1e6, out.read().decode())


def generate(path: Path, minutes: float) -> None:
    """Writes noise bursts and gliding tones, 44.1 kHz stereo, 16 bit: one minute over and over."""
    random = np.random.default_rng(1)
    time_s = np.arange(60 * RATE_HZ) / RATE_HZ
    noise = random.standard_normal((len(time_s), 2)) * (np.sin(1.3 * time_s) > 0)[:, np.newaxis]
    tone = np.sin(2 * np.pi * (300 + 40 * time_s) * time_s)[:, np.newaxis]
    minute = (32767 * np.clip(0.1 * noise + 0.2 * tone, -1, 1)).astype(np.int16)
    kind = "RF64" if minutes * minute.nbytes > LARGEST_WAV else "WAV"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16", format=kind) as file:
        for _ in range(int(minutes)):
            file.write(minute)
        file.write(minute[: round(minutes % 1 * len(minute))])


def weights_in(folder: Path) -> tuple[Path, bool]:
    """A copy of the weights to measure with, in a folder of its own; whether they are random."""
    folder.mkdir()
    weights = find_weights()
    if weights is not None:
        return Path(shutil.copy(weights, folder)), False
    print("No weights found: random ones of the same shape, which take the same time.")
    return write_tiny_weights(folder / "random.h5"), True


def prepare_litert(weights: Path, home: Path) -> None:
    """Makes LiteRT's file, once for every process with these folders.

    Here a file that lies in the user's own cache would do, which those do not see.
    """
    script = "import sys, pathlib; from yamnet_gui.yamnet import load_network as load; "
    run("-c", script + "load(pathlib.Path(sys.argv[1]), runtime='litert')", weights, home=home)


def matrix_product_gflops() -> float:
    """The best of some float32 matrix products, in 10⁹ operations a second."""
    size = 2_000
    a = np.random.default_rng(0).standard_normal((size, size), np.float32)
    best = np.inf
    for _ in range(6):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def network_operations() -> float:
    """Multiplications and additions of the network for one frame."""
    height, width, products = 96, 64, 0
    for layer in LAYERS:
        height, width = -(-height // layer.stride), -(-width // layer.stride)
        taps = layer.size**2 * (1 if layer.depthwise else layer.inputs)
        products += height * width * taps * layer.outputs
    return 2.0 * (products + EMBEDDING_SIZE * CLASSES)


def available_bytes() -> float:
    """Memory that a new process may take."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except OSError:
        pass
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) / 2


def measure(
    length: str, weights: Path, folder: Path, gflops: float, runs_of_short: int = 2
) -> Figures:
    """Everything about one length; what is short runs several times, and the best run counts."""
    minutes = MINUTES[length]
    recording = folder / "recording.wav"
    generate(recording, minutes)
    repeats = 2 if minutes <= 10 else 1
    where = ("-o", folder / "events.csv", "--no-cache", "--restart", "--weights", weights)
    analyze = ("-m", "yamnet_gui", "analyze", recording, *where)
    ours = min(
        (run(*analyze, home=folder) for _ in range(runs_of_short if minutes <= 10 else 1)),
        key=lambda p: p.seconds,
    )

    means = folder / "ours.npy"
    script = HERE / "engine_stages.py"
    stages = json.loads(run(script, recording, weights, means, str(repeats), home=folder).output)
    frames = int(stages["frames"])

    needed = frames * BASELINE_BYTES_PER_FRAME
    baseline, skipped, difference = None, "", None
    if needed > available_bytes():
        skipped = f"needs about {needed / 1e9:.0f} GB of memory"
    else:
        theirs = folder / "theirs.npy"
        script = HERE / "published_example.py"
        baseline = run(script, recording, weights, theirs, home=folder)
        difference = float(np.abs(np.load(theirs) - np.load(means)).max())
    recording.unlink()

    network_rate = frames * network_operations() / stages["network"] / 1e9
    return Figures(
        frames=frames,
        speedup_vs_baseline=baseline.seconds / ours.seconds if baseline else None,
        ratio_to_network=stages["together"] / stages["network"],
        realtime_factor=60 * minutes / ours.seconds,
        peak_memory_mb=ours.peak_mb,
        whole_s=ours.seconds,
        start_up_s=stages["start_up"],
        read_s=stages["read"],
        resample_s=stages["resample"],
        front_end_s=stages["front_end"],
        together_s=stages["together"],
        network_s=stages["network"],
        network_ms_per_frame=1000 * stages["network"] / frames,
        network_share_of_matrix_product=network_rate / gflops,
        baseline_s=baseline.seconds if baseline else None,
        baseline_peak_memory_mb=baseline.peak_mb if baseline else None,
        baseline_skipped=skipped,
        largest_difference_of_mean_scores=difference,
    )


def table(measured: dict[str, Figures]) -> str:
    """The figures as a table, one column for each length."""
    rows: list[tuple[str, str, str]] = [
        ("baseline, whole process", "baseline_s", "{:.1f} s"),
        ("baseline, peak memory", "baseline_peak_memory_mb", "{:.0f} MB"),
        ("analyze, whole process", "whole_s", "{:.1f} s"),
        ("analyze, peak memory", "peak_memory_mb", "{:.0f} MB"),
        ("times faster than baseline", "speedup_vs_baseline", "{:.1f}"),
        ("times real time", "realtime_factor", "{:.0f}"),
        ("start-up", "start_up_s", "{:.2f} s"),
        ("reading, alone", "read_s", "{:.2f} s"),
        ("resampling, alone", "resample_s", "{:.2f} s"),
        ("front end, alone", "front_end_s", "{:.2f} s"),
        ("network, alone", "network_s", "{:.2f} s"),
        ("all stages, overlapping", "together_s", "{:.2f} s"),
        ("… as a multiple of the network", "ratio_to_network", "{:.2f}"),
        ("network, a frame", "network_ms_per_frame", "{:.2f} ms"),
        ("… of the matrix product's rate", "network_share_of_matrix_product", "{:.2f}"),
        ("mean scores differ by at most", "largest_difference_of_mean_scores", "{:.1e}"),
    ]
    lines = [" " * 33 + "".join(f"{length:>12}" for length in measured)]
    for title, field, form in rows:
        values = [asdict(figures)[field] for figures in measured.values()]
        cells = [form.format(value) if value is not None else "–" for value in values]
        lines.append(f"{title:<33}" + "".join(f"{cell:>12}" for cell in cells))
    lines += [
        f"{length}: no baseline, which {figures.baseline_skipped}"
        for length, figures in measured.items()
        if figures.baseline_skipped
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1 and 5 minutes only")
    parser.add_argument("--lengths", nargs="+", choices=MINUTES, default=None, metavar="LENGTH")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures here")
    arguments = parser.parse_args()
    announce(600, 45, quick=arguments.quick)
    lengths = arguments.lengths or (QUICK if arguments.quick else USUAL)
    with tempfile.TemporaryDirectory(prefix="engine-") as temporary:
        folder = Path(temporary)
        weights, random = weights_in(folder / "weights")
        prepare_litert(weights, home=folder)
        gflops = matrix_product_gflops()
        machine = {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "matrix_product_gflops": gflops,
            "weights": "random" if random else weights.name,
        }
        print(f"{machine['cores']} cores, float32 matrix product {gflops:.0f} GFLOP/s")
        measured: dict[str, Figures] = {}
        runs = 1 if arguments.quick else 2
        for length in lengths:
            measured[length] = measure(length, weights, folder, gflops, runs)
            print(f"{length} measured", flush=True)
    print(table(measured))
    if arguments.json:
        result = {"machine": machine} | {k: asdict(v) for k, v in measured.items()}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
