"""The faults that a programmer could have made: for a node of the syntax tree, other text in its place."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from corpus.mutation.change import Change
from corpus.mutation.source import Source

Changes: TypeAlias = Iterator[Change]

_CHECKS: Final = frozenset({"Check", "found", "_found"})
"""What makes a check of whether it passed."""
_PASSED: Final = 1
"""Its place among the arguments of `Check`."""
_SAYS: Final = frozenset(
    {
        *("Refusal", "Refused", "Rule", "Problem", "InvalidTerms", "broken_rule", "not_supported", "say", "damaged"),
        *("_unrecognised", "_malformed", "_unreadable", "_pixels_refusal", "_mode_refusal"),
    }
)
"""What makes an answer of what is said in it: the corpus says by which rule something fails, not in which words."""
_SHOWN: Final = frozenset({"measured", "limit", "reason", "values", "unit"})
_COMPARISONS: Final[Mapping[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
_OTHER_NAME: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_BOUNDS: Final = {"gt": "ge", "ge": "gt", "lt": "le", "le": "lt"}
_LENGTHS: Final = frozenset({"min_length", "max_length"})
_A_TENTH: Final = 0.1


def faults(source: Source) -> Changes:
    """Every fault that can be planted in this source, in no order."""
    operators = (*REFUSING, *JUDGING) if source.path.startswith("terms/") else REFUSING
    for node in source.nodes():
        if not _is_said(source, node):
            for operator in operators:
                yield from operator(source, node)


def _is_said(source: Source, node: ast.AST, asked: frozenset[str] = frozenset()) -> bool:
    """Whether it only makes up what is said about something that is decided elsewhere, or is no code.

    `asked` are the names that this is being found out about.
    """
    return any(_says(below, holder) or _names_it(source, below, holder, asked) for below, holder in source.around(node))


def _says(below: ast.AST, holder: ast.AST) -> bool:
    """Whether what holds a node says something with it, or takes it for a type."""
    match holder:
        case ast.arg(annotation=kind) | ast.AnnAssign(annotation=kind) if below is kind:
            return not _has_bounds(below)
        case ast.FunctionDef(name=name, returns=kind, decorator_list=decorators):
            return name == "__str__" or below is kind or below in decorators
        case ast.Call() if below is not holder.func:
            name = _called(holder)
            return name in _SAYS or (name in _CHECKS and below is not _passed(holder))
        case ast.keyword(arg=name):
            return name in _SHOWN
    return False


def _names_it(source: Source, below: ast.AST, holder: ast.AST, asked: frozenset[str]) -> bool:
    """Whether a value gets a name that is used for nothing but what is said."""
    match holder:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if below is value:
            uses = source.uses(holder, name)
            return name in asked or (bool(uses) and all(_is_said(source, use, asked | {name}) for use in uses))
    return False


def _has_bounds(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) and _called(each) == "Field" for each in ast.walk(node))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _passed(call: ast.Call) -> ast.AST | None:
    """The argument of a check that says whether it passed; the keyword that holds it, if it is one."""
    for keyword in call.keywords:
        if keyword.arg == "passed":
            return keyword
    return call.args[_PASSED] if _called(call) == "Check" and len(call.args) > _PASSED else None


def _verdicts(source: Source, node: ast.AST) -> Changes:
    """A check that always passes, or never."""
    if isinstance(node, ast.Call) and _called(node) in _CHECKS:
        passed = _passed(node)
        if passed is not None:
            value = passed.value if isinstance(passed, ast.keyword) else passed
            yield from _constant(source, value, "check")


def _constant(source: Source, node: ast.AST, operator: str) -> Changes:
    """True, and False, in the place of this."""
    for other in (True, False):
        if not (isinstance(node, ast.Constant) and node.value is other):
            yield source.replaced(node, str(other), f"{operator} {other}")


def _comparisons(source: Source, node: ast.AST) -> Changes:
    if not isinstance(node, ast.Compare):
        return
    sides = [node.left, *node.comparators]
    for before, operation, after in zip(sides, node.ops, sides[1:], strict=False):
        written, other = _COMPARISONS[type(operation)]
        start, end = source.span(before)[1], source.span(after)[0]
        found = re.search(rf"(?<!\w){written}(?!\w)", source.text[start:end].decode())
        if found:
            yield Change("comparison", start + found.start(), start + found.end(), other)


def _operands(source: Source, node: ast.AST) -> Changes:
    """One operand of `and` and `or` less."""
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        for left_out in node.values:
            kept = (source.operand(each) for each in node.values if each is not left_out)
            yield source.replaced(node, word.join(kept), "operand left out")


def _branches(source: Source, node: ast.AST) -> Changes:
    """A branch that is never taken; a filter that lets all pass."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield source.replaced(test, "False", "if False")
        case ast.While(test=test):
            yield source.replaced(test, "False", "while False")
        case ast.comprehension(ifs=filters):
            for each in filters:
                yield source.replaced(each, "True", "filter left out")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield source.replaced(node, source.operand(operand), "not left out")


