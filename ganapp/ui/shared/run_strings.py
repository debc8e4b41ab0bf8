"""Words of what can be done with a run, wherever one is shown, in English and in Simplified Chinese."""

from __future__ import annotations

STRINGS: dict[str, tuple[str, str]] = {
    "js.actions": ("What to do with this run", "对这次训练的操作"),
    "js.actions.all": ("Actions", "操作"),
    "js.cancel": ("Cancel", "取消"),
    "js.close": ("Close", "关闭"),
    "js.undo": ("Undo", "撤销"),
    "js.do.longer": ("Train longer", "继续训练更久"),
    "js.do.longer.amount": ("Train longer by", "再训练"),
    "js.do.longer.unit": ("Unit", "单位"),
    "js.do.longer.minutes": ("minutes", "分钟"),
    "js.do.longer.kimg": ("thousand images", "千张图像"),
    "js.do.longer.yes": ("Go on", "继续"),
    "js.do.longer.about": (
        "It goes on exactly from its last save, as if it had had the larger budget from the start.",
        "从最后一次存档精确继续，结果与一开始就给更大预算完全相同。",
    ),
    "js.do.longer.burn_in": (
        "Its learning rates and penalties change over the first {length} kimg and then stay.",
        "学习率与惩罚项只在前 {length} kimg 内变化，之后保持不变。",
    ),
    "js.do.longer.noise": (
        "The noise on the images ends after {length} kimg.",
        "图像上的噪声在 {length} kimg 后结束。",
    ),
    "js.do.longer.growth": (
        "Its networks have grown to full size after {length} kimg.",
        "网络在 {length} kimg 后长到完整尺寸。",
    ),
    "js.do.pictures": ("Make pictures", "生成图片"),
    "js.do.evaluate": ("Evaluate", "评估"),
    "js.do.clone": ("Clone with changes", "复制并修改"),
    "js.do.sweep": ("Sweep from this", "以此做参数扫描"),
    "js.do.publish": ("Publish", "发布"),
    "js.do.export": ("Export as ZIP", "导出为 ZIP"),
    "js.do.export.busy": ("Packing…", "正在打包…"),
    "js.do.rename": ("Rename", "重命名"),
    "js.do.rename.label": ("Name, any text", "名称，任意文字"),
    "js.do.rename.yes": ("Rename", "重命名"),
    "js.do.delete": ("Delete", "删除"),
    "js.do.delete.ask": (
        "Delete {name}? For a week it can be brought back from Recently deleted.",
        "删除 {name}？一周内可从“最近删除”中恢复。",
    ),
    "js.do.delete.yes": ("Delete", "删除"),
    "js.do.delete.now": ("Delete now", "立即删除"),
    "js.do.delete.now.size": ("Delete now, frees {size}", "立即删除，释放 {size}"),
    "js.do.delete.again": (
        "This cannot be undone. Delete {name} with its curves, pictures and snapshots for good?",
        "删除后无法恢复。确定永久删除 {name} 以及它的曲线、图片和快照？",
    ),
    "js.do.delete.frees": ("This frees {size}.", "将释放 {size}。"),
    "js.do.delete.really": ("Delete for good", "永久删除"),
    "js.freed": ("{size} freed.", "已释放 {size}。"),
    "js.enlarge": ("Enlarge a picture", "放大图片"),
}
