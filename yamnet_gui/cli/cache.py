"""`yamnet-gui cache`: what is stored to save time, how much, and clearing it."""

import argparse

from yamnet_gui.analysis import DEFAULT_LIMIT_BYTES, ResultCache
from yamnet_gui.core.cached_files import KINDS, own_files, shrink
from yamnet_gui.core.text import megabytes, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clear",
        action="store_true",
        help="remove all of it; files of others in the folder stay",
    )


def run(options: argparse.Namespace) -> int:
    cache = ResultCache()
    sizes = {"results": cache.size()}
    for kind in KINDS:
        count = sum(file.bytes for file in own_files(cache.folder, kind))
        sizes[kind.title] = sizes.get(kind.title, 0) + count
    total, where = megabytes(sum(sizes.values())), printable(cache.folder)
    if options.clear:
        given_back = cache.clear()
        for kind in KINDS:
            given_back += sum(file.bytes for file in shrink(cache.folder, kind, -1))
        print(f"removed {megabytes(given_back)} from {where}")
        return 0
    limit = f" of at most {megabytes(DEFAULT_LIMIT_BYTES)}"
    print(f"{where}: {total}")
    for title, count in sizes.items():
        if count:
            print(f"  {title}: {megabytes(count)}{limit if title == 'results' else ''}")
    return 0
