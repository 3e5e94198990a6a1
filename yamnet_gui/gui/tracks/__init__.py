"""The tracks on the time axis."""
