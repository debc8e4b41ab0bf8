"""The rules of ARCHITECTURE.md, read from the code: rooms and who may know whom, sizes, late imports, names of files."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ganapp"

# The rooms, lowest first, and the rooms that each may import: earlier rows only.
ROOMS = {
    "installation": "",
    "files": "",
    "alpha": "",
    "pixels": "",
    "degradations": "",
    "config": "degradations",
    "hub": "files",
    "latents": "alpha pixels degradations",
    "media": "files alpha",
    "networks": "config",
    "data": "files alpha pixels hub media",
    "runs": "files config media",
    "training": "alpha pixels degradations config latents networks data",
    "generators": "files config hub latents networks runs",
    "metrics": "files alpha pixels degradations config latents data runs generators",
    "driving": "files config latents media data runs training generators metrics",
    "publishing": "files pixels hub degradations latents media data runs generators metrics",
    "cli": "files config hub degradations latents media data runs generators metrics driving publishing",
    "ui": "files alpha pixels config hub degradations latents media data runs training generators metrics driving publishing",
    "app": "ui",
}
OLD_PLACES = {"weights": "generators", "sample": "latents"}  # imports of version 0.3 that still work
MAX_LINES, MAX_SCRIPT, MAX_FUNCTION = 350, 250, 60
# room -> the package that it alone may import
ONLY_IN = {
    "gradio": ("ui", "app"),
    "huggingface_hub": ("hub", "generators", "data", "ui"),
    "safetensors": ("generators",),
    "av": ("media",),
    "torchvision": ("data",),
}
HEAVY = ("torch", "torchvision", "av", "safetensors", "huggingface_hub", "PIL", "gradio")
# Modules and rooms that are torch all through; whoever uses them imports them late.
TORCH = (
    "networks", "training.algorithm", "training.augment", "training.averaging", "training.batch_source", "training.contrast", "training.cycle", "training.descent", "training.loop", "training.losses",
    "training.picture_source", "training.seeding", "training.state", "training.terms", "data.batches", "degradations.functions", "generators.importers.folding",
)  # fmt: skip
START = (
    "data",
    "data.cache",
    "data.dataset",
    "data.names",
    "data.opening",
)  # of data, what is imported with the app
# Names of files stand in one place each.
FILE_NAMES = {
    "runs.run": {
        "status.json",
        "stats.jsonl",
        "looks.jsonl",
        "log.txt",
        "real.webp",
        "timelapse.mp4",
        "state-",
    },
    "generators.folder": {"model.safetensors"},
    "generators.direction_files": {"directions.json", "directions.safetensors"},
}


@cache
def modules():
    """{dotted name without "ganapp.": path} of app.py and of every module; a package is called by its own name."""
    found = {"app": ROOT / "app.py"}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(p for p in parts if p != "__init__") or "ganapp"] = path
    return found


MODULES = [(name, path) for name, path in modules().items() if name not in ("ganapp", "__main__")]


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path):
    """[(what, line, whether at module level)]: "torch", or "ganapp.runs.run" for a module or a package of ours."""
    tree = tree_of(path)
    late = {
        n
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
        for n in ast.walk(f)
    }
    late |= {
        n
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for n in ast.walk(branch)
    }
    found, package = [], path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, node not in late) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            origin = ".".join(base + ([node.module] if node.module else []))
            for alias in node.names:
                inner = f"{origin}.{alias.name}".removeprefix("ganapp.")
                what = f"ganapp.{inner}" if origin.startswith("ganapp") and inner in modules() else origin
                found.append((what, node.lineno, node not in late))
    return found


def arrows():
    """{(room, room): "file:line"} of all imports between two rooms."""
    found = {}
    for name, path in MODULES:
        for what, line, _ in imports(path):
            parts = what.split(".")
            if parts[0] == "ganapp" and len(parts) > 1 and parts[1] != name.split(".")[0]:
                found.setdefault((name.split(".")[0], parts[1]), f"{path.relative_to(ROOT)}:{line}")
    return found


def test_rooms_know_only_what_they_may():
    order = list(ROOMS)
    for room, known in ROOMS.items():
        assert all(order.index(other) < order.index(room) for other in known.split()), (
            f"{room} may only know earlier rows"
        )
    allowed = {(room, other) for room, known in ROOMS.items() for other in known.split()} | set(
        OLD_PLACES.items()
    )
    found = arrows()
    assert not {f"{a} -> {b} ({at})" for (a, b), at in found.items() if (a, b) not in allowed}
    unused = sorted(allowed - set(found))
    assert not unused, f"arrows of the table that nobody uses: {unused}"


def test_every_module_is_in_a_room():
    assert {name.split(".")[0] for name, _ in MODULES} == set(ROOMS) | set(OLD_PLACES)
    assert not list(imports(PACKAGE / "__init__.py")), "ganapp/__init__.py imports nothing"


def test_no_file_imports_itself_through_others():
    """No circle between files. A package's own __init__ is left out: it is the door, used from outside of the room."""
    graph = {
        name: {w.removeprefix("ganapp.") for w, *_ in imports(path) if w.startswith("ganapp.")}
        & set(modules())
        for name, path in MODULES
        if path.name != "__init__.py"
    }
    done, circles = set(), []

    def visit(name, way):
        if name in way:
            circles.append(" -> ".join([*way[way.index(name) :], name]))
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, [*way, name])
            done.add(name)

    for name in graph:
        visit(name, [])
    assert not circles


