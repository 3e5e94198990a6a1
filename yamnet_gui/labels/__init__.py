"""Labels on disk: the project store, and one file per label format."""
