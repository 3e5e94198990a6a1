"""Shows beforehand how long a benchmark takes."""

import sys


def announce(seconds: float, quick_seconds: float, *, quick: bool) -> None:
    """Prints the usual time on two cores; each time was measured once and will vary.

    `seconds` for the whole benchmark, `quick_seconds` with `--quick`.
    """
    if quick:
        print(f"This takes about {in_words(quick_seconds)} on two cores.", file=sys.stderr)
    else:
        print(
            f"This takes about {in_words(seconds)} on two cores; --quick takes about "
            f"{in_words(quick_seconds)}.",
            file=sys.stderr,
        )


def in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
