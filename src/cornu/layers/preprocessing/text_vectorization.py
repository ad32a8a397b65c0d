"""TextVectorization: texts as word numbers or vectors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import registry, settings
from cornu.core.host import on_host
from cornu.core.keras_tensor import KerasTensor
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.encoding import checked_mode
from cornu.layers.preprocessing.index_lookup import OUTPUT_MODES
from cornu.layers.preprocessing.string_lookup import StringLookup
from cornu.layers.preprocessing.tokens import Array, batches_of, like, token_array
from cornu.saving import deserialize_keras_object, serialize_keras_object

_PUNCTUATION = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
_STRIP = str.maketrans("", "", _PUNCTUATION)
# As in TensorFlow, only the letters of ASCII have a lower case.
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_TABLES = {
    "lower": str.maketrans(_UPPER, _LOWER),
    "strip_punctuation": _STRIP,
    "lower_and_strip_punctuation": str.maketrans(_UPPER, _LOWER, _PUNCTUATION),
}
_WORDS = re.compile(r"[^ \t\n\r\f\v]+")


@registry.builtin("layer")
class TextVectorization(Layer):
    """Turns texts into word numbers (or vectors): standardizes, splits, looks words up.

    A model may begin with this layer: what it does runs in Python, the rest is compiled.

    Args:
        max_tokens: Most tokens that `adapt` keeps, reserved ones included; all when None.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None, or a
            function from an array of texts to one of the same shape.
        split: "whitespace", "character", None (each text is one token), or a function from a
            vector of texts to a list of tokens for each.
        ngrams: Also take sequences of up to so many tokens as tokens; or a tuple of the lengths.
        output_mode: "int" (numbers, padded with 0), "multi_hot", "count" or "tf_idf".
        output_sequence_length: Length of results of mode "int"; the longest of the batch when
            None.
        pad_to_max_tokens: Whether vectors have `max_tokens` columns however many tokens there are.
        vocabulary: The tokens, or the path of a text file with one a line; otherwise call
            `adapt(data)`.
        idf_weights: Weight of each token of `vocabulary`, for output_mode="tf_idf".
        sparse: Accepted for Keras's signature; must be False.
        ragged: Accepted for Keras's signature; must be False.
        encoding: Accepted for Keras's signature; text is UTF-8.
        name: Name of the layer.
        **kwargs: `trainable`.

    Raises:
        ValueError: For arguments that contradict each other.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["The cat sat.", "The dog!"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'the', 'sat', 'dog', 'cat']
        >>> layer(["the bird sat"]).tolist()
        [[2, 1, 3, 0]]
    """

    takes_text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        size = kwargs.pop("vocabulary_size", None)
        has_input = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        mode = checked_mode(output_mode, OUTPUT_MODES, "TextVectorization")
        _check_choice("standardize", standardize, (*_TABLES,))
        _check_choice("split", split, ("whitespace", "character"))
        if ragged:
            raise ValueError(
                "TextVectorization: ragged=True is not supported; results are padded with 0."
            )
        if mode != "int" and output_sequence_length is not None:
            raise ValueError(
                f"TextVectorization: output_sequence_length is used with output_mode='int' only; "
                f"it is {mode!r}."
            )
        if isinstance(ngrams, list):
            ngrams = tuple(ngrams)
        sizes = ngrams if isinstance(ngrams, tuple) else (ngrams or 1,)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise ValueError(
                f"TextVectorization: ngrams is None, a whole number or a tuple of them; got "
                f"{ngrams!r}."
            )
        self._standardize = standardize
        self._split = split
        self._ngrams_arg = ngrams
        self._ngrams = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        self._output_mode = mode
        self._output_sequence_length = output_sequence_length
        self._encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=mode,
            sparse=sparse,
            has_input_vocabulary=has_input,
            vocabulary_size=size,
        )
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True

    @property
    def compute_dtype(self) -> str:
        """Text."""
        return "string"

    @property
    def variable_dtype(self) -> str:
        """Text."""
        return "string"

    # ---------------------------------------------------------------- the vocabulary

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learns the vocabulary from texts, forgetting an earlier one.

        Args:
            data: An array, list or pandas column of texts, or an iterable of batches of them.
            batch_size: Accepted for Keras 2's signature; has no effect.
            steps: How many batches of an iterable are taken; all when None.

        Raises:
            ValueError: When the layer was made with a vocabulary, or data are no texts.
        """
        del batch_size
        self.reset_state()
        batches = batches_of(data, steps)
        for batch in [data] if batches is None else batches:
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Counts the words of one batch of texts."""
        texts = token_array(data, "string", self._who())
        self._lookup_layer._count(self._documents(np.atleast_1d(texts)))

    def finalize_state(self) -> None:
        """Makes the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forgets what was counted so far."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Returns the tokens in the order of their numbers.

        Args:
            include_special_tokens: Whether the tokens for padding and unknown words come first.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Returns the number of tokens, the reserved ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, in place of `adapt`.

        Args:
            vocabulary: The tokens, or the path of a text file with one a line.
            idf_weights: Weight of each token; for output_mode="tf_idf" only.
        """
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # ---------------------------------------------------------------- texts to tokens

    def _documents(self, texts: Array) -> list[list[str]]:
        """Returns the tokens of each text."""
        if callable(self._standardize):
            changed = self._standardize(texts.astype(np.str_))
            texts = token_array(changed, "string", f"{self._who()}, standardize")
        if self._split is None:
            documents = texts.reshape(len(texts), -1).tolist()
        else:
            if texts.ndim > 1 and texts.shape[-1] != 1:
                raise ValueError(
                    f"{self._who()} splits texts of shape (batch,) or (batch, 1); got shape "
                    f"{texts.shape}. Join the columns first, or pass split=None."
                )
            documents = self._split_texts(texts.reshape(-1))
        table = _TABLES.get(self._standardize) if isinstance(self._standardize, str) else None
        if table is not None and self._split is None:
            documents = [[text.translate(table) for text in row] for row in documents]
        if self._ngrams is None:
            return documents
        return [
            [
                " ".join(row[place : place + size])
                for size in self._ngrams
                for place in range(len(row) - size + 1)
            ]
            for row in documents
        ]

    def _split_texts(self, texts: Array) -> list[list[str]]:
        items = texts.tolist()
        if isinstance(self._standardize, str):
            table = _TABLES[self._standardize]
            items = [text.translate(table) for text in items]
        if self._split == "whitespace":
            return [_WORDS.findall(text) for text in items]
        if self._split == "character":
            return [list(text) for text in items]
        parts = self._split(np.array(items, np.str_))
        if hasattr(parts, "to_list"):
            parts = parts.to_list()
        elif not isinstance(parts, list):
            parts = token_array(parts, "string", f"{self._who()}, split").tolist()
        return [
            [t.decode("utf-8", "surrogateescape") if isinstance(t, bytes) else str(t) for t in row]
            for row in parts
        ]

    # ---------------------------------------------------------------- calling

    def build(self, input_shape: Any = None) -> None:
        """Does nothing: the vocabulary is no weight."""

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the output."""
        if self._output_mode == "int":
            if self._split is None and self._output_sequence_length is None:
                return tuple(input_shape)
            return (input_shape[0] if input_shape else None, self._output_sequence_length)
        return (input_shape[0] if input_shape else None, self._lookup_layer._depth())

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self._output_dtype())

    def _output_dtype(self) -> str:
        return "int64" if self._output_mode == "int" else settings.floatx()

    def call(self, inputs: Any) -> Any:
        """Turns texts into numbers or vectors."""
        if not isinstance(inputs, Tensor):
            return self._vectorize(inputs)
        shape = self.compute_output_shape(tuple(inputs.shape))
        # Where only shapes are wanted, any length will do that follows from the batch's size.
        known = tuple(inputs.shape[0] if size is None else size for size in shape)
        fixed = self._output_mode != "int" or self._output_sequence_length is not None
        return on_host(
            self._vectorize,
            inputs,
            spec=Spec(known, self._output_dtype()),
            rowwise=fixed,
            name=self._who(),
        )

    def _vectorize(self, inputs: Any) -> Tensor:
        texts = token_array(inputs, "string", self._who())
        scalar = texts.ndim == 0
        documents = self._documents(np.atleast_1d(texts))
        if self._output_mode == "int":
            result = self._padded(self._lookup_layer.numbers_of(documents))
        else:
            if self._split is None and texts.ndim == 1:
                documents = [[token for row in documents for token in row]]
                scalar = True
            result = self._lookup_layer.encoded(documents)
        if self._split is None and self._output_mode == "int" and texts.ndim < 2:
            result = result.reshape(texts.shape) if self._ngrams is None else result
            scalar = False
        return like(inputs, result[0] if scalar else result)

    def _padded(self, rows: list[list[int]]) -> Array:
        length = self._output_sequence_length
        if length is None:
            length = max(map(len, rows), default=0)
        result = np.zeros((len(rows), length), np.int64)
        for place, row in enumerate(rows):
            kept = row[:length]
            result[place, : len(kept)] = kept
        return result

    # ---------------------------------------------------------------- files

    def save_own_variables(self, store: Any) -> None:
        """Puts the idf weights into a mapping, where there are any."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Takes the idf weights from a mapping, where there are any."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: str) -> None:
        """Writes a learned vocabulary into a folder.

        Args:
            dir_path: The folder.
        """
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: str) -> None:
        """Reads the vocabulary that `save_assets` wrote.

        Args:
            dir_path: The folder.
        """
        self._lookup_layer.load_assets(dir_path)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        lookup = self._lookup_layer
        return {
            **super().get_config(),
            "max_tokens": lookup.max_tokens,
            "standardize": _serialized(self._standardize),
            "split": _serialized(self._split),
            "ngrams": self._ngrams_arg,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": lookup.sparse,
            "ragged": False,
            "vocabulary": lookup.input_vocabulary,
            "idf_weights": lookup.input_idf_weights,
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from what `get_config` returned."""
        config = dict(config)
        for name in ("standardize", "split"):
            if isinstance(config.get(name), dict):
                config[name] = deserialize_keras_object(config[name])
        return cls(**config)


def _check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value is not None and not callable(value) and value not in allowed:
        raise ValueError(
            f"TextVectorization: {name} is one of {', '.join(map(repr, allowed))}, None or a "
            f"function; got {value!r}."
        )


def _serialized(value: str | Callable[..., Any] | None) -> Any:
    return serialize_keras_object(value) if callable(value) else value
