"""Writes sound into containers that only libav knows, for tests."""

from pathlib import Path

import av
import numpy as np


def write_container(
    path: Path, sound: np.ndarray, rate: int, codec: str, tags: dict[str, str] | None = None
) -> None:
    """Encodes float (n, channels) with libav's `codec` into the container that `path` names.

    AAC is written without noise substitution, which would make decoders differ by design.
    """
    channels = sound.shape[1]
    layout = {1: "mono", 2: "stereo"}[channels]
    options = {"aac_pns": "0"} if codec == "aac" else {}
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate, layout=layout, options=options)
        if codec not in ("flac", "alac", "pcm_s16le"):
            stream.bit_rate = 96000 * channels
        if codec == "vorbis":
            stream.codec_context.flags |= 0
        stream.codec_context.open()
        encoder = stream.codec_context
        whole = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.T, np.float32), format="fltp", layout=layout
        )
        whole.sample_rate = rate
        whole.pts = 0
        cut = av.AudioResampler(
            format=encoder.format, layout=layout, rate=rate, frame_size=encoder.frame_size or 1024
        )
        for frame in [*cut.resample(whole), *cut.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_tracks(
    target: Path, *tracks: tuple[np.ndarray, int], delays_s: tuple[float, ...] = ()
) -> Path:
    """Sounds (n, channels) with their rates as AAC tracks of one file."""
    parts = []
    for number, (sound, rate) in enumerate(tracks):
        part = target.with_name(f"{target.stem}-{number}.m4a")
        write_container(part, sound, rate, "aac")
        parts.append(av.open(str(part)))
    with av.open(str(target), "w") as new:
        streams = [new.add_stream_from_template(p.streams.audio[0]) for p in parts]
        packets = []
        for part, stream, delay in zip(parts, streams, delays_s or [0.0] * len(parts), strict=True):
            for packet in part.demux(part.streams.audio[0]):
                if packet.size:
                    packet.pts += round(delay / packet.time_base)
                    packet.dts = packet.pts
                    packets.append((float(packet.pts * packet.time_base), packet, stream))
        for _at, packet, stream in sorted(packets, key=lambda p: p[0]):
            packet.stream = stream
            new.mux(packet)
    for part in parts:
        part.close()
    return target


def write_silent_video(path: Path) -> None:
    """Ten grey frames and no sound track."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
