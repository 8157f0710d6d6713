"""Who imports whom in the shim, read from the sources: imports within functions and of types alone count as well."""

import ast
from pathlib import Path

import pytest

SHIM = Path(__file__).parents[3] / "python-shim"
# The folders from which Python imports, with the package in each.
ROOTS = {SHIM: "media_bridge_shim", SHIM / "compat": "synapse"}
# A package for a real Synapse's environment, which imports that Synapse.
PACKAGE = {SHIM: "synapse_media_bridge_module"}
# Where a module is imported by a name that is not known beforehand: one of the configuration, one of a lazy name.
IMPORTERS = {
    "media_bridge_shim.loading.loader",
    "media_bridge_shim.api.helpers.python_modules",
    "media_bridge_shim.api.absent.unsupported",
    "media_bridge_shim.database.engines.driver_check",
    "media_bridge_shim.database.engines.postgres_engine",
}


def test_the_shim_never_imports_the_synapse_packages_that_hand_its_names_out():
    imports = read_imports()
    wrong = [
        f"{name} imports {target}" for name in own_modules(imports) for target in imports[name] if is_compat(target)
    ]
    assert wrong == []


def test_modules_are_imported_by_name_only_in_the_loader_and_where_names_are_looked_up_late():
    by_name = {name for name, path in list_files().items() if not is_compat(name) and imports_by_name(path.read_text())}
    assert by_name == IMPORTERS


@pytest.mark.parametrize("roots", [ROOTS, PACKAGE])
def test_no_module_imports_itself_by_way_of_others(roots):
    assert find_circles(read_imports(roots)) == []


@pytest.mark.parametrize("roots", [ROOTS, PACKAGE])
def test_no_folder_imports_itself_by_way_of_others(roots):
    imports = read_imports(roots)
    folders = {}
    for name in own_modules(imports):
        # A package itself, which is its `__init__.py`, imports nothing, and its folder's files may import others.
        targets = {folder_of(target) for target in imports[name] if target not in PACKAGES} - {folder_of(name)}
        folders.setdefault(folder_of(name), set()).update(targets)
    assert find_circles(folders) == []


@pytest.mark.parametrize("package", ["media_bridge_shim", "synapse_media_bridge_module"])
def test_a_folder_has_at_most_fifteen_entries(package):
    child = SHIM / package
    folders = [child, *(path for path in child.rglob("*") if path.is_dir() and path.name != "__pycache__")]
    sizes = {str(path): sum(entry.name != "__pycache__" for entry in path.iterdir()) for path in folders}
    assert {path: size for path, size in sizes.items() if size > 15} == {}


def test_the_reader_of_imports_sees_every_form_of_them():
    source = """
import a.x
from a import y, nothing
from . import z
from .b import c
from ..far import away
if TYPE_CHECKING:
    from a import typed
def function():
    from a import late
"""
    known = {"a", "a.x", "a.y", "a.typed", "a.late", "here.in", "here.in.z", "here.in.b", "here.far.away"}
    wanted = ["a.x", "a.y", "a", "here.in.z", "here.in.b", "here.far.away", "a.typed", "a.late"]
    assert sorted(targets_of(source, "here.in", known)) == sorted(wanted)


def test_the_finder_of_circles_finds_one():
    circles = find_circles({"a": ["b"], "b": ["c"], "c": ["d", "b"], "d": []})
    assert circles == ["b -> c -> b"]


def folder_of(name):
    return name if name in PACKAGES else name.rpartition(".")[0]


def own_modules(imports):
    return [name for name in imports if not is_compat(name)]


def is_compat(name):
    return name == "synapse" or name.startswith("synapse.")


def list_files(roots=ROOTS):
    """The files of packages by the name of their module."""
    files = {}
    for root, package in roots.items():
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def read_imports(roots=ROOTS):
    """What each module imports of the same packages."""
    files = list_files(roots)
    imports = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        imports[name] = [target for target in targets_of(path.read_text(), package, files) if target != name]
    return imports


def targets_of(source, package, known):
    """The names of the modules in `known` that a source imports; `synapse` also where it is not in `known`."""
    targets = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            candidates = [(alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            candidates = [(f"{origin}.{alias.name}", origin) for alias in node.names]
        else:
            continue
        for precise, origin in candidates:
            target = precise if precise in known else origin
            if target in known or is_compat(target):
                targets.add(target)
    return sorted(targets)


def imports_by_name(source):
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", None) for func in calls}
    return bool(names & {"import_module", "__import__"})


PACKAGES = {
    name for roots in (ROOTS, PACKAGE) for name, path in list_files(roots).items() if path.name == "__init__.py"
}


def find_circles(imports):
    done = set()
    circles = []

    def visit(name, path):
        if name in path:
            circles.append(" -> ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for target in imports.get(name, ()):
                visit(target, [*path, name])
            done.add(name)

    for name in imports:
        visit(name, [])
    return circles
