"""The class map of a window: YAMNet's classes, and after them those that people taught."""

from collections.abc import Sequence

from yamnet_gui.core.class_map import ClassMap, SoundClass


class KnownClasses(ClassMap):
    """A class map that grows at its end, so that whoever reads it knows taught classes, too.

    Indices of YAMNet's outputs stay; a taught class has the index `own` or more, and no AudioSet
    id. The tuple is replaced as a whole, so that workers never see half of a change. One owner
    calls `set_custom_classes`, and tells those who must look again.
    """

    def __init__(self, classes: Sequence[SoundClass]) -> None:
        super().__init__(tuple(classes))
        self.own = len(self.classes)

    @property
    def taught(self) -> tuple[SoundClass, ...]:
        """The classes that people taught."""
        return self.classes[self.own :]

    def __getitem__(self, index: int) -> SoundClass:
        """The class of an index; of one from elsewhere that nobody here knows, a bare number."""
        if index < len(self.classes):
            return self.classes[index]
        return SoundClass(index, "", f"class {index}")

    def set_custom_classes(self, names: Sequence[str]) -> None:
        """Other taught classes, in this order.

        Raises ValueError where two share a name, or one has that of a class of YAMNet.
        """
        folded = [name.strip().casefold() for name in names]
        if len(set(folded)) != len(folded):
            raise ValueError("two taught classes share a name")
        first = self.classes[: self.own]
        if any(entry.name.casefold() in folded for entry in first):
            raise ValueError("a taught class has the name of a class of the model")
        added = tuple(
            SoundClass(self.own + place, "", name.strip()) for place, name in enumerate(names)
        )
        # frozen for everyone else: a class map is a value, and this is its one owner's door
        object.__setattr__(self, "classes", first + added)
        self.__dict__.pop("_by_key", None)
