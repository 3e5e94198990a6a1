"""The ontology with the outputs of another model."""

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology, ontology_of


def test_classes_find_their_node_by_id_or_name_and_others_have_none() -> None:
    dog = bundled_class_map().select(["Dog"])[0]
    classes = ClassMap(
        (
            SoundClass(0, "", "chiffchaff"),
            SoundClass(1, dog.mid, "my dog"),
            SoundClass(2, "", "cat"),
        )
    )
    tree = ontology_of(classes)
    assert tree.of_class(0) is None
    assert tree.node(dog.mid).class_index == 1
    assert tree.of_class(2).name == "Cat"
    assert tree.class_order == (1, 2)
    assert tree.classes_at_or_below(1) == {1}
    animal = next(node for node in tree.nodes if node.name == "Animal")
    assert animal.class_index is None
    assert ontology_of(classes) is tree


def test_yamnet_with_more_classes_behind_it_has_the_bundled_one() -> None:
    assert ontology_of(bundled_class_map()) is bundled_ontology()
    more = bundled_class_map().with_custom(["chiffchaff"])
    assert ontology_of(more) is bundled_ontology()


def test_an_index_of_another_model_is_not_taken_for_a_class_of_yamnet() -> None:
    tree = bundled_ontology()
    speech = bundled_class_map()[0]
    assert tree.of_event(0, "", "chiffchaff") is None
    assert tree.of_event(0, "", "Speech").mid == speech.mid
    assert tree.of_event(5, speech.mid, "said") == tree.node(speech.mid)
    assert tree.of_event(None, "", "Speech") is None
