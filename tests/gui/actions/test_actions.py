"""The table of actions: ids, access keys and shortcuts are each used once."""

import re
from collections import Counter

import pytest

from yamnet_gui.gui.actions import ACTIONS, MENUS

_ACCESS_KEY = re.compile("&([^&])")


@pytest.mark.parametrize("menu", MENUS)
def test_no_two_actions_of_a_menu_share_an_access_key(menu: str) -> None:
    keys = Counter(
        match[1].casefold()
        for spec in ACTIONS
        if spec.menu == menu and (match := _ACCESS_KEY.search(spec.title))
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_two_actions_share_an_id_or_a_shortcut() -> None:
    ids = Counter(spec.id for spec in ACTIONS)
    shortcuts = Counter(key for spec in ACTIONS for key in spec.keys)
    assert [name for name, count in (ids + shortcuts).items() if count > 1] == []


def test_every_action_is_in_a_menu_that_exists() -> None:
    assert {spec.menu for spec in ACTIONS} == set(MENUS)


def test_tips_add_something_to_the_title() -> None:
    titles = {spec.name: spec.tip for spec in ACTIONS}
    assert [title for title, tip in titles.items() if tip.casefold() == title.casefold()] == []
