"""Names that custom classes get, and the labels that they are trained on."""

import numpy as np
import pytest

from tests.gui.support.owners import Owners
from yamnet_gui.embedding import Classifier
from yamnet_gui.embedding.classifier import DenseLayer
from yamnet_gui.gui.features.custom_classes.names import source_labels, suggested_name
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.custom_classes import CustomClass, CustomClasses


@pytest.fixture
def class_map(owners: Owners) -> ClassMapState:
    return owners.class_map


@pytest.fixture
def custom(owners: Owners, class_map: ClassMapState) -> CustomClasses:
    return CustomClasses(class_map, owners.document, owners.class_view, owners.parent)


def test_a_new_label_is_the_name_of_its_class(class_map: ClassMapState, custom: CustomClasses):
    assert suggested_name("Owl of mine", class_map, custom) == "Owl of mine"


def test_the_name_of_a_class_of_the_model_gets_an_ending(
    class_map: ClassMapState, custom: CustomClasses
):
    assert suggested_name("Dog", class_map, custom) == "Dog (custom)"


def test_a_class_that_earlier_versions_named_keeps_its_name(
    class_map: ClassMapState, custom: CustomClasses
):
    custom.set(custom.with_put(CustomClass("Dog (taught)")))
    assert suggested_name("Dog", class_map, custom) == "Dog (taught)"
    assert suggested_name("Cat", class_map, custom) == "Cat (custom)"


def test_a_custom_class_is_retrained_from_the_labels_stored_in_its_file(custom: CustomClasses):
    layer = DenseLayer(np.zeros((1024, 1), np.float32), np.zeros(1, np.float32))
    about = {"events": {"Dog": "Dog (taught)", "Cat": "Cat (taught)"}}
    name = "Dog (taught)"
    custom.set(custom.with_put(CustomClass(name, Classifier((name,), (layer,), "", about=about))))
    assert source_labels(name, custom) == {name, "Dog"}
    assert source_labels("Owl", custom) == {"Owl"}
