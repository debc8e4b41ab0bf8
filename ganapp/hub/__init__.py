"""The Hub as a client: named files with limits, one commit up, errors as sentences. Knows nothing of generators."""

from .client import MAX_BYTES, Progress, endpoint, fetch_file, max_bytes, plainly, text_of_size, token

__all__ = ["MAX_BYTES", "Progress", "endpoint", "fetch_file", "max_bytes", "plainly", "text_of_size", "token"]
