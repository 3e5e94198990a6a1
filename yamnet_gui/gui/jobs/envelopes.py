"""The envelopes that edges are refined by, computed where an older stored result lacks them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yamnet_gui.analysis import Analysis, add_envelopes, stored_envelopes
from yamnet_gui.detection import Envelope

Envelopes = Mapping[int | None, Envelope]


def envelopes_of(analysis: Analysis) -> Envelopes | None:
    """The envelopes of every channel; None where one is missing."""
    known = stored_envelopes(analysis)
    return known if len(known) == len(analysis.tables) else None


@dataclass(frozen=True, slots=True)
class EnvelopeJob:
    """Computes missing envelopes: None on the way, at last the envelopes. Raises RecordingError."""

    analysis: Analysis

    def run(self) -> Iterator[Envelopes | None]:
        for _ in add_envelopes(self.analysis):
            yield None  # so that it can be stopped
        yield envelopes_of(self.analysis)
