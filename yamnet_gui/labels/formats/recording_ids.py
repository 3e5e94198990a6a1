"""Short names of recordings for formats whose programs know recordings by an id, not by a path."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.sound_track import stem_of
from yamnet_gui.labels.recording_names import name_key

from .base import WriteOptions


def recording_ids(
    recordings: Sequence[LabelledRecording],
    options: WriteOptions,
    reserved: Iterable[str] = (),
) -> Iterator[str]:
    """An id for each recording: its name without the ending where only this one has that name.

    Otherwise, for names in `reserved`, and where the options ask for relative paths: its path.
    """
    stems = [stem_of(r.recording.path) for r in recordings]
    count = Counter(map(name_key, stems))
    words = {name_key(word) for word in reserved}
    for recording, stem in zip(recordings, stems, strict=True):
        plain = count[name_key(stem)] == 1 and name_key(stem) not in words
        short = plain and options.base is None
        yield stem if short else options.file_name(recording.recording)
