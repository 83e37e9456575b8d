"""What the tests of evidence share: one sandbox, and photographs as a phone saves them."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from bench.camera import photograph
from escrow_chain.evidence.history import InMemoryPictureHistory
from escrow_chain.evidence.intake import Readers
from escrow_chain.evidence.photo_reader import PhotoReader
from escrow_chain.evidence.sandbox import Sandbox
from tests.evidence.scene import Scene


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One worker."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def readers(sandbox: Sandbox) -> Readers:
    """Readers with that worker."""
    return Readers.of(sandbox)


@pytest.fixture(scope="session")
def reader(readers: Readers) -> PhotoReader:
    """The one of photos."""
    return readers.photos


@pytest.fixture(scope="session")
def shoot() -> Callable[[str], bytes]:
    """Real photographs of 1600 x 1200 pixels by name, with a camera's metadata."""
    return cache(lambda name: photograph(name, (1600, 1200)))


@pytest.fixture
def scene(sandbox: Sandbox, readers: Readers) -> Scene:
    """A deal with a recipient who has a wallet, and a service that takes evidence."""
    return Scene(readers, InMemoryPictureHistory(sandbox))
