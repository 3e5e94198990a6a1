"""Help › Check for updates: asks once, when the user wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.runner import JobRunner

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.core.updates import Release
    from yamnet_gui.gui.context import Context


class AskForUpdatesJob:
    """The newest release. Raises SettingsError where nothing usable is answered."""

    def run(self) -> Iterator[Release]:
        from yamnet_gui.core.updates import latest_release  # and with it what talks to servers

        yield latest_release()


class UpdatesFeature(Feature):
    """A dialog at once, and the answer in it as soon as it is here; closing it stops asking."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._window = context.shell.window
        self._jobs = JobRunner("updates", self)

    @property
    def busy(self) -> bool:
        return self._jobs.busy

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"check_updates": self.check}

    def check(self) -> None:
        """Opens the dialog and asks."""
        from yamnet_gui.gui.dialogs.updates import UpdatesDialog

        dialog = UpdatesDialog(self._window)

        def failed(error: UserError) -> None:
            dialog.show_problem(str(error))

        handle = self._jobs.submit(
            AskForUpdatesJob(), on_result=dialog.show_release, on_failed=failed
        )
        dialog.finished.connect(handle.cancel)
        self.open_dialog(dialog, lambda: None)

    def close(self) -> None:
        self._jobs.close()
