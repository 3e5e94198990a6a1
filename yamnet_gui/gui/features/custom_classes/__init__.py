"""Custom classes: trained on examples, scored and detected like those of the network."""
