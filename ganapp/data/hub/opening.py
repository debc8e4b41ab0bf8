"""Data sets of the Hugging Face Hub: hub:user/name[@revision][:[config/]split][:image[,label]] -> ImageDataset.

Streamed by the `datasets` library (optional: requirements-hub.txt) into the same prepared file as a person's own pictures,
kept by commit, so that a later start needs no network. Nothing of a repository is run: see stream.py.
"""

from __future__ import annotations

import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ganapp.files import write_text
from ganapp.hub import answers

from ..cache import Progress, cache_folder, make_folder, paced, prepared
from ..dataset import ImageDataset
from ..decode import decode
from ..own.entries import Entry
from ..preparing import check_room, decode_all, parse_colour, split_of, wait_for, write_map
from .name import COMMIT, HubName, parse
from .stream import Stream, library, open_stream, read_batch

TIMEOUT = 20  # seconds that the Hub has to name a commit


def pin(source: str) -> str:
    """The same name with the commit that its revision means today, so that a resumed run finds the same pictures.

    ValueError, in one sentence, where the library is not installed or the Hub has no such data set.
    """
    name = parse(source)
    return str(name._replace(revision=_commit(name)))


def open_hub(
    source: str,
    resolution: int,
    channels: int | None,
    split: str,
    crop: str,
    background: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """A data set of the Hub; see ganapp.data.open_dataset. One picture in ten of the split is held out, as of own pictures."""
    colour, name, tell = parse_colour(background), parse(source), paced(progress)
    name = name._replace(revision=_commit(name))
    what = {"resolution": resolution, "channels": channels, "crop": crop, "background": list(colour)}

    def build(folder: Path) -> dict:
        tell(0, None, f"Looking at {name.repo}")
        # The thread is not waited for: a reading that was cancelled may hang until the network gives up.
        reader = ThreadPoolExecutor(1, "hub")
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
                stream = wait_for(reader.submit(open_stream, name, scratch), cancelled)
                check_room(stream.count or 0, folder, name.repo, resolution, channels)
                pictures = _decoded(
                    stream, reader, lambda data: decode(data, resolution, channels, crop, colour), tell, cancelled
                )
                return write_map(folder, name.repo, pictures, resolution, channels, [], stream.class_names)
        finally:
            reader.shutdown(wait=False, cancel_futures=True)

    found = prepared(f"{name.repo}-{resolution}", {"hub": list(name), **what}, build, progress, cancelled)
    return split_of(name.repo, split, found)


def _decoded(stream: Stream, reader: ThreadPoolExecutor, decode_one: Callable, tell, cancelled) -> Iterator[tuple]:
    """(name, label, pixels, hash, reason) of each row, read in one thread and decoded in others."""
    pending: deque = deque()  # of the rows that are being decoded

    def batches() -> Iterator[list[Entry]]:
        while rows := wait_for(reader.submit(read_batch, stream), cancelled):
            pending.extend((entry.name, label) for entry, label in rows)
            yield [entry for entry, _ in rows]

    for i, result in enumerate(decode_all(batches(), decode_one, cancelled), start=1):
        yield *pending.popleft(), *result
        tell(i, stream.count, "Reading pictures")


def _commit(name: HubName) -> str:
    """The 40 digits of the commit that a name means; the last known one where the Hub cannot be reached."""
    if COMMIT.fullmatch(name.revision):
        return name.revision
    from huggingface_hub import HfApi, errors

    revision = name.revision or "main"
    known = make_folder(cache_folder() / "hub") / re.sub(r"[^\w.-]", "--", f"{name.repo}@{revision}")
    try:
        api = HfApi(endpoint=library().config.HF_ENDPOINT)
        commit = api.dataset_info(name.repo, revision=revision, timeout=TIMEOUT).sha
    except (OSError, errors.HTTPError, errors.HFValidationError) as error:
        refused = isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError)
        if known.is_file() and not refused:
            return known.read_text(encoding="ascii")
        raise ValueError(answers.say(error, name.repo, "this data set", revision, "such data set")) from None
    write_text(known, commit)
    return commit
