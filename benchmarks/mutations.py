"""Mutations: every small fault that can be put into a Python file by one change.

Reads source text and runs nothing. Text, messages, type hints, decorators, assertions and log lines are
left alone: a fault in them changes no result.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

BOUNDARY = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
NEGATED = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
ARITHMETIC = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*", ast.Pow: "*",
    ast.BitAnd: "|",
}  # fmt: skip
SWAPPED = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any",
    "floor": "ceil", "ceil": "floor",
}  # fmt: skip
UNWRAPPED = ("abs", "sorted", "round", "sqrt", "reversed", "square")  # f(x) becomes x
KEPT = (
    "cpu",
    "float",
    "double",
    "contiguous",
    "numpy",
    "tolist",
    "item",
)  # x.f() is x, or no test could miss it


class Mutant(NamedTuple):
    """One change of one file. `key` names it, also after edits elsewhere in the file."""

    key: str  # file:function: before -> after, and a number where that is not unique
    file: str
    line: int
    lines: tuple[int, int]  # of the smallest statement around it, or of a compound statement's head
    function: str  # dotted name; "" at module level
    scope: str  # "body", "default" (of an argument) or "module"
    start: int  # in bytes of the file
    end: int
    new: str


class Spot(NamedTuple):
    """Where a node stands: its function, what kind of place that is, and the statement around it."""

    function: str
    scope: str
    lines: tuple[int, int]


def mutants(file: str, text: str) -> list[Mutant]:
    """All mutants of a file, in the order of its text."""
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found, seen = [], Counter()
    for node, new, spot in _statements(ast.parse(text).body, Spot("", "module", (1, 1))):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(data[start:end].decode().split())
        key = f"{file}:{spot.function}: {_short(before)} -> {_short(new)}"
        seen[key] += 1
        key += f" #{seen[key]}" if seen[key] > 1 else ""
        found.append(Mutant(key, file, node.lineno, spot.lines, spot.function, spot.scope, start, end, new))
    return found


def mutated(text: str, mutant: Mutant) -> str:
    data = text.encode()
    return (data[: mutant.start] + mutant.new.encode() + data[mutant.end :]).decode()


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."


# -- statements: where to look -------------------------------------------------------------------------------

Found = tuple[ast.AST, str, Spot]


def _statements(body: list[ast.stmt], spot: Spot) -> Iterator[Found]:
    for node in body:
        yield from _statement(node, spot)


def _statement(node: ast.stmt, spot: Spot) -> Iterator[Found]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.Global | ast.Nonlocal) or _is_aside(
        node
    ):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from _definition(node, spot)
        return
    heads = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr | ast.withitem)]
    last = heads[-1] if heads and hasattr(node, "body") else node
    last = last.context_expr if isinstance(last, ast.withitem) else last
    spot = spot._replace(lines=(node.lineno, node.end_lineno if last is node else last.end_lineno))
    yield from ((node, new, spot) for new in _removals(node))
    if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant):
        yield node.test, f"not ({ast.unparse(node.test)})", spot
    if isinstance(node, ast.Raise):
        return
    for child in heads:
        if not (isinstance(node, ast.AnnAssign) and child is node.annotation):
            yield from _expressions(child, spot)
    for part in ("body", "orelse", "finalbody"):
        yield from _statements(getattr(node, part, []), spot)
    for handler in getattr(node, "handlers", []):
        yield from _statements(handler.body, spot)
    for case in getattr(node, "cases", []):
        yield from _statements(case.body, spot)


def _definition(node: ast.FunctionDef | ast.ClassDef, spot: Spot) -> Iterator[Found]:
    name = f"{spot.function}.{node.name}".lstrip(".")
    if isinstance(node, ast.ClassDef):
        yield from _statements(node.body, spot._replace(function=name))
        return
    lines = (node.body[0].lineno, node.end_lineno)
    for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
        yield from _expressions(default, Spot(name, "default", lines))
    yield from _statements(node.body, Spot(name, "body", lines))


def _is_aside(node: ast.stmt) -> bool:
    """Whether it is a docstring, a log line, __all__, or for type checkers alone."""
    if isinstance(node, ast.Expr):
        call = node.value
        logs = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "log"
        return isinstance(call, ast.Constant) or logs
    names = {t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)}
    return "__all__" in names or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")


def _removals(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        if all(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets):
            yield "pass"
    elif isinstance(node, ast.Return):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "return None"
    elif isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue | ast.Expr):  # an Expr: a call
        yield "pass"


# -- expressions: what to change -----------------------------------------------------------------------------


def _expressions(node: ast.AST, spot: Spot) -> Iterator[Found]:
    if isinstance(node, ast.JoinedStr):
        return
    yield from ((node, new, spot) for new in _changes(node))
    for child in ast.iter_child_nodes(node):
        yield from _expressions(child, spot)


def _changes(node: ast.AST) -> Iterator[str]:
    """What may stand in the place of an expression."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for table in (BOUNDARY, NEGATED):
            if sign := table.get(type(node.ops[0])):
                yield f"({ast.unparse(node.left)} {sign} {ast.unparse(node.comparators[0])})"
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if sign := BOUNDARY.get(type(op)):
                signs = [
                    ast.unparse(ast.Compare(ast.Name(""), [o], [ast.Name("")])).strip() for o in node.ops
                ]
                parts = [ast.unparse(c) for c in [node.left, *node.comparators]]
                signs[i] = sign
                yield (
                    "(" + parts[0] + "".join(f" {s} {p}" for s, p in zip(signs, parts[1:], strict=True)) + ")"
                )
    elif isinstance(node, ast.BinOp):
        if (sign := ARITHMETIC.get(type(node.op))) and not any(
            _is_text(side) for side in (node.left, node.right)
        ):
            yield f"(({ast.unparse(node.left)}) {sign} ({ast.unparse(node.right)}))"
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.BoolOp):
        sign = "or" if isinstance(node.op, ast.And) else "and"
        yield "(" + f" {sign} ".join(f"({ast.unparse(value)})" for value in node.values) + ")"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(node.orelse)} if {ast.unparse(node.test)} else {ast.unparse(node.body)})"
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _other_constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield from (str(value + 1), f"({value - 1})" if value < 1 else str(value - 1))
    elif isinstance(value, float):
        yield from (repr(2 * value), repr(value / 2)) if value else ("1.0",)


def _other_calls(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    plain = not any(isinstance(a, ast.Starred) for a in node.args)
    arguments = [ast.unparse(a) for a in node.args] + [ast.unparse(k) for k in node.keywords]
    if name in SWAPPED:
        function = ast.unparse(node.func).removesuffix(name) + SWAPPED[name]
        yield f"{function}({', '.join(arguments)})"
    if name in UNWRAPPED and len(node.args) == 1:
        yield f"({arguments[0]})"
    if name == "range" and plain:
        end = min(len(arguments), 2) - 1
        yield f"range({', '.join(a + ' - 1' if i == end else a for i, a in enumerate(arguments))})"
    elif len(node.args) >= 2 and plain and name not in SWAPPED and arguments[0] != arguments[1]:
        arguments[:2] = arguments[1::-1]
        yield f"{ast.unparse(node.func)}({', '.join(arguments)})"
    if isinstance(node.func, ast.Attribute) and not arguments and name not in KEPT:
        yield f"({ast.unparse(node.func.value)})"
