"""What happens by itself, without an action or a panel."""

from PySide6.QtCore import QObject


class AutomaticService(QObject):
    """Follows the owners of the state and does its work unasked."""

    @property
    def busy(self) -> bool:
        """Whether it has work under way that will still change the screen or a file."""
        return False

    def close(self) -> None:
        """Ends its threads; called once, before the project is closed."""
