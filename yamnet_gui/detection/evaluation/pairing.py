"""Which estimated recording belongs to which reference recording."""

from collections.abc import Sequence
from dataclasses import dataclass

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording, ReviewState
from yamnet_gui.core.ontology import Ontology

from .event_arrays import NO_SPANS, Pair, by_label, counting_events_below


@dataclass(frozen=True, slots=True)
class Paired:
    """Pairs to evaluate; names of true recordings without a prediction (all missed) and of
    predicted ones without a truth (left out)."""

    pairs: tuple[Pair, ...]
    unpredicted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def paired(
    reference: Sequence[LabelledRecording],
    estimated: Sequence[LabelledRecording],
    labels: Sequence[str] | None = None,
    ontology: Ontology | None = None,
) -> Paired:
    """Recordings paired by the name of their file without its ending, whatever the case.

    Where both sides are one recording they belong together whatever their names. With an ontology
    a predicted label counts for every label above it. Rejected events are left out of both sides.

    Raises LabelsError where two recordings of one side share a name.
    """
    reference_by_name, estimated_by_name = _by_name(reference), _by_name(estimated)
    if len(reference_by_name) == len(estimated_by_name) == 1:
        estimated_by_name = dict(zip(reference_by_name, estimated_by_name.values(), strict=True))
    wanted = labels
    if wanted is None:
        wanted = sorted({e.label for recording in reference for e in _counted_events(recording)})
    pairs = []
    for name, recording in reference_by_name.items():
        other = estimated_by_name.get(name)
        reference_spans = by_label(_counted_events(recording))
        estimated_spans = by_label(_counted_events(other)) if other is not None else {}
        if ontology is not None:
            estimated_spans = counting_events_below(estimated_spans, wanted, ontology)
        pairs.append(
            Pair(
                {x: reference_spans.get(x, NO_SPANS) for x in wanted},
                {x: estimated_spans.get(x, NO_SPANS) for x in wanted},
                _duration_s(recording, other),
            )
        )
    return Paired(
        tuple(pairs),
        tuple(n for n in reference_by_name if n not in estimated_by_name),
        tuple(n for n in estimated_by_name if n not in reference_by_name),
    )


def _counted_events(recording: LabelledRecording) -> list[Event]:
    return [e for e in recording.events if e.state is not ReviewState.REJECTED]


def _by_name(recordings: Sequence[LabelledRecording]) -> dict[str, LabelledRecording]:
    result: dict[str, LabelledRecording] = {}
    for recording in recordings:
        path = recording.recording.path
        name = path.stem.casefold()
        if name in result:
            raise LabelsError(path, "two recordings have this name", "rename one of them")
        result[name] = recording
    return result


def _duration_s(*recordings: LabelledRecording | None) -> float:
    """The longest that is known of the recording, or where its last event ends."""
    present = [r for r in recordings if r is not None]
    ends = [e.offset_s for r in present for e in r.events]
    return max([r.recording.duration_s for r in present] + ends, default=0.0)
