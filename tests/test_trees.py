"""The specification trees of the contracts name tests that exist, and every function has its tree."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "contracts" / "test"
TREES = sorted((TESTS / "trees").glob("*.tree"))
LEAF = re.compile(r"(\w+\.t\.sol): (\w+)")
FUNCTION = re.compile(r"function (\w+)\(")
READS = {"dealId", "keyOf"}
"""What only looks something up."""


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.stem)
def test_every_leaf_is_a_test(tree: Path) -> None:
    """A test that is renamed or removed is missed here."""
    leaves = LEAF.findall(tree.read_text())
    assert leaves
    written = {(path.name, name) for path in TESTS.rglob("*.t.sol") for name in FUNCTION.findall(path.read_text())}
    missing = set(leaves) - written
    assert not missing


def test_every_function_has_a_tree() -> None:
    """As the first line of one."""
    interface = (TESTS.parent / "interfaces" / "IEscrow.sol").read_text()
    functions = set(FUNCTION.findall(interface)) - READS
    described = {name for tree in TREES for name in re.findall(r"Escrow::(\w+)", tree.read_text().splitlines()[0])}
    assert described == functions
