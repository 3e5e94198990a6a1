"""The map of all sounds of a project."""