def test_files_and_functions_are_short(capsys):
    """Prints the longest of each, so that a reader of the test's output sees how much room is left."""
    products = [path for _, path in MODULES] + sorted(PACKAGE.rglob("*.js")) + sorted(PACKAGE.rglob("*.css"))
    files = sorted(
        ((len(p.read_text(encoding="utf-8").splitlines()), str(p.relative_to(ROOT))) for p in products),
        reverse=True,
    )
    scripts = [f for f in files if f[1].endswith(".js")]
    functions = sorted(
        (
            (node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.name}")
            for _, path in MODULES
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        reverse=True,
    )
    with capsys.disabled():
        print(
            f"\nlongest file: {files[0][1]}, {files[0][0]} lines; script: {scripts[0][1]}, {scripts[0][0]} lines; "
            f"function: {functions[0][1]}, {functions[0][0]} lines"
        )
    assert [f for f in files if f[0] > MAX_LINES] == []
    assert [f for f in scripts if f[0] > MAX_SCRIPT] == []
    assert [f for f in functions if f[0] > MAX_FUNCTION] == []


def test_packages_are_imported_where_they_belong_and_heavy_ones_late():
    wrong = []
    for name, path in MODULES:
        room, late = name.split(".")[0], set(HEAVY)
        if any(name == t or name.startswith(t + ".") for t in TORCH):
            late -= {"torch"}
        if room in ("ui", "app"):
            late -= {"gradio"}
        if room == "data" and name not in START:  # themselves imported late
            late -= {"PIL"}
        for what, line, top in imports(path):
            package = what.split(".")[0]
            if package in ONLY_IN and room not in ONLY_IN[package]:
                wrong.append(f"{path}:{line} imports {what}")
            if top and package in late:
                wrong.append(f"{path}:{line} imports {what} at module level")
    assert wrong == []


def test_the_page_scripts_do_these_things_in_one_place():
    """What several scripts need is a function of ui/shared, and is not written out again."""
    ways = {
        r"\b(window|document)\.removeEventListener": [],  # listening.js ends what a component listens to
        r"\b(window|document)\.addEventListener": [
            "access.js"
        ],  # serves the whole page as long as it is there
        r"new FormData": ["posting.js"],
        r"2 \*\* 32 - 1": ["seeds.js"],
        r"CATALOGS\[\w+\]\[\w+\]": ["words.js"],
    }
    scripts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.js")}
    for way, places in ways.items():
        assert sorted(name for name, text in scripts.items() if re.search(way, text)) == places, way


def test_no_two_test_files_have_one_name():
    """pytest imports them by their names alone, and refuses the second."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def texts(tree):
    """Constants that are text, docstrings apart."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


def test_a_file_has_its_name_in_one_place():
    wrong = [
        f"{path}:{node.lineno} names {node.value!r}, which is {home}'s affair"
        for name, path in MODULES
        for node in texts(tree_of(path))
        for home, names in FILE_NAMES.items()
        if name.split(".")[0] != home.split(".")[0] and node.value in names
    ]
    assert wrong == []


def test_the_algorithm_touches_no_file_prints_nothing_and_never_waits():
    waits = {"open", "print", "item", "cpu", "tolist", "numpy", "synchronize", "write_text", "save"}
    for name in ("loop", "terms", "descent", "averaging", "losses"):
        for node in ast.walk(tree_of(PACKAGE / "training" / f"{name}.py")):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).split(".")[-1]
                assert called not in waits, f"training/{name}.py:{node.lineno} calls {called}"


def test_networks_see_no_training_configuration_and_config_builds_nothing():
    for path in (PACKAGE / "networks").rglob("*.py"):
        assert "TrainConfig" not in path.read_text(encoding="utf-8"), path
    standard = {"__future__", "dataclasses", "typing", "json", "collections", "collections.abc", "re"}
    for path in (PACKAGE / "config").glob("*.py"):
        assert {what for what, *_ in imports(path) if not what.startswith("ganapp")} <= standard, path


LIGHT = """
import importlib, sys
sys.modules["gradio"] = None  # as where it is not installed
for name in {light}:
    importlib.import_module("ganapp." + name)
heavy = [m for m in {heavy} if sys.modules.get(m)]
for name in {rest}:
    importlib.import_module("ganapp." + name)
print(heavy)
"""


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_the_core_runs_without_gradio_and_starts_without_torch():
    core = [name for name, _ in MODULES if name.split(".")[0] not in ("app", "ui")]
    light = [n for n in core if not any(n == t or n.startswith(t + ".") for t in TORCH)]
    light = [n for n in light if n in START or not n.startswith("data.")]
    assert {
        "config",
        "runs",
        "driving.driver",
        "data",
        "generators",
        "latents",
        "media",
        "metrics",
        "cli.main",
    } <= set(light)
    rest = [n for n in core if n not in light]
    assert run_python(LIGHT.format(light=light, heavy=HEAVY, rest=rest)) == "[]"


def test_the_page_starts_without_torch():
    """Gradio itself brings Pillow and huggingface_hub; nothing else that is heavy."""
    names = [f"ganapp.{n}" for n, _ in MODULES if n.split(".")[0] == "ui"]
    code = f"import importlib, sys\nfor n in {names}: importlib.import_module(n)\n"
    code += "print([m for m in ('torch', 'torchvision', 'av', 'safetensors') if m in sys.modules])"
    assert run_python(code) == "[]"


def test_imports_of_version_0_3_still_work():
    """The lines of the old README."""
    code = "from ganapp.weights import load_generator\nfrom ganapp.sample import generate, parse_seeds\n"
    code += "from ganapp.latents import interpolate\nG = load_generator('mnist-32')\n"
    code += "print(generate(G, [0, 1]).shape, len(list(interpolate(G, [1, 5], frames=4))))"
    assert run_python(code) == "(2, 32, 32, 1) 8"
