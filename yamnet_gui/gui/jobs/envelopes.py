"""What edges are refined by, where an older stored result lacks it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yamnet_gui.analysis import Analysis, add_envelopes
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.detection import Envelope

Envelopes = Mapping[int | None, Envelope]


def envelopes_of(analysis: Analysis) -> Envelopes | None:
    """The envelopes of every channel; None where one is missing."""
    found = {table.channel: analysis.envelope(table.channel) for table in analysis.tables}
    known = {channel: envelope for channel, envelope in found.items() if envelope is not None}
    return known if len(known) == len(found) else None


@dataclass(frozen=True, slots=True)
class EnvelopeJob:
    """Makes missing envelopes: None on the way, at last the envelopes. Raises RecordingError."""

    analysis: Analysis

    def run(self) -> Iterator[Envelopes | None]:
        try:
            for _ in add_envelopes(self.analysis):
                yield None  # so that it can be stopped
        except OSError as error:
            reason = f"its edges cannot be refined ({error.strerror or error})"
            raise RecordingError(self.analysis.recording.path, reason) from error
        yield envelopes_of(self.analysis)
