"""Label sets: custom labels with colours and shortcuts."""