def _forced(source: Source, node: ast.AST) -> Changes:
    """A branch that is always taken."""
    if isinstance(node, ast.If | ast.IfExp):
        yield source.replaced(node.test, "True", "if True")


def _names(source: Source, node: ast.AST) -> Changes:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _OTHER_NAME:
        yield source.replaced(node.func, _OTHER_NAME[node.func.id], "other extreme")


def _statements(source: Source, node: ast.AST) -> Changes:
    """A statement less: something that is not added to a list, a refusal that is not raised."""
    match node:
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield source.replaced(node, "yield from ()", "left out")
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Delete() | ast.Break() | ast.Continue():
            yield source.replaced(node, "pass", "left out")
        case ast.Raise() if not _is_all_of_a_branch(source, node):
            yield source.replaced(node, "pass", "left out")
        case ast.ExceptHandler(body=body) if not isinstance(body[0], ast.Raise):
            start, end = source.span(body[0])[0], source.span(body[-1])[1]
            yield Change("not handled", start, end, "raise")


def _is_all_of_a_branch(source: Source, node: ast.AST) -> bool:
    """Then it is left out by never taking that branch."""
    holder = source.parent(node)
    return isinstance(holder, ast.If) and holder.body == [node]


def _elements(source: Source, node: ast.AST) -> Changes:
    """One of listed calls less: a check that is not made."""
    if not isinstance(node, ast.List | ast.Tuple) or isinstance(source.parent(node), ast.Tuple | ast.Subscript):
        return
    for left_out in node.elts:
        if isinstance(left_out, ast.Call | ast.Starred):
            kept = ", ".join(source.written(each) for each in node.elts if each is not left_out)
            whole = f"[{kept}]" if isinstance(node, ast.List) else f"({kept}{',' if kept else ''})"
            yield source.replaced(node, whole, "element left out")


def _places(source: Source, node: ast.AST) -> Changes:
    """The first one instead of the last, and the other way round."""
    match node:
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) as place):
            yield source.replaced(place, "0", "other end")
        case ast.Subscript(slice=ast.Constant(value=0) as place):
            yield source.replaced(place, "-1", "other end")
        case ast.Subscript(slice=ast.Slice(lower=ast.UnaryOp(operand=ast.Constant(value=1)), upper=None) as place):
            yield source.replaced(place, ":1", "other end")
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=1)) as place):
            yield source.replaced(place, "-1:", "other end")


def _answers(source: Source, node: ast.AST) -> Changes:
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
        yield source.replaced(node.value, str(not node.value.value), "other answer")


def _defaults(source: Source, node: ast.AST) -> Changes:
    """An option that is on unless it is turned off, and the other way round; and its bounds."""
    match node:
        case ast.AnnAssign(value=ast.Constant(value=bool() as value) as default) if source.in_class(node):
            yield source.replaced(default, str(not value), "other default")
        case ast.Call() if _called(node) == "Field":
            for keyword in node.keywords:
                if keyword.arg in _BOUNDS:
                    start, _ = source.span(keyword)
                    yield Change("bound", start, start + len(keyword.arg), _BOUNDS[keyword.arg])
                elif keyword.arg in _LENGTHS:
                    for other in ("+ 1", "- 1"):
                        yield source.replaced(keyword.value, f"{source.operand(keyword.value)} {other}", "length")


def _limits(source: Source, node: ast.AST) -> Changes:
    """A limit that is one more or less, or a tenth if it is no whole number."""
    if not isinstance(node, ast.AnnAssign) or not isinstance(source.parent(node), ast.Module):
        return
    if not isinstance(node.value, ast.Constant | ast.BinOp | ast.Call):
        return
    if isinstance(node.value, ast.Call) and _called(node.value) != "timedelta":
        return
    for each in ast.walk(node.value):
        match each:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() as value):
                yield source.replaced(each, str(value + 1), "limit")
                yield source.replaced(each, str(value - 1), "limit")
            case ast.Constant(value=float() as value):
                yield source.replaced(each, repr(value * (1 + _A_TENTH)), "limit")
                yield source.replaced(each, repr(value * (1 - _A_TENTH)), "limit")


_Operators: TypeAlias = tuple[Callable[[Source, ast.AST], Changes], ...]
REFUSING: Final[_Operators] = (_verdicts, _comparisons, _operands, _branches, _names, _statements, _answers)
"""Wherever something is decided."""
JUDGING: Final[_Operators] = (_forced, _elements, _places, _defaults, _limits)
"""Where checks are made and options read, too."""
