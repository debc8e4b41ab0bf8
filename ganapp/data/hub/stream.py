"""Reads the rows of a data set on the Hub by the `datasets` library; refuses what is not plain data.

A repository is not trusted. Loading scripts are refused before they are fetched, and so are versions of
`datasets` that could run them. Only formats of plain data are read, all files must belong to the one commit,
and paths in rows that lead elsewhere, on this machine or another, are not followed. Picture bytes go to our
own decoder.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..decode import Unusable
from ..preparing import BATCH, MAX_CLASSES, Entry

if TYPE_CHECKING:
    from .name import HubName

OLDEST = 4  # major version of datasets, the first that cannot run a loading script
FORMATS = ("parquet", "arrow", "imagefolder", "webdataset")
FILM_FORMAT = "videofolder"
CARDS = ("README.md", ".huggingface.yaml")  # files that may say which files belong to which split
MAX_CARD = 2_000_000  # bytes of such a file
MAX_GB = 20.0  # size of a split that is fetched, unless GANAPP_HUB_GB is set
RETRIES = 3  # of a read that broke off, 5 s apart


class Stream(NamedTuple):
    """The rows of one split, and what is needed to read them."""

    rows: Iterator[tuple[int, dict[str, Any]]]  # (number, {column: value})
    count: int | None  # number of rows, if the repository says it
    image: str  # column of the picture
    label: str | None  # column of the class
    class_names: tuple[str, ...] | None  # if labels are numbers of named classes
    root: str  # "hf://datasets/user/name@commit/"
    sizes: dict[str, int]  # path in the repository -> bytes


def library():
    """The datasets module. Raises ValueError (message fit for the user) if it is not installed or too old."""
    try:
        import datasets
    except ImportError:
        raise ValueError(
            "Data sets of the Hub need the datasets library: python -m pip install -r requirements-hub.txt."
        ) from None
    if int(datasets.__version__.split(".")[0]) < OLDEST:
        raise ValueError(
            f"datasets {datasets.__version__} would run code of a repository; {OLDEST} or newer is needed: "
            "python -m pip install -r requirements-hub.txt."
        )
    datasets.disable_progress_bars()
    datasets.config.STREAMING_READ_MAX_RETRIES = datasets.config.STREAMING_OPEN_MAX_RETRIES = RETRIES
    return datasets


def open_stream(name: "HubName", scratch: str) -> Stream:
    """Open the rows of a data set. The name's revision must be a commit.

    scratch: a folder for the small files that datasets writes.
    Raises ValueError (message fit for the user) if the data set is refused or cannot be used.
    """
    from huggingface_hub import HfApi

    datasets, (_, last) = library(), name.repo.split("/")
    with _reading(name.repo):
        api = HfApi(endpoint=datasets.config.HF_ENDPOINT)
        tree = api.list_repo_tree(name.repo, recursive=True, revision=name.revision, repo_type="dataset")
        sizes = {item.path: item.size for item in tree if hasattr(item, "size")}
    if f"{last}.py" in sizes:
        raise ValueError(
            f"{name.repo} is loaded by a script of its own ({last}.py), which is never run: "
            f"try its converted copy, hub:{name.repo}@refs/convert/parquet."
        )
    _check_card(api, name, sizes)
    with _reading(name.repo):
        builder = datasets.load_dataset_builder(
            name.repo, name.config or None, revision=name.revision, cache_dir=scratch
        )
    if builder.name == FILM_FORMAT:
        raise _films(name)
    if builder.name not in FORMATS:
        raise ValueError(
            f"{name.repo} is stored as {builder.name}; pictures are read from {', '.join(FORMATS)}."
        )
    root = f"hf://datasets/{name.repo}@{name.revision}/"
    split, files = _split(name, builder.config.data_files)
    _check_files(name.repo, split, files, root, sizes)
    if builder.name == "parquet":
        builder.config.batch_size = BATCH  # the default loads a whole row group, which may have a gigabyte
    with _reading(name.repo):
        stream = builder.as_streaming_dataset(split=split).decode(False)
    image, label = find_columns(name, stream.features)
    class_names = getattr(stream.features[label], "names", None) if label else None
    known = (builder.info.splits or {}).get(split)
    return Stream(
        enumerate(stream.select_columns([image, *([label] if label else [])])),
        known.num_examples if known and known.num_examples else None,
        image,
        label,
        tuple(class_names) if class_names else None,
        root,
        sizes,
    )


def read_batch(stream: Stream) -> list[tuple[Entry, str | int | None]]:
    """The next rows as [(picture file, label)], not decoded yet; [] at the end."""
    with _reading(stream.root.split("/", 3)[3].partition("@")[0]):
        rows = list(islice(stream.rows, BATCH))
    return [_entry(stream, number, row) for number, row in rows]


def find_columns(name: "HubName", features: Any) -> tuple[str, str | None]:
    """The column of the picture and that of its class (None without).

    features: {column: type}, as the data set has it. Raises ValueError (message fit for the user, with the
    columns there are) if a column is missing, has the wrong type, or several could be meant.
    """
    listed = ", ".join(
        f"{column} ({_kind(feature)})" for column, feature in list((features or {}).items())[:20]
    )
    for column in (name.image, name.label):
        if column and column != "-" and column not in (features or {}):
            raise ValueError(
                f"{name.repo} has no column {column!r}; its columns are {listed or 'not known'}."
            )
    found = {c: f for c, f in (features or {}).items() if _is_picture(f)}
    images = (
        [name.image] if name.image else [c for c, f in found.items() if _kind(f) == "Image"] or list(found)
    )
    films = [column for column, feature in (features or {}).items() if _kind(feature) == "Video"]
    if films and (not images or name.image in films):
        raise _films(name)
    if not images:
        raise ValueError(f"{name.repo} has no column of pictures; its columns are {listed or 'not known'}.")
    if len(images) > 1:
        example = str(name._replace(revision="", image=images[0]))
        raise ValueError(
            f"{name.repo} has pictures in {', '.join(images)}: name one of these columns, as in {example}."
        )
    if not _is_picture(features[images[0]]):
        raise ValueError(
            f"The column {images[0]!r} of {name.repo} has no pictures; its columns are {listed}."
        )
    if name.label == "-":
        return images[0], None
    labels = [name.label] if name.label else [c for c, f in features.items() if hasattr(f, "names")]
    if len(labels) > 1:
        example = str(name._replace(revision="", image=images[0], label=labels[0]))
        raise ValueError(
            f"{name.repo} has classes in {', '.join(labels)}: name one of these columns, as in {example}, or "
            "- for none."
        )
    if labels and not re.fullmatch("ClassLabel|u?int.*|(large_)?string", _kind(features[labels[0]])):
        raise ValueError(f"The column {labels[0]!r} of {name.repo} has no classes; its columns are {listed}.")
    return images[0], labels[0] if labels else None


def _films(name: "HubName") -> ValueError:
    return ValueError(
        f"{name.repo} holds films, which are not streamed from the Hub: download them and choose their "
        "folder, so that their frames are the pictures."
    )


@contextmanager
def _reading(repo: str) -> Iterator[None]:
    """Turn every exception of the reading libraries into a ValueError with one sentence."""
    try:
        yield
    except Exception as error:  # datasets and the libraries below it raise dozens of types
        detail = (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")
        raise ValueError(f"{repo} cannot be read from the Hub ({detail}).") from error


def _check_card(api: Any, name: "HubName", sizes: dict[str, int]) -> None:
    """Check the repository's card before datasets reads it.

    Raises ValueError (message fit for the user) if a configuration names files outside of the repository, is
    not there, or has to be chosen first.
    """
    configs = []
    for card in CARDS:
        content = _read_card(api, name, card, sizes[card]) if card in sizes else {}
        for text in _strings(content.get("configs"), set()):
            if re.search(r"://|::|^[/\\~]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)", text):
                raise ValueError(
                    f"{name.repo} is refused: its {card} names {text[:100]!r}, which is outside of it."
                )
        configs += [c for c in content.get("configs") or () if isinstance(c, dict)]
    known = [str(config.get("config_name", "default")) for config in configs]
    unclear = (
        len(known) > 1 and "default" not in known and not any(config.get("default") for config in configs)
    )
    if known and name.config not in known if name.config else unclear:
        example = str(name._replace(revision="", config=known[0], split=name.split or "train"))
        raise ValueError(
            f"{name.repo} has the configurations {', '.join(known[:20])}: name one, as in {example}."
        )


def _read_card(api: Any, name: "HubName", card: str, size: int) -> dict:
    """The YAML data of a card, parsed as datasets parses it."""
    import yaml
    from huggingface_hub import DatasetCard

    if size > MAX_CARD:
        raise ValueError(f"{name.repo}: its {card} has more than {MAX_CARD / 1e6:.0f} MB, which is refused.")
    with _reading(name.repo):
        path = api.hf_hub_download(name.repo, card, repo_type="dataset", revision=name.revision)
        if card == CARDS[0]:
            return DatasetCard.load(path).data.to_dict()
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file)
        return content if isinstance(content, dict) else {}


def _strings(value: Any, seen: set[int]) -> Iterator[str]:
    """All strings in nested lists and objects.

    Each object is visited once, because YAML aliases can repeat it a billion times.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and id(value) not in seen:
        seen.add(id(value))
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item, seen)


