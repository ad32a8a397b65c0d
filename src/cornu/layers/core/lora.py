"""LowRankAdaptation: layers whose big weight is fine-tuned through two small ones."""

from __future__ import annotations

from typing import Any

from cornu import initializers, ops
from cornu.layers.layer import Layer


class LowRankAdaptation(Layer):
    """Base of layers that may learn a change of low rank to a frozen weight.

    The weight `w` is then read as `w + alpha / rank * a @ b` (Hu et al., "LoRA", 2021). Subclasses
    name the weight in `_adapted_weight`, keep it in the attribute of that name with an underscore
    in front, and read it through `_adapted()`.
    """

    _adapted_weight: str

    lora_rank: int | None
    lora_alpha: float | None
    lora_enabled = False

    def _set_lora(self, rank: int | None, alpha: float | None) -> None:
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha

    def _adapted(self) -> Any:
        name = self._adapted_weight
        weight = self.__dict__.get(f"_{name}")
        if weight is None:
            raise AttributeError(
                f"{self._who()} has no `{name}` yet: it is not built. Call it on data first."
            )
        if not self.lora_enabled:
            return weight
        return ops.cast(ops.add(weight, self._change()), self.compute_dtype)

    def _change(self) -> Any:
        assert self.lora_alpha is not None
        assert self.lora_rank is not None
        name = self._adapted_weight
        product = ops.matmul(getattr(self, f"lora_{name}_a"), getattr(self, f"lora_{name}_b"))
        return ops.multiply(product, self.lora_alpha / self.lora_rank)

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freezes the big weight and makes two small ones whose product is added to it.

        Args:
            rank: Size of the axis that the small weights share.
            lora_alpha: The product counts `lora_alpha / rank`; `rank` when None.
            a_initializer: For the first small weight.
            b_initializer: For the second one; zeros leave the layer's outputs as they are.

        Raises:
            ValueError: When the layer is not built, has a constraint on the weight, or has been
                enabled before.
        """
        name = self._adapted_weight
        weight = self.__dict__.get(f"_{name}")
        if weight is None:
            raise ValueError(f"enable_lora: {self._who()} is not built. Call it on data first.")
        if self.lora_enabled:
            raise ValueError(f"enable_lora: {self._who()} has low-rank weights already.")
        if getattr(self, f"{name}_constraint") is not None:
            raise ValueError(
                f"enable_lora: {self._who()} has a {name}_constraint, which the sum of two weights "
                f"would not keep. Make the layer without it."
            )
        locked, self.__dict__["_locked"] = self._locked, False
        regularizer = getattr(self, f"{name}_regularizer")
        for part, shape, initializer in (
            ("a", (*weight.shape[:-1], rank), a_initializer),
            ("b", (rank, weight.shape[-1]), b_initializer),
        ):
            small = self.add_weight(
                name=f"lora_{name}_{part}",
                shape=shape,
                initializer=initializers.get(initializer),
                dtype="float32",
                regularizer=regularizer,
            )
            setattr(self, f"lora_{name}_{part}", small)
        weight.trainable = False
        self.__dict__["_locked"] = locked
        self.lora_enabled = True
        self._set_lora(rank, lora_alpha)

    def save_own_variables(self, store: Any) -> None:
        """Puts the weights into a mapping; the change of low rank is added to the big one."""
        if not self.lora_enabled:
            super().save_own_variables(store)
            return
        whole = self.__dict__[f"_{self._adapted_weight}"]
        for place, variable in enumerate(self._stored()):
            value = ops.add(whole, self._change()) if variable is whole else variable
            store[str(place)] = value

    def load_own_variables(self, store: Any) -> None:
        """Sets the weights from such a mapping; the change of low rank begins anew at zero."""
        if not self.lora_enabled:
            super().load_own_variables(store)
            return
        for place, variable in enumerate(self._stored()):
            variable.assign(store[str(place)])
        for part in ("a", "b"):
            small = getattr(self, f"lora_{self._adapted_weight}_{part}")
            small.assign(ops.zeros_like(small))

    def _stored(self) -> list[Any]:
        """The variables that files hold: the big weight first, then the others but the small ones."""
        whole = self.__dict__[f"_{self._adapted_weight}"]
        own = [*self._trainable_variables, *self._non_trainable_variables]
        small = f"lora_{self._adapted_weight}_"
        others = [v for v in own if v is not whole and not v.name.startswith(small)]
        return [whole, *others]

    def _lora_config(self) -> dict[str, Any]:
        if not self.lora_rank:
            return {}
        return {"lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
