"""Roles, spec and class weights: what every family declares is what it has."""

import inspect

import pytest
import torch

from ganapp.config import ModelSpec
from ganapp.networks import FAMILIES, build_discriminator, build_generator, class_weights
from ganapp.networks.building import imported_class
from ganapp.networks.imported import IMPORTED
from ganapp.networks.parts.heads import HEADS
from ganapp.networks.roles import LATENT, PROTOCOLS, TRANSLATOR

# Small arguments of each family, at 16 or 32 pixels.
ARGS = {
    "mlp": {"hidden": [12, 20]},
    "dcgan": {"width": 4, "max_width": 12},
    "resnet": {"width": 8},
    "progan": {"fmap_base": 64, "fmap_max": 12},
    "stylegan2": {"w_dim": 12, "channel_base": 256, "channel_max": 12},
    "r3gan": {"widths": [16, 12, 8, 8], "blocks": 1},
    "biggan_deep": {"widths": [8, 8, 8, 8, 8]},
    "conv_stack": {"widths": [8, 8]},
    "fastgan": {"widths": [8, 8, 8], "double": [1, 0]},
    "leaky_mlp": {"hidden": [12, 12], "embed_dim": 5},
    "lightweight": {"widths": [8, 8]},
    "mimicry": {"widths": [8, 8, 8]},
    "nvidia_stylegan2": {"widths": [8, 8, 8], "w_dim": 12, "mapping_layers": 2},
    "paper_r3gan": {"widths": [8, 8, 8], "blocks": [1, 1, 1], "group_sizes": [4, 4, 4]},
    "relu_mlp": {"hidden": [12]},
    "studiogan": {"widths": [8, 8, 8]},
    "upsample_dcgan": {"widths": [8, 8]},
}
WITHOUT_CLASSES = {"conv_stack", "fastgan", "lightweight", "relu_mlp"}
BOTH = [*FAMILIES, *IMPORTED]


def spec_of(family, classes=4):
    classes = 0 if family in WITHOUT_CLASSES else classes
    return ModelSpec(family, 32 if family in FAMILIES else 16, 3, classes, 6, ARGS[family])


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


@pytest.mark.parametrize("family", BOTH)
def test_a_generator_that_was_built_has_its_spec(family):
    spec = spec_of(family)
    G = build_generator(spec)
    assert G.spec is spec
    cls = FAMILIES[family].generator if family in FAMILIES else imported_class(family)
    assert type(G) is cls and not hasattr(cls, "spec")
    y = torch.tensor([0, 3]) if spec.num_classes else None
    with torch.no_grad():
        assert G.eval()(torch.randn(2, spec.z_dim), y).shape == (2, 3, spec.resolution, spec.resolution)


@pytest.mark.parametrize("family", BOTH)
def test_class_weights_of_a_generator_are_those_that_classes_change(family):
    found = class_weights(spec_of(family))
    if family in WITHOUT_CLASSES:
        assert found == set()
        return
    assert found == changed(lambda classes: build_generator(spec_of(family, classes)))
    assert found < shapes(build_generator(spec_of(family))).keys()  # some, but not all


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("family", FAMILIES)
def test_class_weights_of_a_discriminator_are_those_that_classes_change(family, head):
    args = {**ARGS[family], "head": head}
    if family == "stylegan2":
        del args["w_dim"]
    found = class_weights(spec_of(family), args)
    assert found == changed(lambda classes: build_discriminator(spec_of(family, classes), args))
    assert bool(found) == (head != "none")


@pytest.mark.parametrize("family", FAMILIES)
def test_without_classes_no_weights_depend_on_them(family):
    spec = spec_of(family, classes=0)
    assert class_weights(spec) == class_weights(spec, {}) == set()


@pytest.mark.parametrize("family", BOTH)
def test_building_with_blank_weights_draws_nothing(family):
    """As importers build: drawing would disturb a run in the same process."""
    from ganapp.generators.importers.blank import blank_weights

    before = torch.random.get_rng_state()
    with blank_weights():
        G = build_generator(spec_of(family))
    assert torch.random.get_rng_state().equal(before) and list(G.parameters())
