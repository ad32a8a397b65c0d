"""IndexLookup: what StringLookup and IntegerLookup share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.core import settings
from cornu.core.host import on_host
from cornu.core.keras_tensor import KerasTensor
from cornu.core.primitive import Spec
from cornu.core.tensor import Tensor
from cornu.layers.adapting import note_change
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.encoding import MODES, checked_mode, encode_rows, encoded_shape
from cornu.layers.preprocessing.fingerprints import bucket_of, checked_salt
from cornu.layers.preprocessing.tokens import Array, batches_of, like, token_array
from cornu.layers.preprocessing.vocabulary import (
    TokenCounts,
    Vocabulary,
    read_vocabulary,
    write_vocabulary,
)

OUTPUT_MODES = ("int", *MODES, "tf_idf")
ASSET = "vocabulary.txt"


class IndexLookup(Layer):
    """Base of the layers that number tokens; the arguments are those of `StringLookup`."""

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary_dtype: str,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        who = type(self).__name__
        size = kwargs.pop("vocabulary_size", None)
        has_input = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        _check_numbers(who, max_tokens, num_oov_indices, pad_to_max_tokens)
        output_mode = checked_mode(output_mode, OUTPUT_MODES, who)
        if invert and output_mode != "int":
            raise ValueError(
                f"{who}: with invert=True the output is tokens, so output_mode must be 'int'; got "
                f"{output_mode!r}."
            )
        if sparse:
            raise ValueError(f"{who}: sparse=True is not supported; results are dense.")
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(
                f"{who}: idf_weights are used with output_mode='tf_idf' only; it is "
                f"{output_mode!r}."
            )
        if oov_method not in ("floormod", "farmhash"):
            raise ValueError(f"{who}: oov_method is 'floormod' or 'farmhash'; got {oov_method!r}.")
        self.salt = checked_salt(salt, who)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.invert = invert
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.output_mode = output_mode
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        self.vocabulary_dtype = vocabulary_dtype
        self.oov_method = oov_method
        self.input_vocabulary = None if isinstance(vocabulary, str) else _as_list(vocabulary)
        self.input_idf_weights = _as_list(idf_weights)
        self._fixed = bool(has_input)
        self._frozen_vocab_size = size
        self._idf: Array | None = None
        self._counts = TokenCounts()
        self._vocabulary = Vocabulary((), self._token_start())
        if output_mode == "tf_idf" and vocabulary is not None and idf_weights is None:
            raise ValueError(
                f"{who}: with output_mode='tf_idf' a vocabulary needs idf_weights, one for each "
                f"token."
            )
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            self._idf = np.asarray(idf_weights, np.float32)

    # ---------------------------------------------------------------- the vocabulary

    @property
    def compute_dtype(self) -> str:
        """The dtype of the tokens."""
        return self.vocabulary_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the tokens."""
        return self.vocabulary_dtype

    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _token_start(self) -> int:
        return self._oov_start() + self.num_oov_indices

    def _special_tokens(self) -> list[Any]:
        return [self.mask_token] * self._oov_start() + [self.oov_token] * self.num_oov_indices

    def vocabulary_size(self) -> int:
        """Returns the number of tokens, those for masked and unknown ones included."""
        return len(self._vocabulary) + self._token_start()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Returns the tokens in the order of their numbers.

        Args:
            include_special_tokens: Whether the tokens for masked and unknown ones come first.
        """
        tokens = list(self._vocabulary.tokens)
        return [*self._special_tokens(), *tokens] if include_special_tokens else tokens

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, in place of `adapt`.

        Args:
            vocabulary: The tokens, or the path of a text file with one a line.
            idf_weights: Weight of each token; for output_mode="tf_idf" only.

        Raises:
            ValueError: For an empty vocabulary, repeated tokens, reserved tokens in the middle,
                too many tokens, and weights of another number. The layer is as before.
        """
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            needed = "needs" if idf_weights is None else "takes no"
            raise ValueError(
                f"{self._who()}: output_mode={self.output_mode!r} {needed} idf_weights."
            )
        if isinstance(vocabulary, (str, os.PathLike)):
            given = self._read(os.fspath(vocabulary))
        else:
            given = self._tokens_of(vocabulary)
        special = self._special_tokens()
        start = len(special)
        has_special = len(given) > start and given[:start] == special
        tokens = given[start:] if has_special else given
        self._check_tokens(tokens)
        self._check_size(start + len(tokens))
        if idf_weights is not None:
            weights = np.asarray(idf_weights, np.float32)
            if weights.shape != (len(given),):
                raise ValueError(
                    f"{self._who()}: idf_weights has shape {weights.shape}, but the vocabulary has "
                    f"{len(given)} tokens."
                )
            self._idf = self._padded_idf(weights, 0 if has_special else start)
        self._take(tokens)

    def _read(self, path: str) -> list[Any]:
        if settings.state.attributes.get("deserializing"):
            raise ValueError(
                f"{self._who()}: the file names a vocabulary outside of itself ({path!r}), which "
                f"is not read. Save the model with its vocabulary inside."
            )
        return read_vocabulary(path, self.vocabulary_dtype != "string")

    def _tokens_of(self, vocabulary: Any) -> list[Any]:
        empty = isinstance(vocabulary, (list, tuple)) and not vocabulary
        kind = np.str_ if self.vocabulary_dtype == "string" else np.int64
        given = np.zeros(0, kind) if empty else vocabulary
        array = token_array(given, self.vocabulary_dtype, self._who())
        if array.ndim != 1 or not array.size:
            raise ValueError(
                f"{self._who()}: the vocabulary is a list of tokens and must not be empty; got one "
                f"of shape {array.shape}."
            )
        tokens: list[Any] = array.tolist()
        return tokens

    def _check_tokens(self, tokens: list[Any]) -> None:
        if not tokens:
            raise ValueError(f"{self._who()}: the vocabulary is empty.")
        if len(set(tokens)) != len(tokens):
            repeated = sorted(token for token, count in Counter(tokens).items() if count > 1)
            raise ValueError(
                f"{self._who()}: the vocabulary holds tokens more than once: {repeated[:10]}."
            )
        reserved = [("mask_token", self.mask_token)]
        if self.invert:
            reserved.append(("oov_token", self.oov_token))
        for role, token in reserved:
            if token is not None and token in tokens:
                raise ValueError(
                    f"{self._who()}: the vocabulary holds the {role} {token!r} at position "
                    f"{tokens.index(token)}. Leave reserved tokens out, or begin with all of them: "
                    f"{self._special_tokens()}."
                )

    def _check_size(self, size: int) -> None:
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"{self._who()}: the vocabulary has {size} tokens with the reserved ones, more "
                f"than max_tokens={self.max_tokens}."
            )
        fixed_width = self.output_mode == "int" or self.pad_to_max_tokens
        if not fixed_width and self._inbound_nodes and self._frozen_vocab_size not in (None, size):
            raise RuntimeError(
                f"{self._who()} is part of a model in which its output has "
                f"{self._frozen_vocab_size} columns, one for each token; it cannot get {size}. "
                f"Adapt it before building the model, or set max_tokens and pad_to_max_tokens=True."
            )

    def _padded_idf(self, weights: Array, front: int) -> Array:
        """Returns weights with the mean for reserved tokens before, and zeros up to max_tokens."""
        before = np.full(front, weights.mean() if len(weights) else 0.0, np.float32)
        weights = np.concatenate([before, weights.astype(np.float32)])
        if self.pad_to_max_tokens and self.max_tokens is not None:
            weights = np.pad(weights, (0, self.max_tokens - len(weights)))
        return weights

    def _take(self, tokens: Sequence[Any]) -> None:
        self._vocabulary = Vocabulary(tokens, self._token_start())
        self._frozen_vocab_size = self.vocabulary_size()
        note_change()

    # ---------------------------------------------------------------- learning it

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learns the vocabulary from data, forgetting an earlier one.

        The most frequent tokens come first; equally frequent ones in descending order.

        Args:
            data: An array, list or pandas column of tokens, or an iterable of batches of them.
            batch_size: Accepted for Keras 2's signature; has no effect.
            steps: How many batches of an iterable are taken; all when None.

        Raises:
            ValueError: When the layer was made with a vocabulary, or data hold other than tokens.
        """
        del batch_size
        self.reset_state()
        batches = batches_of(data, steps)
        if batches is None:
            array = token_array(data, self.vocabulary_dtype, self._who())
            # A vector is a column of documents of one token.
            self.update_state(array[:, None] if array.ndim == 1 else array)
        else:
            for batch in batches:
                self.update_state(batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forgets what was counted so far."""
        self._counts = TokenCounts()

    def update_state(self, data: Any) -> None:
        """Counts the tokens of one batch.

        Args:
            data: Tokens; a vector is one document.
        """
        array = token_array(data, self.vocabulary_dtype, self._who())
        self._count(
            [array.ravel().tolist()] if array.ndim < 2 else array.reshape(len(array), -1).tolist()
        )

    def _count(self, documents: list[list[Any]]) -> None:
        if self._fixed:
            raise ValueError(
                f"{self._who()} was made with a vocabulary, so it cannot adapt to data. Make the "
                f"layer without the argument `vocabulary`."
            )
        self._counts.update(documents, self.output_mode == "tf_idf")

    def finalize_state(self) -> None:
        """Makes the vocabulary of what was counted."""
        if not self._counts.tokens:
            self._frozen_vocab_size = self.vocabulary_size()
            return
        start = self._token_start()
        most = None if self.max_tokens is None else self.max_tokens - start
        tokens = self._counts.by_frequency({self.mask_token, self.oov_token}, most)
        self._check_size(start + len(tokens))
        if self.output_mode == "tf_idf":
            weights = self._counts.inverse_document_frequency(tokens).astype(np.float32)
            self._idf = self._padded_idf(weights, start)
        self._take(tokens)
        self.reset_state()

    # ---------------------------------------------------------------- looking up

    def _depth(self) -> int | None:
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size

    def _known_depth(self) -> int:
        depth = self._depth()
        if depth is None:
            raise RuntimeError(
                f"{self._who()} has no vocabulary yet, which the width of its output depends on "
                f"(output_mode={self.output_mode!r}). Call adapt(data) first, or pass `vocabulary`."
            )
        return depth

    def build(self, input_shape: Any = None) -> None:
        """Does nothing: the vocabulary is no weight."""

    def get_build_config(self) -> dict[str, Any]:
        """Returns an empty dict: there is nothing to build."""
        return {}

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input shape, or for vectors that of `CategoryEncoding`."""
        if self.output_mode == "int":
            return tuple(input_shape)
        mode = "one_hot" if self.output_mode == "one_hot" else "count"
        return encoded_shape(input_shape, mode, self._depth())

    def _output_dtype(self) -> str:
        if self.invert:
            return self.vocabulary_dtype
        return "int64" if self.output_mode == "int" else settings.floatx()

    def compute_output_spec(self, inputs: Any) -> Any:
        """Returns a KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=self._output_dtype())

    def call(self, inputs: Any) -> Any:
        """Looks tokens up (numbers, with `invert`)."""
        if self.output_mode != "int":
            self._known_depth()
        if not isinstance(inputs, Tensor):
            return self._lookup(inputs)
        spec = Spec(self.compute_output_shape(tuple(inputs.shape)), self._output_dtype())
        return on_host(self._lookup, inputs, spec=spec, rowwise=True, name=self._who())

    def _lookup(self, inputs: Any) -> Tensor:
        if self.invert:
            return like(inputs, self._tokens_at(token_array(inputs, "int64", self._who())))
        array = token_array(inputs, self.vocabulary_dtype, self._who())
        if self.output_mode == "int":
            flat = self._numbers(array.ravel().tolist(), self._mask_number())
            return like(inputs, np.array(flat, np.int64).reshape(array.shape))
        return like(inputs, self._vectors(array))

    def _mask_number(self) -> int:
        # Masked tokens count nowhere in vectors.
        return 0 if self.output_mode == "int" else -1

    def _vectors(self, array: Array) -> Array:
        mode, depth = self.output_mode, self._known_depth()
        if mode == "one_hot":
            rows = array.reshape(-1, 1)
        else:
            rows = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
        shape = encoded_shape(array.shape, "one_hot" if mode == "one_hot" else "count", depth)
        return self.encoded(rows.tolist()).reshape(shape)

    def numbers_of(self, documents: list[list[Any]]) -> list[list[int]]:
        """Returns documents of tokens as lists of their numbers."""
        return [self._numbers(document, self._mask_number()) for document in documents]

    def encoded(self, documents: list[list[Any]]) -> Array:
        """Returns documents of tokens as rows of vectors, in the layer's output mode."""
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        rows = encode_rows(self.numbers_of(documents), mode, self._known_depth())
        if self.output_mode == "tf_idf":
            if self._idf is None:
                raise RuntimeError(
                    f"{self._who()} has no idf weights yet. Call adapt(data), or pass idf_weights."
                )
            rows = rows * self._idf
        return rows

    def _numbers(self, tokens: list[Any], mask_number: int) -> list[int]:
        known = self._vocabulary.numbers
        if self.num_oov_indices == 1 and self.mask_token is None:
            unknown = self._oov_start()
            return [known.get(token, unknown) for token in tokens]
        found = dict(known)
        if self.mask_token is not None:
            found[self.mask_token] = mask_number
        missing = set(tokens).difference(found)
        if missing and self.num_oov_indices == 0:
            raise ValueError(
                f"{self._who()} does not know {sorted(missing)[:10]}; with num_oov_indices=0 all "
                f"inputs must be in its vocabulary of {len(known)} tokens. Set num_oov_indices=1 "
                f"to give unknown ones a number of their own."
            )
        found.update({token: self._oov_start() + self._oov_bucket(token) for token in missing})
        return [found[token] for token in tokens]

    def _oov_bucket(self, token: Any) -> int:
        if self.num_oov_indices == 1:
            return 0
        if self.vocabulary_dtype != "string" and self.oov_method == "floormod":
            return int(token % self.num_oov_indices)
        return bucket_of(str(token), self.num_oov_indices, self.salt)

    def _tokens_at(self, numbers: Array) -> Array:
        tokens = self.get_vocabulary()
        kind = object if self.vocabulary_dtype == "string" else np.int64
        table = np.array([*tokens, self.oov_token], kind)
        # Numbers of unknown tokens, and numbers without a token, give the token for unknown ones.
        outside = (numbers < 0) | (numbers >= len(tokens))
        return table[np.where(outside, len(tokens), numbers)]

    # ---------------------------------------------------------------- files

    def save_own_variables(self, store: Any) -> None:
        """Puts the idf weights into a mapping, where there are any."""
        if self.output_mode == "tf_idf" and self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store: Any) -> None:
        """Takes the idf weights from a mapping, where there are any."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._idf = np.asarray(store["idf_weights"], np.float32)

    def save_assets(self, dir_path: str) -> None:
        """Writes a learned vocabulary into a folder.

        Args:
            dir_path: The folder.
        """
        if self.input_vocabulary is None:
            write_vocabulary(os.path.join(dir_path, ASSET), self.get_vocabulary())

    def load_assets(self, dir_path: str) -> None:
        """Reads the vocabulary that `save_assets` wrote.

        Args:
            dir_path: The folder.
        """
        path = os.path.join(dir_path, ASSET)
        if self.input_vocabulary is not None or not os.path.isfile(path):
            return
        tokens = read_vocabulary(path, self.vocabulary_dtype != "string")
        special = self._special_tokens()
        tokens = tokens[len(special) :] if tokens[: len(special)] == special else tokens
        if tokens:
            self._check_tokens(tokens)
            self._take(tokens)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "idf_weights": self.input_idf_weights,
            "vocabulary": self.input_vocabulary,
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }


def _check_numbers(who: str, max_tokens: Any, num_oov_indices: int, pad: bool) -> None:
    if max_tokens is not None and max_tokens <= 1:
        raise ValueError(f"{who}: max_tokens must be at least 2, or None; got {max_tokens}.")
    if pad and max_tokens is None:
        raise ValueError(f"{who}: pad_to_max_tokens=True needs max_tokens.")
    if num_oov_indices < 0:
        raise ValueError(f"{who}: num_oov_indices must be 0 or more; got {num_oov_indices}.")


def _as_list(value: Any) -> list[Any] | None:
    if value is None:
        return None
    if isinstance(value, Tensor):
        value = Tensor.numpy(value)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    return value.tolist() if isinstance(value, np.ndarray) else list(value)
