"""Packages that are installed beside the program."""


def installed_version(package: str) -> str:
    """The version of a package; "" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow, and seldom needed

    try:
        return version(package)
    except PackageNotFoundError:
        return ""
