"""Opens a data set of the Hugging Face Hub, which is streamed once into a prepared file.

Needs the `datasets` library (requirements-hub.txt). Prepared files are kept by commit, so a later start needs
no network. Code in a repository is never run: see stream.py.
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

from ..cache import Progress, cache_folder, load_or_build, make_folder, throttled
from ..dataset import ImageDataset
from ..decode import decode, parse_colour
from ..preparing import RULES, Entry, check_disk_space, decode_all, select_split, wait_for, write_map
from .name import COMMIT, HubName, parse
from .stream import Stream, library, open_stream, read_batch

TIMEOUT = 20  # seconds to wait for the commit of a revision


def pin(source: str) -> str:
    """Replace the revision by its present commit, so that a resumed run finds the same pictures.

    Raises ValueError (message fit for the user) if the library is not installed or the Hub has no such data
    set.
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
    """Open a data set of the Hub; arguments and errors as of ganapp.data.open_dataset.

    `split` is ours: of the Hub's split that the name gives, one picture in ten is held out.
    """
    colour, name, report_progress = parse_colour(background), parse(source), throttled(progress)
    name = name._replace(revision=_commit(name))
    options = {"rules": RULES, "resolution": resolution, "channels": channels, "crop": crop}
    options["background"] = None if channels == 4 else list(colour)

    def build(folder: Path) -> dict:
        report_progress(0, None, f"Looking at {name.repo}")
        # The thread is not joined: after cancelling, a read may hang until the network times out.
        reader = ThreadPoolExecutor(1, "hub")
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
                stream = wait_for(reader.submit(open_stream, name, scratch), cancelled)
                check_disk_space(stream.count or 0, folder, name.repo, resolution, channels)
                pictures = _decoded(
                    stream,
                    reader,
                    lambda data: decode(
                        data, resolution, channels, crop, colour, keep_depth=True, keep_alpha=True
                    ),
                    report_progress,
                    cancelled,
                    resolution,
                )
                names = stream.class_names
                return write_map(folder, name.repo, pictures, resolution, channels, colour, [], names)
        finally:
            reader.shutdown(wait=False, cancel_futures=True)

    identity = {"hub": list(name), **options}
    prepared = load_or_build(f"{name.repo}-{resolution}", identity, build, progress, cancelled)
    return select_split(name.repo, split, prepared)


def _decoded(
    stream: Stream,
    reader: ThreadPoolExecutor,
    decode_one: Callable,
    report_progress,
    cancelled,
    resolution: int,
) -> Iterator[tuple]:
    """Yield (name, label, pixels, hash, reason) of each row. One thread reads, others decode."""
    pending: deque = deque()  # (name, label) of the rows that are being decoded

    def batches() -> Iterator[list[Entry]]:
        while rows := wait_for(reader.submit(read_batch, stream), cancelled):
            pending.extend((entry.name, label) for entry, label in rows)
            yield [entry for entry, _ in rows]

    for i, result in enumerate(decode_all(batches(), decode_one, cancelled, resolution), start=1):
        yield *pending.popleft(), *result
        report_progress(i, stream.count, "Reading pictures")


def _commit(name: HubName) -> str:
    """The commit (40 digits) of a name's revision; the last known one if the Hub cannot be reached."""
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
        message = answers.explain(error, name.repo, "this data set", revision, "such data set")
        raise ValueError(message) from None
    write_text(known, commit)
    return commit
