"""The mutation operators: for a node of the syntax tree, the faults that a programmer could have made there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mutate.syntax import Node, Source


@dataclass(frozen=True)
class Change:
    """One replacement in the text of a source, from byte to byte."""

    operator: str
    start: int
    end: int
    replacement: str


# That a comparison is there at all, and points the right way, is tried by making its condition true and false.
_BINARY: Final[Mapping[str, str]] = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "&&": "||",
    "||": "&&",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "**": "*",
    "&": "|",
    "|": "&",
    "^": "|",
    "<<": ">>",
    ">>": "<<",
}
_ASSIGNMENT: Final = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=", "^=": "|="}
_YUL: Final = {
    "add": "sub",
    "sub": "add",
    "and": "or",
    "or": "and",
    "gt": "lt",
    "lt": "gt",
    "eq": "lt",
    "shl": "shr",
    "shr": "shl",
    "mul": "add",
    "div": "mul",
}
_ENDS_A_PATH: Final = {"Continue", "Break", "RevertStatement"}


def changes(source: Source, node: Node) -> Iterator[Change]:
    """What becomes of this node, without those below it."""
    operator = _OPERATORS.get(node["nodeType"])
    return operator(source, node) if operator else iter(())


def _replaced(name: str, source: Source, node: Node, replacement: str) -> Change:
    return Change(name, *source.span(node), replacement)


def _binary(source: Source, node: Node) -> Iterator[Change]:
    start = source.span(node["leftExpression"])[1]
    end = source.span(node["rightExpression"])[0]
    if node["operator"] in _BINARY:
        yield _in_gap("operator", source, (start, end), (node["operator"], _BINARY[node["operator"]]))


def _assignment(source: Source, node: Node) -> Iterator[Change]:
    start = source.span(node["leftHandSide"])[1]
    end = source.span(node["rightHandSide"])[0]
    if node["operator"] in _ASSIGNMENT:
        yield _in_gap("assignment", source, (start, end), (node["operator"], _ASSIGNMENT[node["operator"]]))


def _in_gap(name: str, source: Source, gap: tuple[int, int], swap: tuple[str, str]) -> Change:
    """The operator stands between its operands, with nothing but spaces and brackets."""
    at = source.text.index(swap[0].encode(), *gap)
    return Change(name, at, at + len(swap[0]), swap[1])


def _unary(source: Source, node: Node) -> Iterator[Change]:
    if node["operator"] in {"!", "~", "-"}:
        yield _replaced("operator left out", source, node, source.text_of(node["subExpression"]))
    elif node["operator"] == "delete":
        return
    elif node["operator"] in {"++", "--"}:
        other = {"++": "--", "--": "++"}[node["operator"]]
        yield _replaced("operator", source, node, source.text_of(node).replace(node["operator"], other))


def _condition(source: Source, node: Node) -> Iterator[Change]:
    """`if`, `?:` and loops, always and never. A loop that is always on never ends."""
    always = () if node["nodeType"] in {"ForStatement", "WhileStatement"} else ("true",)
    for fixed in ("false", *always):
        if node.get("condition"):
            yield _replaced("condition", source, node["condition"], fixed)


def _block(source: Source, node: Node) -> Iterator[Change]:
    """Each statement left out. What an `if` guards is left out by its condition."""
    for statement in node.get("statements") or ():
        kind = statement["nodeType"]
        guarded = kind in _ENDS_A_PATH and len(node["statements"]) == 1
        if kind in {"ExpressionStatement", "EmitStatement", "Return", *_ENDS_A_PATH} and not guarded:
            start, end = source.span(statement)
            yield Change("statement left out", start, source.text.index(b";", end - 1) + 1, "{}")


def _guarded(source: Source, node: Node) -> Iterator[Change]:
    """The statement of an `if` or `for` that has no braces, and the condition."""
    yield from _condition(source, node)
    for body in (node.get("trueBody"), node.get("falseBody"), node.get("body")):
        if body and body["nodeType"] in {"ExpressionStatement", "EmitStatement"}:
            yield from _block(source, {"statements": [body]})


def _literal(source: Source, node: Node) -> Iterator[Change]:
    text = source.text_of(node)
    if node["kind"] == "number":
        yield _replaced("constant", source, node, f"({text} + 1)")
        if node["value"] not in {"0", "0x00"}:
            yield _replaced("constant", source, node, f"({text} - 1)")
    elif node["kind"] == "bool":
        yield _replaced("constant", source, node, "false" if text == "true" else "true")
    elif node["kind"] == "string" and text.endswith('"'):
        yield _replaced("text", source, node, f'{text[:-1]}~"')


def _function(source: Source, node: Node) -> Iterator[Change]:
    for modifier in node["modifiers"]:
        if modifier.get("kind") == "modifierInvocation":
            yield _replaced("modifier left out", source, modifier, "")


def _member(source: Source, node: Node) -> Iterator[Change]:
    """The next member of an enum, or the next field of a struct that has the same type."""
    owner = node["expression"]["typeDescriptions"].get("typeString") or ""
    if owner.startswith("type(enum "):
        declared = _declaration(source, node["expression"])
    elif owner.startswith("struct "):
        field = _declaration(source, node)
        declared = source.declarations.get(field["scope"]) if field else None
    else:
        return
    if not declared or declared["nodeType"] not in {"EnumDefinition", "StructDefinition"}:
        return
    names = [
        each["name"]
        for each in declared["members"]
        if declared["nodeType"] == "EnumDefinition" or _type(each) == _type(node)
    ]
    if len(names) > 1:
        other = names[(names.index(node["memberName"]) + 1) % len(names)]
        end = source.span(node)[1]
        yield Change("member", end - len(node["memberName"].encode()), end, other)


def _declaration(source: Source, node: Node) -> Node | None:
    return source.declarations.get(node.get("referencedDeclaration") or 0)


def _type(node: Node) -> str:
    """The type, wherever its values lie."""
    kind: str = node["typeDescriptions"]["typeString"]
    return kind.partition(" calldata")[0].partition(" memory")[0].partition(" storage")[0]


def _yul_call(source: Source, node: Node) -> Iterator[Change]:
    name = node["functionName"]
    if name["name"] in _YUL:
        yield _replaced("assembly", source, name, _YUL[name["name"]])


def _yul_if(source: Source, node: Node) -> Iterator[Change]:
    for fixed in ("0", "1"):
        yield _replaced("condition", source, node["condition"], fixed)


def _yul_literal(source: Source, node: Node) -> Iterator[Change]:
    if node["kind"] == "number":
        yield _replaced("assembly", source, node, str(int(node["value"], 0) + 1))


def _yul_block(source: Source, node: Node) -> Iterator[Change]:
    for statement in node["statements"]:
        if statement["nodeType"] in {"YulExpressionStatement", "YulAssignment"}:
            yield _replaced("statement left out", source, statement, "")


_OPERATORS: Final[Mapping[str, Callable[[Source, Node], Iterator[Change]]]] = {
    "Assignment": _assignment,
    "BinaryOperation": _binary,
    "Block": _block,
    "Conditional": _condition,
    "ForStatement": _guarded,
    "FunctionDefinition": _function,
    "IfStatement": _guarded,
    "Literal": _literal,
    "MemberAccess": _member,
    "UnaryOperation": _unary,
    "UncheckedBlock": _block,
    "WhileStatement": _guarded,
    "YulBlock": _yul_block,
    "YulFunctionCall": _yul_call,
    "YulIf": _yul_if,
    "YulLiteral": _yul_literal,
}
