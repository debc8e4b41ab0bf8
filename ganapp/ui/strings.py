"""Every word on the page, in English and in Simplified Chinese. Nothing else in ui/ holds text for people.

A key that starts with "js." goes to the scripts of the page as well; a key "help.FIELD" explains a field of TrainConfig.
"""

from __future__ import annotations

from ..config import TrainConfig

# fmt: off
STRINGS: dict[str, tuple[str, str]] = {
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.title": ("ganapp", "ganapp"),
    # -- monitor (js.*) ------------------------------------------------------------------------------------------------
    "js.empty.title": ("No runs yet", "还没有训练"),
    "js.empty.text": ("Choose pictures and press Start. The first images appear here within seconds.", "选好图片，点击“开始”，几秒后这里就会出现第一批生成的图像。"),
    "js.chooser": ("Run", "训练"),
    "js.other": ("{name} is running", "{name} 正在运行"),
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
    "js.delete.ask": ("Delete {name} with its curves, pictures and snapshots?", "删除 {name} 以及它的曲线、图片和快照？"),
    "js.delete.yes": ("Delete", "删除"),
    "js.delete.again": ("This cannot be undone. Delete {name} for good?", "删除后无法恢复。确定永久删除 {name}？"),
    "js.delete.really": ("Delete for good", "永久删除"),
    "js.cancel": ("Cancel", "取消"),
    "js.interrupted": ("This run was interrupted: its process is gone. Resume continues from the last save.", "这次训练被中断了：进程已不存在。点击“继续”可从上次保存处接着训练。"),
    "js.progress": ("Progress of the run", "训练进度"),
    "js.fact.images": ("Images", "图像"),
    "js.fact.speed": ("Images/s", "图像/秒"),
    "js.fact.elapsed": ("Elapsed", "已用时间"),
    "js.fact.left": ("Time left", "剩余时间"),
    "js.fact.device": ("Device", "设备"),
    "js.fact.memory": ("Memory", "内存"),
    "js.kimg": ("{done} kimg", "{done} kimg"),
    "js.kimg_of": ("{done} of {total} kimg", "{done} / {total} kimg"),
    "js.threads.one": ("1 thread", "1 线程"),
    "js.threads": ("{n} threads", "{n} 线程"),
    "js.batch": ("batch {n}", "批大小 {n}"),
    "js.lost": ("Connection lost, retrying…", "连接中断，正在重试…"),
    "js.grid.waiting": ("The first pictures appear here in a moment.", "第一批图像即将出现。"),
    "js.grid.none": ("This run has no pictures yet.", "这次训练还没有图像。"),
    "js.grid.alt": ("Generated images after {kimg} kimg", "训练 {kimg} kimg 后生成的图像"),
    "js.grid.real": ("Real images", "真实图像"),
    "js.grid.show_real": ("Show real images", "显示真实图像"),
    "js.timeline": ("Past pictures", "历史图像"),
    "js.moment": ("at {kimg} kimg", "{kimg} kimg 时"),
    "js.moment.live": ("{kimg} kimg · live", "{kimg} kimg · 实时"),
    "js.moment.latest": ("{kimg} kimg · latest", "{kimg} kimg · 最新"),
    "js.play": ("Play all pictures", "播放全部图像"),
    "js.play.stop": ("Stop playing", "停止播放"),
    "js.film": ("Make video", "生成视频"),
    "js.film.busy": ("Making the video…", "正在生成视频…"),
    "js.film.title": ("Time-lapse of this run", "训练过程延时视频"),
    "js.film.download": ("Download video", "下载视频"),
    "js.chart.losses": ("Losses", "损失"),
    "js.chart.outputs": ("Discriminator outputs", "判别器输出"),
    "js.chart.smooth": ("Smoothing", "平滑"),
    "js.chart.log": ("Log", "对数"),
    "js.chart.minutes": ("Minutes", "按分钟"),
    "js.chart.reset": ("Reset zoom", "重置缩放"),
    "js.chart.hint": ("Drag to zoom, double-click to reset. In focus: wheel, + and − zoom, arrows move, 0 resets.", "拖动可缩放，双击重置。选中后：滚轮或 + − 缩放，方向键移动，0 重置。"),
    "js.chart.empty": ("No data yet", "暂无数据"),
    "js.chart.label": ("{title}, latest at {at}: {values}", "{title}，最新（{at}）：{values}"),
    "js.axis.kimg": ("{x} kimg", "{x} kimg"),
    "js.axis.min": ("{x} min", "{x} 分钟"),
    "js.series.d_loss": ("D", "D"),
    "js.series.g_loss": ("G", "G"),
    "js.series.r1": ("R1", "R1"),
    "js.series.r2": ("R2", "R2"),
    "js.series.d_real": ("Real", "真实"),
    "js.series.d_fake": ("Fake", "生成"),
    # -- generate ------------------------------------------------------------------------------------------------------
    # gen.say.*, gen.card.*: filled in on the server, {name} marks a value; the others go through t() and have no braces
    "gen.source": ("Model", "模型"),
    "gen.source.info": ("A shipped model, a snapshot of a run, a folder, or a Hub id: user/name@revision", "内置模型、训练快照、文件夹，或 Hub 编号：user/name@revision"),
    "gen.source.info_hub": ("A shipped model, a snapshot of a run, or a Hub id: user/name@revision", "内置模型、训练快照，或 Hub 编号：user/name@revision"),
    "gen.refresh": ("Look for new models", "查找新模型"),
    "gen.seeds": ("Seeds", "种子"),
    "gen.seeds.info": ("One picture a seed: 0-15, 42, 100-103", "每个种子对应一张图像：0-15, 42, 100-103"),
    "gen.random": ("New seeds", "换一批种子"),
    "gen.go": ("Generate", "生成"),
    "gen.class": ("Class", "类别"),
    "gen.class.own": ("From the seed", "由种子决定"),
    "gen.psi": ("Truncation ψ", "截断 ψ"),
    "gen.psi.info": ("1 = full variety; lower = more typical pictures", "1 = 最多样；越低越典型"),
    "gen.columns": ("Columns", "列数"),
    "gen.columns.info": ("0 = as many as fit", "0 = 自动"),
    "gen.gallery": ("Pictures", "图像"),
    "gen.zip": ("Download all (ZIP)", "全部下载（ZIP）"),
    "gen.restore": ("Restore settings from a picture", "从图像恢复设置"),
    "gen.hint": ("Click a picture to see it large, with its seed; from there it can be saved. A saved PNG carries its settings.", "点击图像可放大并查看种子，也可保存。保存的 PNG 带有全部设置。"),
    "gen.mix.title": ("Between two seeds", "两个种子之间"),
    "gen.mix.a": ("From seed", "起始种子"),
    "gen.mix.b": ("To seed", "目标种子"),
    "gen.mix.slider": ("Position", "位置"),
    "gen.walk.title": ("Film: a walk through seeds", "视频：在种子之间漫步"),
    "gen.walk.seeds": ("Seeds on the way", "途经的种子"),
    "gen.walk.class": ("Classes on the way", "途经的类别"),
    "gen.walk.class.info": ("Empty = from the seeds. One class for all, or one a seed: smile, sad", "留空 = 由种子决定；可填一个类别，或每个种子一个：smile, sad"),
    "gen.walk.frames": ("Frames from one seed to the next", "相邻种子间的帧数"),
    "gen.walk.fps": ("Frames a second", "每秒帧数"),
    "gen.walk.mode": ("Path", "路径"),
    "gen.walk.slerp": ("Spherical", "球面"),
    "gen.walk.lerp": ("Linear", "直线"),
    "gen.walk.loop": ("Return to the first seed (loop)", "回到第一个种子（循环）"),
    "gen.walk.format": ("Format", "格式"),
    "gen.walk.go": ("Make film", "生成视频"),
    "gen.walk.video": ("Film", "视频"),
    "gen.walk.file": ("Download film", "下载视频"),
    "gen.card.classes": ("{n} classes", "{n} 个类别"),
    "gen.card.none": ("no classes", "无类别"),
    "gen.card.grey": ("grey", "灰度"),
    "gen.card.min": ("{n} min", "{n} 分钟"),
    "gen.card.hub": ("From the Hub: fetched when you press Generate.", "来自 Hub：点击“生成”时下载。"),
    "gen.card.empty": ("There is no model yet: train one, or type a Hub id.", "还没有模型：请先训练一个，或输入 Hub 编号。"),
    "gen.say.made": ("{n} pictures in {sec} s from {model}", "{n} 张图像，用时 {sec} 秒，模型 {model}"),
    "gen.say.made.one": ("1 picture in {sec} s from {model}", "1 张图像，用时 {sec} 秒，模型 {model}"),
    "gen.say.film": ("{n} frames, {size} KB", "{n} 帧，{size} KB"),
    "gen.say.filming": ("The film is being made…", "正在生成视频…"),
    "gen.say.restored": ("Settings restored: seed {seeds}", "已恢复设置：种子 {seeds}"),
    "gen.say.restored.unknown": ("Settings restored: seed {seeds}. Its model {model} is not in the list: choose one.", "已恢复设置：种子 {seeds}。其模型 {model} 不在列表中，请自行选择。"),
    "gen.say.seed": ("Seed {seed}", "种子 {seed}"),
    "gen.say.stills": ("Stills of the walk", "漫步的静态画面"),
    "gen.say.mix": ("Picture between seeds {a} and {b}, {percent} % of the way", "种子 {a} 与 {b} 之间 {percent} % 处的图像"),
    "gen.mix.empty": ("Move the slider", "拖动滑块"),
    # -- train ---------------------------------------------------------------------------------------------------------
    "app.tagline": ("Train a GAN on pictures, watch it learn, make images with it.", "用图片训练 GAN，看着它学习，再用它生成图像。"),
    "tab.train": ("Train", "训练"),
    "tab.generate": ("Generate", "生成"),
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
    "data.facts.grey": ("{count} pictures for training · {side}×{side} · grey", "{count} 张训练图片 · {side}×{side} · 灰度"),
    "data.facts.colour": ("{count} pictures for training · {side}×{side} · colour", "{count} 张训练图片 · {side}×{side} · 彩色"),
    "data.balanced": ("{count} classes, {each} each: {names}", "{count} 个类别，各 {each} 张：{names}"),
    "data.more_classes": ("and {count} more classes", "另有 {count} 个类别"),
    "data.unusable": ("{count} files could not be used", "{count} 个文件无法使用"),
    "data.cache": ("Prepared data takes {size} in {folder}.", "已准备的数据占用 {size}，位于 {folder}。"),
    "data.cleared": ("{size} cleared.", "已清除 {size}。"),
    "preset.expect.busy": ("A run is at work: its speed stands on the right.", "有训练正在运行：速度见右侧。"),
    "preset.expect.seen": ("On this machine: {speed} images/s in its last run. First shapes after about {first}, good pictures after about {good}.", "在本机上：上次训练速度为每秒 {speed} 张。约 {first} 后出现轮廓，约 {good} 后画质较好。"),
    "preset.expect.measured": ("On this machine: about {speed} images/s, by a short measurement. First shapes after about {first}, good pictures after about {good}.", "在本机上：短时测得约每秒 {speed} 张。约 {first} 后出现轮廓，约 {good} 后画质较好。"),
}
# fmt: on


