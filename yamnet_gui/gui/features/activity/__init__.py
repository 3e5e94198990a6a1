"""Activity over a project: which class when, as a heat map and lines."""
