"""The stages of an analysis, each alone and all together, in a process of its own.

Prints one line of JSON with seconds; `engine.py` starts it.

    python benchmarks/engine_stages.py RECORDING WEIGHTS OUT.npy REPEATS
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

BEGAN = time.perf_counter()
LONGEST_ALONE = 7_500
"""Frames (one hour) on which the network alone is timed at most; the rest is a multiple."""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(recording: Path, weights: Path, out: Path, repeats: int) -> dict[str, float]:
    from yamnet_gui.analysis.analyse import analyse_recording
    from yamnet_gui.audio import mono_16k, open_audio
    from yamnet_gui.core.pipeline import mapped
    from yamnet_gui.core.threads import BLAS_THREADS
    from yamnet_gui.yamnet import LogMel, frame_count, load_network

    network = load_network(weights)
    patches = np.random.default_rng(0).standard_normal((network.batch, 96, 64), np.float32)
    network(patches)
    result = {"start_up": time.perf_counter() - BEGAN}
    for _ in mapped(lambda _: network(patches), range(2 * network.calls), network.calls):
        pass  # each call at once prepares itself
    with open_audio(recording) as source:
        samples = source.frames * 16_000 // source.info.sample_rate_hz
    frames = frame_count(samples)
    total = np.zeros(521)

    def read() -> None:
        with open_audio(recording) as source:
            for _ in source.blocks():
                pass

    def read_and_resample() -> None:
        with open_audio(recording) as source, BLAS_THREADS.one():
            for _ in mono_16k(source):
                pass

    def front_end() -> None:
        stream = LogMel()
        block = np.random.default_rng(0).standard_normal(48_000, np.float32)
        with BLAS_THREADS.one():
            for _ in range(0, samples, len(block)):
                for _ in stream.push(block):
                    pass

    def network_alone() -> None:
        # as many calls at once as an analysis makes: one at a time may use a part of the cores
        calls = range(0, min(frames, LONGEST_ALONE), network.batch)
        for _ in mapped(lambda _: network(patches), calls, network.calls):
            pass

    def together() -> None:
        total[:] = 0
        for step in analyse_recording(recording, network):
            total[:] += step.chunk.scores.sum(axis=0, dtype=np.float64)

    def alone() -> float:
        return seconds(network_alone) * max(1.0, frames / LONGEST_ALONE)

    result["read"] = min(seconds(read) for _ in range(repeats))
    both = min(seconds(read_and_resample) for _ in range(repeats))
    result["resample"] = max(0.0, both - result["read"])
    result["front_end"] = min(seconds(front_end) for _ in range(repeats))
    rounds = [(alone(), seconds(together), alone()) for _ in range(repeats)]
    result["network"] = min(min(first, last) for first, _, last in rounds)
    result["together"] = min(middle for _, middle, _ in rounds)
    result["frames"] = frames
    np.save(out, total / frames)
    return result


if __name__ == "__main__":
    stages = measure(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps(stages))
