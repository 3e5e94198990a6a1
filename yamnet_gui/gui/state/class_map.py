"""The class map of a window: the model's classes, and after them the custom ones of the project."""

from collections.abc import Sequence

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.gui.theme import set_class_names
from yamnet_gui.yamnet import ModelInfo


class ClassMapState:
    """The owner of the class map. `value` is immutable: workers get it and never see it change.

    Indices of the model's outputs stay as long as the model does; custom classes follow them. Only
    `CustomClasses` sets another value, and its `changed` says so.
    """

    def __init__(self, model_classes: ClassMap) -> None:
        self._model_classes = model_classes
        self._value = model_classes
        self._ontology = ontology_of(model_classes)
        self._model_info: ModelInfo | None = None
        set_class_names(model_classes.names)

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

    @property
    def ontology(self) -> Ontology:
        """The ontology with the outputs of the model. As immutable as `value`."""
        return self._ontology

    @property
    def model_info(self) -> ModelInfo | None:
        """What a fine-tuned model says about itself; None: YAMNet, or its file is not here."""
        return self._model_info

    def set_model_classes(self, classes: ClassMap, info: ModelInfo | None = None) -> None:
        """The classes of another model; there are no custom ones until they are set again.

        Only `CustomClasses.set_model` calls it, so that everything follows.
        """
        self._model_classes = self._value = classes
        self._ontology = ontology_of(classes)
        self._model_info = info
        set_class_names(classes.names)

    def set_custom_classes(self, names: Sequence[str]) -> None:
        """Other custom classes, in this order.

        Raises NameTakenError where two share a name, or one has that of a class of the model.
        """
        self._value = self._model_classes.with_custom(names)
        set_class_names(self._value.names)
