"""Damaged and odd checkpoints of every layout: the right network or one sentence. Made by benchmarks/faults_checkpoints.py."""

import random
import zipfile

import pytest
import torch
from test_importers import mlp, refused

from benchmarks import faults_checkpoints as faults
from ganapp import files
from ganapp.generators import load_generator
from ganapp.generators.importers import import_checkpoint
from ganapp.generators.importers.reading import checkpoint

forms = faults.forms
CASES = forms.cases()


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=[pytest.mark.slow] * (n >= 24)) for n in range(len(CASES))]
)
def test_a_checkpoint_is_read_right_or_refused_with_a_sentence(tmp_path, number):
    case = CASES[number % len(CASES)]
    file = forms.make(case, random.Random(f"0/{number}"), tmp_path)
    assert faults.judge(file, case, tmp_path)[1] == [], f"{case} {file.kind} {file.name}"


# -- the mechanisms ----------------------------------------------------------------------------------------------------


def place_of_numbers(path, key="0.weight"):
    """Where the bytes of a tensor begin in a ZIP of torch."""
    data, tensor = path.read_bytes(), mlp()[key]
    at = data.index(tensor.numpy().tobytes())
    assert data.count(tensor.numpy().tobytes()) == 1
    return at


@pytest.mark.parametrize("bit", [0, 7, 15, 22, 30, 31, 32 * 34 + 3])
def test_a_flipped_bit_of_a_weight_is_noticed(tmp_path, bit):
    """torch.load compares no checksums: without ours the network would make other pictures."""
    path = tmp_path / "g.pt"
    torch.save(mlp(), path)
    data, at = bytearray(path.read_bytes()), place_of_numbers(path)
    data[at + bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    assert not torch.load(path)["0.weight"].equal(mlp()["0.weight"])
    refused(path, "g.pt is damaged: the checksum of", "is wrong.", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_checksums_the_campaign_finds_the_fault(tmp_path, monkeypatch):
    case = next(case for case in CASES if case.name == "csinva_mlp")
    path = tmp_path / "g.pt"
    torch.save(case.weights(), path)
    data = bytearray(path.read_bytes())
    data[data.index(next(iter(case.weights().values())).numpy().tobytes()) + 2] ^= 16
    file = forms.File("damaged: flipped (plain)", "g.pt", bytes(data))
    assert faults.judge(file, case, tmp_path) == ("refused", [])
    monkeypatch.setattr(checkpoint, "damaged_member", lambda file: None)
    assert faults.judge(file, case, tmp_path) == ("other", ["another network, without a word"])
    assert faults.judge(file._replace(checked=False), case, tmp_path)[1] == []
    monkeypatch.setattr("ganapp.generators.importers.recognize", lambda *args: 1 / 0)
    outcome, (said,) = faults.judge(file, case, tmp_path)
    assert outcome == "crashed" and "ZeroDivisionError" in said


def test_a_file_that_torch_saved_without_checksums_is_read(tmp_path):
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(mlp(), tmp_path / "g.pt")
    finally:
        torch.serialization.set_crc32_options(before)
    with zipfile.ZipFile(tmp_path / "g.pt") as archive:
        assert archive.testzip() is not None
    G = load_generator(import_checkpoint(tmp_path / "g.pt", tmp_path / "out"))
    assert G.state_dict()["layers.0.bias"].equal(mlp()["0.bias"])


def test_what_is_damaged_in_a_zip_is_named(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("b/1", b"first part")
        archive.writestr("b/2", b"second part")
    with path.open("rb") as file:
        assert files.damaged_member(file) is None
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"second part", b"secone part"))
    with path.open("rb") as file:
        assert files.damaged_member(file) == "the checksum of b/2 is wrong"
    marked = bytearray(whole)
    marked[whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4) + 38] |= 0x10
    path.write_bytes(marked)
    with path.open("rb") as file:
        assert files.damaged_member(file) == "the checksum of b/1 is wrong"
    path.write_bytes(whole[:-30])
    with path.open("rb") as file:
        assert files.damaged_member(file).startswith("its archive is damaged (")


@pytest.mark.parametrize(("value", "says"), [(3e33, "holds 3e+33"), (-2e13, "holds 2e+13"), (9e11, "")])
def test_a_number_that_no_training_gives_is_noticed(tmp_path, value, says):
    """As a flipped bit of an exponent gives, in a format without checksums."""
    tensors = mlp()
    tensors["2.weight"][3, 4] = value
    path = tmp_path / "g.pt"
    torch.save(tensors, path, _use_new_zipfile_serialization=False)
    if says:
        refused(path, f"g.pt is damaged: 2.weight {says}, which is no trained weight.", out=tmp_path / "out")
    else:
        import_checkpoint(path, tmp_path / "out")


def test_a_sentence_of_a_layout_names_the_file(tmp_path):
    case = next(case for case in CASES if case.name == "projected_128")
    tensors = case.weights() | {"synthesis.embed.weight": torch.zeros(3, 8)}
    torch.save(tensors, tmp_path / "mine.pth")
    refused(tmp_path / "mine.pth", "mine.pth: ", "only unconditional ones", out=tmp_path / "out")


# -- how they are judged -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("g.pt is a web page.", []),
        ("It is a web page.", ["it does not name the file"]),
        ("g.pt is\na web page.", ["it is not one sentence"]),
        ("g.pt is a web page", ["it is not one sentence"]),
        ("g.pt " + "x" * 1000 + ".", ["it is not one sentence"]),
        ("g.pt is \x1b[31m.", ["it is not one sentence"]),
        ("g.pt: Traceback (most recent call last).", ["it shows the program's inside"]),
        ("/tmp/x/g.pt is no file.", ["it shows the program's inside"]),
    ],
)
def test_a_sentence_is_judged(text, wrong):
    found = faults.sentence_faults(text, "g.pt")
    assert len(found) == len(wrong) and all(a.startswith(b) for a, b in zip(found, wrong))


def test_a_whole_file_must_be_read(tmp_path):
    case = CASES[0]
    file = forms.File("saved: plain", "g.pt", forms.saved({"encoder.weight": torch.zeros(2, 2)}), whole=True)
    outcome, (said,) = faults.judge(file, case, tmp_path)
    assert outcome == "refused" and said.startswith("a whole file is refused: g.pt holds")


def test_all_kinds_are_made(tmp_path):
    kinds = {forms.make(CASES[n % 8], random.Random(n), tmp_path).kind.partition(":")[0] for n in range(40)}
    assert kinds == {"saved", "wrong", "damaged", "foreign"}
    assert {case.project for case in CASES} >= {"biggan_deep", "dcgan", "stylegan2", "pytorch_gan"}
