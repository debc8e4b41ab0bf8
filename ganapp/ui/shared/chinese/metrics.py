"""Sentences, protocols and notes of ganapp/metrics in Chinese; see __init__.py."""

SENTENCES = {
    # what cannot be measured
    "there are {} pictures; the {} nearest others of each need at least {}.": (
        "有 {0} 张图片；每张的 {1} 个近邻至少需要 {2} 张。"
    ),
    "two sets of pictures of one size are needed; these are {} and {}.": (
        "需要两组大小相同的图片；这里是 {0} 和 {1}。"
    ),
    "pictures of {} px are too small for swd; it compares patches of {}×{}.": (
        "{0} 像素的图片对 swd 来说太小；它比较 {1}×{2} 的图像块。"
    ),
    "a two-sample test needs as many real as generated pictures, {} at least; there are {} and {}.": (
        "双样本检验需要数量相同的真实图片和生成图片，至少各 {0} 张；现有 {1} 张和 {2} 张。"
    ),
    "there is no figure {}; the figures are {}.": "没有指标 {0}；可用的指标有 {1}。",
    "no figure is named; the figures are {}.": "没有指定指标；可用的指标有 {0}。",
    "images is {}; it must be from {} to {}.": "图像数为 {0}；应在 {1} 到 {2} 之间。",
    "repeats is {}; it must be from 1 to {}.": "重复次数为 {0}；应在 1 到 {1} 之间。",
    "seed is {}; it must be from 0 to {}.": "种子为 {0}；应在 0 到 {1} 之间。",
    "no data is named; give a name, a folder or a ZIP to compare with.": (
        "没有指定数据；请给出用于比较的名称、文件夹或 ZIP。"
    ),
    "{} cannot be measured: {}.": "无法测量 {0}：{1}。",
    "no pictures of {} are held out; that needs 100 at least": "{0} 没有留出图片；至少需要 100 张",
    "{} pictures of {} are held out; that needs {} at least": "{1} 留出了 {0} 张图片；至少需要 {2} 张",
    "{} has no classes": "{0} 没有类别",
    "only the built-in faces have a table of attributes": "只有内置的卡通脸有属性表",
    "{} cannot be measured: there are only {} real pictures.": "无法测量 {0}：只有 {1} 张真实图片。",
    "the classifier reads no attribute of these faces well enough to count them.": (
        "分类器读不准这些脸的任何属性，无法计数。"
    ),
    "measuring was cancelled": "已取消测量",
    # judges
    "This model takes or makes pictures with transparency: evaluate measures those without.": (
        "此模型的输入或输出带透明度：“评估”只测量不带透明度的模型。"
    ),
    "there is no target for each picture": "并非每张图片都有目标",
    "psi is {}, but a model that takes pictures has no truncation: leave it out.": (
        "psi 的值为 {0}，但输入为图片的模型没有截断：请去掉它。"
    ),
    "no pictures of {} are held out; that needs 100 at least.": "{0} 没有留出图片；至少需要 100 张。",
    "{} makes pictures from noise: task, damage, direction and data_b are for models that take pictures.": (
        "{0} 由噪声生成图片：task、damage、direction 和 data_b 只用于输入为图片的模型。"
    ),
    "{} is {}; only the task {} uses it, not {}.": "{0} 的值为 {1}；只有任务 {2} 使用它，{3} 不使用。",
    "what damage {} undoes is not known: name it, such as damage hole:0.1-0.3.": (
        "不知道 {0} 用于消除哪种损坏：请给出，例如 damage hole:0.1-0.3。"
    ),
    "fid, kid, is and prc need torch-fidelity: pip install -r requirements-metrics.txt.": (
        "fid、kid、is 和 prc 需要 torch-fidelity：pip install -r requirements-metrics.txt。"
    ),
    "{} holds no weights that can be read safely ({}).": "{0} 中没有可安全读取的权重（{1}）。",
    "{} is not the Inception network of torch-fidelity ({}).": (
        "{0} 不是 torch-fidelity 的 Inception 网络（{1}）。"
    ),
    "the Inception weights {} cannot be read ({}).": "无法读取 Inception 权重 {0}（{1}）。",
    "{} is damaged: its sha256 begins with {}, its name says {}; delete it.": (
        "{0} 已损坏：其 sha256 以 {1} 开头，而名称中为 {2}；请删除它。"
    ),
    "downloading the Inception weights was cancelled": "已取消下载 Inception 权重",
    "Downloading the Inception weights": "正在下载 Inception 权重",
    (
        "the Inception weights cannot be downloaded ({}): fid, kid, is and prc need them, or a path with "
        "--inception; all other figures work without."
    ): (
        "无法下载 Inception 权重（{0}）：fid、kid、is 和 prc 需要它，或用 --inception 给出路径；"
        "其他指标都不需要。"
    ),
    "training the classifier was cancelled": "已取消训练分类器",
    # progress
    "Measuring {}": "正在测量 {0}",
    # verdict
    "The answers are no nearer to their targets than the inputs are: train longer.": (
        "输出并不比输入更接近目标：请训练更久。"
    ),
    "The answers are {} dB nearer to their targets than the inputs are.": "输出比输入更接近目标 {0} dB。",
    "The pictures are close to the real ones.": "生成的图片接近真实图片。",
    "The pictures resemble the real ones, but not closely: train longer.": (
        "生成的图片与真实图片相像，但还不够接近：请训练更久。"
    ),
    "The pictures are far from the real ones: train longer, or try another preset.": (
        "生成的图片与真实图片相差很远：请训练更久，或换一个预设。"
    ),
    "A small network often takes the pictures for real ones.": "小型网络常把生成的图片当作真实图片。",
    "A small network tells the pictures from real ones at once.": (
        "小型网络一眼就能分辨生成的图片与真实图片。"
    ),
    "One kind is missing or rare: {}.": "有一类缺失或很少：{0:names}。",
    "{} kinds are missing or rare: {}.": "有 {0} 类缺失或很少：{1:names}。",
    "They show only part of the variety: {} of the real pictures are within their reach.": (
        "它们只体现了部分多样性：真实图片中有 {0} 可能被生成。"
    ),
    "Some are near to copies of training pictures: use more pictures, augment them, or stop earlier.": (
        "有些几乎是训练图片的复制：请使用更多图片、做数据增强，或更早停止。"
    ),
    "Some figures rest on {} real pictures: too few to rely on.": (
        "有些指标只依据 {0} 张真实图片：太少，不足为凭。"
    ),
    "too few to tell: {} real pictures": "太少，无法判断：{0} 张真实图片",
    "Training the classifier that measures (once for this data set)": (
        "正在训练用于测量的分类器（每个数据集只需一次）"
    ),
    "Sliced Wasserstein distance": "切片 Wasserstein 距离",
    "Two-sample test": "双样本检验",
    "Features of the training pictures": "训练图片的特征",
    "Drawing samples": "正在生成样本",
    "Inception features": "Inception 特征",
    "Nearest training pictures": "最接近的训练图片",
    # values of protocols
    "to {} px, {}, {}, as prepared for training": "到 {0} 像素，{1}，{2}，与训练时相同",
    "grey": "灰度",
    "colour": "彩色",
    "{} channels": "{0} 个通道",
    "center": "居中裁剪",
    "pad": "填充",
    "stretch": "拉伸",
    "drawn evenly by the seeds": "由种子均匀抽取",
    "drawn as often as in train": "按训练集中的频率抽取",
    "of a run of this app, EMA or not is not known": "来自本程序的训练，是否为 EMA 未知",
    "as published": "与发布的相同",
    "EMA, half-life {} kimg": "EMA，半衰期 {0} kimg",
    "last step, no EMA": "最后一步，无 EMA",
    "not the published protocol": "与发布的方法不同",
    "of {} images": "用 {0} 张图像",
    "none: one repetition": "无：只测一次",
    "none": "无",
    "95 %, by repetition": "95 %，由重复测量得出",
    "95 %, by repetition with the same real pictures: there are no others": (
        "95 %，由重复测量得出，真实图片相同：没有别的"
    ),
    "of a small classifier {} (sha256 {})": "小型分类器的特征，{0}（sha256 {1}）",
    "of a small classifier {} (sha256 {}, {} right on held-out)": (
        "小型分类器的特征，{0}（sha256 {1}，对留出图片正确率 {2}）"
    ),
    ", {} right on held-out": "，对留出图片正确率 {0}",
    "of its classes": "分类其类别",
    "of quarter turns": "判断旋转方向",
    "Inception-v3 2015-12-05, 299 px bilinear as in TensorFlow 1 ({}, sha256 {})": (
        "Inception-v3 2015-12-05，如 TensorFlow 1 双线性缩放到 299 像素（{0}，sha256 {1}）"
    ),
    "published weights": "发布的权重",
    "NOT the published weights": "并非发布的权重",
    "{} of {}×{} a picture and level, {} projections": "每张图片、每级 {0} 个 {1}×{2} 的块，{3} 个投影方向",
    "all pictures on {}": "所有图片置于 {0} 背景上",
    "thousandths": "千分之一",
    "a small network, trained on half ({} of each), tested on the other": (
        "小型网络，用一半训练（各 {0} 张），用另一半检验"
    ),
    "{} sure, {} times as often as in real pictures or more": (
        "置信度达到 {0}，出现频率不低于真实图片的 {1} 倍"
    ),
    "to the training labels, in nats": "相对训练标签，单位 nat",
    "FID: the features are others": "FID（特征不同）",
    "{} that are read right off {} of held-out faces or more": "{0} 项，对留出的脸读取正确率达到 {1}",
    "{} that are read right off {} of held-out faces or more{}": "{0} 项，对留出的脸读取正确率达到 {1}{2}",
    "read {} times as often as off real faces or more": "读取到的频率不低于真实脸的 {0} 倍",
    "to held-out faces, in nats, mean of attributes": "相对留出的脸，单位 nat，各属性平均",
    " (not {})": "（不含{0:names}）",
    "no copying": "无抄袭时",
    "closer 0.5, copies {}": "更近 0.5，近似抄袭 {0}",
    "of all {} in train": "在训练集全部 {0} 张中",
    "no leak": "无泄漏时",
    "train and heldout": "训练集与留出集",
    "{} of each": "各 {0} 张",
    "of {} samples": "在 {0} 个样本中",
    "it is told from samples of noise; this generator takes pictures": (
        "成员推断需要由噪声生成的样本；该生成器的输入是图片"
    ),
    "pixels, Euclidean": "像素，欧几里得距离",
    "Inception's features, not VGG-16's": "使用 Inception 的特征，而不是 VGG-16 的",
    "{} of {} classes": "{1} 个类别中的 {0} 个",
    "{} of {} classes{}": "{1} 个类别中的 {0} 个{2}",
    "; no real picture surely shows {}": "；没有真实图片能确定显示 {0:names}",
    "10 log₁₀(255² / mean square difference) of a picture, mean of pictures": (
        "每张图片的 10 log₁₀(255² / 均方差)，再对图片取平均"
    ),
    "decibels; l1 in levels of 255": "分贝；l1 以 255 级计",
    "of {} held-out pictures; held-out real ones are others of them": (
        "由 {0} 张留出图片制成；作比较的真实留出图片取自其余部分"
    ),
    "of {} held-out pictures of {} ({})": "{1}（{2}）的 {0} 张留出图片",
    "degrade": "修复损坏",
    "pairs": "图片对",
    "unpaired": "无配对的两组",
    # keys and plain values of protocols
    "task": "任务",
    "damage": "损坏",
    "direction": "方向",
    "inputs": "输入",
    "psnr": "峰值信噪比",
    "images": "图像数",
    "source": "生成器",
    "weights": "权重",
    "data": "数据",
    "resize": "缩放",
    "classes": "类别",
    "split": "子集",
    "levels": "级别",
    "patches": "图像块",
    "unit": "单位",
    "classifier": "分类器",
    "perfect": "最佳值",
    "real": "真实图片数",
    "features": "特征",
    "covered": "算作出现",
    "kl": "KL",
    "counted": "计入",
    "not": "不是",
    "neighbours": "近邻数",
    "attributes": "属性",
    "nearest": "最近邻",
    "subsets": "子样本",
    "splits": "分组数",
    "seed": "种子",
    "repeats": "重复次数",
    "interval": "区间",
    "train": "训练集",
    "heldout": "留出集",
    "yes": "是",
    "no": "否",
    # notes
    "of the input itself, brought to the target's size and colours: what who changes nothing gets": (
        "输入本身（调整到目标的尺寸和颜色）：不作任何改动时的得分"
    ),
    "between real pictures and as many other real ones: the best that a generator can get": (
        "真实图片与同样多的其他真实图片之间：生成器所能达到的最佳值"
    ),
    "{} pictures are too few for {} features: take this for no more than a trial": (
        "{0} 张图片对 {1} 个特征来说太少：仅供试验参考"
    ),
    "missing: {}": "缺少：{0:names}",
    "missing: {} and {} more": "缺少：{0:names}，另有 {1} 个",
}
