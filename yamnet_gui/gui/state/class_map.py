"""The class map of a window: YAMNet's classes, and after them the custom classes of the project."""

from collections.abc import Sequence

from yamnet_gui.core.class_map import ClassMap


class ClassMapState:
    """The owner of the class map. `value` is immutable: workers get it and never see it change.

    Indices of the model's outputs stay; custom classes follow them. Only `CustomClasses` sets
    another value, and its `changed` says so.
    """

    def __init__(self, model_classes: ClassMap) -> None:
        self._model_classes = model_classes
        self._value = model_classes

    @property
    def value(self) -> ClassMap:
        """All classes as they are now."""
        return self._value

    @property
    def model_classes(self) -> ClassMap:
        """The model's classes alone."""
        return self._model_classes

    @property
    def model_count(self) -> int:
        """How many classes the model has; the first custom class has this index."""
        return len(self._model_classes)

    def set_custom_classes(self, names: Sequence[str]) -> None:
        """Other custom classes, in this order.

        Raises NameTakenError where two share a name, or one has that of a class of the model.
        """
        self._value = self._model_classes.with_custom(names)
