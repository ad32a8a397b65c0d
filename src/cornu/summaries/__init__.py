"""Records for TensorBoard: event files by the `tensorboard` package's own writer."""
