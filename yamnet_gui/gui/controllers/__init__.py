"""What moves the state of the window: recording, analysis, events, navigation, review."""
