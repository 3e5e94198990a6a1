"""Short messages and errors, each where the user sees it without losing the place."""

import logging
from collections.abc import Callable

from yamnet_gui.core.errors import MissingModelError, UserError, WeightsError
from yamnet_gui.core.text import encodable
from yamnet_gui.gui.panels.status import StatusBar
from yamnet_gui.gui.widgets.notices import NoticeBar, NoticeKind

GET_WEIGHTS = "Get weights…"
CHOOSE_MODEL = "Models…"
_log = logging.getLogger(__name__)


class Messages:
    """Shows what features and controllers have to say."""

    def __init__(
        self,
        notices: NoticeBar,
        status: StatusBar,
        get_weights: Callable[[], None],
        choose_model: Callable[[], None],
    ) -> None:
        self._notices = notices
        self._status = status
        self._get_weights = get_weights
        self._choose_model = choose_model

    def show(self, text: str) -> None:
        """A remark on what a key did; never in a bar over the sound that is worked on."""
        self._status.show_message(text)

    def show_error(self, error: UserError) -> None:
        """A bar that names what failed and why, with a button where weights are missing."""
        _log.warning("%s", encodable(str(error)))
        if isinstance(error, WeightsError):
            button = (GET_WEIGHTS, self._get_weights)
            if isinstance(error, MissingModelError):
                button = (CHOOSE_MODEL, self._choose_model)
            self._notices.show_notice(NoticeKind.ERROR, error.problem, [button], key="weights")
            return
        self._notices.show_notice(NoticeKind.ERROR, str(error))
