"""BigGAN-PyTorch: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import ATOL, Original, imported
from importers.weights import draw

from ganapp.generators.importers.folding import fold_power_iteration
from ganapp.generators.importers.layouts.biggan import convert
from ganapp.networks import build_generator

ORIGINAL = Original("biggan")
CASES = ORIGINAL.cases
FAMILY = {"deep_64": "biggan_deep"}  # of the others: resnet


def weights(name: str) -> dict[str, torch.Tensor]:
    """Spectral norm that scales, variances so small that eps shows, and attention that counts."""
    found = {}
    for key, tensor in draw(CASES[name]["shapes"], CASES[name]["seed"]).items():
        last = key.rpartition(".")[2]
        if last == "stored_var":
            tensor = (tensor.abs() * 5 + 0.05) * CASES[name].get("counter", 1)
        elif last == "accumulation_counter":
            tensor = torch.full_like(tensor, CASES[name]["counter"])
        elif last == "gamma":
            tensor = torch.full_like(tensor, 0.7)
        elif key == "output_layer.0.gain":
            tensor = (0.5 + tensor) * CASES[name]["contrast"]
        elif last == "weight":
            tensor = tensor * 3
        found[key] = tensor
    return found


def built(found):
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors, strict=True)
    return G


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    """As sample.py draws them: G in eval mode, G.shared(y)."""
    beside = CASES[name].get("beside", {})
    G = imported(tmp_path / "G_ema_best0.pth", {"G_ema": weights(name)} | beside)
    assert G.spec.family == FAMILY.get(name, "resnet") and ("notes" in G.origin) != bool(beside)
    ORIGINAL.check(G, name, ATOL, contrast=0.1, variety=0.02)
    ORIGINAL.check_batches(G, name, ATOL)


@pytest.mark.parametrize("name", ["hier_128", "deep_64"])
def test_the_eps_of_the_norms_counts(name):
    """1e-4 and 1e-3 here; without config 1e-5 is assumed and said."""
    found = convert(weights(name), {})
    (note,) = found.notes
    assert "(BN_eps) is 1e-05" in note and "--norm-eps NUMBER" in note
    assert ORIGINAL.difference(built(found), name) > 1e-4
    eps = CASES[name]["beside"]["config"]["BN_eps"]
    assert ORIGINAL.difference(built(convert(weights(name), {"norm_eps": eps})), name) < ATOL


def test_generators_converted_from_tensorflow_hub_have_another_eps():
    """Their counters of singular values are as they were made: all 1."""
    tensors = {k: torch.ones_like(t) if ".sv" in k else t for k, t in weights("hier_32").items()}
    (note,) = convert(tensors, {}).notes
    assert "(BN_eps) is 0.0001" in note


@pytest.mark.parametrize("name", ["hier_32", "deep_64"])
def test_the_vectors_of_spectral_norm_count(name):
    """With random weights u0 is far from a singular vector."""
    tensors = weights(name)
    tensors |= {k: t.roll(1, 1) for k, t in tensors.items() if k.endswith(".u0")}
    assert ORIGINAL.difference(built(convert(tensors, CASES[name].get("beside", {}))), name) > 0.01


def test_a_folded_weight_is_what_one_step_gives():
    generator = torch.Generator().manual_seed(3)
    weight, u = torch.randn(4, 3, 2, 2, generator=generator), torch.randn(1, 4, generator=generator)
    matrix = weight.reshape(4, 12).double()
    v = torch.nn.functional.normalize(u.double() @ matrix, dim=1)
    sigma = (v @ matrix.t()).norm()
    folded = fold_power_iteration({"a.weight": weight, "a.u0": u, "a.sv0": torch.ones(1), "b.weight": weight})
    assert list(folded) == ["a.weight", "b.weight"] and folded["b.weight"].equal(weight)
    assert torch.allclose(folded["a.weight"], weight / sigma.float(), atol=1e-6) and abs(sigma - 1) > 0.5
    with pytest.raises(ValueError, match="a.weight has spectral norm, but its vector u0 is not in the file"):
        fold_power_iteration({"a.weight": weight, "a.sv0": torch.ones(1)})
    with pytest.raises(ValueError, match="a.weight has 4 rows, but .* has 3 values"):
        fold_power_iteration({"a.weight": weight, "a.u0": torch.ones(1, 3)})


def test_what_is_recognized_but_cannot_be_used():
    tensors = weights("hier_32")
    synchronized = {k.replace(".stored_mean", ".bn.running_mean"): t for k, t in tensors.items()}
    with pytest.raises(ValueError, match="--cross_replica"):
        convert(synchronized, {})
    with pytest.raises(ValueError, match="no batch norms"):
        convert({k: t for k, t in tensors.items() if ".stored_" not in k}, {})
    twice = {k.replace("blocks.1.1.", "blocks.2.1."): t for k, t in tensors.items()}
    with pytest.raises(ValueError, match="attention in 2 places"):
        convert(tensors | twice, {})


@pytest.mark.parametrize("drop", ["linear.bias", "blocks.0.0.conv1.bias", "output_layer.2.bias"])
def test_what_is_not_biggan_is_not_recognized(drop):
    tensors = weights("hier_32")
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None
