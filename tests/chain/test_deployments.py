"""The deployments file."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from escrow_chain.chain.deployments import SHIPPED, ChainUnknown, Deployment, Deployments, DeploymentsUnreadable

SEPOLIA = 11155111


def deployment(*, chain_id: int = SEPOLIA, block: int = 7) -> Deployment:
    return Deployment(
        chain_id=chain_id,
        address="0x" + "aa" * 20,
        transaction_hash=bytes([1]) * 32,
        block=block,
        deployer="0x" + "22" * 20,
        init_code_hash=bytes([3]) * 32,
    )


@pytest.fixture
def deployments(tmp_path: Path) -> Deployments:
    return Deployments(tmp_path / "made" / "deployments.json")


def test_what_is_recorded_is_read_back(deployments: Deployments) -> None:
    """A record survives the file unchanged."""
    deployments.record(deployment())
    assert Deployments(deployments.path).of(SEPOLIA) == deployment()


def test_chains_do_not_disturb_each_other(deployments: Deployments) -> None:
    """A record of one chain leaves those of others as they were."""
    for chain_id in (8453, SEPOLIA, 10):
        deployments.record(deployment(chain_id=chain_id))
    assert [deployments.of(chain_id).chain_id for chain_id in (10, 8453, SEPOLIA)] == [10, 8453, SEPOLIA]


def test_a_chain_has_one_record(deployments: Deployments) -> None:
    """The newest record of a chain takes the place of the one before."""
    deployments.record(deployment(block=7))
    deployments.record(deployment(block=8))
    assert deployments.of(SEPOLIA).block == 8
    assert len(json.loads(deployments.path.read_text())) == 1


def test_an_unknown_chain_says_what_to_do(deployments: Deployments) -> None:
    """The error names the chain, the file, and the command that deploys."""
    with pytest.raises(ChainUnknown, match="ape run deploy") as caught:
        deployments.of(424242)
    assert (caught.value.chain_id, caught.value.path) == (424242, deployments.path)


@pytest.mark.parametrize("text", ["", "{", "{}", '[{"chain_id": 1}]', '[{"chain_id": "one"}]'])
def test_a_broken_file_is_not_taken_for_an_empty_one(deployments: Deployments, text: str) -> None:
    """Neither reading nor recording goes on with a file that makes no sense; recording leaves it as it is."""
    deployments.path.parent.mkdir()
    deployments.path.write_text(text)
    with pytest.raises(DeploymentsUnreadable):
        deployments.of(1)
    with pytest.raises(DeploymentsUnreadable):
        deployments.record(deployment())
    assert deployments.path.read_text() == text


def test_a_failed_write_leaves_the_old_file(deployments: Deployments, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle of a write costs no record."""
    deployments.record(deployment())

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        deployments.record(deployment(block=9))
    assert deployments.of(SEPOLIA).block == 7


def test_records_cannot_be_changed() -> None:
    """A record is a fact."""
    with pytest.raises(ValidationError, match="frozen"):
        deployment().block = 8  # type: ignore[misc]


def test_the_shipped_file_is_readable() -> None:
    """The package never ships a file that it refuses."""
    with pytest.raises(ChainUnknown):
        Deployments(SHIPPED).of(424242)
