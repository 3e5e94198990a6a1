"""Recordings in every container and codec that the installed ffmpeg can write."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

LENGTH_S = 12.0
BEEPS_S = (3.0, 10.0)
SOURCE_RATE_HZ = 48_000

_PCM = "pcm_s16le pcm_u8 pcm_s24le pcm_s32le pcm_f32le pcm_f64le pcm_mulaw pcm_alaw"
_PCM_BE = "pcm_s16be pcm_s24be pcm_s32be pcm_f32be pcm_mulaw pcm_alaw"
_COMPRESSED = "aac ac3 eac3 flac libmp3lame mp2 libopus libvorbis"
CONTAINERS = {
    "wav": f"{_PCM} adpcm_ima_wav adpcm_ms adpcm_yamaha adpcm_swf g722 g726 libgsm_ms libmp3lame "
    "mp2 ac3 aac wmav2 nellymoser real_144 dca flac",
    "w64": "pcm_s16le pcm_s24le pcm_f32le libmp3lame",
    "aiff": f"{_PCM_BE} adpcm_ima_qt libgsm alac",
    "au": _PCM_BE,
    "caf": "pcm_s16be pcm_s16le pcm_f32le alac aac libopus adpcm_ima_qt ac3 mp2 libgsm flac",
    "flac": "flac",
    "ogg": "libvorbis libopus flac libspeex",
    "opus": "libopus",
    "spx": "libspeex",
    "mp3": "libmp3lame",
    "mp2": "mp2",
    "ac3": "ac3",
    "eac3": "eac3",
    "dts": "dca",
    "aac": "aac",
    "latm": "aac",
    "m4a": "aac alac ac3 flac libopus",
    "mp4": "aac libmp3lame eac3 libopus",
    "mov": "pcm_s16le pcm_s16be pcm_s24le pcm_f32le alac aac adpcm_ima_qt pcm_mulaw adpcm_ms",
    "mkv": f"{_COMPRESSED} pcm_s16le pcm_f32le alac wavpack tta truehd dca adpcm_ms wmav2",
    "mka": "flac libopus",
    "webm": "libopus libvorbis",
    "ts": "aac mp2 ac3 eac3 libmp3lame libopus dca s302m truehd",
    "mpg": "mp2 ac3 libmp3lame pcm_dvd",
    "avi": "libmp3lame ac3 pcm_s16le aac adpcm_ms adpcm_ima_wav mp2 adpcm_yamaha",
    "flv": "aac libmp3lame nellymoser pcm_s16le adpcm_swf libspeex",
    "wma": "wmav1 wmav2",
    "asf": "wmav2 libmp3lame aac adpcm_ms",
    "3gp": "aac",
    "wv": "wavpack",
    "tta": "tta",
    "thd": "truehd",
    "mlp": "mlp",
    "g722": "g722",
    "gsm": "libgsm",
    "voc": "pcm_s16le pcm_u8 adpcm_ms",
    "sox": "pcm_s32le",
    "sf": "pcm_s16le",
    "nut": f"{_COMPRESSED} pcm_s16le adpcm_yamaha",
    "mxf": "pcm_s16le pcm_s24le",
    "rm": "ac3 real_144",
    "adx": "adpcm_adx",
    "dfpwm": "dfpwm",
    "sbc": "sbc",
    "aptx": "aptx",
    "wtv": "mp2 ac3",
    "oma": "pcm_s16be",
}
_FORMATS = {"latm": "latm", "rf64": "wav", "sf": "ircam", "thd": "truehd", "eac3": "eac3"}
_RATES = {
    **dict.fromkeys(("libopus", "truehd", "mlp", "aptx", "s302m", "pcm_dvd"), (48_000,)),
    **dict.fromkeys(("g722", "libspeex", "sbc"), (16_000,)),
    **dict.fromkeys(("g726", "libgsm", "libgsm_ms", "real_144"), (8_000,)),
    **dict.fromkeys(("adpcm_swf", "nellymoser"), (22_050,)),
    **dict.fromkeys(("ac3", "eac3", "dca", "mp2", "wmav1", "wmav2"), (44_100, 48_000)),
}
_MONO = {"g722", "g726", "libgsm", "libgsm_ms", "real_144", "nellymoser", "dfpwm"}
_STEREO = {"s302m", "pcm_dvd", "aptx"}
_OPTIONS = {"g726": ["-b:a", "32k"], "aac": ["-aac_pns", "0"]}


@dataclass(frozen=True, slots=True)
class Combination:
    """What a file is made of."""

    container: str
    codec: str
    rate_hz: int
    channels: int

    @property
    def name(self) -> str:
        codec = self.codec.removeprefix("lib")
        return f"{codec}_{self.rate_hz}_{self.channels}.{self.container}"


def combinations(*, quick: bool) -> list[Combination]:
    """Every container with every codec, each with two rates and one or two channels in turn."""
    result = []
    for number, (container, codecs) in enumerate(CONTAINERS.items()):
        for at, codec in enumerate(codecs.split()):
            rates = _RATES.get(codec, (44_100, 16_000) if (number + at) % 2 else (22_050, 48_000))
            if container == "mxf":
                rates = (48_000,)
            counts = (1,) if codec in _MONO else (2,) if codec in _STEREO else (1, 2)
            for step, rate in enumerate(rates):
                channels = counts[(number + at + step) % len(counts)]
                result.append(Combination(container, codec, rate, channels))
    return result[::5] if quick else result


def write_source(path: Path) -> None:
    """Noise that never repeats, with a beep at each of `BEEPS_S`: stereo, 48 kHz, 16 bit."""
    random = np.random.default_rng(15)
    count = round(LENGTH_S * SOURCE_RATE_HZ)
    noise = 0.1 * random.standard_normal((count, 2))
    time_s = np.arange(SOURCE_RATE_HZ // 5) / SOURCE_RATE_HZ
    for beep_s in BEEPS_S:
        first = round(beep_s * SOURCE_RATE_HZ)
        noise[first : first + len(time_s)] += 0.4 * np.sin(2 * np.pi * 1000 * time_s)[:, None]
    soundfile.write(path, noise.clip(-1, 1), SOURCE_RATE_HZ)


def generate(folder: Path, *, quick: bool) -> Iterator[tuple[Path, bool]]:
    """Writes the matrix into a folder; yields each path, and whether ffmpeg could write it."""
    source = folder / "source.wav"
    write_source(source)
    for wanted in combinations(quick=quick):
        path = folder / wanted.name
        command = ["ffmpeg", "-v", "quiet", "-y", "-i", str(source), "-map_metadata", "-1"]
        command += ["-c:a", wanted.codec, "-ar", str(wanted.rate_hz), "-ac", str(wanted.channels)]
        command += [*_OPTIONS.get(wanted.codec, []), "-strict", "-2"]
        if wanted.container in _FORMATS:
            command += ["-f", _FORMATS[wanted.container]]
        made = subprocess.run([*command, str(path)], check=False, capture_output=True)
        fine = made.returncode == 0 and path.is_file() and path.stat().st_size > 500
        if not fine:
            path.unlink(missing_ok=True)
        yield path, fine
