"""Pages of the documentation that are made when it is built.

The command reference comes from the parsers themselves, the contributor's pages from the files at
the top of the repository.
"""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
PUBLIC = (
    *("analyze", "embed", "measure", "activity", "read_labels", "rerun"),
    *("Analyzed", "Embedded"),
)
TOP = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
"""Files at the top of the repository that are pages, too."""
_OUTSIDE = re.compile(
    r"\[(?P<text>[^\]]+)\]"
    r"\((?P<target>(?:\.\./)*(?:[A-Z]+\.md|LICENSE|\.ci/run))(?P<anchor>#[\w-]+)?\)"
)


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages."""
    sys.path.insert(0, str(ROOT))
    pages = {"commands.md": command_reference(), "python.md": python_reference()}
    for name, page in TOP.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        pages[page] = re.sub(r"\]\(docs/", "](", text)
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_more: Any) -> str:
    """Links to files outside `docs/` lead to their pages; those without a page lose the link."""
    up = "../" * page.file.src_uri.count("/")

    def placed(match: re.Match[str]) -> str:
        text, target, anchor = match["text"], Path(match["target"]).name, match["anchor"] or ""
        if target in TOP:
            return f"[{text}]({up}{TOP[target]}{anchor})"
        return f"[{text}]({up}index.md#start)" if target == "README.md" else text

    markdown = _OUTSIDE.sub(placed, markdown)
    return re.sub(r"\]\((?P<folder>(?:\.\./)*decisions)\)", r"](\g<folder>/README.md)", markdown)


def command_reference() -> str:
    """Every command with all of its options, as `--help` says it."""
    from yamnet_gui.cli.main import COMMANDS

    os.environ["COLUMNS"] = "100"
    lines = [
        "# Commands",
        "",
        "`yamnet-gui` alone opens the window; each command below works without one.",
        "",
    ]
    for name, command in COMMANDS.items():
        parser = argparse.ArgumentParser(f"yamnet-gui {name}")
        command.add_arguments(parser)
        lines += [f"## {name}", "", f"{_sentence(command.help)}", ""]
        lines += ["```text", parser.format_usage().removeprefix("usage: ").rstrip(), "```", ""]
        for group in parser._action_groups:
            actions = [
                a for a in group._group_actions if a.help != argparse.SUPPRESS and a.dest != "help"
            ]
            if actions:
                lines += _table(parser, group.title or "options", actions)
        if parser.epilog:
            lines += ["```text", parser.epilog.strip(), "```", ""]
    return "\n".join(lines)


def python_reference() -> str:
    """The interface for notebooks, from its docstrings."""
    lines = [
        "# Python",
        "",
        "`from yamnet_gui import …`; each says what it takes, returns and raises.",
        "",
    ]
    for name in PUBLIC:
        lines += [f"::: yamnet_gui.interface.{name}", ""]
    lines += ["::: yamnet_gui.audio.measures.Measures", "", "::: yamnet_gui.batch.rerun.Rerun", ""]
    return "\n".join(lines)


def _table(
    parser: argparse.ArgumentParser, title: str, actions: list[argparse.Action]
) -> list[str]:
    formatter = argparse.HelpFormatter(parser.prog, width=200)
    lines = [f"**{title}**", "", "| option | meaning |", "|---|---|"]
    for action in actions:
        shown = formatter._format_action_invocation(action)
        meaning = formatter._expand_help(action) if action.help else ""
        lines.append(f"| `{_cell(shown)}` | {_cell(_plain(meaning))} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _plain(text: str) -> str:
    """The text with nothing that Markdown would take for markup."""
    return re.sub(r"([*_<>\[\]])", r"\\\1", text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
