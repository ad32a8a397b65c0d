"""The core: tensors, variables, primitives, the tape, graphs, and the engine protocol."""
