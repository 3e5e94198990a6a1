"""Classes of one's own, trained from examples."""
