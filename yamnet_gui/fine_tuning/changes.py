"""Changed copies of sounds, made on the way to the network: on samples, and on patches."""

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.augmentation import Augmentation, changed
from yamnet_gui.core.model_parameters import LOG_OFFSET, SAMPLE_RATE_HZ, STFT_HOP

from .settings import SoundChanges

Floats = NDArray[np.float32]


def changed_samples(samples: Floats, changes: SoundChanges, seed: int, number: int) -> Floats:
    """One changed copy of samples (n,): gain, noise, shift. `number` differs for each copy."""
    options = Augmentation(
        copies=1,
        gain_db=(-changes.gain_db, changes.gain_db),
        noise_db=(changes.noise_low_db, changes.noise_high_db),
        shift_s=changes.shift_s,
        mix_share=0.0,
        seed=seed,
    )
    return next(changed(samples, options, (), number))


def mixed_up(
    patches: Floats, tables: list[Floats], alpha: float, rng: np.random.Generator
) -> tuple[Floats, list[Floats]]:
    """Each patch (n, 96, 64) mixed with another one, and its rows of all tables in the same way.

    The larger share, drawn from Beta(alpha, alpha), stays the patch's own. Mixed as sounds are: in
    magnitudes, not in their logarithms. Source: Zhang et al., mixup, ICLR 2018.
    """
    if not alpha or len(patches) < 2:
        return patches, tables
    share = rng.beta(alpha, alpha, len(patches))
    share = np.maximum(share, 1 - share).astype(np.float32)
    other = rng.permutation(len(patches))
    part = share[:, np.newaxis, np.newaxis]
    magnitude = part * np.exp(patches) + (1 - part) * np.exp(patches[other])
    mixed = np.log(np.maximum(magnitude, np.float32(LOG_OFFSET)))
    rows = [share[:, np.newaxis] * t + (1 - share[:, np.newaxis]) * t[other] for t in tables]
    return mixed.astype(np.float32), [np.asarray(one, np.float32) for one in rows]


def masked(patches: Floats, changes: SoundChanges, rng: np.random.Generator) -> Floats:
    """Patches with spans of time and of mel bands set to the patch's mean.

    Source: Park et al., SpecAugment, Interspeech 2019, without time warping.
    """
    patches = patches.copy()
    means = patches.mean(axis=(1, 2))
    longest = round(changes.time_mask_s * SAMPLE_RATE_HZ / STFT_HOP)
    _, frames, bands = patches.shape
    for count, widest, size, axis in (
        (changes.time_masks, longest, frames, 0),
        (changes.band_masks, changes.band_mask, bands, 1),
    ):
        for _ in range(count):
            widths = rng.integers(0, widest + 1, len(patches))
            starts = rng.integers(0, size - widths + 1)
            for patch, mean, start, width in zip(patches, means, starts, widths, strict=True):
                part = slice(start, start + width)
                patch[(part, slice(None)) if axis == 0 else (slice(None), part)] = mean
    return patches
