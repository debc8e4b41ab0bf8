"""Who may import whom, what is imported late, and where files have names: the rules of ARCHITECTURE.md, read from the code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ganapp"

READS = {"hub", "card", "upload", "publish", "deploy", "capabilities", "runs", "weights", "sample", "labelled", "latents", "metrics", "media", "data", "importers", "presets", "config", "files", "watchdog"}  # fmt: skip
COMMANDS = {"cli", "__main__", "arguments", "pictures", "progress", "evaluate_cli", "publish_cli"}
# module or folder of ganapp -> what it may import of ganapp
MAY_IMPORT = {
    "config": set(),
    "files": set(),
    "failures": set(),
    "schedules": {"config"},
    "losses": {"models"},  # DiscriminatorOutput alone: what it sees of a network
    "ema": set(),
    "presets": {"config"},
    "models": {"config"},
    "data": {"config", "files", "hub_answers"},
    "train": {"models", "losses", "ema", "schedules", "data", "config"},
    "probe": {"train", "config"},
    "runs": {"config", "files"},
    "weights": {"models", "runs", "config", "files", "hub"},
    "hub_answers": set(),
    "hub": {"hub_answers", "weights", "config", "files", "importers"},
    "importers": {"models", "weights", "hub", "config", "files", "sample"},
    "upload": {"hub"},
    "card": {"runs", "weights", "metrics"},
    "publish": {"card", "upload", "weights", "runs", "media", "sample", "latents"},
    "deploy": {"upload"},
    "capabilities": set(),
    "watchdog": {"config"},
    "live": {"metrics", "sample", "data", "config"},
    "vitals": {"train", "models", "schedules", "data", "config"},
    "metrics": {"models", "data", "sample", "weights", "config", "files", "media", "train", "runs"},
    "sample": {"config"},
    "media": {"files", "config"},
    "labelled": {"sample", "media", "data"},
    "latents": {"sample", "config"},
    "devices": {"runs", "data"},
    "begin": {"models", "probe", "runs", "weights", "config"},
    "compare": {"runs", "media", "config", "presets"},
    "jobs": {
        "begin",
        "failures",
        "watchdog",
        "vitals",
        "live",
        "devices",
        "train",
        "probe",
        "runs",
        "weights",
        "sample",
        "media",
        "metrics",
        "data",
        "config",
        "files",
    },
    **{name: READS | COMMANDS | {"jobs", "begin", "devices", "compare"} for name in COMMANDS},
    "ui": READS | {"jobs", "begin", "devices", "compare", "probe", "ui"},
    "app": {"ui", "jobs", "runs", "config", "capabilities"},
}
ONLY_IN = {
    "gradio": ("ui", "app"),
    "huggingface_hub": ("hub", "hub_answers", "upload", "data", "ui"),
    "safetensors": ("weights", "importers"),
    "av": ("media",),
    "torchvision": ("data",),
}
HEAVY = ("torch", "torchvision", "av", "safetensors", "huggingface_hub", "PIL", "gradio")
TRAINING = (
    "train",
    "losses",
    "ema",
    "models",
    "data.batches",
    "data.augment",
    "importers.folding",
)  # the modules that are torch all through
START = ("data", "data.dataset")  # of data/, what is imported with the app
FILE_NAMES = {
    "config.json",
    "status.json",
    "stats.jsonl",
    "looks.jsonl",
    "log.txt",
    "model.safetensors",
    "real.webp",
    "timelapse.mp4",
    "state-",
}


def modules():
    """(dotted name without "ganapp.", path) of app.py and all modules."""
    found = [("app", ROOT / "app.py")] if (ROOT / "app.py").exists() else []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found.append((".".join(p for p in parts if p != "__init__") or "ganapp", path))
    return found


MODULES = modules()
IDS = [name for name, _ in MODULES]
NAMES = {p.relative_to(PACKAGE).with_suffix("").parts[0] for p in PACKAGE.rglob("*.py")} - {"__init__"}


def imports(name, path):
    """(what, line, whether at module level) of each import: "torch", or "ganapp.runs" for our own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    inside |= {
        n
        for f in ast.walk(tree)
        if isinstance(f, ast.If) and ast.unparse(f.test) == "TYPE_CHECKING"
        for n in ast.walk(f)
    }
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree):
        top = node not in inside
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            origin = ".".join(base + ([node.module] if node.module else []))
            if origin == "ganapp":  # from . import media: each name may be a module
                yield from ((f"ganapp.{a.name}" if a.name in NAMES else "ganapp", node.lineno, top) for a in node.names)
            else:
                yield origin, node.lineno, top


