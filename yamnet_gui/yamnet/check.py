"""Patches on which a file for LiteRT is compared with a reference before it is used."""

import numpy as np

from yamnet_gui.core.model_parameters import LOG_OFFSET, MEL_BANDS, PATCH_FRAMES

from .network import EMBEDDING_TOLERANCE, SCORE_TOLERANCE, Floats

EMBEDDING_PRECISION = 1e-5
"""Of the highest value, where weights give embeddings far above YAMNet's, which stay below 10."""
_CHECKED_PATCHES = 20  # more than one batch of LiteRT, and one that is not full


def check_patches() -> Floats:
    """Log-mel patches (20, 96, 64), always the same: silence, noise of all levels, bands, edges."""
    random = np.random.default_rng(0)
    quiet = np.float32(np.log(LOG_OFFSET))
    patches = np.full((_CHECKED_PATCHES, PATCH_FRAMES, MEL_BANDS), quiet, np.float32)
    for number in range(1, _CHECKED_PATCHES):
        level = -6 + 9 * number / _CHECKED_PATCHES
        patches[number] = level + random.standard_normal(patches.shape[1:], np.float32)
        if number % 3 == 1:  # a steady tone in silence
            patches[number, :, np.arange(MEL_BANDS) != 3 * number] = quiet
        elif number % 3 == 2:  # silence until the sound begins
            patches[number, : 4 * number] = quiet
    return patches


def difference(
    results: tuple[Floats, Floats], wanted: tuple[Floats, Floats], reference: str
) -> str:
    """How scores and embeddings differ from those that are wanted; "" where they are equal."""
    by_score = float(np.abs(results[0] - wanted[0]).max())
    by_embedding = float(np.abs(results[1] - wanted[1]).max())
    allowed = max(EMBEDDING_TOLERANCE, EMBEDDING_PRECISION * float(wanted[1].max()))
    # not "greater than": what is not a number must fail, too
    if by_score <= SCORE_TOLERANCE and by_embedding <= allowed:
        return ""
    return (
        f"its scores would differ from {reference}'s by {by_score:.1e}"
        f" and its embeddings by {by_embedding:.1e}"
    )