# fmt: off
# Field of TrainConfig -> label in English, label and sentence of help in Chinese. The English sentence is the field's own.
FIELDS: dict[str, tuple[str, str, str]] = {
    "resolution": ("Resolution", "分辨率", "图像的宽和高（像素）。"),
    "channels": ("Channels", "通道数", "1 = 灰度，3 = 彩色，0 = 与图片一致。"),
    "conditional": ("Learn the classes", "学习类别", "数据带标签时按类别学习。"),
    "mirror": ("Mirror", "镜像", "每张图片有一半概率左右翻转。"),
    "crop": ("Crop", "裁剪", "非正方形图片如何变为正方形。"),
    "background": ("Background", "背景色", "透明或留白处的颜色。"),
    "family": ("Family", "网络类型", "使用哪种网络。"),
    "z_dim": ("Latent size", "隐向量长度", "隐向量的长度。"),
    "g_args": ("Generator arguments", "生成器参数", "生成器自己的参数，写成 JSON 对象。"),
    "d_args": ("Discriminator arguments", "判别器参数", "判别器自己的参数，写成 JSON 对象。"),
    "loss": ("Loss", "损失函数", "对抗损失。"),
    "r1": ("R1 weight γ", "R1 权重 γ", "真实图像上的梯度惩罚 R1 的权重；0 = 关闭。"),
    "r1_interval": ("R1 interval", "R1 间隔", "每 n 步才计算一次 R1（惰性），强度乘以 n。"),
    "r2": ("R2 weight γ", "R2 权重 γ", "生成图像上的梯度惩罚 R2 的权重；0 = 关闭。"),
    "r2_interval": ("R2 interval", "R2 间隔", "每 n 步才计算一次 R2（惰性），强度乘以 n。"),
    "gp": ("WGAN-GP weight λ", "WGAN-GP 权重 λ", "真实与生成图像之间的梯度惩罚权重；0 = 关闭。"),
    "weight_clip": ("Weight clipping", "权重裁剪", "每个判别器步后把权重裁剪到 ± 此值（WGAN）；0 = 关闭。"),
    "label_smoothing": ("Label smoothing", "标签平滑", "单侧：真实图像的目标为 1 减此值（交叉熵类损失）；0 = 关闭。"),
    "instance_noise": ("Instance noise", "实例噪声", "判别器所见图像上的噪声初始强度，之后降为 0。"),
    "instance_noise_kimg": ("Instance noise (kimg)", "实例噪声长度（kimg）", "噪声在多少千张图像内降为 0。"),
    "feature_matching": ("Feature matching", "特征匹配", "生成器匹配判别器平均特征的权重；0 = 关闭。"),
    "class_term": ("Class term", "类别损失", "额外的类别损失；需要判别器有对应的头。"),
    "class_weight": ("Class weight", "类别权重", "该损失的权重。"),
    "orthogonal": ("Orthogonal", "正交正则", "BigGAN 对生成器的正交正则权重；0 = 关闭。"),
    "path_length": ("Path length", "路径长度", "StyleGAN2 路径长度正则的权重；0 = 关闭。"),
    "path_length_interval": ("Path length interval", "路径长度间隔", "每 n 步才计算一次（惰性），强度乘以 n。"),
    "augment": ("Augmentation", "数据增强", "对判别器所见全部图像做可微增强；ada 自适应强度。"),
    "augment_policy": ("Augmentation policy", "增强策略", "diffaugment 做哪些增强。"),
    "ada_target": ("ADA target", "ADA 目标", "判别器对真实图像多有把握时 ada 才加强。"),
    "ada_kimg": ("ADA speed (kimg)", "ADA 速度（kimg）", "ada 从无到满需要多少千张图像。"),
    "grow_kimg": ("Growing (kimg)", "渐进增长（kimg）", "ProGAN：每次淡入与每次稳定各多少千张图像；0 = 不增长。"),
    "batch": ("Batch", "批大小", "每一步的真实图像数。"),
    "d_steps": ("D steps", "D 步数", "每个生成器步对应的判别器步数。"),
    "g_lr": ("G learning rate", "G 学习率", "生成器的学习率。"),
    "d_lr": ("D learning rate", "D 学习率", "判别器的学习率。"),
    "beta1": ("Adam β1", "Adam β1", "Adam 一阶矩的衰减。"),
    "beta2": ("Adam β2", "Adam β2", "Adam 二阶矩的衰减。"),
    "ema_kimg": ("EMA half-life (kimg)", "EMA 半衰期（kimg）", "平均生成器的半衰期，单位千张图像。"),
    "burn_in_kimg": ("Schedule length (kimg)", "调度长度（kimg）", "下面两项所用余弦调度的长度；0 = 无。"),
    "lr_final": ("Final learning rate", "最终学习率比例", "学习率最终降到初值的这个比例。"),
    "gamma_final": ("Final penalty weight", "最终惩罚比例", "惩罚权重最终降到初值的这个比例。"),
    "tick_sec": ("Curve interval (s)", "曲线间隔（秒）", "曲线上两点之间的秒数。"),
    "sample_sec": ("Grid interval (s)", "样本间隔（秒）", "两张样本图之间的秒数（训练越久间隔越长：占已用时间的 2 %）。"),
    "save_sec": ("Save interval (s)", "保存间隔（秒）", "两次保存之间的秒数：断电最多损失这么多。"),
    "seed": ("Seed", "随机种子", "所有随机性的起点。"),
    "precision": ("Precision", "精度", "bf16 在部分处理器上更快；auto 会实测。"),
    "threads": ("Threads", "线程数", "处理器线程数；0 = 启动时实测。"),
    "device": ("Device", "设备", "auto、cpu、cuda、cuda:1、mps……"),
    "start_from": ("Start from", "从……开始", "以某次训练或某个模型的权重为起点（微调）。"),
}
# fmt: on


# What a preset is, in Chinese; the English sentence is the preset's own.
PRESETS_CHINESE: dict[str, str] = {
    "mlp-28": "全连接网络，用于 28 像素的数字：最早的 GAN，也最快。",
    "dcgan-32": "带步长的卷积，两个网络都用批归一化，与论文一致。",
    "dcgan-r1-32": "DCGAN 的结构，判别器用 R1 代替批归一化：几分钟出清晰图像，长时间也稳定。",
    "dcgan-r1-64": "同上，64 像素：适合 GPU，或有耐心的 CPU。",
    "r3gan-32": "不用归一化的现代残差网络：更慢，但有理论保证。",
    "r3gan-64": "64 像素的残差网络，按 GPU 设计。",
}


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
