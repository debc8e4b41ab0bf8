"""Every word on the page is read somewhere, stands in one file, and has its values in both languages."""

import ast
import re
from pathlib import Path

import pytest

import ganapp.ui
from ganapp.config import PRESETS
from ganapp.config.names import DIRECTIONS, TASKS
from ganapp.degradations import DEGRADATIONS
from ganapp.generators.importers.options import OPTIONS
from ganapp.runs import LIVE, WORKING
from ganapp.runs.remedies import REMEDIES
from ganapp.runs.watchdog import KINDS
from ganapp.ui.shared import strings
from ganapp.ui.shared.strings import STRINGS

UI = Path(ganapp.ui.__file__).parent
FILES = {"SHARED": strings.SHARED, "CHARTS": strings.CHARTS, "RUNS": strings.RUNS, "TRAIN": strings.TRAIN, "COMPARE": strings.COMPARE, "TABLE": strings.TABLE,
         "GENERATE": strings.GENERATE, "EVALUATE": strings.EVALUATE}  # fmt: skip
# Keys built from a prefix and a value, as the code writes the prefix: the values, None where any will do.
BUILT = {
    "js.state.": {
        *WORKING,
        "paused",
        "stopped",
        "finished",
        "failed",
        "interrupted",
        "queued_at",
        "preparing",
    },
    "js.word.": {"pause", "stop", "save"},
    "js.ended.": {"finished", "failed", "interrupted"},
    "js.do.": {"longer", "pictures", "evaluate", "clone", "sweep", "publish", "export", "rename", "delete"},
    "js.do.longer.": {"minutes", "kimg", "burn_in", "noise", "growth"},
    "js.series.": None,
    "js.chart.": {"live"},
    "js.chart.live.": set(LIVE),
    "js.chart.best.": set(LIVE),
    "js.light.": {f"{kind}.{part}" for kind in KINDS for part in ("means", "advice")} | {"grey", "green"},
    "js.light.do.": set(REMEDIES),
    "js.column.": None,
    "js.tbl.col.": None,
    "js.cmp.fact.": None,
    "js.cmp.arg.": None,
    "js.cmp.value.": {"auto", "none"},
    "js.cmp.off.": {"none", "owners"},
    "cmp.field.": {
        "preset",
        "dataset",
        "num_classes",
        "in_channels",
        "kimg",
        "minutes",
        "parent",
        "from_nimg",
    },
    "cmp.help.": {"preset", "dataset"},
    "group.": {"data", "model", "objective", "optimizer", "budget", "machine", "lineage"},
    "js.upload.": {
        f"{what}{one}" for what in ("pictures", "films", "others", "apply") for one in ("", ".one")
    },
    "js.translate.damage.": set(DEGRADATIONS),
    "train.damage.": set(DEGRADATIONS),
    "train.task.": set(TASKS),
    "train.direction.": set(DIRECTIONS),
    "data.facts.": {"pairs", "grey", "colour", "transparent"},
    "preset.expect.": {"seen", "measured", "busy"},
    "app.theme.": {"system", "light", "dark"},
    "eval.group.": None,
    "eval.is.": None,
    "pub.": {f"{what}.{who}" for what in ("create", "update") for who in ("public", "private")},
    "hub.option.": {*OPTIONS, "usual"},
    "pub.is.": {"new", "changed", "same", "gone"},
}


@pytest.fixture(scope="module")
def code():
    """(texts of the Python code, texts of the scripts and templates), f-strings in pieces."""
    python = {
        node.value
        for path in UI.rglob("*.py")
        if not path.name.endswith("strings.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    scripts = "\n".join(path.read_text("utf-8") for path in UI.rglob("*.js"))
    templates = "\n".join(path.read_text("utf-8") for path in UI.rglob("*.html"))
    marked = set(re.findall(r'data-(?:t|label|alt)="([\w.]+)"', templates))
    return python, marked | set(re.findall(r"[\"'`]([\w.]+)(?:[\"'`]|\$\{)", scripts))


def is_read(key: str, code) -> bool:
    python, scripts = code
    found, key_there = (scripts, key[3:]) if key.startswith("js.") else (python, key)
    return key_there in found or any(
        key.startswith(prefix) and (values is None or key[len(prefix) :] in values)
        for prefix, values in BUILT.items()
    )


def test_no_word_is_dead(code):
    assert [key for key in STRINGS if not is_read(key, code)] == []
    assert not is_read("js.no.such", code) and not is_read("pub.create.secret", code)  # the check can fail


def test_prefixes_of_built_keys_stand_in_the_code(code):
    python, scripts = code
    for prefix in BUILT:
        assert prefix.removeprefix("js.") in (scripts if prefix.startswith("js.") else python), prefix


def test_values_of_built_keys_have_words():
    for prefix, values in BUILT.items():
        assert {prefix + value for value in values or ()} <= set(STRINGS), prefix


def test_every_preset_has_its_sentence_in_chinese():
    assert strings.PRESETS_CHINESE.keys() == PRESETS.keys()


def test_a_key_stands_in_one_file():
    assert len(STRINGS) == sum(map(len, FILES.values()))


def test_both_languages_name_the_same_values():
    for key, pair in STRINGS.items():
        english, chinese = (sorted(re.findall(r"{(\w+)}", text)) for text in pair)
        assert all(pair) and english == chinese, key
