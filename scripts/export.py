"""Exports the artifacts that the package ships: `ape run export`.

With --check it writes nothing, and fails if what is shipped is not what Ape compiles now. The bytecode is the same on
every machine, whichever build of the compiler is used, so the check also holds the compiler to the committed bytes.
"""

import json
from pathlib import Path
from typing import Any

import ape
import click
from eth_utils.crypto import keccak
from ethpm_types import ContractType
from solcx import compile_standard
from solcx.install import get_executable

NAMES = (
    "AttestorQuorum",
    "AttestorQuorumFactory",
    "CourtArbiter",
    "Escrow",
    "P256Verifier",
    "TestToken",
    "WalletCheck",
    "WebAuthnVerifier",
)
FOLDER = Path(__file__).parent.parent / "src" / "escrow_chain" / "chain" / "artifacts"


@click.command()
@click.option("--check", is_flag=True, help="Compare only, and fail if an artifact is stale.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where the artifacts are.")
def cli(*, check: bool, folder: Path) -> None:
    """Export the compiled contracts as the artifacts that the package ships."""
    if check:
        stale = [name for name in NAMES if not _is_current(ape.project.contracts[name], folder / f"{name}.json")]
        if stale:
            raise click.ClickException(
                f"{', '.join(stale)}: the artifact is not what the contract compiles to; run `make build`"
            )
        click.echo(f"The artifacts of {', '.join(NAMES)} are current.")
        return
    compiled = _compile()
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(_artifact(name, compiled), indent=1) + "\n")
        click.echo(f"{name}: {path}")


def _compile() -> dict[str, Any]:
    """Compiles with Ape's own input, and asks for the places of immutables too, which Ape leaves out."""
    solidity = ape.compilers.solidity
    sources = [path for path in ape.project.sources.paths if path.suffix == ".sol"]
    ((version, question),) = solidity.get_standard_input_json(sources, project=ape.project).items()
    for selection in question["settings"]["outputSelection"].values():
        selection["*"] = [*selection["*"], "metadata", "evm.deployedBytecode"]
    binary = get_executable(version.base_version)
    return compile_standard(question, solc_binary=binary, base_path=ape.project.path)


def _artifact(name: str, compiled: dict[str, Any]) -> dict[str, Any]:
    (contract,) = (contracts[name] for contracts in compiled["contracts"].values() if name in contracts)
    metadata = json.loads(contract["metadata"])
    init_code = contract["evm"]["bytecode"]["object"]
    runtime = contract["evm"]["deployedBytecode"]
    places = [place for places in runtime["immutableReferences"].values() for place in places]
    return {
        "name": name,
        "compiler": {
            "version": metadata["compiler"]["version"],
            "settings": {key: metadata["settings"][key] for key in ("evmVersion", "optimizer", "viaIR")},
        },
        "initCodeHash": keccak(hexstr=init_code).hex(),
        "immutables": sorted([place["start"], place["length"]] for place in places),
        "abi": contract["abi"],
        "initCode": init_code,
        "runtimeCode": runtime["object"],
    }


def _is_current(contract: ContractType, path: Path) -> bool:
    if not path.is_file():
        return False
    artifact = json.loads(path.read_text())
    return (artifact["abi"], artifact["initCode"], artifact["runtimeCode"]) == (
        [entry.model_dump(mode="json", by_alias=True, exclude_none=True) for entry in contract.abi],
        (contract.get_deployment_bytecode() or b"").hex(),
        (contract.get_runtime_bytecode() or b"").hex(),
    )
