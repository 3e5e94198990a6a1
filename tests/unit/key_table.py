"""The keys in the guide, made from the window's own table.

`python -m tests.unit.key_table` writes them into the guide again after the table changed.
"""

from pathlib import Path

from yamnet_gui.gui.actions import ACTIONS, MENUS

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"
BEGIN, END = "<!-- keys: begin -->\n", "\n<!-- keys: end -->\n"  # a table ends with an empty line


def key_table() -> str:
    """One Markdown table for every menu: all commands and their keys."""
    parts = []
    for menu in MENUS:
        rows = [
            f"| {spec.title.replace('&', '')} | {' or '.join(map(_key, spec.keys))} |"
            for spec in ACTIONS
            if spec.menu == menu
        ]
        parts.append("\n".join([f"**{menu}**", "", "| command | key |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


def _key(key: str) -> str:
    return f"`` {key} ``" if "`" in key else f"`{key}`"


def written_table(guide: str) -> str:
    """What stands in the guide between its marks."""
    return guide.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    before, _, rest = guide.partition(BEGIN)
    after = rest.partition(END)[2]
    GUIDE.write_text(f"{before}{BEGIN}{key_table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
