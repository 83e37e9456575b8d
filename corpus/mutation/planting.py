"""Planting a fault in a process that has everything loaded: that module and all that import it are loaded anew."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

Importers = Mapping[str, frozenset[str]]
"""By the name of a module, those that import it themselves."""


def importers(modules: Iterable[ModuleType]) -> Importers:
    """Who imports whom among these."""
    files = {module.__name__: Path(str(module.__file__)) for module in modules}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, file in files.items():
        for imported in _imported(ast.parse(file.read_bytes())):
            if imported in files:
                found[imported].add(name)
    return {name: frozenset(those) for name, those in found.items()}


def _imported(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def affected(name: str, known: Importers) -> frozenset[str]:
    """A module and all that import it, and those that import these. Packages only name what is in them."""
    found: set[str] = set()
    left = {name}
    while left:
        found |= left
        left = {each for one in left for each in known.get(one, ()) if not _is_package(each)} - found
    return frozenset(found)


def plant(name: str, text: str, known: Importers) -> frozenset[str]:
    """Loads a module from other text, and has all that import it loaded anew; returns their names."""
    gone = affected(name, known)
    file = sys.modules[name].__file__
    for each in gone:
        _forget(each)
    module = ModuleType(name)
    module.__file__ = file
    package, _, last = name.rpartition(".")
    module.__package__ = package
    sys.modules[name] = module
    setattr(sys.modules[package], last, module)
    exec(compile(text, str(file), "exec"), module.__dict__)  # noqa: S102  (that is what is tried)
    for each in sorted(gone):
        import_module(each)
    return gone


def _forget(name: str) -> None:
    """What a package holds by a module's name is looked up before the module is: it must go, too."""
    package, _, last = name.rpartition(".")
    del sys.modules[name]
    if isinstance(getattr(sys.modules[package], last, None), ModuleType):
        delattr(sys.modules[package], last)


def _is_package(name: str) -> bool:
    return hasattr(sys.modules[name], "__path__")
