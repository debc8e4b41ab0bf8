"""Words of the Train tab and of its monitor (keys "js."), in English and in Simplified Chinese."""

from __future__ import annotations

from ganapp.runs import watchdog

from .monitor_strings import STRINGS as MONITOR

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
    "copy": {
        "means": "输出就是输入：与输入的差别只有目标的 {share} %。",
        "advice": "让它改得更多：生成器学习率加倍，并减小保持不变的权重。",
    },
    "stuck": {
        "means": "输出就是输入，或没有比它更接近目标：还剩输入误差的 {left} %，改变了 {share} %。",
        "advice": "把生成器的学习率减半、加上 R1 重新训练：从这里继续很少能摆脱。",
    },
    "deaf": {
        "means": "输入被忽略：无论输入什么，输出几乎相同，差异只有目标的 {share} %。",
        "advice": "让输出跟随输入：增大目标像素或循环的权重。",
    },
}

STRINGS: dict[str, tuple[str, str]] = {
    # -- form ------------------------------------------------------------------------------------------------
    "train.data": ("2  Pictures", "2  图片"),
    "train.recipe": ("3  Recipe", "3  配方"),
    "train.budget": ("4  Budget", "4  预算"),
    "train.task": ("1  What becomes what?", "1  由什么得到什么？"),
    "train.task.noise": ("A picture from noise", "从噪声得到图像"),
    "train.task.degrade": ("A picture from a damaged one", "从损坏的图片得到原图"),
    "train.task.pairs": ("One picture of a pair from the other", "从一对图片中的一张得到另一张"),
    "train.task.unpaired": ("Pictures of one set as those of another", "把一组图片变成另一组的样子"),
    "train.damage.info": (
        "One of these, or several with amounts and ranges: small:4, noise:0.1-0.5",
        "从中选择，或写出多种及其强度、范围：small:4, noise:0.1-0.5",
    ),
    "train.damage.hole": ("A part is missing", "缺失一部分"),
    "train.damage.small": ("Too small", "尺寸太小"),
    "train.damage.grey": ("Without colours", "没有颜色"),
    "train.damage.noise": ("Noise", "噪点"),
    "train.damage.blur": ("Blurred", "模糊"),
    "train.damage.jpeg": ("Traces of JPEG", "JPEG 痕迹"),
    "train.damage.pixelate": ("Pixelated", "马赛克"),
    "train.damage.edges": ("Edges alone", "只有边缘"),
    "train.direction.a2b": ("from the first to the second", "由第一张得到第二张"),
    "train.direction.b2a": ("from the second to the first", "由第二张得到第一张"),
    "train.dataset_b.info": (
        "A name or a path; empty if the pictures above hold both sets (trainA, trainB)",
        "名称或路径；若上面的图片已包含两组（trainA、trainB），请留空",
    ),
    "train.dataset.info": (
        "A name, or the path of a folder, a ZIP or a film",
        "名称，或文件夹、ZIP、视频的路径",
    ),
    "train.own": ("Your own pictures, and prepared data", "自己的图片与已准备的数据"),
    "train.upload.line": ("{count} uploaded files", "{count} 个上传的文件"),
    "train.filled.model": ("The recipe was set to go on from {model}.", "配方已设为从 {model} 继续训练。"),
    "train.filled.run": (
        "The form has the settings of {run}: change what you like, then press Start.",
        "表单已填入 {run} 的设置：按需修改后点“开始训练”。",
    ),
    "train.few": ("Few pictures: mirror them and augment with ADA", "图片较少：镜像并用 ADA 增强"),
    "train.origin.unfit": (
        "does not fit: its {field} is {has}, this recipe's is {wanted}",
        "不匹配：其 {field} 为 {has}，本配方为 {wanted}",
    ),
    "data.held_out": (
        "{count} more are held out: they are used to evaluate, never to train.",
        "另留出 {count} 张，只用于评估，不参与训练。",
    ),
    "js.upload.drop": (
        "Drop pictures, a folder, a film or one ZIP here",
        "把图片、文件夹、视频或一个 ZIP 拖到这里",
    ),
    "js.upload.choose": ("Choose files", "选择文件"),
    "js.upload.folder": ("Choose a folder", "选择文件夹"),
    "js.upload.at": ("Uploading {done} of {all}…", "正在上传 {done} / {all}…"),
    "js.upload.failed": (
        "The upload failed (status {status}): try again.",
        "上传失败（状态 {status}）：请重试。",
    ),
    "js.upload.pictures": ("{n} pictures.", "{n} 张图片。"),
    "js.upload.pictures.one": ("1 picture.", "1 张图片。"),
    "js.upload.films": ("{n} films.", "{n} 个视频。"),
    "js.upload.films.one": ("1 film.", "1 个视频。"),
    "js.upload.others": (
        "{n} files are no pictures and are left out: {names}.",
        "{n} 个文件不是图片，已略去：{names}。",
    ),
    "js.upload.others.one": (
        "1 file is no picture and is left out: {names}.",
        "1 个文件不是图片，已略去：{names}。",
    ),
    "js.upload.cross": ("Press a picture to leave it out.", "点击图片可将其排除。"),
    "js.upload.thumbs": ("Uploaded pictures", "已上传的图片"),
    "js.upload.all": ("Show all {n}", "显示全部 {n} 张"),
    "js.upload.apply": ("Leave out {n} pictures", "排除 {n} 张图片"),
    "js.upload.apply.one": ("Leave out 1 picture", "排除 1 张图片"),
    "train.keep": ("Keep transparency", "保留透明"),
    "train.look": ("Show the pictures", "查看图片"),
    "train.look.cancel": ("Cancel", "取消"),
    "train.look.cancelled": ("Cancelled. Nothing was kept.", "已取消，未保留任何内容。"),
    "train.preview.pairs": (
        "16 pairs: in each, left what the generator is given, right what it learns to make",
        "16 对图片：每对左边是给生成器的输入，右边是它要学会生成的目标",
    ),
    "train.preview.unpaired": (
        "Above 16 pictures of the first set, below 16 of the other one",
        "上面是第一组的 16 张图片，下面是另一组的 16 张",
    ),
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
    "js.start.busy": ("Starting…", "正在开始…"),
    "js.start.done": ("Started: {name}", "已开始：{name}"),
    "js.start.refused": ("Not started: see the marked field", "未开始：请看标出的字段"),
    "group.data": ("Pictures", "图片"),
    "group.model": ("Networks", "网络"),
    "group.objective": ("Loss and penalties", "损失与惩罚项"),
    "group.optimizer": ("Optimizer and schedule", "优化器与调度"),
    "group.budget": ("How often things are written", "写入频率"),
    "group.machine": ("Machine", "机器"),
    "group.lineage": ("Fine-tuning", "微调"),
    "data.set.first": ("First set", "第一组"),
    "data.set.other": ("The other set", "另一组"),
    "data.facts.pairs": (
        "{count} pairs for training · {side}×{side}",
        "{count} 对训练图片 · {side}×{side}",
    ),
    "data.facts.grey": (
        "{count} pictures for training · {side}×{side} · grey",
        "{count} 张训练图片 · {side}×{side} · 灰度",
    ),
    "data.facts.colour": (
        "{count} pictures for training · {side}×{side} · colour",
        "{count} 张训练图片 · {side}×{side} · 彩色",
    ),
    "data.facts.transparent": (
        "{count} pictures for training · {side}×{side} · colour with transparency",
        "{count} 张训练图片 · {side}×{side} · 带透明的彩色",
    ),
    "data.transparent": (
        "{count} of all pictures have transparent parts, which lie on the background colour.",
        "其中 {count} 张图片有透明部分，已铺在背景色上。",
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
    "js.interrupted": (
        "This run was interrupted: its process is gone. Resume continues from the last save, "
        "or begins again if nothing was saved yet.",
        "这次训练被中断了：进程已不存在。点击“继续”可从上次保存处接着训练；若尚未保存过，则重新开始。",
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
    "js.chart.live": ("Nearness to real pictures", "与真实图片的接近程度"),
    "js.chart.live.swd": ("Distance to real pictures", "与真实图片的距离"),
    "js.chart.live.psnr": ("Nearness to the targets (PSNR)", "与目标的接近程度（PSNR）"),
    "js.chart.best.psnr": (
        "128 held-out pictures, decibels, more is better; best: {value} at {at} kimg, kept as a snapshot",
        "128 张留出图片，单位分贝，越高越好；最佳：{value}（{at} kimg），其快照已保留",
    ),
    "js.chart.best.swd": (
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
    "js.series.pixel": ("L1", "L1"),
    "js.series.cycle": ("Cycle", "循环"),
    "js.series.identity": ("Identity", "恒等"),
    "js.series.contrast": ("Contrast", "对比"),
    "js.series.orthogonal": ("Orthogonal", "正交"),
    "js.series.path_length": ("Path length", "路径长度"),
    "js.series.psnr": ("PSNR", "PSNR"),
    "js.series.swd": ("Sliced Wasserstein", "切片 Wasserstein"),
    "js.series.aug_p": ("ADA probability", "ADA 概率"),
    "js.from": ("from {name} at {kimg} kimg", "接自 {name}（{kimg} kimg）"),
    "js.light": ("Watchdog", "训练监视"),
    "js.light.grey": ("The watchdog has not seen enough yet.", "数据还不够，暂时无法判断。"),
    "js.light.green": ("The watchdog sees nothing wrong.", "一切正常。"),
    "js.light.note": (
        (
            "Each button starts a new run that goes on from a saved state of this one, unless it says anew; "
            "this one pauses."
        ),
        "每个按钮都会从本次训练的存档开始一个新的训练（写明重新开始的除外），本次训练随即暂停。",
    ),
    "js.light.note.again": (
        (
            "This run has used up its budget: each button starts a new run that goes on from a saved state "
            "of it, unless it says anew, with the whole budget once more."
        ),
        "本次训练的预算已用完：每个按钮都会从它的存档开始一个新的训练（写明重新开始的除外），并再给一份完整的预算。",
    ),
    "js.light.do.rollback": ("Roll back, half the rates", "回退并减半学习率"),
    "js.light.do.r1": ("Go on with more R1", "加强 R1 后继续"),
    "js.light.do.diffaugment": ("Go on with DiffAugment", "启用 DiffAugment 后继续"),
    "js.light.do.change_more": ("Go on with more change", "加大改变后继续"),
    "js.light.do.follow_input": ("Go on nearer to the input", "更贴近输入后继续"),
    "js.light.do.anew": ("Start anew, slower", "放慢并重新开始"),
    "js.light.do.lower_budget": ("Go on for half the rest", "只做剩余的一半"),
}
STRINGS |= MONITOR
STRINGS |= {
    f"js.light.{kind}.{part}": (getattr(watchdog.KINDS[kind], part), chinese)
    for kind, parts in FINDINGS.items()
    for part, chinese in parts.items()
}
