"""Dtype policies: in which dtype a layer computes, and in which it keeps its variables."""

from __future__ import annotations

from typing import Any

from cornu.core import dtypes, registry, settings
from cornu.core.errors import suggestion

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_global: dict[str, DTypePolicy] = {}


@registry.builtin("dtype_policy", "FloatDTypePolicy")
class DTypePolicy:
    """A pair of dtypes: one for computing, one for variables.

    Args:
        name: A dtype ("float32", ...) for both, or "mixed_float16" or "mixed_bfloat16" for
            computing in 16 bits with float32 variables.

    Raises:
        ValueError: For a name that is neither.

    Example:
        >>> policy = DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(
                f"DTypePolicy: the name is a string such as 'float32' or 'mixed_float16'; "
                f"got {name!r}."
            )
        if name in _MIXED:
            self._compute_dtype, self._variable_dtype = _MIXED[name], "float32"
        else:
            if name.startswith("mixed"):
                raise ValueError(
                    f"Unknown dtype policy {name!r}; the mixed ones are 'mixed_float16' and "
                    f"'mixed_bfloat16'.{suggestion(name, _MIXED)}"
                )
            name = dtypes.canonical(name)
            self._compute_dtype = self._variable_dtype = name
        self._name = name
        self.quantization_mode: str | None = None

    @property
    def name(self) -> str:
        """Name of the policy."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """Dtype of inputs and results of a layer's computation."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of a layer's variables."""
        return self._variable_dtype

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal policy."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """Makes a policy from `get_config()`.

        Args:
            config: The arguments.

        Returns:
            A policy.
        """
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash(("DTypePolicy", self._name))

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


def dtype_policy() -> DTypePolicy:
    """Returns the policy that layers get when they are given no dtype.

    Returns:
        The policy set last, else one of `floatx()`.

    Example:
        >>> dtype_policy().name
        'float32'
    """
    return _global.get("policy") or _plain(settings.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers that are given no dtype.

    Args:
        policy: A `DTypePolicy` or a name; None goes back to `floatx()`.

    Example:
        >>> set_dtype_policy("mixed_bfloat16")
        >>> dtype_policy().compute_dtype
        'bfloat16'
        >>> set_dtype_policy("float32")
    """
    if policy is None:
        _global.pop("policy", None)
    else:
        _global["policy"] = get(policy)


def get(identifier: Any) -> DTypePolicy:
    """Returns a policy given in any of the ways in which a layer's `dtype` may be given.

    Args:
        identifier: None (the global policy), a policy, a name, a dtype, or a serialized policy.

    Returns:
        A policy.

    Raises:
        ValueError: When it stands for no policy.

    Example:
        >>> get("float16").variable_dtype
        'float16'
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return _plain(identifier)
    return _plain(dtypes.canonical(identifier))


def serialize(policy: DTypePolicy) -> dict[str, Any]:
    """Returns a policy as a dict that configs can hold.

    Args:
        policy: The policy.

    Returns:
        Its class and config, in Keras's form.

    Example:
        >>> serialize(DTypePolicy("float32"))["config"]
        {'name': 'float32'}
    """
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": policy.get_config(),
        "registered_name": None,
    }


def deserialize(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None
) -> DTypePolicy:
    """Makes a policy from what `serialize` returned.

    Args:
        config: The dict.
        custom_objects: Accepted for Keras's signature; has no effect.

    Returns:
        A policy.

    Raises:
        ValueError: For a policy of a kind that cornu does not have.

    Example:
        >>> deserialize(serialize(DTypePolicy("float16"))).name
        'float16'
    """
    del custom_objects
    if config.get("class_name") not in ("DTypePolicy", "FloatDTypePolicy", "Policy"):
        raise ValueError(
            f"Unknown dtype policy class {config.get('class_name')!r}; cornu has DTypePolicy."
        )
    return DTypePolicy(**config["config"])


_known: dict[str, DTypePolicy] = {}


def _plain(name: str) -> DTypePolicy:
    policy = _known.get(name)
    if policy is None:
        policy = _known[name] = DTypePolicy(name)
    return policy
