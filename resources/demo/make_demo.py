"""Makes the demo recording and its stored analysis. Needs espeak-ng for the voices.

    python resources/demo/make_demo.py               # writes demo.ogg
    python resources/demo/make_demo.py --analysis    # writes demo.analysis.npz beside it

Everything is generated, so the recording is free of rights. The same espeak-ng and NumPy give the
same samples: every random number has a fixed seed. (Ogg puts a serial number of its own into the
file, so the bytes differ.)
"""

import argparse
import hashlib
import io
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.yamnet.weights import KNOWN_FILES

RATE_HZ = 32000
HERE = Path(__file__).parent
LENGTH_S = 111
OPENING = (
    "Good morning. This recording was made by a program, to show what a program can hear in it."
)
ANSWER = "Every sound in it is computed: the voices, the telephone, the alarm and the rain."
WARNING = "That was the smoke alarm. Somebody burnt the toast again."
RECORDING = HERE / "demo.ogg"
ANALYSIS = HERE / "demo.analysis.npz"

Samples = NDArray[np.float64]


def seconds(length_s: float) -> Samples:
    """Times of the samples of a sound that lasts `length_s`."""
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def noise(length_s: float, seed: int) -> Samples:
    return np.random.default_rng(seed).standard_normal(round(length_s * RATE_HZ))


def faded(samples: Samples, fade_s: float = 0.01) -> Samples:
    """The sound with its ends eased in and out."""
    count = min(round(fade_s * RATE_HZ), len(samples) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, count)) ** 2
    shaped = samples.copy()
    shaped[:count] *= ramp
    shaped[len(shaped) - count :] *= ramp[::-1]
    return shaped


def level(samples: Samples, rms_db: float) -> Samples:
    """The sound at an effective level in dB below full scale."""
    rms = np.sqrt(np.mean(samples**2))
    return samples * 10 ** (rms_db / 20) / max(rms, 1e-9)


def placed(length_s: float, *parts: tuple[float, Samples]) -> Samples:
    """Silence of this length with sounds added at their times."""
    mixed = np.zeros(round(length_s * RATE_HZ))
    for at_s, part in parts:
        first = round(at_s * RATE_HZ)
        end = min(first + len(part), len(mixed))
        mixed[first:end] += part[: end - first]
    return mixed