def _split(name: "HubName", data_files: dict) -> tuple[str, list[str]]:
    """The split that the name gives, else train, else the only one; and its files."""
    splits = {str(split): list(files) for split, files in (data_files or {}).items()}
    wanted = name.split or ("train" if "train" in splits or len(splits) != 1 else next(iter(splits)))
    if wanted not in splits:
        there = ", ".join(splits) or "none"
        raise ValueError(f"{name.repo} has no split {wanted!r}; there are: {there}.")
    return wanted, splits[wanted]


def _check_files(repo: str, split: str, files: list[str], root: str, sizes: dict[str, int]) -> None:
    """Raise ValueError if a file lies outside of the commit or the split is too large."""
    outside = next((file for file in files if not file.startswith(root) or "::" in file), None)
    if outside is not None:
        raise ValueError(
            f"{repo} is refused: its split {split} has the file {outside[:100]!r}, which is outside of it."
        )
    limit, size = _limit_gb(), sum(sizes.get(file.removeprefix(root), 0) for file in files) / 1e9
    if size > limit:
        raise ValueError(
            f"The split {split} of {repo} has {size:,.1f} GB; at most {limit:g} GB are fetched: choose a "
            "smaller one, or set "
            "GANAPP_HUB_GB to a larger number."
        )


def _limit_gb() -> float:
    text = os.environ.get("GANAPP_HUB_GB", "")
    try:
        return float(text) if text else MAX_GB
    except ValueError:
        raise ValueError(f"GANAPP_HUB_GB is {text!r}; it must be a number of gigabytes.") from None


