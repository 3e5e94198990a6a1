"""The gallery: many events or similar sounds at once, as thumbnails of their spectrograms."""
