"""Every word on the page, in English and in Simplified Chinese: shared ones, and those of all tabs joined.

Nothing else in ui/ holds text for people. A tab's own words are in its strings.py, those of fields and
presets in recipe_strings.py. A key that starts with "js." also goes to the scripts of the page.
"""

from __future__ import annotations

from ganapp.config import TrainConfig

from ..compare.strings import STRINGS as COMPARE
from ..evaluate.strings import STRINGS as EVALUATE
from ..generate.strings import STRINGS as GENERATE
from ..table.strings import STRINGS as TABLE
from ..train.strings import STRINGS as TRAIN
from .chart_strings import STRINGS as CHARTS
from .class_names import CLASS_NAMES
from .recipe_strings import FIELDS, PRESETS_CHINESE
from .run_strings import STRINGS as RUNS

__all__ = ["FIELDS", "PRESETS_CHINESE", "STRINGS", "catalogs", "field_strings", "script_catalogs", "t"]

SHARED: dict[str, tuple[str, str]] = {
    "app.tagline": (
        "Train a GAN on pictures, watch it learn, make images with it.",
        "用图片训练 GAN，看着它学习，再用它生成图像。",
    ),
    "app.language": ("Language", "语言"),
    "app.theme": ("Look", "外观"),
    "app.theme.system": ("As the system", "跟随系统"),
    "app.theme.light": ("Light", "浅色"),
    "app.theme.dark": ("Dark", "深色"),
    "tab.compare": ("Compare", "对比"),
    "tab.train": ("Train", "训练"),
    "tab.generate": ("Create", "创作"),
    "tab.evaluate": ("Evaluate", "评估"),
    "js.state.queued": ("Queued", "排队中"),
    "js.state.queued_at": ("Queued ({place})", "排队中（第 {place} 位）"),
    "js.state.starting": ("Starting", "正在启动"),
    "js.state.preparing": ("Preparing data", "正在准备数据"),
    "js.state.running": ("Running", "运行中"),
    "js.state.paused": ("Paused", "已暂停"),
    "js.state.stopped": ("Stopped", "已停止"),
    "js.state.finished": ("Finished", "已完成"),
    "js.state.failed": ("Failed", "失败"),
    "js.state.interrupted": ("Interrupted", "已中断"),
    "js.drop.here": ("Drop it anywhere:", "拖放到任意位置："),
    "js.drop.pictures": (
        "Pictures, films, folders or a ZIP of them → Train",
        "图片、视频、文件夹或其 ZIP → 训练",
    ),
    "js.drop.run": ("The ZIP of a run → the runs", "训练的 ZIP → 训练列表"),
    "js.drop.recipe": ("A PNG made here → Create, with its settings", "此处生成的 PNG → 创作（含其设置）"),
    "js.drop.checkpoint": ("A checkpoint → import in Create", "检查点 → 在“创作”中导入"),
    "js.drop.went.pictures": ("{n} files go to Train.", "{n} 个文件已送往“训练”。"),
    "js.drop.went.one": ("{name} goes to Train.", "{name} 已送往“训练”。"),
    "js.drop.went.run": ("{name} is opened among the runs.", "正在打开训练 {name}。"),
    "js.drop.went.recipe": ("{name} goes to Create with its settings.", "{name} 及其设置已送往“创作”。"),
    "js.drop.went.checkpoint": ("{name} is imported in Create.", "正在“创作”中导入 {name}。"),
    "js.drop.no_training": (
        "Training is off here: no pictures or runs are taken.",
        "此处不开放训练：不接收图片或训练记录。",
    ),
    "js.drop.no_import": ("Import is off here: no checkpoint is taken.", "此处不开放导入：不接收检查点。"),
    "js.drop.one": (
        "Drop one ZIP of a run or one checkpoint at a time.",
        "每次请只拖放一个训练的 ZIP 或一个检查点。",
    ),
    "js.drop.unreadable": (
        "This browser cannot read what was dropped: choose the files in the page.",
        "浏览器无法读取拖放的内容：请在页面中选择文件。",
    ),
    "js.lightbox.close": ("Close", "关闭"),
    "js.lightbox.before": ("Picture before", "上一张"),
    "js.lightbox.after": ("Next picture", "下一张"),
    "js.lightbox.picture": ("Picture", "图像"),
    "js.lightbox.seed": ("Seed {seed}", "种子 {seed}"),
    "js.lightbox.create": ("Open in Create", "在“创作”中打开"),
    "js.kimg": ("{done} kimg", "{done} kimg"),
    "js.lost": ("Connection lost, retrying…", "连接中断，正在重试…"),
    "js.grid.waiting": ("The first pictures appear here in a moment.", "第一批图像即将出现。"),
    "js.grid.none": ("This run has no pictures yet.", "这次训练还没有图像。"),
    "js.grid.alt": ("Generated images after {kimg} kimg", "训练 {kimg} kimg 后生成的图像"),
    "js.timeline": ("Past pictures", "历史图像"),
    "js.play": ("Play all pictures", "播放全部图像"),
    "js.play.stop": ("Stop playing", "停止播放"),
    "space.no_training": (
        (
            "Training is off on this Space: one processor is shared by all visitors. Duplicate the Space, "
            "or run the app on your own machine, to train."
        ),
        "此 Space 不开放训练：处理器由所有访客共用。如需训练，请复制此 Space，或在自己的电脑上运行。",
    ),
    "space.zero_gpu": (
        (
            "Training is off here: ZeroGPU lends its GPU for a minute at a time, and a training takes "
            "longer. Generating works."
        ),
        "此处不开放训练：ZeroGPU 每次只借出约一分钟的 GPU，训练需要更久。生成可以使用。",
    ),
    "space.owners_train": (
        "Only people on the owner's list can train here, once they are signed in.",
        "只有所有者名单上的用户登录后才能在此训练。",
    ),
    "space.runs_vanish": (
        "This Space has no persistent storage: its runs vanish when it restarts.",
        "此 Space 没有持久存储：重启后训练记录会消失。",
    ),
}

