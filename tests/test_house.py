"""Laws of the whole package that are read from its source: no cycles, no secrets of others, short functions, types."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import instahash

PACKAGE = Path(instahash.__file__).parent
LONGEST_FUNCTION = 60
# Underscored names that belong to Python and are documented there, as namedtuple's methods are.
PYTHONS = {
    "_replace",
    "_asdict",
    "_make",
    "_fields",
    "_field_defaults",
    "_getframe",
    "_current_frames",
    "_exit",
    "_name_",
    "_value_",
}
# Decorators of functions whose types Numba finds out by itself.
COMPILED = {"kernel"}


def module_name(path: Path, package: Path = PACKAGE) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def trees(package: Path = PACKAGE) -> dict[str, tuple[Path, ast.Module]]:
    """The syntax tree of each module, by the module's full name."""
    paths = sorted(package.rglob("*.py"))
    return {module_name(path, package): (path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths}


def dotted(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    """The full name of the module that `from X import ...` names in module `name`."""
    if not node.level:
        return node.module or ""
    inside = name.split(".")
    base = inside[: len(inside) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def imports(modules: dict[str, tuple[Path, ast.Module]]) -> dict[str, set[str]]:
    """The modules of the package that each module imports when it runs; where a name is a module, it alone."""
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, (path, tree) in modules.items():
        for node in running(tree):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & modules.keys()
            elif isinstance(node, ast.ImportFrom):
                source = dotted(node, name, path.name == "__init__.py")
                for alias in node.names:
                    target = f"{source}.{alias.name}"
                    found[name] |= {target if target in modules else source} & modules.keys()
        found[name].discard(name)
    return found


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree but for what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from running(child)


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules of which each reaches each other (strongly connected components of two or more)."""
    reach = {name: set(targets) for name, targets in edges.items()}
    for middle in reach:
        for name in reach:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    groups = {frozenset(m for m in reach[name] if name in reach[m]) for name in reach if name in reach[name]}
    return sorted(sorted(group) for group in groups)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """(qualified name, function, whether it stands in another function) of each function."""

    def walk(node: ast.AST, prefix: str, nested: bool) -> Iterator:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield prefix + child.name, child, nested
                yield from walk(child, f"{prefix}{child.name}.", True)
            else:
                yield from walk(child, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix, nested)

    yield from walk(tree, "", False)


def long_functions(package: Path = PACKAGE) -> list[str]:
    return [
        f"{name}.{function} has {node.end_lineno - node.lineno + 1} lines"
        for name, (_, tree) in trees(package).items()
        for function, node, _ in functions(tree)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


def is_secret(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name != "_" and name not in PYTHONS


def own_names(tree: ast.Module) -> set[str]:
    """Attributes of a module's classes: what stands in their bodies, and what they set on `self` or `cls`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for child in node.body:
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    found.add(child.name)
                elif isinstance(child, (ast.Assign, ast.AnnAssign)):
                    found |= {n.id for n in ast.walk(child) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and of_itself(node):
            found.add(node.attr)
    return found


def of_itself(node: ast.Attribute) -> bool:
    """Whether it is `self._x`, `cls._x` or `super()._x`."""
    value = node.value
    if isinstance(value, ast.Call):
        value = value.func
    return isinstance(value, ast.Name) and value.id in ("self", "cls", "super")


def secrets_of_others(package: Path = PACKAGE) -> list[str]:
    """Where a module uses an underscored name of another: imported from it, or as an attribute that is not its own.

    `other._x` is its own where `other` is an object of a class of the same module, as in a class method that fills a
    new object; that is taken to be so where a class of the module has an attribute of this name.
    """
    found = []
    modules = trees(package)
    for name, (path, tree) in modules.items():
        own = own_names(tree)
        for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
            if isinstance(node, ast.ImportFrom):
                source = dotted(node, name, path.name == "__init__.py")
                secret = [alias.name for alias in node.names if is_secret(alias.name)]
                found += [f"{name}:{node.lineno}: from {source} import {alias}" for alias in secret]
            elif isinstance(node, ast.Attribute) and is_secret(node.attr):
                if not of_itself(node) and node.attr not in own:
                    found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    return found


def untyped(package: Path = PACKAGE) -> list[str]:
    """Public functions and methods with a parameter or a result that has no annotation."""
    found = []
    for name, (path, tree) in trees(package).items():
        # A file beside which there is no `__init__.py` is data: students read and write those of a course.
        if any(part.startswith("_") for part in name.split(".")) or not (path.parent / "__init__.py").exists():
            continue
        for function, node, nested in functions(tree):
            *outer, last = function.split(".")
            private = any(part.startswith("_") for part in outer) or last.startswith("_") and last != "__init__"
            decorators = {n.id for d in node.decorator_list for n in ast.walk(d) if isinstance(n, ast.Name)}
            if nested or private or decorators & COMPILED:
                continue
            a = node.args
            arguments = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, [a.vararg, a.kwarg])]
            if outer and "staticmethod" not in decorators:
                arguments = arguments[1:]
            missing = [argument.arg for argument in arguments if argument.annotation is None]
            if node.returns is None and last != "__init__":
                missing.append("return")
            if missing:
                found.append(f"{name}:{node.lineno}: {function}: {', '.join(missing)}")
    return found


def listed(found: list[str]) -> str:
    return f"{len(found)} found:\n" + "\n".join(found)


# The package


def test_no_import_cycle():
    found = cycles(imports(trees()))
    assert not found, listed([" <-> ".join(group) for group in found])


def test_no_function_is_long():
    found = long_functions()
    assert not found, listed(found)


def test_no_module_uses_underscored_names_of_another():
    found = secrets_of_others()
    assert not found, listed(found)


def test_public_functions_are_typed():
    found = untyped()
    assert not found, listed(found)


# That the laws find what they are made for


@pytest.fixture
def planted(tmp_path):
    def plant(**modules):
        package = tmp_path / "planted"
        package.mkdir(exist_ok=True)
        for name, text in modules.items():
            path = package.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text, encoding="utf-8")
        return package

    return plant


def test_planted_cycles_are_found(planted):
    late = "def f():\n    from ..a import x"
    package = planted(a="from planted.inner import b", inner__b="from . import c", inner__c=late, d="import os")
    assert cycles(imports(trees(package))) == [["planted.a", "planted.inner.b", "planted.inner.c"]]
    assert not cycles(imports(trees(planted(inner__c="from planted.d import x"))))


def test_a_planted_long_function_is_found(planted):
    body = "    x = 1\n" * (LONGEST_FUNCTION - 1)
    package = planted(a=f"class A:\n  def f(self):\n{body}\n  def g(self):\n{body}    x = 2\n")
    assert long_functions(package) == ["planted.a.A.g has 61 lines"]


@pytest.mark.parametrize(
    "line, found",
    [
        ("from planted.b import _x", "from planted.b import _x"),
        ("from .b import y, _x", "from planted.b import _x"),
        ("import planted.b\nplanted.b._x", "planted.b._x"),
        ("def f(model):\n    return model._x", "model._x"),
        ("def f(model):\n    model._x = 1", "model._x"),
        ("def f(model):\n    return model.plan._x(2)", "model.plan._x"),
        ("class A:\n    def f(self):\n        return self.plan._x", "self.plan._x"),
        ("class A:\n    def f(self):\n        return self._x + super()._x", None),
        ("class A:\n    def f(self, other):\n        self._x = 1\n        return other._x", None),
        ("def _x(): ...\ndef f(model):\n    return model._x()", "model._x"),
        ("class A:\n    _x: int = 1\ndef f(model):\n    return model._x", None),
        ("def f(point):\n    return point._replace(x=1)._asdict()", None),
        ("import sys\nsys._getframe().f_code.__doc__", None),
    ],
)
def test_planted_secrets_are_found(planted, line, found):
    secrets = [text.split(": ", 1)[1] for text in secrets_of_others(planted(a=line, b="_x = y = 1"))]
    assert secrets == ([found] if found else [])


def test_planted_functions_without_types_are_found(planted):
    text = """
def f(a, b: int) -> int: ...
def g(a: int): ...
def h(*rows: int, top: int = 3) -> int: ...
def _private(a): ...
@kernel
def compiled(a): ...
class A:
    def __init__(self, a: int): ...
    def m(self, *, a): ...
    @staticmethod
    def s(a) -> None: ...
    def n(self) -> None:
        def inside(x): ...
class _B:
    def m(self, a): ...
"""
    found = [line.split(": ", 1)[1] for line in untyped(planted(a=text))]
    assert found == ["f: a", "g: return", "A.m: a, return", "A.s: a"]
