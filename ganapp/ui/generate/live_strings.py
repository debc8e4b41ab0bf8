"""Words of the Create tab's live instruments, in English and in Simplified Chinese."""

from __future__ import annotations

from ..edit.strings import STRINGS as EDIT
from ..translate.strings import STRINGS as TRANSLATE

STRINGS: dict[str, tuple[str, str]] = (
    EDIT
    | TRANSLATE
    | {
        "js.create.modes": ("Instruments", "工具"),
        "js.create.mode.grid": ("Pictures", "图像"),
        "js.create.mode.mix": ("Between two", "两者之间"),
        "js.create.mode.map": ("Map of seeds", "种子地图"),
        "js.create.mode.edit": ("Edit", "编辑"),
        "js.create.edit.this": ("Edit this", "编辑此图"),
        "js.create.is.edit": ("edit of seed {seed}, {model}", "{model} 种子 {seed} 的编辑"),
        "js.create.pictures": ("Pictures", "图像"),
        "js.create.seed": ("Seed {seed}", "种子 {seed}"),
        "js.create.seed_of": ("Seed {seed}, {label}", "种子 {seed}，{label}"),
        "js.create.fetch": ("Fetch this model from the Hub and draw", "从 Hub 下载此模型并生成"),
        "js.create.fetching": ("Fetching…", "正在下载…"),
        "js.create.snapshots": ("The same seeds over time", "同一批种子随训练的变化"),
        "js.create.snapshot": ("after {kimg} kimg", "{kimg} kimg 之后"),
        "js.create.snapshot.best": ("after {kimg} kimg (best)", "{kimg} kimg 之后（最佳）"),
        "js.create.keep": ("☆ Keep these", "☆ 收藏这组"),
        "js.create.keep_one": ("☆ Keep", "☆ 收藏"),
        "js.create.unkeep_one": ("★ Kept: remove", "★ 已收藏：移除"),
        "js.create.keep_this": ("Keep: {what}", "收藏：{what}"),
        "js.create.unkeep": ("Keep no longer", "不再收藏"),
        "js.create.archive": ("Save all (ZIP)", "全部保存（ZIP）"),
        "js.create.save": ("Save PNG", "保存 PNG"),
        "js.create.saved": ("Saved: {file}", "已保存：{file}"),
        "js.create.saved.fitted": (
            (
                "Saved: {file}. The weights that were fitted to the picture are not in the file: "
                "dropped here again, it is drawn by the model that they came from. "
                "Keep the model to keep the picture."
            ),
            "已保存：{file}。拟合到图像的权重不在文件中：再次放入时由原来的模型绘制。要保留此图像，请保留模型。",
        ),
        "js.create.size": ("Saved size", "保存尺寸"),
        "js.create.how": ("Enlarged by", "放大方式"),
        "js.create.how.nearest": ("nearest (square pixels)", "最近邻（方形像素）"),
        "js.create.how.lanczos": ("Lanczos (smooth)", "Lanczos（平滑）"),
        "js.create.enlarge": ("Show large", "放大显示"),
        "js.create.kept": ("Kept", "收藏"),
        "js.create.kept.none": (
            "A star keeps pictures with their settings in this browser.",
            "点星号可将图像及其设置收藏在此浏览器中。",
        ),
        "js.create.session": ("Made in this session", "本次会话中生成"),
        "js.create.is.seeds": ("seeds {seeds} of {model}", "{model} 的种子 {seeds}"),
        "js.create.is.mix": (
            "between seeds {a} and {b} at {percent} %, {model}",
            "种子 {a} 与 {b} 之间 {percent} % 处，{model}",
        ),
        "js.create.is.map": (
            "map of seed {first} at {x}, {y}, {model}",
            "种子 {first} 的地图 {x}, {y} 处，{model}",
        ),
        "js.create.mix.position": ("Position", "位置"),
        "js.create.mix.a": ("From seed", "起始种子"),
        "js.create.mix.b": ("To seed", "目标种子"),
        "js.create.mix.is": (
            "Between seeds {a} and {b}, {percent} % of the way",
            "种子 {a} 与 {b} 之间 {percent} % 处",
        ),
        "js.create.mix.about": (
            "Class and truncation are those of the pictures. A walk through many seeds is a film, below.",
            "类别与截断同图像设置。经过多个种子的漫步可在下方制成视频。",
        ),
        "js.create.map.plane": (
            "Map of seeds: drag, or use the arrow keys; + and − change how far one walks",
            "种子地图：拖动或用方向键移动；+ 和 − 改变步幅",
        ),
        "js.create.map.about": (
            (
                "Drag over the map: every place is a picture, and at the numbers are seeds. "
                "Wheel (after a press), pinch, + and − change how far one walks; arrow keys move."
            ),
            (
                "在地图上拖动：每一处都是一张图像，数字处是种子。"
                "滚轮（先点一下）、双指捏合、+ 和 − 改变步幅；方向键移动。"
            ),
        ),
        "js.create.map.place": ("{x}, {y} · nearest seed {seed}", "{x}, {y} · 最近的种子 {seed}"),
        "js.create.map.span": ("How far one walks", "步幅"),
        "js.create.map.first": ("Seed in the middle", "中心种子"),
        "js.create.map.walk": ("Play the trail", "播放轨迹"),
        "js.create.map.stop": ("Stop", "停止"),
        "js.create.map.clear": ("Clear the trail", "清除轨迹"),
        "js.create.map.film": ("Make a film of it", "制成视频"),
        "js.create.map.here": ("Map from here", "以此为中心看地图"),
    }
)
