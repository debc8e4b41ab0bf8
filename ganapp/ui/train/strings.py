"""Words of the Train tab and of its monitor (keys "js."), in English and in Simplified Chinese."""

from __future__ import annotations

from ganapp.runs import watchdog

# Findings of the watchdog: the English sentence is its own, the Chinese one is here.
FINDINGS: dict[str, dict[str, str]] = {
    "nan": {
        "means": "{what} 已不是有限数值，训练无法继续。",
        "advice": "回到最近一次正常的存档，并把学习率减半。",
    },
    "exploding": {
        "means": "{net} 的梯度长度已达 {size}，每一步都在剧烈改动权重。",
        "advice": "回到最近一次正常的存档，并把学习率减半。",
    },
    "d_wins": {
        "means": "判别器占了上风：损失只有瞎猜时的 {share} %，生成器几乎学不到东西。",
        "advice": "给判别器增加难度，或让它的输出更平滑。",
    },
    "stall": {
        "means": "生成器停滞不前：它的梯度只剩原来的 {share} %。",
        "advice": "回到它还在学习的时候，或让判别器更平滑。",
    },
    "collapse": {
        "means": "生成的图像越来越像：多样性只有真实图像的 {now} %，此前为 {best} %。",
        "advice": "回到那之前并把学习率减半，或让判别器更平滑。",
    },
    "oscillation": {
        "means": "两个网络在互相追逐：判别器的输出反复摆动，幅度为 {swing}。",
        "advice": "把学习率减半，或抑制判别器。",
    },
    "overfit": {
        "means": "判别器在死记图片：没见过的真实图片在它看来有 {share} % 像生成的。",
        "advice": "提供更多图片，或做数据增强，或提早结束。",
    },
}

