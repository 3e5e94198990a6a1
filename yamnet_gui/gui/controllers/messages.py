"""Short messages and errors, each where the user sees it without losing the place."""

import logging

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import encodable
from yamnet_gui.gui.panels.status import StatusBar
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.widgets.notices import NoticeBar, NoticeKind

_SHOWN_S = 5

_log = logging.getLogger(__name__)


class Messages:
    """Shows what features and controllers have to say."""

    def __init__(self, document: Document, notices: NoticeBar, status: StatusBar) -> None:
        self._document = document
        self._notices = notices
        self._status = status

    def show(self, text: str) -> None:
        """A remark on what a key did. In the status bar, unless that shows progress.

        It must not push the tracks down.
        """
        if self._document.state is AnalysisState.RUNNING:
            self._notices.show_notice(NoticeKind.INFO, text, key="review", seconds=_SHOWN_S)
        else:
            self._status.clear_progress(text)

    def show_error(self, error: UserError) -> None:
        """A bar that names what failed and why."""
        _log.warning("%s", encodable(str(error)))
        self._notices.show_notice(NoticeKind.ERROR, str(error))
