"""Structure of the package: no import cycle, small files, functions and folders, and the words of the glossary."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.places import ROOT

PACKAGE: Final = ROOT / "impsy_tui"
FILES: Final = sorted(PACKAGE.rglob("*.py"))
OTHER_FILES: Final = sorted(
    file for folder in ("tests", "scripts", "docs", ".ci") for file in (ROOT / folder).rglob("*.py")
)
MODULES: Final = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in FILES}
MOST_LINES: Final = 400
MOST_LINES_OF_A_FUNCTION: Final = 60
"""Lines of the body: signatures of shell commands declare their options."""
MOST_MODULES: Final = 15
EARLIER_WORDS: Final = frozenset(
    {
        *("anybody", "band", "bands", "casting", "doer", "everybody", "gliding", "hands", "knob", "knobs"),
        *("manners", "nobody", "nudged", "outlet", "outlets", "owed", "owes", "room", "seat", "seats", "sitter"),
        *("somebody", "tells", "told", "wardrobe", "whoever", "whom"),
    }
)
"""Parts of identifiers with an earlier word; ``docs/pages/reference/glossary.md`` has the present words."""
BANDS_OF_FREQUENCIES: Final = PACKAGE / "agent" / "descriptors" / "spectrum.py"


def _imports(module: str) -> set[str]:
    """Returns the modules of the package that a module imports, also in functions, but not for types only."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    continue
                case ast.Import(names=names):
                    found.update(name.name for name in names)
                case ast.ImportFrom(module=str(base), names=names):
                    found.update(full if (full := f"{base}.{name.name}") in MODULES else base for name in names)
            visit(child)

    visit(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    return (found & MODULES.keys()) - {module}


def _identifiers(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


def _parts(identifier: str) -> set[str]:
    return {part.lower() for part in re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)}


def _is_reexport(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in ("__all__", "__version__")
    return False


def test_imports_have_no_cycle() -> None:
    imports = {module: _imports(module) for module in MODULES}
    while leaves := {module for module, needed in imports.items() if not needed & imports.keys()}:
        for module in leaves:
            del imports[module]
    assert sorted(imports) == [], "these modules import each other, or import modules that do"


@pytest.mark.parametrize("file", [*FILES, *OTHER_FILES], ids=lambda file: str(file.relative_to(ROOT)))
def test_module_is_short_and_its_functions_are(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.body[0].lineno >= MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_folders_have_few_modules() -> None:
    counts: dict[Path, int] = {}
    for file in FILES:
        if not file.stem.startswith("__"):
            counts[file.parent] = counts.get(file.parent, 0) + 1
    assert {str(folder): count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_packages_only_reexport() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {ast.unparse(node)}"
        for file in FILES
        if file.name == "__init__.py"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if not _is_reexport(node)
    ]
    assert found == []


def test_public_class_names_stand_for_one_class() -> None:
    places: dict[str, set[str]] = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, set()).add(str(file.relative_to(PACKAGE)))
    del places["Request"]  # each worker of the engine has one
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_identifiers_use_no_earlier_word() -> None:
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in FILES
        if file != BANDS_OF_FREQUENCIES
        for name in [*file.relative_to(PACKAGE).with_suffix("").parts, *_identifiers(file)]
        if _parts(name) & EARLIER_WORDS
    }
    assert found == set()
