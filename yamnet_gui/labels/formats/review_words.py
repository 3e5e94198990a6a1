"""How tables of many programs write the state of a review."""

from yamnet_gui.core.events import ReviewState

_WORDS = {
    ReviewState.ACCEPTED: "accepted accept yes y true t 1 1.0 correct positive pos confirmed valid"
    " verified ok right present",
    ReviewState.REJECTED: "rejected reject no n false f 0 0.0 incorrect negative neg invalid wrong"
    " absent",
    ReviewState.UNCERTAIN: "uncertain unsure maybe unknown unk ? possible probable doubtful",
    ReviewState.UNREVIEWED: "unreviewed none nan na todo pending unverified -",
}
_STATES = {word: state for state, words in _WORDS.items() for word in words.split()}
_STATES |= {"not verified": ReviewState.UNREVIEWED, "not reviewed": ReviewState.UNREVIEWED}


def state_of(text: str) -> ReviewState | None:
    """The state that a cell says in any of its words; None where it says something else."""
    word = text.strip().casefold()
    return _STATES.get(word) if word else ReviewState.UNREVIEWED


def is_state(text: str) -> bool:
    return state_of(text) is not None
