"""Label sets: names, colours and keys of one's own."""
