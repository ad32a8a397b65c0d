"""StringLookup: text categories as numbers or vectors."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.layers.preprocessing.index_lookup import IndexLookup


@registry.builtin("layer")
class StringLookup(IndexLookup):
    """Numbers words or categories given as text; unknown ones share the first number.

    A model may begin with this layer: what it does runs in Python, the rest is compiled.

    Args:
        max_tokens: Most tokens that `adapt` keeps, reserved ones included; all when None.
        num_oov_indices: How many numbers unknown tokens share (by a hash of them); with 0 they
            are an error.
        mask_token: Token with number 0; none when None.
        oov_token: What stands for unknown tokens in `get_vocabulary()` and with `invert`.
        vocabulary: The tokens, or the path of a text file with one a line; otherwise call
            `adapt(data)`.
        idf_weights: Weight of each token of `vocabulary`, for output_mode="tf_idf".
        invert: Whether numbers become tokens instead.
        output_mode: "int", "one_hot", "multi_hot", "count", or "tf_idf" (counts by how rare the
            token is); vectors are made along the last axis as in `CategoryEncoding`.
        pad_to_max_tokens: Whether vectors have `max_tokens` columns however many tokens there are.
        sparse: Accepted for Keras's signature; must be False.
        encoding: Accepted for Keras's signature; text is UTF-8.
        name: Name of the layer.
        salt: One or two ints; another hash for unknown tokens.
        **kwargs: `trainable`.

    Raises:
        ValueError: For arguments that contradict each other.

    Example:
        >>> import cornu as keras
        >>> layer = keras.layers.StringLookup()
        >>> layer.adapt(["red", "green", "red"])
        >>> layer.get_vocabulary()
        ['[UNK]', 'red', 'green']
        >>> layer(["green", "blue"]).tolist()
        [2, 0]
    """

    takes_text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("vocabulary_dtype", None)
        self.encoding = encoding
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, "string", vocabulary, idf_weights,
            invert, output_mode, sparse, pad_to_max_tokens, salt=salt, name=name, **kwargs,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "encoding": self.encoding}
