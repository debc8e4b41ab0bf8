"""The published Inception network through torch-fidelity; FID, KID and Inception Score.

Optional: pip install -r requirements-metrics.txt. The weights are downloaded at first use, or read from a
path. They are checked against the hash in their file name before anything parses them, then read as tensors
only (weights_only).
"""

from __future__ import annotations

import hashlib
import http.client
import importlib.util
import os
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganapp.data import Cancelled, Progress, acquire_lock, cache_folder, make_folder
from ganapp.files import text_of_size

from ..figure import CannotMeasure

RELEASE = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
URL = RELEASE + "weights-inception-2015-12-05-6726825d.pth"
PUBLISHED = "6726825d"  # start of the sha256 of the published weights
HASHED = re.compile(r"-([0-9a-f]{8,64})\.\w+$")  # the hash in a file name, as in torch.hub
TIMEOUT = 20  # seconds without a byte until a download fails
MOST_BYTES = 200 * 1024**2
BATCH = 50
KID_SUBSETS, KID_SIZE = 100, 1000
SPLITS = 10  # of the Inception Score


@dataclass(frozen=True, eq=False)
class Inception:
    """The network and the sha256 of its weights."""

    network: object  # torch_fidelity's feature extractor
    sha256: str
    device: str = "cpu"

    @property
    def about(self) -> str:
        which = "published weights" if self.sha256.startswith(PUBLISHED) else "NOT the published weights"
        return (
            "Inception-v3 2015-12-05, 299 px bilinear as in TensorFlow 1 "
            f"({which}, sha256 {self.sha256[:12]})"
        )

    def run(
        self, images: np.ndarray, on_progress: Callable[[int, int], None] | None = None
    ) -> dict[str, np.ndarray]:
        """{"2048": features (N, 2048), "logits_unbiased": (N, 1008)} of uint8 images (N, C, R, R).

        Grey images are repeated as three channels. on_progress(done, total) is called before each batch.
        """
        import torch

        names, found = self.network.features_list, []
        for start in range(0, len(images), BATCH):
            if on_progress:
                on_progress(start, len(images))
            part = images[start : start + BATCH]
            part = np.repeat(part, 3, axis=1) if part.shape[1] == 1 else part
            with torch.inference_mode():
                out = self.network(torch.from_numpy(np.ascontiguousarray(part)).to(self.device))
            found.append([x.cpu().numpy() for x in out])
        return {name: np.concatenate(parts) for name, parts in zip(names, zip(*found))}


def check_installed() -> None:
    """Raise CannotMeasure if torch-fidelity is not installed."""
    if importlib.util.find_spec("torch_fidelity") is None:
        raise CannotMeasure(
            "fid, kid, is and prc need torch-fidelity: pip install -r requirements-metrics.txt."
        )


def load(
    path: str | Path | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Inception:
    """The network with the weights of a file, by default the published ones, downloaded at first use.

    Raises CannotMeasure if there are no such weights, Cancelled if `cancelled` returns True.
    """
    check_installed()
    import torch
    from torch_fidelity.utils import create_feature_extractor

    file = Path(path).expanduser() if path else fetch(progress, cancelled)
    sha256 = checked(file)
    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 (torch raises a dozen types for damaged files)
        raise CannotMeasure(
            f"{file.name} holds no weights that can be read safely ({_first_line(error)})."
        ) from None
    names = ["2048", "logits_unbiased"]
    with tempfile.TemporaryDirectory(prefix="ganapp-inception-") as folder:
        # torch-fidelity would unpickle the file without restrictions, so it gets one that we have written.
        torch.save(tensors, clean := os.path.join(folder, "weights.pth"))
        try:
            network = create_feature_extractor(
                "inception-v3-compat", names, cuda=False, feature_extractor_weights_path=clean, verbose=False
            )
        except (RuntimeError, TypeError, AttributeError) as error:
            raise CannotMeasure(
                f"{file.name} is not the Inception network of torch-fidelity ({_first_line(error)})."
            ) from None
    return Inception(network.to(device), sha256, device)


def checked(file: Path) -> str:
    """The sha256 of a file.

    Raises CannotMeasure if its name holds another hash, it is too large or cannot be read.
    """
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise CannotMeasure(f"{file.name} is larger than {text_of_size(MOST_BYTES)}, which is refused.")
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise CannotMeasure(
            f"the Inception weights {str(file)!r} cannot be read ({error.strerror})."
        ) from None
    wanted = HASHED.search(file.name)
    if wanted and not sha256.startswith(wanted[1]):
        raise CannotMeasure(
            f"{file.name} is damaged: its sha256 begins with {sha256[:8]}, "
            f"its name says {wanted[1]}; delete it."
        )
    return sha256


def fetch(
    progress: Progress | None = None, cancelled: Callable[[], bool] | None = None, url: str = URL
) -> Path:
    """The file of the published weights in the cache. It is downloaded there if absent, and checked.

    Raises CannotMeasure if that fails, Cancelled if `cancelled` returns True.
    """
    file = make_folder(cache_folder() / "downloads") / url.rpartition("/")[2]
    lock = acquire_lock("inception", progress, cancelled)
    partial = file.with_name("partial-" + file.name)  # keeps the hash in its name
    try:
        if file.exists():
            return file
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response, open(partial, "wb") as out:
            total, done = int(response.headers.get("Content-Length") or 0) or None, 0
            while chunk := response.read(1 << 18):
                if cancelled is not None and cancelled():
                    raise Cancelled("downloading the Inception weights was cancelled")
                done += len(chunk)
                if done > MOST_BYTES:
                    raise CannotMeasure(
                        f"{file.name} is larger than {text_of_size(MOST_BYTES)}, which is refused."
                    )
                out.write(chunk)
                if progress:
                    progress(done, total, "Downloading the Inception weights")
        checked(partial)
        os.replace(partial, file)
        return file
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = str(getattr(error, "reason", None) or error).rstrip(".")
        raise CannotMeasure(
            f"the Inception weights cannot be downloaded ({reason}): fid, kid, is and prc need them, "
            "or a path with --inception; all other figures work without."
        ) from None
    finally:
        partial.unlink(missing_ok=True)
        lock.release()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")


# -- figures, computed by torch-fidelity except for fid ------------------------------------------------------


def fid(real: np.ndarray, fake: np.ndarray) -> float:
    """Fréchet Inception distance of features (N, 2048), in float64."""
    from ..distances.frechet import frechet

    return frechet(real, fake)


def kid(real: np.ndarray, fake: np.ndarray, seed: int) -> float:
    """Kernel Inception distance (Bińkowski 2018) of features (N, 2048): mean over 100 subsets of 1,000.

    Subsets are as small as the smaller set if that has fewer images.
    """
    import torch
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

    size = min(KID_SIZE, len(real), len(fake))
    options = {"kid_subsets": KID_SUBSETS, "kid_subset_size": size, "rng_seed": seed, "verbose": False}
    return kid_features_to_metric(torch.from_numpy(fake), torch.from_numpy(real), **options)[
        KEY_METRIC_KID_MEAN
    ]


def inception_score(logits: np.ndarray, seed: int) -> float:
    """Inception Score (Salimans 2016) of logits (N, 1008), mean over 10 splits."""
    import torch
    from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, isc_features_to_metric

    return isc_features_to_metric(torch.from_numpy(logits), SPLITS, True, seed)[KEY_METRIC_ISC_MEAN]
