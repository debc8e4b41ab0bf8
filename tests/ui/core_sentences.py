"""Every English sentence in the code of the rooms that the page reaches, as patterns: a value becomes {}.

Read from the syntax, so that a sentence needs no list to be found: a text of two words or more is one, wherever it
stands, if a person may read it. Not read: docstrings, assertions, the log, and what the rules below name.
"""

import ast
import itertools
import re
from pathlib import Path

import ganapp

PACKAGE = Path(ganapp.__file__).parent
MOST_FORMS = 16  # of one sentence, by its conditions


def is_prose(pattern):
    """Whether a text has two words or more one after another, as a name, a format or an address has not."""
    return bool(
        re.search(r"(?<![\w./<-])[A-Za-z]{2,}[,;:]? (?:\{\} )?[a-z]{2,}(?![\w./=>-]*[_=/>])", pattern)
    )


class Sentences(ast.NodeVisitor):
    """The patterns of one file: {pattern: its line}."""

    def __init__(self, tree):
        self.found = {}
        self.constants = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.skipped = {id(node) for node in ast.walk(tree) for node in docstring_of(node)}
        self.visit(tree)

    def visit_Assert(self, node):
        pass

    def visit_Call(self, node):
        name = ast.unparse(node.func)
        if name.endswith("progress") and len(node.args) == 3:
            for pattern in forms(node.args[2]):  # of one word, too
                if re.search("[A-Za-z]{3}", pattern):
                    self.found.setdefault(pattern, node.lineno)
        if (
            name in ("print", "warnings.warn", "re.compile", "field")
            or ".getLogger" in name
            or "log." in name
        ):
            return
        self.generic_visit(node)

    def visit_Constant(self, node):
        if id(node) not in self.skipped:
            self.take(node)

    def visit_JoinedStr(self, node):
        self.take(node)
        for part in node.values:  # texts inside of a value
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_BinOp(self, node):
        if isinstance(node.op, ast.Add) and any(map(is_text, (node.left, node.right))):
            self.take(node)
            for part in ast.walk(node):
                if isinstance(part, ast.FormattedValue):
                    self.visit(part.value)
        else:
            self.generic_visit(node)

    def take(self, node):
        for pattern in forms(node):
            if is_prose(pattern):
                self.found.setdefault(pattern, node.lineno)


def forms(node):
    """The patterns of an expression: one for each way its conditions go."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value.replace("{", "{{").replace("}", "}}")]
    if isinstance(node, ast.JoinedStr):
        pieces = [
            forms(part.value) if isinstance(part, ast.FormattedValue) else forms(part) for part in node.values
        ]
        return joined(pieces)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return joined([forms(node.left), forms(node.right)])
    if isinstance(node, ast.IfExp) and all(map(is_text, (node.body, node.orelse))):
        return forms(node.body) + forms(node.orelse)
    return ["{}"]


def joined(pieces):
    found = ["".join(parts) for parts in itertools.islice(itertools.product(*pieces), MOST_FORMS)]
    return [re.sub(r"(\{\})+", "{}", pattern) for pattern in found]


def is_text(node):
    if isinstance(node, ast.IfExp):
        return is_text(node.body) and is_text(node.orelse)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (is_text(node.left) or is_text(node.right))
    return isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and isinstance(node.value, str)


def docstring_of(node):
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def sentences(path):
    return Sentences(ast.parse(path.read_text("utf-8"))).found
