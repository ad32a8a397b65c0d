"""OldMethods: what models had in Keras 2 and courses still call."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks import History


class OldMethods:
    """Methods that `fit`, `evaluate` and `predict` have taken over, and shortcuts to classes."""

    fit: Any
    evaluate: Any
    predict: Any
    _flatten_layers: Any

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Raises an error that says what to use: cornu writes no programs of other systems.

        Args:
            filepath: Where the file would go.
            format: Keras's name of the kind of file.
            **kwargs: Further arguments of Keras's method.

        Raises:
            NotImplementedError: Always.
        """
        del kwargs
        raise NotImplementedError(
            f"Model.export: cornu does not write {format!r} files (asked for {str(filepath)!r}). "
            f"Save the model with model.save('name.keras'): Keras reads that file on any backend "
            f"and can export it from there."
        )

    def predict_proba(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Returns what `predict` returns (Keras 2's name).

        Args:
            x: Inputs.
            batch_size: Samples per step; 32 when None.
            verbose: 0 silent, 1 progress bar, 2 one line.

        Returns:
            NumPy arrays.
        """
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def predict_classes(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Returns the most probable class of each sample.

        Args:
            x: Inputs.
            batch_size: Samples per step; 32 when None.
            verbose: 0 silent, 1 progress bar, 2 one line.

        Returns:
            A NumPy array: places of the greatest outputs; of a single sigmoid unit 0 or 1.
        """
        shares = np.asarray(self.predict(x, batch_size=batch_size, verbose=verbose))
        if shares.shape[-1] > 1:
            return shares.argmax(-1)
        return (shares > 0.5).astype("int32")

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        class_weight: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        **kwargs: Any,
    ) -> History:
        """Trains the model on batches from a generator; `fit` does the same.

        Args:
            generator: Yields batches.
            steps_per_epoch: As in `fit`, and so are the others.
            epochs: Likewise.
            verbose: Likewise.
            callbacks: Likewise.
            validation_data: Likewise.
            validation_steps: Likewise.
            validation_freq: Likewise.
            class_weight: Likewise.
            max_queue_size: Accepted for Keras 2's signature.
            workers: Likewise.
            use_multiprocessing: Likewise.
            shuffle: As in `fit`.
            initial_epoch: Likewise.
            **kwargs: `nb_epoch`, an older name of `epochs`.

        Returns:
            The History.
        """
        history: History = self.fit(
            generator,
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
            class_weight=class_weight,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            **kwargs,
        )
        return history

    def evaluate_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
    ) -> Any:
        """Returns loss and metrics on batches from a generator; `evaluate` does the same.

        Args:
            generator: Yields batches.
            steps: How many; all when None.
            callbacks: List of Callbacks.
            max_queue_size: Accepted for Keras 2's signature.
            workers: Likewise.
            use_multiprocessing: Likewise.
            verbose: 0 silent, 1 progress bar, 2 one line.

        Returns:
            As `evaluate`.
        """
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    def predict_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
    ) -> Any:
        """Returns outputs for batches from a generator; `predict` does the same.

        Args:
            generator: Yields batches.
            steps: How many; all when None.
            callbacks: List of Callbacks.
            max_queue_size: Accepted for Keras 2's signature.
            workers: Likewise.
            use_multiprocessing: Likewise.
            verbose: 0 silent, 1 progress bar, 2 one line.

        Returns:
            As `predict`.
        """
        return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The layers of the model, and those inside them."""
        return tuple(self._flatten_layers(include_self=False))

    def reset_states(self) -> None:
        """Sets the kept states of stateful recurrent layers back to zeros."""
        for layer in self._flatten_layers(include_self=False):
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()
