"""The class map of a window: YAMNet's classes, followed by the custom ones."""

from collections.abc import Sequence

from yamnet_gui.core.class_map import ClassMap, SoundClass


class KnownClasses(ClassMap):
    """A class map that grows at its end by custom classes.

    Indices of YAMNet's outputs stay; a custom class has the index `own` or more, and no AudioSet
    id. The tuple is replaced as a whole, so that workers never see half of a change. One owner
    calls `set_custom_classes`, and signals the change.
    """

    def __init__(self, classes: Sequence[SoundClass]) -> None:
        super().__init__(tuple(classes))
        self.own = len(self.classes)

    def __getitem__(self, index: int) -> SoundClass:
        """The class of an index; "class N" for an index that is not in the map."""
        if index < len(self.classes):
            return self.classes[index]
        return SoundClass(index, "", f"class {index}")

    def set_custom_classes(self, names: Sequence[str]) -> None:
        """Replaces the custom classes, in this order.

        Raises ValueError where two share a name, or one has that of a class of YAMNet.
        """
        folded = [name.strip().casefold() for name in names]
        if len(set(folded)) != len(folded):
            raise ValueError("two custom classes share a name")
        first = self.classes[: self.own]
        if any(entry.name.casefold() in folded for entry in first):
            raise ValueError("a custom class has the name of a class of the model")
        added = tuple(
            SoundClass(self.own + place, "", name.strip()) for place, name in enumerate(names)
        )
        # frozen for everyone else: a class map is a value, and this is its one owner's door
        object.__setattr__(self, "classes", first + added)
        self.__dict__.pop("_by_key", None)
