"""Sentences that are made in English have a Chinese template, for every one that stands in the code."""

import ast
import json
import re
import time
from functools import cache

import pytest
from core_sentences import PACKAGE, forms, is_prose, sentences

from ganapp.ui.shared.chinese import MAX_LENGTH, SENTENCES, TABLES, chinese, pieces_of, system
from ganapp.ui.shared.class_names import CLASS_NAMES
from ganapp.ui.shared.face_words import FACE_ATTRIBUTES, FACE_VALUES

# Files, and folders with /, whose sentences no visitor of the page reads, and why.
NOT_SHOWN = {
    "cli/": "the command line is in English",
    "ui/serving/": "a terminal is in English",
    "installation.py": "a terminal is in English",
    "config/presets.py": "PRESETS_CHINESE in recipe_strings.py",
    "config/picture_presets.py": "PRESETS_CHINESE in recipe_strings.py",
    "config/train_config.py": "FIELDS in recipe_strings.py",
    "data/names.py": "the command line's list of data sets",
    "runs/watchdog.py": "the page has its own words, js.light.*",
    "publishing/card.py": "the card of a model is in English, for the Hub",
    "publishing/examples.py": "it says in the card what its sheet shows",
}
STILL_SHOWN = {  # sentences of these files that are shown, by how they begin
    "config/presets.py": ["preset is "],
    "config/train_config.py": [
        "R1 and R2 need",
        "label_smoothing",
        "{} is {}; only",
        "class_term",
        "the discrim",
        "unknown",
    ],
    "publishing/card.py": ["this model was imported", "licence is", "another project"],
}
NO_SENTENCES = {
    r"\(os error (\d+)\)",
    "system volume information",
    "train() does not end by itself",
    "Publish with ganapp",
    "Deploy ganapp",
    "{} bytes are needed",  # NeedsMore, which its caller catches
    "PyTorch DCGAN tutorial",
    "update the",
    "{}: update the {} {} repository",  # a plan as the command line says it
}


def is_code(pattern):
    return "\nimport " in pattern or any(sign in pattern for sign in ("=>", "<style>", " xmlns:"))


