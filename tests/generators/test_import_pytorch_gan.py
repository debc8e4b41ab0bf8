"""PyTorch-GAN's checkpoints: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import ATOL, Original
from importers.trained import settle
from importers.weights import draw

from ganapp.generators import load_generator
from ganapp.generators.importers import import_checkpoint, known_layouts
from ganapp.networks.imported import leaky_mlp

ORIGINAL = Original("pytorch_gan")
CASES = ORIGINAL.cases
OPTIONS = {"sgan": {"labels": "unused"}, "infogan_small": {"classes": 3, "codes": 2}}
NOTED = {"acgan": "--labels unused, for sgan", "infogan": "--classes 0 --codes 0, for a dcgan"}


def weights(case: str) -> dict[str, torch.Tensor]:
    drawn = settle(draw(CASES[case]["shapes"], CASES[case]["seed"]))
    contrast = CASES[case]["contrast"]  # times the drawn weights: pictures that are not grey
    return {k: v * (contrast if v.ndim >= 2 else 1) for k, v in drawn.items()}


def loaded(folder, case, **options):
    torch.save(weights(case), folder / "generator.pth")
    return load_generator(import_checkpoint(folder / "generator.pth", folder / "out", options=options))


@pytest.mark.parametrize("case", CASES)
def test_pictures_are_those_of_the_original(tmp_path, case):
    G = loaded(tmp_path, case, **OPTIONS.get(case, {}))
    dense = CASES[case]["original"].startswith(("gan", "wgan", "cgan"))
    assert G.spec.family == ("leaky_mlp" if dense else "upsample_dcgan")
    ORIGINAL.check(G, case, ATOL, contrast=0.1, variety=0.01)
    ORIGINAL.check_batches(G, case, ATOL)
    notes = G.origin.get("notes", [])
    assert len(notes) == (case in NOTED) and all(NOTED[case] in note for note in notes)


@pytest.mark.parametrize(("case", "options"), [("sgan", {}), ("infogan", {"classes": 0, "codes": 0})])
def test_what_keys_do_not_tell_makes_other_networks(tmp_path, case, options):
    """An embedding that sgan does not use, and the inputs of infogan that are no noise."""
    assert loaded(tmp_path, case, **options).spec.num_classes != CASES[case]["num_classes"]


@pytest.mark.parametrize("case", CASES)
def test_one_layout_alone_knows_it(case):
    knowing = [layout.name for layout in known_layouts() if layout.convert(weights(case), {})]
    assert len(knowing) == 1 and knowing[0].startswith("PyTorch-GAN")


def test_the_eps_of_the_dense_ones_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(leaky_mlp, "EPS", 1e-5)
    assert ORIGINAL.difference(loaded(tmp_path, "gan"), "gan") > 0.05


def test_the_codes_of_infogan_are_uniform(tmp_path):
    """A normal latent gives the codes that it was trained with: uniform from -1 to 1."""
    G, seen = loaded(tmp_path, "infogan"), []

    def first_layer(layer, inputs):
        seen.append(inputs[0])
        raise InterruptedError  # the pictures of 4000 latents take seconds

    G.stem.register_forward_pre_hook(first_layer)
    z = torch.randn(4000, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad(), pytest.raises(InterruptedError):
        G(z[:, :], torch.zeros(4000, dtype=torch.int64))
    codes = seen[0][:, -2:]
    assert codes.abs().max() < 1 and abs(codes.square().mean() - 1 / 3) < 0.02
    assert seen[0][:, 62:72].sum(1).eq(1).all() and seen[0][:, :62].equal(z[:, :62])


def test_what_leaves_no_noise_or_no_square_is_refused(tmp_path):
    with pytest.raises(ValueError, match="takes 74 numbers; 70 classes and 4 codes leave no noise"):
        loaded(tmp_path, "infogan", classes=70, codes=4)
    tensors = weights("gan") | {"model.11.weight": torch.ones(250, 1024), "model.11.bias": torch.ones(250)}
    torch.save(tensors, tmp_path / "g.pth")
    with pytest.raises(ValueError, match="makes 250 numbers, which are no square picture"):
        import_checkpoint(tmp_path / "g.pth", tmp_path / "other")
