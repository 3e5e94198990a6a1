"""Which format a file is in: by its content, and what is wrong with it if it nearly is in one."""

from collections.abc import Iterable

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import LabelsError

from .base import LabelFormat
from .sample import NOT_JSON, Sample

_SHOWN = 5


def detect(sample: Sample, formats: Iterable[LabelFormat]) -> LabelFormat:
    """The format whose predicate fits; of several the one with the file's suffix, then the first.

    Formats that take nearly everything (`fallback`) come last. Raises LabelsError where none fits,
    with what is wrong where one nearly does.
    """
    readable = [f for f in formats if f.can_read]
    if not sample.head.strip():
        raise LabelsError(sample.path, "is empty", "choose a table of labels")
    fit = [f for f in readable if f.recognise is not None and f.recognise(sample)]
    if not fit:
        raise _unknown(sample, readable)
    unsure = all(f.fallback for f in fit) and not sample.guess.is_complete
    if unsure and (error := _nearly_known(sample, readable)):
        raise error
    return min(fit, key=lambda f: (f.fallback, sample.suffix not in f.suffixes))


def _unknown(sample: Sample, formats: Iterable[LabelFormat]) -> LabelsError:
    path = sample.path
    if sample.suffix in SOUND_SUFFIXES:
        return LabelsError(path, "is a recording, not a table of labels", "choose a table")
    if error := _nearly_known(sample, formats):
        return error
    if sample.looks_like_json:
        if sample.document is NOT_JSON and sample.json_error is not None:
            return sample.json_error
        names = ", ".join(repr(name[:40]) for name in list(sample.first_object)[:_SHOWN])
        reason = f"is JSON with the keys {names}" if names else "is JSON without keys"
        return LabelsError(path, f"{reason}, which no label format has", "name the format")
    return LabelsError(path, "is not in a known label format", "name the format")


def _nearly_known(sample: Sample, formats: Iterable[LabelFormat]) -> LabelsError | None:
    """What is wrong with a file that a format would be able to read but for that."""
    for fmt in formats:
        if fmt.flaw is not None and (reason := fmt.flaw(sample)):
            return LabelsError(sample.path, f"is nearly in the format {fmt.title!r}, but {reason}")
    return None
