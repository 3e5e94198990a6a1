"""Errors shown to the user: one sentence with the file, the reason and what to do."""

from pathlib import Path

from .storage.notation import written
from .text import readable_length, without_controls


class UserError(Exception):
    """Something the user can act on. `str(error)` is the one sentence shown to them.

    `subject` is what it is about (mostly a file), `reason` is what is wrong in words that
    finish the sentence "SUBJECT: …", `advice` what to do about it.
    """

    def __init__(self, subject: str | Path, reason: str, advice: str = "") -> None:
        self.subject = written(subject)
        self.reason = reason
        self.advice = advice
        tail = f" — {advice}" if advice else ""
        # parts of broken files in it must not break the line, nor send codes to a terminal
        super().__init__(
            without_controls(f"{readable_length(self.subject)}: {readable_length(reason)}{tail}")
        )

    @property
    def problem(self) -> str:
        """The sentence without what to do, where the window offers that as a button."""
        return str(UserError(self.subject, self.reason))


class RecordingError(UserError):
    """A recording cannot be opened or read."""


class WeightsError(UserError):
    """The weights of the network are missing, broken or cannot be fetched."""


class MissingModelError(WeightsError):
    """The fine-tuned model that a project is made with is not on this computer."""


class LabelsError(UserError):
    """A table of labels cannot be read or written. `line` counts from 1 where it is known."""

    def __init__(
        self, subject: str | Path, reason: str, advice: str = "", *, line: int | None = None
    ) -> None:
        self.line = line
        super().__init__(subject, f"line {line}: {reason}" if line is not None else reason, advice)


class SettingsError(UserError):
    """An option or a settings file holds a value that cannot be used."""


class ClassifierError(UserError):
    """A file of custom classes cannot be read, or does not fit; or no class can be trained."""


class ProjectError(UserError):
    """A project file cannot be opened, read or written."""


class DatasetError(UserError):
    """A dataset folder cannot be opened, read or written."""


class Cancelled(Exception):  # noqa: N818 - a request, not an error
    """Raised inside long work when the user asked it to stop."""
