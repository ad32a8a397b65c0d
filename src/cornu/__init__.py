"""cornu: deep learning the Keras way on an engine of its own."""
