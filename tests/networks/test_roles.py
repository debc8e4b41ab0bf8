"""Roles, spec and class weights: what every family declares is what it has."""

import inspect

import pytest
import torch
from torch import nn

from ganapp.config import ModelSpec
from ganapp.config.names import TRANSLATORS
from ganapp.latents.features import read_features
from ganapp.networks import (
    FAMILIES,
    LittleMemory,
    blank_weights,
    build_discriminator,
    build_generator,
    class_weights,
    little_memory,
)
from ganapp.networks.building import imported_class
from ganapp.networks.imported import IMPORTED
from ganapp.networks.parts.heads import HEADS
from ganapp.networks.roles import GROWING, LATENT, PROTOCOLS, STAGED, TRANSLATOR

# Small arguments of each family, at 16 or 32 pixels.
ARGS = {
    "mlp": {"hidden": [12, 20]},
    "dcgan": {"width": 4, "max_width": 12},
    "resnet": {"width": 8},
    "progan": {"fmap_base": 64, "fmap_max": 12},
    "stylegan2": {"w_dim": 12, "channel_base": 256, "channel_max": 12},
    "r3gan": {"widths": [16, 12, 8, 8], "blocks": 1},
    "unet": {"width": 4},
    "translator": {"width": 4, "blocks": 1},
    "biggan_deep": {"widths": [8, 8, 8, 8, 8]},
    "conv_stack": {"widths": [8, 8]},
    "fastgan": {"widths": [8, 8, 8], "double": [1, 0]},
    "leaky_mlp": {"hidden": [12, 12], "embed_dim": 5},
    "lightweight": {"widths": [8, 8]},
    "lucidrains_stylegan2": {"widths": [8, 8, 8], "mapping_layers": 2},
    "mimicry": {"widths": [8, 8, 8]},
    "nvidia_stylegan2": {"widths": [8, 8, 8], "w_dim": 12, "mapping_layers": 2},
    "paper_r3gan": {"widths": [8, 8, 8], "blocks": [1, 1, 1], "group_sizes": [4, 4, 4]},
    "relu_mlp": {"hidden": [12]},
    "studiogan": {"widths": [8, 8, 8]},
    "stylegan3": {"widths": [8, 8, 8], "sizes": [36, 36, 16], "rates": [16, 16, 16], "w_dim": 12},
    "upsample_dcgan": {"widths": [8, 8]},
    "zoo_progan": {"widths": [8, 8, 8]},
}
WITHOUT_CLASSES = {"conv_stack", "fastgan", "lightweight", "lucidrains_stylegan2", "relu_mlp"}
BOTH = [*FAMILIES, *IMPORTED]


def spec_of(family, classes=4):
    classes = 0 if family in WITHOUT_CLASSES else classes
    pictures = {"takes": "picture", "in_channels": 1} if family in TRANSLATORS else {}
    return ModelSpec(family, 32 if family in FAMILIES else 16, 3, classes, 6, ARGS[family], **pictures)


def d_args_of(family):
    """Those arguments of the generator that the discriminator has, too."""
    only_g = {"stylegan2": ("w_dim",), "translator": ("blocks",)}.get(family, ())
    return {k: v for k, v in ARGS[family].items() if k not in only_g}


def heads_of(family):
    return () if family in TRANSLATORS else HEADS  # whose discriminator looks at no classes


def shapes(net):
    return {name: tensor.shape for name, tensor in net.state_dict().items()}


def changed(build):
    """Names whose shapes differ between 3 and 7 classes."""
    few, many = shapes(build(3)), shapes(build(7))
    assert few.keys() == many.keys()
    return {name for name in few if few[name] != many[name]}


def test_every_family_is_tested():
    assert sorted(ARGS) == sorted(BOTH)


@pytest.mark.parametrize("family", BOTH)
def test_a_generator_declares_exactly_the_roles_whose_protocol_it_fulfils(family):
    G = build_generator(spec_of(family))
    first = next(iter(inspect.signature(G.forward).parameters))
    assert G.roles <= PROTOCOLS.keys()
    for role, protocol in PROTOCOLS.items():
        fulfilled = isinstance(G, protocol)
        if role in (LATENT, TRANSLATOR):  # both have a forward alone: they differ in what it takes
            fulfilled = fulfilled and first == {LATENT: "z", TRANSLATOR: "x"}[role]
        assert fulfilled == (role in G.roles), role


