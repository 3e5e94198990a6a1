"""`yamnet-gui cache`: where results are stored, how much, and clearing them."""

import argparse

from yamnet_gui.analysis import DEFAULT_LIMIT_BYTES, ResultCache


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="remove all stored results")


def run(options: argparse.Namespace) -> int:
    cache = ResultCache()
    if options.clear:
        print(f"removed {in_megabytes(cache.clear())} of stored results from {cache.folder}")
    else:
        used = in_megabytes(cache.size())
        print(f"{cache.folder}: {used} of at most {in_megabytes(DEFAULT_LIMIT_BYTES)}")
    return 0


def in_megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
