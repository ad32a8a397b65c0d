"""Names of classes: looked up, never imported."""

from __future__ import annotations

import pytest

from cornu.core import registry


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    monkeypatch.setattr(
        registry, "_builtin", {kind: dict(t) for kind, t in registry._builtin.items()}
    )
    monkeypatch.setattr(registry, "_custom", dict(registry._custom))
    monkeypatch.setattr(registry, "_custom_names", dict(registry._custom_names))


def test_builtin_names_and_aliases():
    @registry.builtin("gadget", "g")
    class Gadget:
        pass

    assert registry.lookup("gadget", "Gadget") is Gadget
    assert registry.lookup("gadget", "g") is Gadget
    assert set(registry.builtins_of("gadget")) == {"Gadget", "g"}


def test_unknown_names_come_with_the_nearest_known_one():
    registry.builtin("gadget")(type("Wheel", (), {}))
    with pytest.raises(ValueError, match=r"Unknown gadget 'Weel'. Did you mean 'Wheel'\?"):
        registry.lookup("gadget", "Weel")


def test_registered_classes_are_found_by_package_and_name():
    @registry.register_keras_serializable(package="mine", name="Better")
    class Thing:
        def get_config(self):
            return {}

    assert registry.get_registered_name(Thing) == "mine>Better"
    assert registry.get_registered_object("mine>Better") is Thing
    assert registry.lookup("gadget", "mine>Better") is Thing


def test_a_class_without_get_config_is_refused():
    with pytest.raises(ValueError, match=r"Bare: it has no get_config\(\)"):

        @registry.register_keras_serializable()
        class Bare:
            pass


def test_scopes_end():
    with registry.custom_object_scope({"twice": 2}):
        with registry.custom_object_scope({"thrice": 3}):
            assert registry.find_custom("twice") == 2
            assert registry.find_custom("thrice") == 3
        assert registry.find_custom("thrice") is None
    assert registry.find_custom("twice") is None


def test_given_objects_come_first():
    with registry.custom_object_scope({"f": "scope"}):
        assert registry.find_custom("f", {"f": "given"}) == "given"
