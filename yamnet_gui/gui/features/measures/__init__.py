"""Measures of events and of the selection, in inspector and table."""
