"""Where the escrow is deployed: a JSON file of one record per chain."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from escrow_chain.chain.errors import ChainError
from escrow_chain.protocol.numbers import Address, Bytes32

SHIPPED = Path(__file__).with_name("deployments.json")
"""The deployments that come with the package."""


class Deployment(BaseModel):
    """One escrow on one chain, and the chain transaction that made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain_id: Annotated[int, Field(gt=0)]
    address: Address
    transaction_hash: Bytes32
    block: Annotated[int, Field(ge=0)]
    deployer: Address
    init_code_hash: Bytes32


@dataclass
class ChainUnknown(ChainError):
    """No deployment is recorded for a chain."""

    chain_id: int
    path: Path

    def __str__(self) -> str:
        return (
            f"no escrow is recorded for chain {self.chain_id} in {self.path}: deploy one with "
            "'ape run deploy', or give the file that has its record"
        )


@dataclass
class DeploymentsUnreadable(ChainError):
    """The deployments file is not what `Deployments` writes."""

    path: Path
    cause: str

    def __str__(self) -> str:
        return f"{self.path} is no deployments file ({self.cause}): restore it, or give another"


_Records = TypeAdapter(list[Deployment])


class Deployments:
    """The deployments file at `path`; one that does not exist has no records yet.

    Every method reads the file anew and raises `DeploymentsUnreadable` if it makes no sense.
    """

    def __init__(self, path: Path = SHIPPED) -> None:
        self.path = path

    def of(self, chain_id: int) -> Deployment:
        """The deployment on a chain. Raises `ChainUnknown` if none is recorded."""
        try:
            return self._read()[chain_id]
        except KeyError:
            raise ChainUnknown(chain_id, self.path) from None

    def record(self, deployment: Deployment) -> None:
        """Writes a deployment, in place of an earlier one on the same chain, wholly or not at all."""
        records = self._read() | {deployment.chain_id: deployment}
        ordered = [records[chain_id].model_dump(mode="json") for chain_id in sorted(records)]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(f"{self.path.name}.unfinished")
        with unfinished.open("w") as file:
            file.write(json.dumps(ordered, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)

    def _read(self) -> dict[int, Deployment]:
        try:
            records = _Records.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise DeploymentsUnreadable(self.path, str(error.errors()[0]["msg"])) from None
        return {record.chain_id: record for record in records}
