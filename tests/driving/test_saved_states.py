"""driving/saved_states.py: flipped bits are noticed, the older state is taken, and nothing begins again unasked."""

import contextlib
import random
import shutil
from pathlib import Path

import pytest
import torch
from test_damage import copied, monitor_of, whole  # noqa: F401

from benchmarks import faults_runs
from ganapp.cli.main import main
from ganapp.driving import beginning
from ganapp.driving.saved_states import SEAL_BYTES, check_whole, newest_state
from ganapp.runs import nimg_of


def flip(path, at, bit=0):
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return a.equal(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def without_seal(path):
    """As versions before this one wrote it."""
    data = path.read_bytes()
    path.write_bytes(data[: -SEAL_BYTES - 2] + b"\0\0")


@pytest.mark.parametrize("sealed", [True, False])
def test_a_flipped_bit_is_noticed_or_changes_nothing(whole, tmp_path, sealed):  # noqa: F811
    """300 bits anywhere in the file, and 300 in its directory at the end; of a sealed one, each is noticed."""
    original, path = Path(shutil.copy(whole.states()[0], tmp_path / "whole.pt")), tmp_path / "state.pt"
    if not sealed:
        without_seal(original)
    check_whole(original)
    data, state, rng, unnoticed = (
        original.read_bytes(),
        torch.load(original, weights_only=True),
        random.Random(0),
        0,
    )
    for number in range(600):
        shutil.copy(original, path)
        flip(path, rng.randrange(len(data) - 8000 if number >= 300 else 0, len(data)), rng.randrange(8))
        try:
            check_whole(path)
        except ValueError:
            continue
        unnoticed += 1
        with contextlib.suppress(RuntimeError):  # torch notices it: passed over all the same
            assert equal(torch.load(path, weights_only=True), state)
    assert unnoticed < 200 and (not sealed or unnoticed <= 20)  # of a seal's own 15 letters and the length


def test_a_record_marked_as_a_folder_is_noticed(whole, tmp_path):  # noqa: F811
    """torch reads nothing for such a record and keeps what was in memory."""
    path = Path(shutil.copy(whole.states()[0], tmp_path / "state.pt"))
    without_seal(path)
    check_whole(path)
    flip(path, path.read_bytes().rfind(b"PK\x01\x02") + 38, 4)
    with pytest.raises(ValueError, match="is wrong"):
        check_whole(path)


def test_a_flipped_weight_is_noticed_and_the_older_state_taken(copied):  # noqa: F811
    newest, older = copied.states()
    flip(newest, newest.stat().st_size // 2)
    torch.load(newest, weights_only=True)  # torch itself sees nothing
    unreadable = {}
    assert newest_state(copied, unreadable)["nimg"] == nimg_of(older)
    assert "checksum" in unreadable[newest]
    assert faults_runs.paused_at(copied, 64) == "paused"
    assert "state-000000048.pt cannot be read and is passed over: its checksum is wrong" in (
        copied.path / "log.txt"
    ).read_text(encoding="utf-8")
    assert [nimg_of(p) for p in copied.states()] == [copied.status()["nimg"], 24]


def test_a_remedy_takes_a_whole_state(copied):  # noqa: F811
    newest, older = copied.states()
    flip(newest, newest.stat().st_size // 2)
    child = beginning.branch(copied, copied.config(), newest)
    assert [p.name for p in child.states()] == [older.name] and child.config().from_nimg == nimg_of(older)


@pytest.mark.parametrize("status", ["kept", "gone", "of 0.3"])
def test_states_that_are_gone_are_not_begun_again_unasked(copied, capsys, status):  # noqa: F811
    for path in copied.states():
        path.unlink()
    if status == "gone":
        (copied.path / "status.json").unlink()
    elif status == "of 0.3":
        copied.write_status(saved=None)
    rows, grids, snapshots = copied.read_stats()[0], copied.samples(), copied.snapshots()
    assert faults_runs.paused_at(copied, 64) == "failed"
    said = copied.status()["reason"]
    assert said == (
        "the saved states of run '00001-pictures-dcgan' are gone, though it had come to 48 images: train --start-from "
        "00001-pictures-dcgan begins a new run with its newest snapshot, resume --restart 00001-pictures-dcgan begins "
        "again at 0."
    )
    assert monitor_of(copied).poll({})["status"]["reason"].startswith(said)
    assert (copied.read_stats()[0], copied.samples(), copied.snapshots()) == (rows, grids, snapshots)
    arguments = ["resume", copied.name, "--runs", str(copied.path.parent)]
    assert main(arguments) == 2 and "are gone" in capsys.readouterr().err
    assert main([*arguments, "--restart"]) == 0
    assert copied.status()["state"] == "finished"
    assert [row["nimg"] for row in copied.read_stats()[0]] == list(range(8, 201, 8))
    assert [p.name for p in copied.snapshots()] == ["000000200"]
    assert len(list(copied.path.glob("snapshots-before-*/*"))) == len(snapshots)


def test_a_restart_is_refused_where_there_are_states(copied, capsys):  # noqa: F811
    assert main(["resume", copied.name, "--runs", str(copied.path.parent), "--restart"]) == 2
    assert "has saved states" in capsys.readouterr().err
    assert len(copied.states()) == 2
