"""What a closer look costs: a dense scene, and ten quiet hours with 50 events, as ratios.

    python benchmarks/finer_frames.py SCENES [--json OUT] [--quick] [--hours 10]

SCENES is a folder of labelled scenes (see benchmarks/detection.py). Dense: the first of them.
Quiet:
so many hours of faint noise, in which 50 labelled events of the scenes lie, each at a random place;
it is mixed into a temporary FLAC file (16 kHz) first. --quick takes a twentieth of both hours and
events.

Each is analysed without a cache to its events, as `yamnet-gui analyze` does: without a closer look,
where events are in doubt, everywhere, and without once more. The ratios are to the mean of the two
without; those of processor time hold on a busy machine, too.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from announce import announce
from detection import balanced, read_reference, scene_files

from yamnet_gui.analysis import AnalysisSettings, EventsRequest, recording_events, result_of
from yamnet_gui.analysis.model import LoadedModel
from yamnet_gui.analysis.settings import FINER, Finer
from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.model_parameters import SAMPLE_RATE_HZ
from yamnet_gui.yamnet import load_network

EVENTS = 50
_MINUTE = 60 * SAMPLE_RATE_HZ
_NOISE = 10 ** (-70 / 20)
_LONGEST_S = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", type=Path, metavar="SCENES")
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the quiet hours")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument("--weights", type=Path, default=Path(given) if given else None)
    options = parser.parse_args()
    share = 0.05 if options.quick else 1.0
    announce(round(60 * options.hours * share * 2 + 30), 60, quick=options.quick)
    files = scene_files(options.scenes)
    if not files:
        print(f"{options.scenes}: no scenes (NAME.flac or .wav beside NAME.csv)", file=sys.stderr)
        return 2
    network = load_network(options.weights)
    network.warm_up()
    model = LoadedModel(network)
    figures = {"dense": costs(files[0][0], model)}
    report("dense", figures["dense"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quiet.flac"
        mix_quiet(path, files, options.hours * share, max(1, round(EVENTS * share)))
        figures["quiet"] = costs(path, model)
    report("quiet", figures["quiet"])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def mix_quiet(path: Path, files: list[tuple[Path, Path]], hours: float, events: int) -> None:
    """Faint noise with so many labelled events, at most one a minute."""
    rng = np.random.default_rng(0)
    sounds = []
    for sound, truth in files:
        with open_audio(sound) as source:
            samples = np.concatenate(list(mono_16k(source)))
        for spans in read_reference(truth).values():
            for onset, offset in zip(spans.onset_s, spans.offset_s, strict=True):
                end = min(offset, onset + _LONGEST_S)
                sounds.append(samples[int(onset * SAMPLE_RATE_HZ) : int(end * SAMPLE_RATE_HZ)])
    minutes = max(1, round(60 * hours))
    places = set(rng.choice(minutes, min(events, minutes), replace=False).tolist())
    with soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, "PCM_16") as out:
        for minute in range(minutes):
            block = rng.normal(0, _NOISE, _MINUTE).astype(np.float32)
            if minute in places:
                sound = sounds[int(rng.integers(len(sounds)))]
                first = int(rng.integers(_MINUTE - len(sound)))
                block[first : first + len(sound)] += sound
            out.write(block)


def costs(path: Path, model: LoadedModel) -> dict[str, Any]:
    """Seconds of wall clock and of the processor by setting, their ratios, and what came out."""
    spent: dict[str, list[tuple[float, float]]] = {}
    found: dict[str, dict[str, int]] = {}
    for finer in (*FINER, FINER[0]):
        wall, busy, counts = once(path, model, finer)
        spent.setdefault(finer, []).append((wall, busy))
        found[finer] = counts
    means = {finer: np.mean(values, axis=0) for finer, values in spent.items()}
    return {
        finer: {
            "wall_s": float(mean[0]),
            "processor_s": float(mean[1]),
            "wall_ratio": float(mean[0] / means["off"][0]),
            "processor_ratio": float(mean[1] / means["off"][1]),
            **found[finer],
        }
        for finer, mean in means.items()
    }


def once(path: Path, model: LoadedModel, finer: Finer) -> tuple[float, float, dict[str, int]]:
    request = EventsRequest(AnalysisSettings(finer=finer), balanced())
    wall, busy = time.perf_counter(), time.process_time()
    result = result_of(recording_events(path, model, request))
    spent = time.perf_counter() - wall, time.process_time() - busy
    assert result.events is not None
    analysis = result.analysis
    again = sum(scores.frames for scores in analysis.finer.values())
    frames = sum(table.grid.count for table in analysis.tables)
    return *spent, {"frames": frames, "looked_at": again, "events": len(result.events.rows)}


def report(name: str, figures: dict[str, Any]) -> None:
    for finer, row in figures.items():
        print(
            f"{name:6} {finer:11} {row['wall_s']:8.1f} s ({row['wall_ratio']:.2f})"
            f" {row['processor_s']:8.1f} s of the processor ({row['processor_ratio']:.2f});"
            f" {row['looked_at']} of {row['frames']} frames, {row['events']} events",
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
