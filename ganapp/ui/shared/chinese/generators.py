"""Sentences of ganapp/generators, latents, media and publishing in Chinese; see __init__.py."""

SENTENCES = {
    "it has more than {} values, too many for its weights": "它有超过 {0} 个值，对其权重来说太多",
    # generators
    "{}: there is no {} in it.": "{0}：其中没有 {1}。",
    ", so it is not a generator of this app": "，因此不是本程序的生成器",
    "{}: {} is larger than {}, which is refused.": "{0}：{1} 超过 {2}，已拒绝。",
    "{}: no network can be built from its {} ({}).": "{0}：无法根据其 {1} 构建网络（{2}）。",
    "{}: {} cannot be read ({}).": "{0}：无法读取 {1}（{2}）。",
    "{}: the weights do not fit the configuration beside them ({}).": "{0}：权重与旁边的配置不符（{1}）。",
    "{}: {} is not JSON ({}).": "{0}：{1} 不是 JSON（{2}）。",
    "{}: {} does not describe a {} generator.": "{0}：{1} 描述的不是 {2} 生成器。",
    "{}: class_names must be a list of {} names, one a class.": (
        "{0}：class_names 应为 {1} 个名称的列表，每个类别一个。"
    ),
    "{}: {} is too large; numbers go up to {}, lists to {} entries.": (
        "{0}：{1} 过大；数最大为 {2}，列表最多 {3} 项。"
    ),
    "{}: sha256 in {} must be an object of checksums.": "{0}：{1} 中的 sha256 应为校验和的对象。",
    "{}: the spec in {} is damaged or was changed: its checksum (sha256) is wrong.": (
        "{0}：{1} 中的 spec 已损坏或被改动：其校验和（sha256）不符。"
    ),
    "{}: {} is damaged, or another one than {} was written with: its checksum (sha256) is wrong.": (
        "{0}：{1} 已损坏，或不是写入 {2} 时的那个文件：其校验和（sha256）不符。"
    ),
    "no model is named; give a folder, a run, a shipped checkpoint or a Hub id such as user/name.": (
        "没有指定模型；请给出文件夹、训练、自带的检查点，或 user/name 形式的 Hub 名称。"
    ),
    "that is no name of a model; give a folder, a run, a shipped checkpoint or a Hub id.": (
        "这不是模型的名称；请给出文件夹、训练、自带的检查点或 Hub 名称。"
    ),
    "This model is not known here: choose one from the list, or type a Hub id such as user/name.": (
        "这里没有此模型：请从列表中选择，或输入 user/name 形式的 Hub 名称。"
    ),
    "none yet": "暂无",
    (
        "{} is no folder, run, shipped checkpoint or Hub id (user/name or user/name@revision); here are: {}."
    ): "{0} 不是文件夹、训练、自带的检查点或 Hub 名称（user/name 或 user/name@revision）；现有：{1}。",
    "run {} has no snapshot yet; the first is written with its first save.": (
        "训练 {0} 还没有快照；第一次保存时会写入第一个。"
    ),
    "run {} has no snapshot {}; there are: {}.": "训练 {0} 没有快照 {1}；现有：{2}。",
    "snapshot {} of run {} has several generators: {}; name one of them, such as {}/{}/{}.": (
        "训练 {1} 的快照 {0} 有多个生成器：{2}；请指定其中之一，例如 {3}/{4}/{5}。"
    ),
    "see its page": "见其页面",
    "MNIST digits": "MNIST 数字",
    "anime faces, from few pictures": "动漫脸，由少量图片训练",
    "shells, from few pictures": "贝壳，由少量图片训练",
    "northern lights, from few pictures": "极光，由少量图片训练",
    "{}, {} images": "{0}，{1} 张图像",
    (
        "run {} has no best snapshot yet, since the live figure, which tells it, was measured with none of "
        "them; there are: {}."
    ): "训练 {0} 还没有最佳快照，因为没有一个快照测量过用于判断的实时指标；现有：{1}。",
    # latents
    "The batch is {}: it must be at least 1.": "批大小为 {0}：应不小于 1。",
    "The generator is in training mode: call G.eval() before sampling from it.": (
        "生成器处于训练模式：采样前请调用 G.eval()。"
    ),
    "This model has no classes, so the label {} cannot be asked for.": (
        "此模型没有类别，因此不能指定标签 {0}。"
    ),
    "The label {} is not a class of this model; the classes are called {}.": (
        "标签 {0} 不是此模型的类别；类别名称为 {1}。"
    ),
    "The label {} is not a class of this model: use 0 to {}.": "标签 {0} 不是此模型的类别：请用 0 到 {1}。",
    "The label {} is not a class of this model: use 0 to {}{}.": (
        "标签 {0} 不是此模型的类别：请用 0 到 {1}{2}。"
    ),
    "There are {} seeds for {} pictures: give one a picture.": (
        "有 {0} 个种子，但有 {1} 张图片：请每张图片给一个。"
    ),
    "This model makes a picture of a picture: it cannot draw from seeds alone.": (
        "此模型由图片生成图片：不能只凭种子生成。"
    ),
    "This model makes pictures from noise: it takes no picture.": "此模型由噪声生成图片，不接受图片输入。",
    "The pictures have the shape {}; this model takes (number, height, width, {}).": (
        "图片的形状为 {0}；此模型接受（张数、高、宽、{1}）。"
    ),
    "There are {} labels for {} seeds: give one label, or one a seed.": (
        "有 {0} 个标签、{1} 个种子：请给出一个标签，或每个种子一个。"
    ),
    "{} is not a seed: write numbers and ranges, such as 0-15, 42.": (
        "{0} 不是种子：请写数字和范围，例如 0-15, 42。"
    ),
    "Seed {} is too large: seeds go from 0 to {}.": "种子 {0} 过大：种子应在 0 到 {1} 之间。",
    "The range {} runs backwards: write {}-{}.": "范围 {0} 方向相反：请写 {1}-{2}。",
    "{} makes more than {} seeds, which is the most at one time.": (
        "{0} 产生的种子超过 {1} 个，即一次的上限。"
    ),
    "There is no seed: write numbers and ranges, such as 0-15, 42.": (
        "没有种子：请写数字和范围，例如 0-15, 42。"
    ),
    "This text of seeds has {} characters: at most {} are read.": "种子文本有 {0} 个字符：最多读取 {1} 个。",
    (
        "seeds is {}: it must be a list of whole numbers, such as [0, 1, 42]; parse_seeds reads text such "
        'as "0-15, 42".'
    ): 'seeds 的值为 {0}：应为整数列表，例如 [0, 1, 42]；parse_seeds 可读取 "0-15, 42" 这样的文本。',
    "psi is {}: it must be more than 0 and at most 1 (1 = no truncation).": (
        "psi 的值为 {0}：应大于 0 且不超过 1（1 = 不截断）。"
    ),
    "Seed {} is out of range: seeds go from 0 to {}.": "种子 {0} 超出范围：种子应在 0 到 {1} 之间。",
    "frames is {}: it must be at least 1 (frames from one seed to the next).": (
        "帧数为 {0}：应不小于 1（从一个种子到下一个种子的帧数）。"
    ),
    "The position is {}: it must be from 0 to {}.": "位置为 {0}：应在 0 到 {1} 之间。",
    "The mode is {}: it must be one of {}.": "方式为 {0}：应为以下之一：{1}。",
    "A walk needs at least two seeds, or one seed and at least two labels.": (
        "漫游至少需要两个种子，或一个种子和至少两个标签。"
    ),
    "A place is too far out: the map reaches {} steps from its middle.": "位置过远：地图从中心延伸 {0} 步。",
    "A place of the map is two numbers, such as 0.5, -2.": "地图上的位置是两个数，例如 0.5, -2。",
    "This trail has no length: walk over the map first.": "此路线没有长度：请先在地图上走动。",
    "This trail has {} places: at most {} are read.": "此路线有 {0} 个位置：最多读取 {1} 个。",
    "count is {}: a trail has at least two pictures.": "数量为 {0}：路线至少有两张图片。",
    # media
    "fps is {}: it must be more than 0 and at most {}.": "fps 的值为 {0}：应大于 0 且不超过 {1}。",
    "{} cannot be a film: the name must end in {}.": "{0} 不能作为影片：名称应以 {1} 结尾。",
    "There are no sample grids yet to make a time-lapse of.": "还没有可用于制作延时影片的样本网格。",
    "The grid {} cannot be read: {}.": "无法读取网格 {0}：{1}。",
    "All frames of a film have one size: here {} and then {}.": (
        "影片的所有帧大小必须相同：这里先是 {0}，后是 {1}。"
    ),
    "A film needs at least one frame.": "影片至少需要一帧。",
    "The frames are {} × {}: WebP takes at most {} a side.": "帧为 {0} × {1}：WebP 每边最多 {2}。",
    "The metadata has {} bytes: at most {} fit into a picture.": (
        "元数据有 {0} 字节：图片中最多容纳 {1} 字节。"
    ),
    "The metadata {} has a value of the wrong type or range.": "元数据 {0} 中有类型或范围不对的值。",
    "{} is not JSON.": "{0} 不是 JSON。",
    "A grid needs uint8 pictures (N, H, W, C), not {} {}.": (
        "网格需要 uint8 图片 (N, H, W, C)，而不是 {0} {1}。"
    ),
    "columns is {} and pad is {}: they must be at least 1 and 0.": (
        "columns 为 {0}，pad 为 {1}：应分别不小于 1 和 0。"
    ),
    "scale is {}: it must be a whole number from 1 up.": "scale 的值为 {0}：应为不小于 1 的整数。",
    "The picture is {} × {}: WebP takes at most {} a side.": "图片为 {0} × {1}：WebP 每边最多 {2}。",
    "A picture is uint8 (H, W, C), C = 1, 3 or 4, not {} {}.": (
        "图片应为 uint8 (H, W, C)，C = 1、3 或 4，而不是 {0} {1}。"
    ),
    # publishing
    "another project": "另一个项目",
    "this model was imported ({}); name the licence that it came under (--licence).": (
        "此模型是导入的（{0}）；请注明它所依据的许可证（--licence）。"
    ),
    "licence is {}; it must be one of {}.": "许可证为 {0}；应为以下之一：{1}。",
    "one class": "只有一个类别",
    "no classes": "没有类别",
    "This model has {}: a labelled data set needs a model with two or more.": (
        "此模型{0}：带标签的数据集需要有两个或更多类别的模型。"
    ),
    "The number of pictures a class is {}: it must be at least 1.": "每个类别的图片数为 {0}：应不小于 1。",
    (
        "{} classes with {} pictures each are {}: here at most {} of this model are made at a time, which "
        "is {} a class."
    ): "{0} 个类别、每类 {1} 张共 {2} 张：此模型在这里每次最多生成 {3} 张，即每类 {4} 张。",
    "The first seed is {}: {} seeds from there must lie from 0 to {}.": (
        "第一个种子为 {0}：从它开始的 {1} 个种子应在 0 到 {2} 之间。"
    ),
    "{} has something in it, which would become part of the data set: name a new folder.": (
        "{0} 中已有内容，会混入数据集：请指定新文件夹。"
    ),
    "{} is on the Hub already.": "{0} 已在 Hub 上。",
    ".png (all pictures as a grid), .npz, .zip or a folder (with / at its end)": (
        ".png（所有图片组成网格）、.npz、.zip 或文件夹（以 / 结尾）"
    ),
    "the target is {}; it must be {}.": "目标为 {0}；应为 {1}。",
    "the target is {}; a labelled data set must be .zip or a folder (with / at its end).": (
        "目标为 {0}；带标签的数据集应为 .zip 或文件夹（以 / 结尾）。"
    ),
    "there is no app.py in {}, so it cannot be deployed.": "{0} 中没有 app.py，因此无法部署。",
    "{} is larger than {}, which is refused.": "{0} 超过 {1}，已拒绝。",
}
