"""A source file and its syntax tree: what is written where, and what stands around it."""

import ast
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any

from corpus.mutation.change import Change


class Source:
    """One file, by its path below the folder of sources."""

    def __init__(self, path: str, text: bytes) -> None:
        self.path = path
        self.text = text
        self.lines = text.decode().splitlines()
        self._tree = ast.parse(text)
        self._holders = {child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins, in bytes."""
        return [0, *accumulate(len(line) for line in self.text.splitlines(keepends=True))]

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes."""
        return ast.walk(self._tree)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one."""
        return self._holders.get(node)

    def around(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Each node from this one up, with the one that holds it."""
        holder = self.parent(node)
        while holder is not None:
            yield node, holder
            node, holder = holder, self.parent(holder)

    def uses(self, node: ast.AST, name: str) -> list[ast.Name]:
        """Where a name is read in the function that holds this node; nowhere if none does."""
        functions = [holder for _, holder in self.around(node) if isinstance(holder, ast.FunctionDef)]
        found = ast.walk(functions[0]) if functions else iter(())
        return [
            each for each in found if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
        ]

    def in_class(self, node: ast.AST) -> bool:
        """Whether a class holds it itself."""
        return isinstance(self.parent(node), ast.ClassDef)

    def span(self, node: Any) -> tuple[int, int]:
        """Where the text of a node begins and ends, in bytes."""
        first = self._starts[node.lineno - 1] + node.col_offset
        return first, self._starts[node.end_lineno - 1] + node.end_col_offset

    def written(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end].decode()

    def operand(self, node: ast.AST) -> str:
        """Its text, in parentheses where it would be read otherwise among others."""
        loose = isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr | ast.BinOp | ast.Compare)
        return f"({self.written(node)})" if loose else self.written(node)

    def replaced(self, node: ast.AST, text: str, operator: str) -> Change:
        """Other text in the place of a node."""
        start, end = self.span(node)
        return Change(operator, start, end, text)

    def reach(self, place: int) -> tuple[int, int] | None:
        """The first and the last line of the statement in a function that has the byte at this place.

        Of a statement with a body only its head. None if it is run when the file is imported.
        """
        line = self.line(place)
        holding = [node for node in self.nodes() if isinstance(node, ast.stmt) and self._has(node, place)]
        innermost: ast.stmt = max(holding, key=lambda node: self.span(node)[0])
        if not any(isinstance(holder, ast.FunctionDef) for _, holder in self.around(innermost)):
            return None
        handlers = [each for each in getattr(innermost, "handlers", []) if self._has(each, place)]
        body = (handlers[0] if handlers else innermost).__dict__.get("body")
        first = handlers[0].lineno if handlers else innermost.lineno
        if isinstance(innermost, ast.Match) or not body:
            return first, innermost.end_lineno or first
        return first, max(line, body[0].lineno - 1, first)

    def line(self, place: int) -> int:
        """The number of the line that has the byte at this place."""
        return self.text.count(b"\n", 0, place) + 1

    def _has(self, node: Any, place: int) -> bool:
        start, end = self.span(node)
        return start <= place < end
