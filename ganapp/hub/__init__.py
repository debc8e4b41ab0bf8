"""A client of the Hugging Face Hub: fetches named files with a size limit, uploads in one commit.

Errors become ValueErrors with one sentence. Knows nothing of generators.
"""

from .client import (
    MAX_BYTES,
    Progress,
    endpoint,
    explain_errors,
    fetch_file,
    fetch_if_there,
    max_bytes,
    token,
)

__all__ = [
    "MAX_BYTES",
    "Progress",
    "endpoint",
    "fetch_file",
    "fetch_if_there",
    "max_bytes",
    "explain_errors",
    "token",
]
