"""Which files of a folder are taken for recordings."""

from pathlib import Path

from yamnet_gui.core.storage.files import open_for_reading

_WITHOUT_PICTURES = frozenset(
    {".wav", ".wave", ".bwf", ".bw64", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf"}
    | {".au", ".snd", ".sf", ".ircam", ".paf", ".pvf", ".voc", ".svx", ".8svx", ".iff", ".avr"}
    | {".nist", ".sph", ".wve", ".sds", ".sd2", ".xi"}
    | {".flac", ".ogg", ".oga", ".opus", ".spx", ".mp3", ".mp2", ".mpa", ".m2a", ".mp1", ".mpga"}
    | {".m4a", ".m4b", ".m4r", ".aac", ".adts", ".latm", ".loas", ".ac3", ".eac3", ".ec3", ".dts"}
    | {".mlp", ".thd", ".wv", ".ape", ".mac", ".tta", ".tak", ".shn", ".mpc", ".mp+"}
    | {".wma", ".amr", ".awb", ".3ga", ".gsm", ".qcp", ".g722", ".722", ".dss", ".mka", ".weba"}
    | {".ra", ".rmj", ".aa3", ".oma", ".at3", ".dsf", ".dff", ".qoa", ".osq", ".bonk"}
)
_WITH_PICTURES = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".3gpp", ".3gp2", ".f4v", ".mj2", ".ismv"}
    | {".mkv", ".webm", ".ogv", ".ogx", ".ogm", ".avi", ".divx", ".wmv", ".asf", ".wtv", ".flv"}
    | {".mpg", ".mpeg", ".mpe", ".m2p", ".vob", ".mts", ".m2ts", ".m2t", ".tod", ".mod"}
    | {".rm", ".rmvb", ".dv", ".dif", ".mxf", ".gxf", ".nut", ".dav", ".amv", ".insv", ".lrv"}
)
_SHARED_NAME = ".ts"  # MPEG transport streams, and source texts of two other trades
_SYNC = 0x47

SOUND_SUFFIXES = _WITHOUT_PICTURES | _WITH_PICTURES | {_SHARED_NAME}
"""Endings of names, in small letters, that are taken for recordings when a folder is searched:
what libsndfile and FFmpeg read of the formats in which sound is recorded and passed on."""


def is_sound_file(path: Path) -> bool:
    """Whether a file in a folder is taken for a recording: by its ending, hidden files never."""
    suffix = path.suffix.lower()
    if path.name.startswith(".") or suffix not in SOUND_SUFFIXES:
        return False
    return suffix != _SHARED_NAME or _is_transport_stream(path)


def _is_transport_stream(path: Path) -> bool:
    try:
        with open_for_reading(path) as file:
            head = file.read(189)
    except OSError:
        return True  # opening it will say what is wrong
    return len(head) == 189 and head[0] == head[188] == _SYNC
