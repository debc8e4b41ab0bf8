"""files.py: sizes as text. That files are written whole is tested by those who write them."""

import pytest

from ganapp.files import text_of_size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (1500, "1.46 KB"), (999 * 1024, "999 KB"),
        (6_838_000, "6.52 MB"),
        (1010 * 1024**2, "1,010 MB"), (2 * 1024**3, "2 GB"), (3 * 10**12, "2,794 GB"),
    ],
)  # fmt: skip
def test_sizes_are_read_in_the_largest_unit_that_fits(count, text):
    assert text_of_size(count) == text
