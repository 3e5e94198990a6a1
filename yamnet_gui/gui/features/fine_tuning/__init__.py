"""Tools › Fine-tune: a model of one's own, from choosing the data to using the model."""
