"""Every word on the page, in English and in Simplified Chinese: shared ones, and those of all tabs joined.

Nothing else in ui/ holds text for people. A tab's own words are in its strings.py, those of fields and
presets in recipe_strings.py. A key that starts with "js." also goes to the scripts of the page.
"""

from __future__ import annotations

from ganapp.config import TrainConfig

from ..compare.strings import STRINGS as COMPARE
from ..evaluate.strings import STRINGS as EVALUATE
from ..generate.strings import STRINGS as GENERATE
from ..train.strings import STRINGS as TRAIN
from .recipe_strings import FIELDS, PRESETS_CHINESE

__all__ = ["FIELDS", "PRESETS_CHINESE", "STRINGS", "catalogs", "field_strings", "script_catalogs", "t"]

SHARED: dict[str, tuple[str, str]] = {
    "app.tagline": (
        "Train a GAN on pictures, watch it learn, make images with it.",
        "用图片训练 GAN，看着它学习，再用它生成图像。",
    ),
    "tab.compare": ("Compare", "对比"),
    "tab.train": ("Train", "训练"),
    "tab.generate": ("Generate", "生成"),
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
    "js.kimg": ("{done} kimg", "{done} kimg"),
    "js.lost": ("Connection lost, retrying…", "连接中断，正在重试…"),
    "js.grid.waiting": ("The first pictures appear here in a moment.", "第一批图像即将出现。"),
    "js.grid.none": ("This run has no pictures yet.", "这次训练还没有图像。"),
    "js.grid.alt": ("Generated images after {kimg} kimg", "训练 {kimg} kimg 后生成的图像"),
    "js.timeline": ("Past pictures", "历史图像"),
    "js.play": ("Play all pictures", "播放全部图像"),
    "js.play.stop": ("Stop playing", "停止播放"),
    "js.chart.smooth": ("Smoothing", "平滑"),
    "js.chart.log": ("Log", "对数"),
    "js.chart.reset": ("Reset zoom", "重置缩放"),
    "js.chart.hint": (
        "Drag to zoom, double-click to reset. In focus: wheel, + and − zoom, arrows move, 0 resets.",
        "拖动可缩放，双击重置。选中后：滚轮或 + − 缩放，方向键移动，0 重置。",
    ),
    "js.chart.empty": ("No data yet", "暂无数据"),
    "js.chart.label": ("{title}, latest at {at}: {values}", "{title}，最新（{at}）：{values}"),
    "js.axis.kimg": ("{x} kimg", "{x} kimg"),
    "js.axis.min": ("{x} min", "{x} 分钟"),
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

STRINGS = SHARED | TRAIN | COMPARE | GENERATE | EVALUATE


def t(key: str):
    """The string as Gradio's translatable text; the browser chooses the language."""
    from gradio.i18n import I18nData

    assert key in STRINGS or key.partition(".")[2] in FIELDS, key
    return I18nData(key)


def catalogs() -> dict[str, dict[str, str]]:
    """{"en": {key: text}, "zh-CN": {key: text}}: what gr.I18n and the scripts of the page are made from."""
    pairs = STRINGS | {key: pair for name in FIELDS for key, pair in field_strings(name).items()}
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
    """The strings that the page's own scripts use (keys "js."), without the prefix; {name} marks a value."""
    return {
        language: {key[3:]: text for key, text in catalog.items() if key.startswith("js.")}
        for language, catalog in catalogs().items()
    }