def band(samples: Samples, low_hz: float, high_hz: float, order: int = 2) -> Samples:
    sections = signal.butter(order, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos")
    return signal.sosfilt(sections, samples)


def lowpass(samples: Samples, high_hz: float, order: int = 2) -> Samples:
    return signal.sosfilt(
        signal.butter(order, high_hz, "lowpass", fs=RATE_HZ, output="sos"), samples
    )


def room(samples: Samples, decay_s: float, share: float, seed: int) -> Samples:
    """The sound in a room: decaying noise as its echo."""
    time_s = seconds(decay_s * 1.5)
    echo = np.random.default_rng(seed).standard_normal(len(time_s)) * np.exp(
        -6.9 * time_s / decay_s
    )
    wet = signal.fftconvolve(samples, lowpass(echo, 6000))[: len(samples)]
    wet *= np.sqrt(np.mean(samples**2) / max(np.mean(wet**2), 1e-12))
    return (1 - share) * samples + share * wet


# The sounds


def speech(text: str, output: str, pitch: int, words_per_minute: int) -> Samples:
    """A sentence spoken by espeak-ng."""
    spoken = subprocess.run(
        [
            "espeak-ng",
            "-v",
            output,
            "-p",
            str(pitch),
            "-s",
            str(words_per_minute),
            "--stdout",
            text,
        ],
        capture_output=True,
        check=True,
    )
    samples, rate_hz = soundfile.read(io.BytesIO(spoken.stdout))
    return room(signal.resample_poly(samples, RATE_HZ, rate_hz), 0.3, 0.15, 1)


def beeps(
    frequency_hz: float, on_s: float, off_s: float, count: int, harmonics: int = 1
) -> Samples:
    time_s = seconds(on_s)
    tone = sum(
        np.sin(2 * np.pi * frequency_hz * k * time_s) / k
        for k in range(1, 2 * harmonics, 2)
        if frequency_hz * k < RATE_HZ / 2
    )
    one = np.concatenate([faded(np.asarray(tone), 0.003), np.zeros(round(off_s * RATE_HZ))])
    return np.tile(one, count)


def smoke_alarm(length_s: float) -> Samples:
    """Three long beeps and a pause, a little over 3 kHz."""
    burst = np.concatenate([beeps(3150, 0.5, 0.5, 3, 2), np.zeros(RATE_HZ)])
    sounds = np.tile(burst, int(np.ceil(length_s * RATE_HZ / len(burst))))
    return room(sounds[: round(length_s * RATE_HZ)], 0.5, 0.2, 2)


def alarm_clock(length_s: float) -> Samples:
    """Four quick beeps a second, as of a cheap digital clock."""
    group = np.concatenate([beeps(2048, 0.0625, 0.0625, 4, 3), np.zeros(RATE_HZ // 2)])
    return np.tile(group, int(np.ceil(length_s)))[: round(length_s * RATE_HZ)]


def telephone_bell(length_s: float) -> Samples:
    """Two gongs struck in turn by a clapper twenty times a second; two seconds on, one off."""
    random = np.random.default_rng(5)
    parts = []
    stroke_s = 0.0
    for number in range(int(length_s * 20)):
        stroke_s = number / 20
        if stroke_s % 3 >= 2:
            continue
        base_hz = 1150 if number % 2 else 1420
        time_s = seconds(0.5)
        gong = sum(
            weight * np.sin(2 * np.pi * base_hz * ratio * time_s + phase) * np.exp(-time_s * decay)
            for ratio, weight, decay, phase in (
                (1.0, 1.0, 7, 0.1),
                (2.02, 0.8, 9, 1.0),
                (2.98, 0.7, 12, 2.0),
                (4.3, 0.5, 16, 3.0),
                (5.6, 0.3, 22, 0.5),
            )
        )
        click = random.standard_normal(len(time_s)) * np.exp(-time_s * 600) * 0.4
        parts.append((stroke_s, np.asarray(gong) + click))
    return room(placed(length_s, *parts), 0.4, 0.2, 6)


def dial_tone(length_s: float) -> Samples:
    time_s = seconds(length_s)
    return faded(np.sin(2 * np.pi * 350 * time_s) + np.sin(2 * np.pi * 440 * time_s))


def dialling(digits: str) -> Samples:
    """Touch tones of a telephone."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    keys = "123456789*0#"
    parts = []
    for digit in digits:
        row, column = divmod(keys.index(digit), 3)
        time_s = seconds(0.16)
        pair = np.sin(2 * np.pi * rows[row] * time_s) + np.sin(2 * np.pi * columns[column] * time_s)
        parts += [faded(pair, 0.004), np.zeros(round(0.11 * RATE_HZ))]
    return np.concatenate(parts)


def siren(length_s: float, low_hz: float, high_hz: float, period_s: float) -> Samples:
    """A wailing siren: a rich tone that rises and falls, heard over a street."""
    time_s = seconds(length_s)
    frequency_hz = low_hz + (high_hz - low_hz) * (0.5 - 0.5 * np.cos(2 * np.pi * time_s / period_s))
    phase = 2 * np.pi * np.cumsum(frequency_hz) / RATE_HZ
    tone = sum(np.sin(k * phase) / k**1.2 for k in range(1, 8))
    return room(faded(np.asarray(tone), 0.2), 0.8, 0.3, 8)


def white_noise(length_s: float) -> Samples:
    return faded(noise(length_s, 11), 0.05)


def pink_noise(length_s: float) -> Samples:
    spectrum = np.fft.rfft(noise(length_s, 12))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return faded(np.fft.irfft(spectrum, round(length_s * RATE_HZ)), 0.05)


def clock_ticks(length_s: float) -> Samples:
    """Tick and tock of a wall clock, twice a second; each falls into its escapement twice."""
    parts = []
    time_s = seconds(0.05)
    for number in range(int(length_s * 2)):
        higher = 1.0 if number % 2 else 0.958
        hiss = np.random.default_rng(20 + number % 2).standard_normal(len(time_s))
        tick = 1.42 * band(hiss * np.exp(-966 * time_s), 2840, 14000, 1)
        tick += 0.26 * np.sin(2 * np.pi * 1149 * higher * time_s) * np.exp(-79 * time_s)
        tick += 0.29 * np.sin(2 * np.pi * 4237 * higher * time_s) * np.exp(-1061 * time_s)
        parts += [(number / 2 + 0.05, tick), (number / 2 + 0.084, 0.21 * tick)]
    return placed(length_s, *parts)


def note_hz(number: int) -> float:
    return 440 * 2 ** ((number - 69) / 12)


def heartbeat(length_s: float) -> Samples:
    time_s = seconds(0.18)
    thump = np.sin(2 * np.pi * 52 * time_s) * np.exp(-time_s * 28) * np.minimum(1, time_s * 200)
    beats = []
    for number in range(int(length_s / 0.85)):
        beats += [(number * 0.85 + 0.1, thump), (number * 0.85 + 0.4, 0.7 * thump)]
    return placed(length_s, *beats)


def rain(length_s: float) -> Samples:
    """Thousands of drops on the ground over a soft hiss."""
    random = np.random.default_rng(70)
    drops = np.zeros(round(length_s * RATE_HZ))
    time_s = seconds(0.006)
    for _ in range(int(3000 * length_s)):
        drop = random.standard_normal(len(time_s)) * np.exp(-time_s * random.uniform(600, 2500))
        first = random.integers(0, len(drops) - len(drop))
        drops[first : first + len(drop)] += drop * random.uniform(0.05, 1) ** 3
    hiss = band(noise(length_s, 71), 800, 12000, 1)
    return faded(level(band(drops, 1500, 9000, 1), -20) + level(hiss, -24), 0.5)


def piano(length_s: float) -> Samples:
    """Chords of struck strings: harmonics that die away, the higher the sooner."""
    chords = [
        (48, 60, 64, 67, 72),
        (45, 57, 60, 64, 69),
        (41, 53, 57, 60, 65),
        (43, 55, 59, 62, 67),
    ]
    parts = []
    for number in range(int(length_s / 1.5)):
        time_s = seconds(2)
        for key in chords[number % len(chords)]:
            hz = note_hz(key)
            struck = sum(
                np.sin(2 * np.pi * hz * k * time_s) * np.exp(-time_s * (1.2 + 0.6 * k)) / k**1.3
                for k in range(1, 9)
            )
            parts.append((number * 1.5, faded(np.asarray(struck), 0.004)))
    return room(placed(length_s, *parts), 0.5, 0.1, 3)


def cricket(length_s: float) -> Samples:
    """Chirps of eight pulses near 4 kHz, on a quiet night."""
    pulse_s = 0.0168
    time_s = seconds(pulse_s)
    tone = np.sin(2 * np.pi * 4084 * time_s) + 0.115 * np.sin(2 * np.pi * 8168 * time_s)
    pulse = tone * np.sin(np.pi * time_s / pulse_s) ** 2
    chirps = [
        (chirp / 1.386 + k * 2.185 * pulse_s, pulse * (0.5 + 0.1 * k))
        for chirp in range(int(length_s * 1.386))
        for k in range(8)
    ]
    return level(placed(length_s, *chirps), -22) + level(pink_noise(length_s), -63)


def whistle(length_s: float) -> Samples:
    """Someone whistles a tune."""
    tune = (76, 79, 81, 79, 76, 72, 74, 76, 74, 71, 72, 76)
    hz = np.repeat([note_hz(n + 12) for n in tune], round(length_s / len(tune) * RATE_HZ))
    hz = lowpass(np.concatenate([np.full(2000, hz[0]), hz]), 14, 1)[2000:]
    time_s = np.arange(len(hz)) / RATE_HZ
    hz = hz * (1 + 0.006 * np.sin(2 * np.pi * 5.5 * time_s))
    tone = np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)
    breath = band(np.random.default_rng(90).standard_normal(len(hz)), 1500, 6000, 1) * 0.03
    pulse = 0.75 + 0.25 * signal.square(2 * np.pi * time_s * len(tune) / length_s, 0.85)
    return room(faded((tone + breath) * lowpass(pulse, 40), 0.05), 0.5, 0.15, 91)


# The scene


def compose() -> Samples:
    """The whole recording, shape (n, 2)."""
    scene = [
        # time, level in dB, place from left (-1) to right (1), sound
        (1.0, -22, -0.3, speech(OPENING, "en-us", 40, 150)),
        (8.0, -23, 0.4, speech(ANSWER, "en-gb+f3", 60, 150)),
        (15.0, -42, 0.0, clock_ticks(7)),
        (23.5, -24, -0.2, dial_tone(2.5)),
        (26.2, -22, -0.2, dialling("5550173942")),
        (30.5, -20, 0.2, telephone_bell(5.2)),
        (36.5, -22, 0.4, speech("Hello? Yes, I can hear you.", "en-gb+f3", 60, 150)),
        (40.5, -21, 0.0, piano(7.6)),
        (51.0, -22, -0.5, smoke_alarm(8.0)),
        (60.0, -22, -0.3, speech(WARNING, "en-us", 40, 160)),
        (64.0, -21, "passing", siren(9, 500, 1400, 4.5)),
        (73.5, -24, 0.0, rain(8)),
        (82.5, -22, 0.3, cricket(6)),
        (89.5, -24, -0.4, whistle(7)),
        (98.0, -24, 0.0, white_noise(4)),
        (103.5, -20, 0.0, heartbeat(6)),
    ]
    stereo = np.zeros((round(LENGTH_S * RATE_HZ), 2))
    for at_s, rms_db, place, sound in scene:
        heard = level(sound, rms_db)
        side = np.linspace(-1, 1, len(heard)) if place == "passing" else np.full(len(heard), place)
        if place == "passing":
            heard = heard * (0.15 + 0.85 * np.exp(-((side * 1.6) ** 2)))
        angle = (side + 1) * np.pi / 4  # equal loudness wherever it stands
        first = round(at_s * RATE_HZ)
        stereo[first : first + len(heard), 0] += heard * np.cos(angle)
        stereo[first : first + len(heard), 1] += heard * np.sin(angle)
    return np.clip(stereo, -0.98, 0.98)


def write_recording() -> None:
    """Ogg Vorbis: two channels of noise and rain would be 4 MB as FLAC."""
    samples = compose()
    with soundfile.SoundFile(
        RECORDING, "w", RATE_HZ, 2, subtype="VORBIS", format="OGG", compression_level=0.5
    ) as file:
        for first in range(0, len(samples), RATE_HZ):  # longer writes overflow libvorbis' stack
            file.write(samples[first : first + RATE_HZ])


def write_analysis() -> None:
    """Runs the program's own analysis with the weights that it finds, and stores the result.

    Keys: `scores` float32 (frames, 521), `embeddings` float16 (frames, 1024), `envelope`,
    `frame_start_s`, `hop_s`, `start_s`, `end_s`, `class_names`, `class_names_sha256`,
    `recording_sha256`, `weights_sha256`, `weights_name`, `made_utc_s`, `reading`, and of each
    event that the default rules detect: `stability_classes` (n,), `stability_spans_s` (n, 2),
    `stability_scores` (n, variants).
    """
    from yamnet_gui.analysis import EventsRequest, WeightsModel, recording_events, result_of
    from yamnet_gui.detection import BALANCED, preset
    from yamnet_gui.quality.stability import stabilities

    model = WeightsModel()
    request = EventsRequest(rules=preset(BALANCED, bundled_ontology()))
    found = result_of(recording_events(RECORDING, model, request))
    assert found.events is not None
    analysis, events = found.analysis, found.events.labelled(bundled_class_map()).events
    again = {step.result.event_id: step.result for step in stabilities(RECORDING, events, model)}
    table = analysis.table()
    names = bundled_class_map().names
    known = model.sha256 in KNOWN_FILES
    np.savez_compressed(
        ANALYSIS,
        scores=table.scores,
        embeddings=analysis.embeddings().astype(np.float16),
        envelope=analysis.envelope().values,
        made_utc_s=round(analysis.created_utc.timestamp()),
        reading=analysis.reading,
        stability_classes=np.array([event.class_index for event in events], np.int32),
        stability_spans_s=np.array([(event.onset_s, event.offset_s) for event in events]),
        stability_scores=np.array([again[event.id].scores for event in events], np.float32),
        frame_start_s=table.grid.frame_starts(),
        hop_s=table.grid.hop_s,
        start_s=table.grid.start_s,
        end_s=table.grid.end_s,
        class_names=np.array(names),
        class_names_sha256=hashlib.sha256("\n".join(names).encode()).hexdigest(),
        recording_sha256=hashlib.sha256(RECORDING.read_bytes()).hexdigest(),
        weights_sha256=model.sha256,
        weights_name=model.name if known else f"weights of unknown origin, sha256 {model.sha256}",
    )
    best = table.scores.max(axis=0)
    for index in np.argsort(-best)[:40]:
        at_s = table.grid.frame_starts()[int(table.scores[:, index].argmax())]
        print(f"{best[index]:.2f}  {at_s:6.2f} s  {names[index]}")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Makes the demo recording or its analysis.")
    arguments.add_argument("--analysis", action="store_true", help="analyse demo.ogg and store it")
    if arguments.parse_args().analysis:
        write_analysis()
    else:
        write_recording()


if __name__ == "__main__":
    main()
