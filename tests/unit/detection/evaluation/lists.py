"""Random lists of events, as the reference implementations and our own metrics take them."""

import numpy as np

from yamnet_gui.detection.evaluation import EventArrays, Pair

LABELS = ("bird", "dog", "siren")


def random_spans(rng: np.random.Generator, count: int, duration_s: float) -> EventArrays:
    """Up to `count` spans that neither overlap nor touch, with different scores."""
    edges = np.sort(rng.choice(np.arange(1, int(duration_s * 1000)), 2 * count, replace=False))
    onset, offset = edges[::2] / 1000, edges[1::2] / 1000
    return EventArrays.of(onset, offset, rng.permutation(np.arange(1, count + 1)) / (count + 1))


def shaken(rng: np.random.Generator, spans: EventArrays, duration_s: float) -> EventArrays:
    """The spans, some left out, with edges moved by up to a second, never touching."""
    onset, offset, score = [], [], []
    last = 0.0
    for start, end in zip(spans.onset_s, spans.offset_s, strict=True):
        if rng.random() < 0.2:
            continue
        start = round(max(start + rng.normal(0, 0.2), last + 0.001), 3)
        end = round(min(max(end + rng.normal(0, 0.2), start + 0.05), duration_s), 3)
        if end <= start:
            continue
        onset.append(start)
        offset.append(end)
        score.append(rng.random())
        last = end
    return EventArrays.of(onset, offset, score)


def random_pair(seed: int, duration_s: float = 60.0) -> Pair:
    """Truth and shaken truth, with some false ones, for three labels."""
    rng = np.random.default_rng(seed)
    reference, estimated = {}, {}
    for label in LABELS:
        reference[label] = random_spans(rng, int(rng.integers(0, 12)), duration_s)
        estimated[label] = shaken(rng, reference[label], duration_s)
    if rng.random() < 0.5:  # cross-triggers: one label estimated where another is
        estimated[LABELS[0]] = shaken(rng, reference[LABELS[1]], duration_s)
    return Pair(reference, estimated, duration_s)
