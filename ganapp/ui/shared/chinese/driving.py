"""Sentences of ganapp/driving and ganapp/training in Chinese; see __init__.py."""

SENTENCES = {
    # beginning
    "class_term is {}, but {} has no classes: set it to none.": (
        "class_term 的值为 {0}，但 {1} 没有类别：请设为 none。"
    ),
    "There is only {} training image; at least {} are needed.": "只有 {0} 张训练图像；至少需要 {1} 张。",
    "there are only {} training images": "只有 {0} 张训练图像",
    "The batch is {} in place of {}: {}.": "批大小为 {0}，而不是 {1}：{2}。",
    "Left out of the data: {} ({}).": "未用于数据：{0}（{1}）。",
    "Left out of the data: {} ({}){}.": "未用于数据：{0}（{1}）{2}。",
    " and {} more files": "，另有 {0} 个文件",
    # fine-tuning
    "{} does not fit this configuration: {}. {}": "{0} 与此配置不符：{1}。{2}",
    "{} ({}) does not fit this configuration: {}. {}": "{0}（{1}）与此配置不符：{2}。{3}",
    (
        "These must be the same: family, resolution, channels, in_channels, z_dim, g_args and d_args. A run "
        "with classes needs a start with classes. Everything else may differ."
    ): (
        "这些必须相同：family、resolution、channels、in_channels、z_dim、g_args 和 d_args。"
        "有类别的训练需要有类别的起点。其他都可以不同。"
    ),
    "{} has {} classes and these pictures have none: its classes are left out.": (
        "{0} 有 {1} 个类别，而这些图片没有：其类别已略去。"
    ),
    "{} is one generator, and unpaired trains two: start from a run of that task.": (
        "{0} 是一个生成器，而 unpaired 训练两个：请从该任务的训练开始。"
    ),
    (
        "{} was trained for {}, with one generator, and unpaired trains two: start from a run of that task."
    ): "{0} 为 {1} 训练，只有一个生成器，而 unpaired 训练两个：请从该任务的训练开始。",
    "{} trained two generators (unpaired), and {} trains one: start from one of them, {}.": (
        "{0} 训练了两个生成器（unpaired），而 {1} 训练一个：请从其中之一开始，即 {2}。"
    ),
    "it has {}, and here is {}": "它有 {0}，而这里是 {1}",
    "its weights have other names or shapes": "它的权重名称或形状不同",
    (
        "{} has the network {}, and this configuration has {}: a run can only start from one that was "
        "trained in the same way."
    ): "{0} 有网络 {1}，而此配置有 {2}：训练只能从以同样方式训练的训练开始。",
    "Starting from {}: {}.": "从 {0} 开始：{1}。",
    # devices
    "device is {}; it must be auto, cpu, cuda, cuda:N or mps.": (
        "device 的值为 {0}；应为 auto、cpu、cuda、cuda:N 或 mps。"
    ),
    "device is {}, but this machine has {} CUDA devices.": "device 的值为 {0}，但本机有 {1} 个 CUDA 设备。",
    "device is 'mps', but this machine has no Apple GPU.": "device 的值为 'mps'，但本机没有 Apple GPU。",
    "CPU ({} cores, {})": "CPU（{0} 核，{1}）",
    # driver
    "run {} is being worked on by another process.": "另一个进程正在处理训练 {0}。",
    "the folder of run {} cannot be written ({}).": "无法写入训练 {0} 的文件夹（{1}）。",
    "The disk was full": "磁盘曾已满",
    "The disk was full. Make room and press Resume": "磁盘曾已满。请腾出空间后点击“继续”",
    "{}. The last save is at {} images.": "{0}。最近一次保存在第 {1} 张图像。",
    "{}. Nothing has been saved yet.": "{0}。尚未保存任何内容。",
    "not enough memory ({}): the batch is worked through in {} parts.": (
        "内存不足（{0}）：此批分 {1} 部分处理。"
    ),
    "{} cannot be read and is passed over: {}": "无法读取 {0}，已跳过：{1}",
    "not at work for {} s, stopped or asleep: not counted as training.": (
        "有 {0} 秒没有工作（停止或睡眠）：不计入训练。"
    ),
    "{} was no longer a finite number at {} images": "在第 {1} 张图像时，{0} 不再是有限的数",
    "{}, as before with twice and four times these learning rates: {}.": (
        "{0}；学习率为两倍和四倍时也是如此：{1}。"
    ),
    "choose another loss or penalty": "请换一种损失或惩罚",
    "{}; {} with half the learning rates.": "{0}；{1}，学习率减半。",
    "run {} goes on from {} images": "训练 {0} 从第 {1} 张图像继续",
    # failures
    "out of memory": "内存不足",
    "can't allocate memory": "无法分配内存",
    "There is not enough memory for a batch of {}; try {}.": "内存不足以处理大小为 {0} 的批；请试用 {1}。",
    "{}: {} (log.txt has the details)": "{0}：{1}（详见 log.txt）",
    # a full disk
    "The disk is full. Make room and press Resume": "磁盘已满。请腾出空间后点击“继续”",
    "The quota of this disk is used up. Make room and press Resume": (
        "此磁盘的配额已用完。请腾出空间后点击“继续”"
    ),
    "A file would exceed the limit on file size (ulimit -f). Raise it and press Resume": (
        "文件将超过大小限制（ulimit -f）。请提高限制后点击“继续”"
    ),
    "{}: {}": "{0}：{1}",
    "nothing is lost while this program runs. {}": "只要本程序在运行，就不会丢失任何内容。{0}",
    "the disk is full: {}": "磁盘已满：{0}",
    "The last save is at {} images.": "最近一次保存在第 {0} 张图像。",
    "Nothing has been saved yet.": "尚未保存任何内容。",
    # recording
    "the live figure is not measured: {}": "未测量实时指标：{0}",
    "the grid shows pictures of the training: {}": "样本图显示的是训练图片：{0}",
    "whether the discriminator overfits is not measured: {}": "未测量判别器是否过拟合：{0}",
    # the same data
    (
        "{} has changed since this run began: it has {} classes and {} channels now, and had {} and {}. "
        "Start a new run from this one."
    ): (
        "{0} 自本次训练开始以来已改变：现在有 {1} 个类别和 {2} 个通道，当时为 {3} 和 {4}。"
        "请以此训练为起点开始新的训练。"
    ),
    "The pictures in {} are not those that this run began with: {} for training now, {} then.": (
        "{0} 中的图片不是本次训练开始时的那些：现在用于训练的有 {1} 张，当时为 {2} 张。"
    ),
    (
        "the data of run {} are not where they were: {} is gone. Put them back, or name their new place: "
        "Choose the folder on the page, or resume {} --data FOLDER."
    ): (
        "训练 {0} 的数据已不在原处：{1} 不存在。请放回原处，或指明新位置：在页面上“选择文件夹”，"
        "或 resume {2} --data FOLDER。"
    ),
    (
        "{} does not hold the data that run {} began with, {} pictures for training of {}: it has {}, or "
        "other ones."
    ): "{0} 中不是训练 {1} 开始时的数据（{3} 的 {2} 张训练图片）：现有 {4} 张，或是别的图片。",
    "{} and {} more": "{0}，另有 {1} 个",
    "{} has its classes in another order than when this run began: {}. Start a new run from this one.": (
        "{0} 的类别顺序与本次训练开始时不同：{1}。请以此训练为起点开始新的训练。"
    ),
    (
        "{} has other classes than when this run began: {}. Name them as before, or start a new run from "
        "this one."
    ): "{0} 的类别与本次训练开始时不同：{1}。请恢复原来的名称，或以此训练为起点开始新的训练。",
    "{} now, {} then": "现在为 {0}，当时为 {1}",
    # saved states
    "its checksum is wrong": "校验和不符",
    "its archive is damaged ({})": "其归档已损坏（{0}）",
    "the checksum of {} is wrong": "{0} 的校验和不符",
    "none of the saved states of run {} can be read. Start a new run from one of its snapshots.": (
        "训练 {0} 保存的状态都无法读取。请从它的某个快照开始新的训练。"
    ),
    (
        "the saved states of run {} are gone, though it had come to {} images: resume --restart {} begins "
        "again at 0."
    ): "训练 {0} 保存的状态已丢失，尽管它已训练到第 {1} 张图像：resume --restart {2} 会从 0 重新开始。",
    (
        "the saved states of run {} are gone, though it had come to {} images: {}resume --restart {} "
        "begins again at 0."
    ): "训练 {0} 保存的状态已丢失，尽管它已训练到第 {1} 张图像：{2}resume --restart {3} 会从 0 重新开始。",
    "train --start-from {} begins a new run with its newest snapshot, ": (
        "train --start-from {0} 会用它最新的快照开始新的训练，"
    ),
    "run {} has saved states: resume goes on from them.": "训练 {0} 有保存的状态：resume 会从那里继续。",
    # training
    "the loss relativistic_average": "损失 relativistic_average",
    "feature matching": "特征匹配",
    "the contrastive term": "对比项",
    "path length": "路径长度",
    "batch normalization": "批归一化",
    "spectral normalization": "谱归一化",
    (
        "There is not enough memory for a batch of {}, and {} looks at the whole batch, so that it cannot "
        "be split; try {}."
    ): "内存不足以处理大小为 {0} 的批，而{1}需要整个批，因此无法拆分；请试用 {2}。",
    "There is not enough memory even for one image at a time; try narrower networks or fewer pixels.": (
        "内存甚至不足以每次处理一张图像；请试用更窄的网络或更少的像素。"
    ),
    (
        "{} was no longer a finite number at {} images; the last save is from before. Start again from it "
        "with a lower learning rate."
    ): "在第 {1} 张图像时，{0} 不再是有限的数；最近一次保存在此之前。请以较低的学习率从那里重新开始。",
    "a weight": "某个权重",
    "an optimizer": "某个优化器",
    "the saved state has the players {}; this configuration has {}.": (
        "保存的状态含有网络 {0}；此配置含有 {1}。"
    ),
}