STRINGS: dict[str, tuple[str, str]] = {
    # -- form ------------------------------------------------------------------------------------------------
    "train.data": ("1  Pictures", "1  图片"),
    "train.recipe": ("2  Recipe", "2  配方"),
    "train.budget": ("3  Budget", "3  预算"),
    "train.dataset.info": ("A name, or the path of a folder or a ZIP", "名称，或文件夹、ZIP 的路径"),
    "train.own": ("Your own pictures, and prepared data", "自己的图片与已准备的数据"),
    "train.upload": ("Drop pictures or one ZIP here", "把图片或一个 ZIP 拖到这里"),
    "train.look": ("Show the pictures", "查看图片"),
    "train.look.cancel": ("Cancel", "取消"),
    "train.look.cancelled": ("Cancelled. Nothing was kept.", "已取消，未保留任何内容。"),
    "train.preview": ("32 of the real pictures", "32 张真实图片"),
    "train.cache.clear": ("Clear prepared data", "清除已准备的数据"),
    "train.preset": ("Preset", "预设"),
    "train.advanced": ("Advanced: every setting", "高级：全部设置"),
    "train.budget.kind": ("Stop after", "停止条件"),
    "train.budget.minutes": ("minutes", "分钟"),
    "train.budget.kimg": ("thousand images", "千张图像"),
    "train.budget.amount": ("How many", "数量"),
    "train.name": ("Name of the run (optional)", "训练名称（可选）"),
    "train.start": ("Start", "开始"),
    "group.data": ("Pictures", "图片"),
    "group.model": ("Networks", "网络"),
    "group.objective": ("Loss and penalties", "损失与惩罚项"),
    "group.optimizer": ("Optimizer and schedule", "优化器与调度"),
    "group.budget": ("How often things are written", "写入频率"),
    "group.machine": ("Machine", "机器"),
    "group.lineage": ("Fine-tuning", "微调"),
    "data.facts.grey": (
        "{count} pictures for training · {side}×{side} · grey",
        "{count} 张训练图片 · {side}×{side} · 灰度",
    ),
    "data.facts.colour": (
        "{count} pictures for training · {side}×{side} · colour",
        "{count} 张训练图片 · {side}×{side} · 彩色",
    ),
    "data.balanced": ("{count} classes, {each} each: {names}", "{count} 个类别，各 {each} 张：{names}"),
    "data.more_classes": ("and {count} more classes", "另有 {count} 个类别"),
    "data.unusable": ("{count} files could not be used", "{count} 个文件无法使用"),
    "data.cache": ("Prepared data takes {size} in {folder}.", "已准备的数据占用 {size}，位于 {folder}。"),
    "data.cleared": ("{size} cleared.", "已清除 {size}。"),
    "preset.expect.busy": (
        "A run is at work: its speed stands on the right.",
        "有训练正在运行：速度见右侧。",
    ),
    "preset.expect.seen": (
        (
            "On this machine: {speed} images/s in its last run. First shapes after about {first}, good "
            "pictures after about {good}."
        ),
        "在本机上：上次训练速度为每秒 {speed} 张。约 {first} 后出现轮廓，约 {good} 后画质较好。",
    ),
    "preset.expect.measured": (
        (
            "On this machine: about {speed} images/s, by a short measurement. First shapes after about "
            "{first}, good pictures after about {good}."
        ),
        "在本机上：短时测得约每秒 {speed} 张。约 {first} 后出现轮廓，约 {good} 后画质较好。",
    ),
    # -- monitor ---------------------------------------------------------------------------------------------
    "js.empty.title": ("No runs yet", "还没有训练"),
    "js.empty.text": (
        "Choose pictures and press Start. The first images appear here within seconds.",
        "选好图片，点击“开始”，几秒后这里就会出现第一批生成的图像。",
    ),
    "js.chooser": ("Run", "训练"),
    "js.other": ("{name} is running", "{name} 正在运行"),
    "js.word.pause": ("Pausing…", "正在暂停…"),
    "js.word.stop": ("Stopping…", "正在停止…"),
    "js.word.save": ("Saving…", "正在保存…"),
    "js.pause": ("Pause", "暂停"),
    "js.resume": ("Resume", "继续"),
    "js.stop": ("Stop", "停止"),
    "js.save": ("Save now", "立即保存"),
    "js.more": ("More actions for this run", "更多操作"),
    "js.rename": ("Rename", "重命名"),
    "js.rename.label": ("New name", "新名称"),
    "js.rename.ok": ("Rename", "重命名"),
    "js.export": ("Export as ZIP", "导出为 ZIP"),
    "js.export.busy": ("Packing…", "正在打包…"),
    "js.delete": ("Delete", "删除"),
    "js.delete.ask": (
        "Delete {name} with its curves, pictures and snapshots?",
        "删除 {name} 以及它的曲线、图片和快照？",
    ),
    "js.delete.yes": ("Delete", "删除"),
    "js.delete.again": (
        "This cannot be undone. Delete {name} for good?",
        "删除后无法恢复。确定永久删除 {name}？",
    ),
    "js.delete.really": ("Delete for good", "永久删除"),
    "js.cancel": ("Cancel", "取消"),
    "js.interrupted": (
        "This run was interrupted: its process is gone. Resume continues from the last save.",
        "这次训练被中断了：进程已不存在。点击“继续”可从上次保存处接着训练。",
    ),
    "js.progress": ("Progress of the run", "训练进度"),
    "js.fact.images": ("Images", "图像"),
    "js.fact.speed": ("Images/s", "图像/秒"),
    "js.fact.elapsed": ("Elapsed", "已用时间"),
    "js.fact.left": ("Time left", "剩余时间"),
    "js.fact.device": ("Device", "设备"),
    "js.fact.memory": ("Memory", "内存"),
    "js.kimg_of": ("{done} of {total} kimg", "{done} / {total} kimg"),
    "js.threads.one": ("1 thread", "1 线程"),
    "js.threads": ("{n} threads", "{n} 线程"),
    "js.batch": ("batch {n}", "批大小 {n}"),
    "js.grid.real": ("Real images", "真实图像"),
    "js.grid.show_real": ("Show real images", "显示真实图像"),
    "js.moment": ("at {kimg} kimg", "{kimg} kimg 时"),
    "js.moment.live": ("{kimg} kimg · live", "{kimg} kimg · 实时"),
    "js.moment.latest": ("{kimg} kimg · latest", "{kimg} kimg · 最新"),
    "js.film": ("Make video", "生成视频"),
    "js.film.busy": ("Making the video…", "正在生成视频…"),
    "js.film.title": ("Time-lapse of this run", "训练过程延时视频"),
    "js.film.download": ("Download video", "下载视频"),
    "js.chart.losses": ("Losses", "损失"),
    "js.chart.outputs": ("Discriminator outputs", "判别器输出"),
    "js.chart.live": ("Distance to real pictures", "与真实图片的距离"),
    "js.chart.best": (
        "1,000 samples, less is better; best: {value} at {at} kimg, kept as a snapshot",
        "1,000 个样本，越低越好；最佳：{value}（{at} kimg），其快照已保留",
    ),
    "js.chart.minutes": ("Minutes", "按分钟"),
    "js.series.d_loss": ("D", "D"),
    "js.series.g_loss": ("G", "G"),
    "js.series.r1": ("R1", "R1"),
    "js.series.r2": ("R2", "R2"),
    "js.series.d_real": ("Real", "真实"),
    "js.series.d_fake": ("Fake", "生成"),
    "js.series.gp": ("GP", "GP"),
    "js.series.drift": ("Drift", "漂移"),
    "js.series.d_class": ("D classes", "D 类别"),
    "js.series.g_class": ("G classes", "G 类别"),
    "js.series.feature_matching": ("Features", "特征匹配"),
    "js.series.orthogonal": ("Orthogonal", "正交"),
    "js.series.path_length": ("Path length", "路径长度"),
    "js.series.swd": ("Sliced Wasserstein", "切片 Wasserstein"),
    "js.series.aug_p": ("ADA probability", "ADA 概率"),
    "js.from": ("from {name} at {kimg} kimg", "接自 {name}（{kimg} kimg）"),
    "js.light": ("Watchdog", "训练监视"),
    "js.light.grey": ("The watchdog has not seen enough yet.", "数据还不够，暂时无法判断。"),
    "js.light.green": ("The watchdog sees nothing wrong.", "一切正常。"),
    "js.light.note": (
        "Each button starts a new run that goes on from a saved state of this one; this one pauses.",
        "每个按钮都会从本次训练的存档开始一个新的训练，本次训练随即暂停。",
    ),
    "js.light.note.again": (
        (
            "This run has used up its budget: each button starts a new run that goes on from a saved state "
            "of it, with the whole budget once more."
        ),
        "本次训练的预算已用完：每个按钮都会从它的存档开始一个新的训练，并再给一份完整的预算。",
    ),
    "js.light.do.rollback": ("Roll back, half the rates", "回退并减半学习率"),
    "js.light.do.r1": ("Go on with more R1", "加强 R1 后继续"),
    "js.light.do.diffaugment": ("Go on with DiffAugment", "启用 DiffAugment 后继续"),
    "js.light.do.lower_budget": ("Go on for half the rest", "只做剩余的一半"),
}
STRINGS |= {
    f"js.light.{kind}.{part}": (getattr(watchdog.KINDS[kind], part), chinese)
    for kind, parts in FINDINGS.items()
    for part, chinese in parts.items()
}
