"""The panels around the tracks: they read from owners and ask by signals."""
