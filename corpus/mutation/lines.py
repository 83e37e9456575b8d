"""Which lines of the judge a case runs: no fault elsewhere can make it differ."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

Lines = Mapping[str, frozenset[int]]
"""By the file."""


@contextmanager
def traced(files: Mapping[str, str]) -> Iterator[defaultdict[str, set[int]]]:
    """Notes the lines that run meanwhile in some files, whose names are given by their paths on this machine."""
    found: defaultdict[str, set[int]] = defaultdict(set)

    def called(frame: FrameType, _event: str, _given: Any) -> Any:
        name = files.get(frame.f_code.co_filename)
        if name is None:
            return None
        run = found[name]
        run.add(frame.f_lineno)

        def line(frame: FrameType, _event: str, _given: Any) -> Any:
            run.add(frame.f_lineno)
            return line

        return line

    before = sys.gettrace()
    sys.settrace(called)
    try:
        yield found
    finally:
        sys.settrace(before)
