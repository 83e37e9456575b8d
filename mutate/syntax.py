"""Solidity as the compiler sees it: the syntax trees of the contracts."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Node = Mapping[str, Any]

COMPILER = Path(".solcx/solc-v0.8.37").absolute()
REMAPPINGS = ["@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"]
_ELSEWHERE = {"demo", "interfaces", "mocks", "test"}


def deployed() -> list[str]:
    """The sources of what is deployed, by their paths in the project."""
    found = [path for path in Path("contracts").rglob("*.sol") if not _ELSEWHERE.intersection(path.parts)]
    return sorted(map(str, found))


@dataclass(frozen=True)
class Source:
    """A file, its tree, and the declarations of all files by their numbers."""

    path: str
    text: bytes
    tree: Node
    declarations: Mapping[int, Node]

    def span(self, node: Node) -> tuple[int, int]:
        """Where the text of a node begins and ends, in bytes."""
        start, length, _ = (int(number) for number in node["src"].split(":"))
        return start, start + length

    def text_of(self, node: Node) -> str:
        """What is written there."""
        start, end = self.span(node)
        return self.text[start:end].decode()


@dataclass(frozen=True)
class Project:
    """The sources of what is deployed and of all that they import, by their paths."""

    texts: Mapping[str, str]
    trees: Mapping[str, Node]
    declarations: Mapping[int, Node]

    def source(self, path: str) -> Source:
        """One of them."""
        return Source(path, self.texts[path].encode(), self.trees[path], self.declarations)

    def closure(self, path: str) -> set[str]:
        """A file and all that it imports, and what these import."""
        found: set[str] = set()
        left = {path}
        while left:
            found |= left
            left = {imported for each in left for imported in _imports(self.trees[each])} - found
        return found

    def contracts_with(self, path: str) -> list[str]:
        """The files of contracts that are made of this file, too."""
        return [entry for entry in deployed() if _has_contract(self.trees[entry]) and path in self.closure(entry)]


def parse(paths: Sequence[str]) -> Project:
    """These files and what they import. Raises if they don't compile."""
    request = {
        "language": "Solidity",
        "sources": {path: {"content": Path(path).read_text()} for path in paths},
        "settings": {"remappings": REMAPPINGS, "outputSelection": {"*": {"": ["ast"]}}},
    }
    command = [str(COMPILER), "--standard-json", "--base-path", "."]
    ended = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True)  # noqa: S603
    answer = json.loads(ended.stdout)
    faults = [each["formattedMessage"] for each in answer.get("errors", ()) if each["severity"] == "error"]
    if faults:
        raise ValueError("\n".join(faults))
    trees = {path: source["ast"] for path, source in answer["sources"].items()}
    declarations = {node["id"]: node for tree in trees.values() for node in nodes(tree) if "id" in node}
    return Project({path: Path(path).read_text() for path in trees}, trees, declarations)


def _imports(tree: Node) -> Iterator[str]:
    return (node["absolutePath"] for node in tree["nodes"] if node["nodeType"] == "ImportDirective")


def _has_contract(tree: Node) -> bool:
    """One that can be deployed: no library, no interface, not abstract."""
    return any(
        node["nodeType"] == "ContractDefinition" and node["contractKind"] == "contract" and not node["abstract"]
        for node in tree["nodes"]
    )


def nodes(tree: Any) -> Iterator[Node]:
    """A node and all below it, except the step of a `for` loop: without it, loops don't end."""
    if isinstance(tree, list):
        for each in tree:
            yield from nodes(each)
    elif isinstance(tree, dict):
        if "nodeType" in tree:
            yield tree
        for name, each in tree.items():
            if name != "loopExpression":
                yield from nodes(each)
