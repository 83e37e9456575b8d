"""The scans that the data of a JPEG come in, found without decoding any.

A small file can have thousands of them, and libjpeg walks through all pixels for each: 100 KB kept a worker busy for
twenty seconds. What is passed over here is passed over by libjpeg too: bytes between segments that belong to nothing,
and whatever stands behind the end of the picture, such as films.
"""

import re
from collections.abc import Iterator
from typing import Final

_MARKER: Final = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
"""What begins a segment; \\x00 stands for a byte of data, and \\x01 and \\xd0 to \\xd7 have no segment."""
_SCAN: Final = b"\xda"
_END: Final = b"\xd9"


def scans(content: bytes) -> Iterator[int]:
    """How many colours each scan has."""
    place = len(b"\xff\xd8")
    while (marker := _MARKER.search(content, place)) and marker[1] != _END:
        place = marker.end()
        if marker[1] == _SCAN:
            yield int.from_bytes(content[place + 2 : place + 3])
        place += int.from_bytes(content[place : place + 2])