@cache
def wanted():
    """{(file, pattern)} of all sentences that need a template."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.endswith("strings.py") or name.startswith(
            ("ui/shared/chinese/", "ui/shared/class_names", "ui/shared/face_words")
        ):
            continue
        hidden = any(name == key or key.endswith("/") and name.startswith(key) for key in NOT_SHOWN)
        for pattern in sentences(path):
            shown = not hidden or any(map(pattern.startswith, STILL_SHOWN.get(name, [])))
            if shown and pattern not in NO_SENTENCES and not is_code(pattern):
                found.add((name, pattern))
    for model in json.loads((PACKAGE / "generators/catalog.json").read_text("utf-8")):
        found |= {
            ("generators/catalog.json", model[key]) for key in ("note", "licence") if is_prose(model[key])
        }
    return found


def test_every_sentence_has_a_chinese_template():
    missing = sorted((name, pattern) for name, pattern in wanted() if pattern not in SENTENCES)
    assert missing == [], "add them to ganapp/ui/shared/chinese/, with {0}, {1} … for the values"


def test_no_template_is_dead():
    code = "\n".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py") if "chinese" not in p.parts)
    needed = {pattern for _, pattern in wanted()}
    dead = [s for s in SENTENCES if s not in needed and not stands_in(s, code) and s not in ELSEWHERE]
    assert dead == []


# No place in the code has these: what an operating system says, what stands in files of this checkout, and
# sentences joined from two places.
ELSEWHERE = {
    *system.SENTENCES,
    "{}, {} images",
    "{}. The last save is at {} images.",
    "{}. Nothing has been saved yet.",
}


def stands_in(sentence, code):
    """Whether the longest constant piece of a template stands in the code, as it must where it is one word."""
    longest = max(pieces_of(sentence), key=len).strip()
    return len(longest) < 3 or longest in code


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__.rpartition(".")[2])
def test_templates_name_the_same_values(table):
    for english, said in table.SENTENCES.items():
        count = len(pieces_of(english)) - 1
        fields = sorted(int(n) for n in re.findall(r"(?<!{)\{(\d+)(?::names|:number)?\}", said))
        assert fields == list(range(count)) or english.startswith("[Errno"), english
        assert re.search(r"[\u4e00-\u9fff]", said) or count or english in SAME_IN_BOTH, english


SAME_IN_BOTH = {"true or false", "kl"}


def test_a_sentence_stands_in_one_table():
    assert len(SENTENCES) == sum(len(table.SENTENCES) for table in TABLES)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("batch is 'x'; it must be a whole number.", "batch 的值为 'x'；应为整数。"),
        ("a.pt is a NumPy array.", "a.pt 是 NumPy 数组。"),
        ("my cats.pt is a NumPy array.", "my cats.pt 是 NumPy 数组。"),
        # values that are sentences themselves, in sentences one after another
        (
            "The batch is 8 in place of 64: there are only 8 training images. "
            "Left out of the data: a b.png (the file is empty) and 3 more files.",
            "批大小为 8，而不是 64：只有 8 张训练图像。未用于数据：a b.png（文件为空），另有 3 个文件。",
        ),
        # a template of two sentences, before a third
        (
            "The disk was full. Make room and press Resume. The last save is at 1,200 images.",
            "磁盘曾已满。请腾出空间后点击“继续”。最近一次保存在第 1,200 张图像。",
        ),
        # a list, each with its reason
        (
            "None of the 3 pictures in /x can be used: a.png (the file is empty); b.png (damaged (odd)).",
            "/x 中的 3 张图片都无法使用：a.png（文件为空）；b.png（已损坏（odd））。",
        ),
        ("missing: cat, hair_colour auburn, own and 3 more", "缺少：猫、发色：赤褐、own，另有 3 个"),
        # a file's name has no end of a sentence in it
        (
            "metrics.json is damaged (it holds a list and no object). stats.jsonl has 2 lines that cannot be read; "
            "the others are shown.",
            "metrics.json 已损坏（内容为列表而不是对象）。stats.jsonl 有 2 行无法读取；其余的照常显示。",
        ),
        ("1.5 h", "1.5 小时"),
        ("cats s", "cats s"),  # no duration
        ("[Errno 13] Permission denied: '/a b/c'", "权限不足：'/a b/c'（errno 13）"),
        ("run 'of 2; it must be' is not at work.", "训练 'of 2; it must be' 没有在运行。"),
    ],
)
def test_sentences_with_their_values(english, said):
    assert chinese(english) == said


def test_every_attribute_of_a_face_has_a_word():
    from ganapp.data.faces.drawing import ATTRIBUTES

    assert set(FACE_ATTRIBUTES) == set(ATTRIBUTES)
    assert set(FACE_VALUES) == {value for values in ATTRIBUTES.values() for value in values}


def test_every_class_of_a_shipped_generator_has_a_word():
    for config in (PACKAGE / "checkpoints").glob("*/config.json"):
        names = json.loads(config.read_text("utf-8"))["class_names"]
        assert {name for name in names if not name.isdigit()} <= set(CLASS_NAMES), config


@pytest.mark.parametrize("unknown", ["", "12.5", "Foo is a strange machine.", "某个句子。", "cats.zip"])
def test_what_has_no_template_stays_as_it_is(unknown):
    assert chinese(unknown) == unknown


def test_no_sentence_becomes_half_chinese():
    assert chinese("batch is 'x'; it must be a whole number. Then a second one without a template.").isascii()


@pytest.mark.parametrize(
    "text", ["a is b; " * 500, "(" * 3000, ". " * 2000, " (a) and 3 more files." * 99, "x: " * 1300]
)
def test_a_strange_text_takes_no_time(text):
    began = time.process_time()
    chinese(text)
    chinese("Left out of the data: " + text[: MAX_LENGTH - 50])
    chinese(text[: MAX_LENGTH - 50] + " and 3 more files.")
    assert time.process_time() - began < 1


def test_what_is_read_as_a_sentence():
    """The search itself: prose is found however it is put together, and code is not."""
    tree = ast.parse(
        """f"{a} holds {n} tensor{'s' if n > 1 else ''}" + (", and more" if b else ".")""", mode="eval"
    )
    assert sorted(forms(tree.body)) == [
        "{} holds {} tensor, and more",
        "{} holds {} tensor.",
        "{} holds {} tensors, and more",
        "{} holds {} tensors.",
    ]
    assert is_prose("{} holds {} tensors") and is_prose("not measured") and is_prose("the {} of it")
    assert not any(map(is_prose, ["nimg", "{}/{}", "a-b.c", "text/html; charset=utf-8", "--first-seed N"]))
