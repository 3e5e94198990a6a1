"""The published model as one TensorFlow function: a waveform to scores, embeddings and log-mel."""

from collections.abc import Callable
from typing import Any

from yamnet_gui.core.model_parameters import (
    FFT_LENGTH,
    HOP_FRAMES,
    HOP_SAMPLES,
    LOG_OFFSET,
    PATCH_FRAMES,
    STFT_HOP,
    STFT_WINDOW,
    WINDOW_SAMPLES,
)

from .front_end import window_and_mel
from .model_info import ModelInfo
from .parameters import LAYERS, LOGITS_BIAS, LOGITS_KERNEL, NORM_EPSILON
from .tensorflow_network import network_of

Function = Callable[[Any], tuple[Any, Any, Any]]


def waveform_function(tf: Any, network: Callable[[Any], tuple[Any, Any]]) -> Function:
    """The front end before a network of patches; float32 (n,) to (N, classes), (N, 1024), (T, 64).

    Silence completes the last frame, as in the published model.
    """
    window, mel = window_and_mel()

    def run(waveform: Any) -> tuple[Any, Any, Any]:
        count = tf.shape(waveform)[0]
        frames = 1 + (tf.maximum(count - WINDOW_SAMPLES, 0) + HOP_SAMPLES - 1) // HOP_SAMPLES
        silence = WINDOW_SAMPLES + HOP_SAMPLES * (frames - 1) - count
        padded = tf.pad(waveform, [[0, silence]])
        rows = PATCH_FRAMES + HOP_FRAMES * (frames - 1)
        places = tf.expand_dims(tf.range(rows) * STFT_HOP, 1) + tf.range(STFT_WINDOW)
        spectrum = tf.abs(tf.signal.rfft(tf.gather(padded, places) * window, [FFT_LENGTH]))
        # depends on the input, so that no converter takes it for weights and rounds it to 8 bits
        weights = mel + tf.cast(count < 0, tf.float32)
        log_mel = tf.math.log(tf.matmul(spectrum[:, : len(mel)], weights) + LOG_OFFSET)
        places = tf.expand_dims(tf.range(frames) * HOP_FRAMES, 1) + tf.range(PATCH_FRAMES)
        scores, embeddings = network(tf.gather(log_mel, places))
        return scores, embeddings, log_mel

    return run


def network_of_variables(
    tf: Any, arrays: dict[str, Any], model: ModelInfo | None
) -> Callable[[Any], tuple[Any, Any]]:
    """The network of patches with the arrays as the published file has them; batch norm is folded
    into the convolutions when it runs."""
    kernels, biases = [], []
    for layer in LAYERS:
        beta, mean, variance = (
            arrays[f"{layer.name}/bn/{name}"] for name in ("beta", "moving_mean", "moving_variance")
        )
        scale = tf.math.rsqrt(variance + NORM_EPSILON)
        per_output = tf.expand_dims(scale, 1) if layer.depthwise else scale
        kernels.append(arrays[layer.kernel_name] * per_output)
        biases.append(beta - mean * scale)
    last = (arrays[LOGITS_KERNEL], arrays[LOGITS_BIAS])
    return network_of(tf, kernels, biases, last, model)
