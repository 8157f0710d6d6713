"""Reads the public names of a real Synapse's modules: `python read_names.py MODULE …` prints `{module: [name, …]}`.

Public is what a module defines itself, and what it imports from other modules of Synapse's.
"""

import ast
import importlib
import json
import sys
from pathlib import Path


def main(modules):
    root = Path(importlib.import_module("synapse").__file__).parent
    names = {name: read_names(name, root.joinpath(*name.split(".")[1:])) for name in modules}
    json.dump(names, sys.stdout, indent=1)


def read_names(name, path):
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = set()
    if file.exists():
        collect(ast.parse(file.read_text()).body, found)
    module = importlib.import_module(name)
    return sorted(each for each in found if not each.startswith("_") and each != "logger" and hasattr(module, each))


def collect(body, found):
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("synapse"):
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, (ast.If, ast.Try)):
            collect(node.body, found)


if __name__ == "__main__":
    main(sys.argv[1:])
