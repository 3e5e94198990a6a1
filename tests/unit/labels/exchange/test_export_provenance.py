"""What an export was asked for, stored and read again."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from yamnet_gui.core.events import ReviewState
from yamnet_gui.labels.exchange.export import Depth, ExportChoice
from yamnet_gui.labels.exchange.export_provenance import choice_from_json, choice_to_json

EVERYTHING = ExportChoice(
    recordings=frozenset({Path("/night/a.wav")}),
    labels=frozenset({"Dog", "Owl"}),
    states=frozenset({ReviewState.ACCEPTED}),
    min_score=0.25,
    max_score=0.5,
    events=frozenset({(Path("/night/a.wav"), "1")}),
    keep_empty=False,
    depth=Depth.LEAF,
    groups=frozenset({"/m/0jbk"}),
    one_per_sound=True,
    channels=frozenset({None, 1}),
)


def test_every_field_of_a_choice_is_asked_for_here():
    usual = ExportChoice()
    assert all(getattr(EVERYTHING, f.name) != getattr(usual, f.name) for f in fields(usual))


@pytest.mark.parametrize("choice", [ExportChoice(), EVERYTHING])
def test_a_choice_is_read_as_it_was_stored(choice: ExportChoice):
    assert choice_from_json(json.loads(json.dumps(choice_to_json(choice)))) == choice


def test_a_choice_of_an_earlier_version_has_all_channels():
    values = choice_to_json(EVERYTHING)
    del values["channels"]
    assert choice_from_json(values).channels is None
