"""Words of the monitor beside its charts: search, keys, enlarged pictures, deleted runs, notifications."""

from __future__ import annotations

STRINGS: dict[str, tuple[str, str]] = {
    "js.more": ("More actions", "更多操作"),
    "js.deleted": ("Recently deleted", "最近删除"),
    "js.deleted.about": ("Kept for a week, then removed for good.", "保留一周，之后永久删除。"),
    "js.deleted.none": ("No run was deleted in the last week.", "最近一周没有删除过训练。"),
    "js.deleted.told": (
        "{name} is in Recently deleted, for a week.",
        "{name} 已移到“最近删除”，保留一周。",
    ),
    "js.deleted.restore": ("Bring back", "恢复"),
    "js.deleted.remove": ("Delete now", "立即删除"),
    "js.open_zip": ("Open ZIP of a run", "打开训练的 ZIP"),
    "js.open_zip.busy": ("Opening {name}…", "正在打开 {name}…"),
    "js.open_zip.done": (
        "{name} is open, exactly as it was packed: it can be resumed.",
        "{name} 已打开，与打包时完全相同，可以继续训练。",
    ),
    "js.moved": ("Choose the folder", "选择文件夹"),
    "js.moved.said": (
        "The pictures of this run are not where they were.",
        "这次训练的图片已不在原处。",
    ),
    "js.moved.place": ("Folder or ZIP with the same pictures", "含有相同图片的文件夹或 ZIP"),
    "js.moved.about": (
        "They are compared with those that the run began with; it goes on only if they are the same.",
        "会与训练开始时的图片比较，相同才会继续。",
    ),
    "js.moved.yes": ("Go on with these", "用这些图片继续"),
    "js.moved.busy": ("Comparing…", "正在比较…"),
    "js.search": ("Search runs", "搜索训练"),
    "js.search.what": ("Name or state", "名称或状态"),
    "js.search.none": ("No run is called so.", "没有这样的训练。"),
    "js.keys": ("Keys", "快捷键"),
    "js.keys.space": ("Play the past pictures, or stop", "播放历史图像，或停止"),
    "js.keys.arrows": ("The moment before, the moment after", "前一时刻、后一时刻"),
    "js.keys.search": ("Search runs", "搜索训练"),
    "js.keys.help": ("This list", "显示此列表"),
    "js.keys.chart": ("In a chart in focus: zoom in, out, all", "选中图表时：放大、缩小、全部"),
    "js.notify.on": ("Tell me when a run ends", "训练结束时通知我"),
    "js.notify.off": ("Do not tell me when a run ends", "训练结束时不再通知"),
    "js.notify.told.on": (
        "You will be told when a run ends, while this page is open.",
        "只要此页面开着，训练结束时就会通知你。",
    ),
    "js.notify.told.off": ("You will not be told.", "不再通知。"),
    "js.notify.refused": (
        "This browser does not allow notifications here; the page's title tells when a run ends.",
        "浏览器不允许在此发送通知；训练结束时页面标题会显示。",
    ),
    "js.ended.finished": ("{name} is finished", "{name} 已完成"),
    "js.ended.failed": ("{name} failed", "{name} 失败"),
    "js.ended.interrupted": ("{name} was interrupted", "{name} 已中断"),
    "js.grid.classes": ("Classes of the rows", "各行的类别"),
    "js.enlarge.seed": ("Seed {seed} at {kimg} kimg", "种子 {seed}，{kimg} kimg"),
    "js.enlarge.seed.class": ("Seed {seed}, {name}, at {kimg} kimg", "种子 {seed}，{name}，{kimg} kimg"),
    "js.enlarge.held_out": ("Held-out picture {n} at {kimg} kimg", "留出的图片 {n}，{kimg} kimg"),
    "js.grid.of_pairs": (
        "In each, from the left: input, output, target. None of them is trained on.",
        "每组从左到右：输入、输出、目标；均未参与训练。",
    ),
    "js.grid.of_two_sets": (
        "In each, from the left: a picture, what it becomes; what one of the other set becomes, and it.",
        "每组从左到右：一张图片及其转换结果；另一组图片的转换结果及其原图。",
    ),
    "js.grid.of_one_way": (
        "In each, from the left: input, output. None of them is trained on.",
        "每组从左到右：输入、输出；均未参与训练。",
    ),
    "js.enlarge.real": ("Real image {n} of {count}", "第 {n} 张真实图像，共 {count} 张"),
    "js.enlarge.real.one": ("Enlarge a real image", "放大真实图像"),
}