# Words of Gradio's own that it has not translated, by its keys.
GRADIO: dict[str, tuple[str, str]] = {
    "common.complete": ("Complete", "完成"),
    "common.progress": ("Progress", "进度"),
    "common.download_all": ("Download all", "全部下载"),
    "common.record": ("Record", "录制"),
    "common.stop_recording": ("Stop recording", "停止录制"),
    "common.run": ("Run", "运行"),
}

STRINGS = SHARED | CHARTS | RUNS | TRAIN | COMPARE | TABLE | GENERATE | EVALUATE


def t(key: str):
    """The string as Gradio's translatable text; the browser chooses the language."""
    from gradio.i18n import I18nData

    assert key in STRINGS or key.partition(".")[2] in FIELDS, key
    return I18nData(key)


def catalogs() -> dict[str, dict[str, str]]:
    """{"en": {key: text}, "zh-CN": {key: text}}: what gr.I18n and the scripts of the page are made from."""
    pairs = GRADIO | STRINGS | {key: pair for name in FIELDS for key, pair in field_strings(name).items()}
    return {
        "en": {key: pair[0] for key, pair in pairs.items()},
        "zh-CN": {key: pair[1] for key, pair in pairs.items()},
    }


def field_strings(name: str) -> dict[str, tuple[str, str]]:
    """A field of TrainConfig as two strings: its label and its sentence of help."""
    english, chinese, help_chinese = FIELDS[name]
    help_english = TrainConfig.__dataclass_fields__[name].metadata["help"]
    return {f"field.{name}": (english, chinese), f"help.{name}": (help_english, help_chinese)}


def script_catalogs() -> dict[str, dict[str, str]]:
    """The strings that the page's own scripts use (keys "js."), without the prefix; {name} marks a value.

    Names of classes that have a Chinese word come with "class." before them.
    """
    found = {
        language: {key[3:]: text for key, text in catalog.items() if key.startswith("js.")}
        for language, catalog in catalogs().items()
    }
    found["zh-CN"] |= {f"class.{name}": word for name, word in CLASS_NAMES.items()}
    return found
