"""The baseline: one recording in the manner of YAMNet's published example, in a process of its own.

The whole file as 16-bit integers divided by 32768, the mean of its channels, resampy, TensorFlow's
own STFT, then one call of the network, layer by layer with batch norm, on every patch at once.
Writes the mean score of each class to OUT.

    python benchmarks/published_example.py RECORDING WEIGHTS OUT.npy
"""

import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import resampy
import soundfile
import tensorflow as tf

BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1),
    (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip


def patches_of(recording: Path) -> Any:
    """Log-mel patches (n, 96, 64) of the whole recording."""
    samples, rate = soundfile.read(recording, dtype="int16", always_2d=True)
    waveform = (samples / 32768.0).astype(np.float32).mean(axis=1)
    if rate != 16_000:
        waveform = resampy.resample(waveform, rate, 16_000)
    beyond = max(0, len(waveform) - 15_600)
    padded = np.zeros(15_600 + -(-beyond // 7_680) * 7_680, np.float32)
    padded[: len(waveform)] = waveform
    magnitude = tf.abs(tf.signal.stft(padded, 400, 160, 512))
    mel = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0)
    log_mel = tf.math.log(tf.matmul(magnitude, mel) + 0.001)
    return tf.signal.frame(log_mel, 96, 48, axis=0)


def scores_of(patches: Any, weights: h5py.File) -> Any:
    """Scores (n, 521) of all patches in one call."""

    def read(layer: str, name: str) -> np.ndarray:
        return np.asarray(weights[f"{layer}/{layer}/{name}:0"], np.float32)

    def norm(net: Any, layer: str) -> Any:
        beta, mean, variance = (
            read(f"{layer}/bn", name) for name in ("beta", "moving_mean", "moving_variance")
        )
        scale = np.ones_like(beta)
        normal, _, _ = tf.compat.v1.nn.fused_batch_norm(
            net, scale, beta, mean, variance, epsilon=1e-4, is_training=False
        )
        return tf.nn.relu(normal)

    net = patches[..., tf.newaxis]
    net = norm(tf.nn.conv2d(net, read("layer1/conv", "kernel"), 2, "SAME"), "layer1/conv")
    for number, (_, stride) in enumerate(BLOCKS, start=2):
        deep, point = f"layer{number}/depthwise_conv", f"layer{number}/pointwise_conv"
        kernel = read(deep, "depthwise_kernel")
        net = norm(tf.nn.depthwise_conv2d(net, kernel, [1, stride, stride, 1], "SAME"), deep)
        net = norm(tf.nn.conv2d(net, read(point, "kernel"), 1, "SAME"), point)
    embeddings = tf.reduce_mean(net, axis=(1, 2))
    last = "logits" if "logits" in weights else "dense"
    return tf.sigmoid(tf.matmul(embeddings, read(last, "kernel")) + read(last, "bias"))


if __name__ == "__main__":
    with h5py.File(sys.argv[2]) as file:
        scores = scores_of(patches_of(Path(sys.argv[1])), file)
    np.save(sys.argv[3], scores.numpy().mean(axis=0))