def _entry(stream: Stream, number: int, row: dict[str, Any]) -> tuple[Entry, str | int | None]:
    """One row as (picture file, label). Its `read` raises Unusable if the row cannot be used."""
    cell, label = row[stream.image], row[stream.label] if stream.label else None
    data, path = (cell.get("bytes"), cell.get("path")) if isinstance(cell, dict) else (cell, None)
    size = len(data) if data else stream.sizes.get((path or "").removeprefix(stream.root), 0)
    name = path.removeprefix(stream.root) if data is None and path else f"row {number:,}"

    def read() -> bytes:
        if stream.label and (label is None or isinstance(label, int) and label < 0):
            raise Unusable("no label")
        if isinstance(label, int) and label >= MAX_CLASSES:
            raise Unusable(f"the label {label}: numbers go from 0 to {MAX_CLASSES - 1}")
        return data if data is not None else _fetch(stream, path)

    return Entry(name, size, read), label


def _fetch(stream: Stream, path: str | None) -> bytes:
    """The bytes of a picture that is stored as a file of its own in this commit."""
    from huggingface_hub import HfFileSystem, errors

    if path is None:
        raise Unusable("no picture")
    if path.removeprefix(stream.root) not in stream.sizes or not path.startswith(stream.root):
        raise Unusable("not a file of this repository")
    try:
        return HfFileSystem(endpoint=library().config.HF_ENDPOINT).cat_file(path)
    except (OSError, errors.HTTPError) as error:
        raise Unusable(f"cannot be fetched ({error})") from error


def _is_picture(feature: Any) -> bool:
    """Whether a column's type is Image, or plain bytes (alone or with a path) that may hold a picture."""
    if isinstance(feature, dict):
        return set(feature) == {"bytes", "path"} and _kind(feature["bytes"]).endswith("binary")
    return type(feature).__name__ == "Image" or _kind(feature).endswith("binary")


def _kind(feature: Any) -> str:
    """Name of a column's type, as datasets writes it: Image, ClassLabel, string, int64, list …"""
    return getattr(feature, "dtype", None) if type(feature).__name__ == "Value" else type(feature).__name__