@pytest.mark.parametrize(("name", "path"), MODULES, ids=IDS)
def test_who_imports_whom(name, path):
    own = name.split(".")[0]
    if own == "ganapp":
        assert not list(imports(name, path)), "ganapp/__init__.py imports nothing"
        return
    assert own in MAY_IMPORT, f"{path.name} is new: say in MAY_IMPORT what it may know"
    for what, line, _ in imports(name, path):
        parts = what.split(".")
        if parts[0] == "ganapp" and len(parts) > 1 and parts[1] != own:
            assert parts[1] in MAY_IMPORT[own], f"{path}:{line} imports {what}"
        if parts[0] in ONLY_IN:
            assert own in ONLY_IN[parts[0]], f"{path}:{line} imports {what}"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=IDS)
def test_heavy_modules_are_imported_where_they_are_used(name, path):
    own = name.split(".")[0]
    late = set(HEAVY)
    if name in TRAINING or own in TRAINING:
        late -= {"torch"}
    if own in ("ui", "app"):
        late -= {"gradio"}
    if own == "data" and name not in START:  # themselves imported late
        late -= {"PIL"}
    for what, line, top in imports(name, path):
        assert not (top and what.split(".")[0] in late), f"{path}:{line} imports {what} at module level"


def strings(tree):
    """Constants that are text, docstrings apart."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs]


@pytest.mark.parametrize(("name", "path"), MODULES, ids=IDS)
def test_files_have_names_in_runs_and_weights_alone(name, path):
    if name in ("runs", "weights"):
        return
    for node in strings(ast.parse(path.read_text(encoding="utf-8"))):
        if (name, node.value) == ("ui.watching", "status.json"):
            continue  # for its time stamp: the cheapest way to see that nothing is new
        assert node.value not in FILE_NAMES, f"{path}:{node.lineno} names {node.value!r}"


def test_the_algorithm_touches_no_file_prints_nothing_and_never_waits():
    source = (PACKAGE / "train.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            assert called not in {
                "open",
                "print",
                "item",
                "cpu",
                "tolist",
                "numpy",
                "synchronize",
                "write_text",
                "save",
            }, f"train.py:{node.lineno} calls {called}"


def test_models_see_no_training_configuration_and_config_builds_nothing():
    for path in (PACKAGE / "models").glob("*.py"):
        assert "TrainConfig" not in path.read_text(encoding="utf-8"), path
    names = {what for what, *_ in imports("config", PACKAGE / "config.py")}
    assert names == {"__future__", "dataclasses", "typing", "json"}


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
    core = [n for n, _ in MODULES if n not in ("app", "ganapp", "__main__") and n.split(".")[0] != "ui"]
    light = [n for n in core if n.split(".")[0] not in TRAINING and (n in START or not n.startswith("data."))]
    assert {"config", "presets", "runs", "jobs", "data", "weights", "sample", "media", "latents"} <= set(light)
    rest = [n for n in core if n not in light]
    assert run_python(LIGHT.format(light=light, heavy=HEAVY, rest=rest)) == "[]"


def test_the_page_starts_without_torch():
    """Gradio itself brings Pillow and huggingface_hub; nothing else that is heavy."""
    names = [f"ganapp.{n}" for n, _ in MODULES if n.split(".")[0] == "ui"]
    code = f"import importlib, sys\nfor n in {names}: importlib.import_module(n)\n"
    code += "print([m for m in ('torch', 'torchvision', 'av', 'safetensors') if m in sys.modules])"
    assert run_python(code) == "[]"