@pytest.mark.parametrize("family", FAMILIES)
def test_a_discriminator_grows_exactly_if_its_generator_does(family):
    spec = spec_of(family)
    D, G = build_discriminator(spec, d_args_of(family)), build_generator(spec)
    roles = getattr(D, "roles", frozenset())
    assert roles == {GROWING} & G.roles
    assert isinstance(D, PROTOCOLS[GROWING]) == (GROWING in roles)


@pytest.mark.parametrize("family", BOTH)
def test_a_generator_that_was_built_has_its_spec(family):
    spec = spec_of(family)
    G = build_generator(spec)
    assert G.spec is spec
    cls = FAMILIES[family].generator if family in FAMILIES else imported_class(family)
    assert type(G) is cls and not hasattr(cls, "spec")
    y = torch.tensor([0, 3]) if spec.num_classes else None
    with torch.no_grad():
        z, x = torch.randn(2, spec.z_dim), torch.randn(2, 1, spec.resolution, spec.resolution)
        pictures = G.eval()(x, y, z) if spec.takes == "picture" else G.eval()(z, y)
        assert pictures.shape == (2, 3, spec.resolution, spec.resolution)


@pytest.mark.parametrize("family", BOTH)
def test_class_weights_of_a_generator_are_those_that_classes_change(family):
    found = class_weights(spec_of(family))
    if family in WITHOUT_CLASSES:
        assert found == set()
        return
    assert found == changed(lambda classes: build_generator(spec_of(family, classes)))
    assert found < shapes(build_generator(spec_of(family))).keys()  # some, but not all


@pytest.mark.parametrize(
    ("family", "head"), [(family, head) for family in FAMILIES for head in heads_of(family)]
)
def test_class_weights_of_a_discriminator_are_those_that_classes_change(family, head):
    args = {**d_args_of(family), "head": head}
    found = class_weights(spec_of(family), args)
    assert found == changed(lambda classes: build_discriminator(spec_of(family, classes), args))
    assert bool(found) == (head != "none")


@pytest.mark.parametrize("family", FAMILIES)
def test_without_classes_no_weights_depend_on_them(family):
    spec = spec_of(family, classes=0)
    assert class_weights(spec) == class_weights(spec, {}) == set()


@pytest.mark.parametrize("family", BOTH)
def test_building_with_blank_weights_draws_nothing(family):
    """As generators are loaded: drawing would disturb a run in the same process."""
    before = torch.random.get_rng_state()
    with blank_weights():
        G = build_generator(spec_of(family))
    assert torch.random.get_rng_state().equal(before) and list(G.parameters())


@pytest.mark.parametrize("family", BOTH)
def test_blank_weights_have_no_more_values_than_is_said(family):
    """A configuration of a stranger may ask for a network that is larger than the memory."""
    count = sum(t.numel() for t in build_generator(spec_of(family)).state_dict().values())
    with blank_weights(most=2 * count):
        build_generator(spec_of(family))
    with pytest.raises(ValueError, match=f"more than {count // 2:,} values"), blank_weights(most=count // 2):
        build_generator(spec_of(family))


def test_memory_is_given_back_after_large_results_and_nothing_else_changes(monkeypatch):
    layers, x, given_back = nn.Sequential(nn.Linear(3, 40), nn.Linear(40, 2)), torch.ones(1, 3), []
    monkeypatch.setattr(little_memory, "LARGE", 40)
    monkeypatch.setattr(little_memory, "giving_back", lambda: lambda: given_back.append(1))
    with LittleMemory():
        inside = layers(x)
    assert inside.equal(layers(x)) and given_back == [1]
    monkeypatch.undo()
    little_memory.giving_back()()


@pytest.mark.parametrize(
    "family", [family for family in BOTH if STAGED in build_generator(spec_of(family)).roles]
)
def test_stages_give_square_maps_that_grow(family):
    G = build_generator(spec_of(family)).eval()
    y = torch.tensor([1]) if G.spec.num_classes else None
    maps = read_features(G, lambda: G(torch.ones(1, G.spec.z_dim), y))
    sides = [parts[0].shape[-1] for parts in maps]
    assert len(maps) == len(G.feature_stages()) and sides == sorted(sides) and sides[-1] <= G.spec.resolution
    for side, parts in zip(sides, maps):
        assert all(part.ndim == 4 and part.shape[2:] == (side, side) for part in parts)
