"""Numbers of the published model that more than the network depends on: its front end and framing.

Sources: `params.py`, `features.py` and `yamnet.py` of `research/audioset/yamnet` in the TensorFlow
models repository, which define what the published weights were trained with.
"""

SAMPLE_RATE_HZ = 16_000
"""Rate of the mono waveform that the front end takes."""
STFT_WINDOW = 400
"""Samples under the periodic Hann window (25 ms)."""
STFT_HOP = 160
"""Samples between STFT frames (10 ms)."""
FFT_LENGTH = 512
"""Length of the Fourier transform that the windowed samples are zero-padded to."""
MEL_BANDS = 64
"""Triangular bands on the HTK mel scale."""
MEL_LOW_HZ = 125.0
"""Lower end of the first mel band."""
MEL_HIGH_HZ = 7500.0
"""Upper end of the last mel band."""
LOG_OFFSET = 0.001
"""Added to the mel magnitude before the logarithm."""

PATCH_FRAMES = 96
"""STFT frames in the patch that one score is computed from (0.96 s)."""
WINDOW_SAMPLES = (PATCH_FRAMES - 1) * STFT_HOP + STFT_WINDOW
"""Samples that one patch depends on (15,600 = 0.975 s); shorter input is padded to it."""
HOP_FRAMES = 48
"""STFT frames between patches in the published model (0.48 s)."""
HOP_SAMPLES = HOP_FRAMES * STFT_HOP
"""Samples between patches in the published model (7,680 = 0.48 s)."""

EMBEDDING_SIZE = 1024
"""Values of an embedding: the average-pooled last feature map."""
CLASSES = 521
"""Outputs of the network."""
