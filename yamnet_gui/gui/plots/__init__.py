"""Plots that are no tracks of the timeline: curves, maps."""
