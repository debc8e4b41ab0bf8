"""Words of the Evaluate tab, in English and in Simplified Chinese.

A key "eval.group.MEASURE" names a group of figures, "eval.is.FIGURE" one figure.
"""

from __future__ import annotations

STRINGS: dict[str, tuple[str, str]] = {
    "origin.title": ("Where does a picture come from?", "图片从哪里来？"),
    "origin.about": (
        (
            "Drop pictures, films or a ZIP: what marks they carry, whether pixels were changed since, and "
            "whether the model that a file names draws exactly this picture from its seed. That is a proof; "
            "a mark alone is not, and a missing mark says nothing."
        ),
        (
            "放入图片、影片或 ZIP：查看其中带有哪些标识、写入标识后像素是否改动过，以及文件所说的模型用其种子"
            "能否画出完全相同的图片。后者是证明；仅有标识不是证明，没有标识也不说明任何问题。"
        ),
    ),
    "origin.files": ("Pictures, films, ZIPs", "图片、影片、ZIP"),
    "origin.file": ("File", "文件"),
    "origin.found": ("What can be known", "可以知道什么"),
    "origin.more": (
        "Only the first {most} files are shown; `ganapp verify` takes any number.",
        "只显示前 {most} 个文件；命令 `ganapp verify` 不限数量。",
    ),
    "eval.data": ("Real pictures", "真实图片"),
    "eval.figures": ("Figures", "指标"),
    "eval.figures.info": (
        (
            "The last four need the Inception network: a download at first use, and pip install -r "
            "requirements-metrics.txt"
        ),
        "最后四项需要 Inception 网络：首次使用时下载，并需 pip install -r requirements-metrics.txt",
    ),
    "eval.images": ("Images", "图像数"),
    "eval.repeats": ("Repeats", "重复次数"),
    "eval.seed": ("Seed", "种子"),
    "eval.go": ("Measure", "开始测量"),
    "eval.stop": ("Stop", "停止"),
    "eval.none": (
        "No figures yet: choose what to measure and press Measure. Each figure comes with its protocol.",
        "还没有指标：选择要测量的内容后点击“开始测量”。每个指标都附有测量方法。",
    ),
    "eval.progress": ("Progress of the measurement", "测量进度"),
    "eval.left": ("about {sec} left", "约剩 {sec}"),
    "eval.stopped": (
        "Stopped: these are the figures that were measured until then.",
        "已停止：这些是在此之前测得的指标。",
    ),
    "eval.other_data": (
        "The generator was trained on other pictures: a large distance to these says nothing about it.",
        "这些不是该生成器的训练图片：距离大并不说明它不好。",
    ),
    "eval.protocol": ("How this was measured", "测量方法"),
    "eval.missing_kinds": ("Real pictures of what is missing", "所缺类别的真实图片"),
    "eval.figure": ("Figure", "指标"),
    "eval.value": ("Value (95 % of repetitions)", "数值（重复测量的 95 %）"),
    "eval.missing": ("not measured", "未测量"),
    "eval.neighbours": ("Nearest training pictures", "最接近的训练图片"),
    "eval.neighbours.about": (
        (
            "A copy would look the same as the picture below it; a sample that is merely typical only "
            "resembles it."
        ),
        "若是抄袭，样本会与下方图片完全相同；仅仅典型的样本只是相似。",
    ),
    "eval.samples": ("Nearest of 256 samples", "256 个样本中最接近的"),
    "eval.in_pixels": ("Nearest in pixels", "像素最近"),
    "eval.in_features": ("Nearest in features", "特征最近"),
    "eval.translated": ("Held-out pictures", "留出图片"),
    "eval.inputs": ("Input", "输入"),
    "eval.answers": ("Answer", "输出"),
    "eval.targets": ("Target", "目标"),
    "eval.group.psnr": ("Nearness to the target (PSNR, L1)", "与目标的接近程度（PSNR、L1）"),
    "eval.group.swd": ("Patches (MS-SWD)", "图像块（MS-SWD）"),
    "eval.group.c2st": ("Two-sample test", "双样本检验"),
    "eval.group.classes": ("Classes", "类别"),
    "eval.group.fd": ("Fréchet distance", "弗雷歇距离"),
    "eval.group.pr": ("Precision, recall", "精确率与召回率"),
    "eval.group.dc": ("Density, coverage", "密度与覆盖率"),
    "eval.group.attributes": ("Attributes (faces)", "属性（卡通脸）"),
    "eval.group.memorisation": ("Memorisation", "记忆（抄袭）"),
    "eval.group.membership": ("Membership attack", "成员推断攻击"),
    "eval.group.fid": ("FID", "FID"),
    "eval.group.kid": ("KID", "KID"),
    "eval.group.is": ("Inception Score", "Inception Score"),
    "eval.group.prc": ("Inception precision, recall", "Inception 精确率与召回率"),
    "eval.is.psnr": ("PSNR to the target (dB, higher is better)", "与目标的 PSNR（dB，越高越好）"),
    "eval.is.psnr.naive": ("PSNR of the input itself", "输入本身的 PSNR"),
    "eval.is.l1": (
        "Distance to the target (L1, levels of 255, lower is better)",
        "与目标的距离（L1，以 255 级计，越低越好）",
    ),
    "eval.is.l1.naive": ("Distance of the input itself (L1)", "输入本身的距离（L1）"),
    "eval.is.swd": (
        "Patches, mean of sizes (MS-SWD, lower is better)",
        "图像块，各尺寸平均（MS-SWD，越低越好）",
    ),
    "eval.is.swd.size": ("Patches at {size} px", "{size} 像素的图像块"),
    "eval.is.swd.real": ("Patches, real against real", "图像块，真实与真实之间"),
    "eval.is.c2st": (
        "Two-sample test (0.5 is perfect, 1 is told apart at once)",
        "双样本检验（0.5 最佳，1 表示一眼可辨）",
    ),
    "eval.is.classes.coverage": ("Classes that are shown (1 is all)", "出现的类别比例（1 为全部）"),
    "eval.is.classes.kl": ("KL of the classes (0 is even as the data)", "类别分布的 KL（0 表示与数据一致）"),
    "eval.is.classes.accuracy": ("Samples that show the class asked for", "与所要求类别相符的样本比例"),
    "eval.is.fd": (
        "Fréchet distance in the classifier's features (not FID, lower is better)",
        "分类器特征中的弗雷歇距离（不是 FID，越低越好）",
    ),
    "eval.is.fd.real": ("Fréchet distance, real against real", "弗雷歇距离，真实与真实之间"),
    "eval.is.precision": ("Precision (samples that look real)", "精确率（看起来真实的样本）"),
    "eval.is.recall": ("Recall (real pictures that could be samples)", "召回率（可能被生成的真实图片）"),
    "eval.is.density": ("Density", "密度"),
    "eval.is.coverage": ("Coverage", "覆盖率"),
    "eval.is.attributes.coverage": (
        "Values of attributes that are shown (1 is all)",
        "出现的属性值比例（1 为全部）",
    ),
    "eval.is.attributes.kl": ("KL of the attributes", "属性分布的 KL"),
    "eval.is.closer.pixels": (
        "Nearer to training pictures than held-out ones, pixels (0.5: no copying)",
        "比留出图片更接近训练集，像素（0.5：无抄袭）",
    ),
    "eval.is.closer.features": ("Nearer to training pictures, in features", "比留出图片更接近训练集，特征"),
    "eval.is.copies.pixels": (
        "As near as a copy, pixels (0.01: no copying)",
        "近似抄袭的比例，像素（0.01：无抄袭）",
    ),
    "eval.is.copies.features": ("As near as a copy, in features", "近似抄袭的比例，特征"),
    "eval.is.membership.pixels": (
        "Training pictures told from held-out ones by samples, pixels (0.5: nothing leaks)",
        "凭样本分辨训练图片与留出图片，像素（0.5：无泄漏）",
    ),
    "eval.is.membership.features": (
        "Training pictures told from held-out ones by samples, in features",
        "凭样本分辨训练图片与留出图片，特征",
    ),
    "eval.is.fid": ("FID (lower is better)", "FID（越低越好）"),
    "eval.is.kid": ("KID (lower is better)", "KID（越低越好）"),
    "eval.is.is": ("Inception Score (higher is better)", "Inception Score（越高越好）"),
    "eval.is.inception.precision": ("Precision in Inception features", "精确率（Inception 特征）"),
    "eval.is.inception.recall": ("Recall in Inception features", "召回率（Inception 特征）"),
}
