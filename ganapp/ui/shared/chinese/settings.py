"""Sentences of ganapp/config and ganapp/networks in Chinese; see __init__.py."""

SENTENCES = {
    # config
    "{} is given both as a whole and as {}; use one of the two.": (
        "{0} 既整体给出，又以 {1} 给出；请只用其中一种。"
    ),
    "a {} is a JSON object, not {}.": "{0} 应为 JSON 对象，而不是 {1}。",
    "unknown field {} of {}; there are: {}.": "{1} 没有字段 {0}；可用的有：{2}。",
    "a {} cannot be read from this JSON: {}": "无法从此 JSON 读取 {0}：{1}",
    "true or false": "true 或 false",
    "a whole number": "整数",
    "a number": "数字",
    "text": "文本",
    "{} is {}; it must be {}.": "{0} 的值为 {1}；应为{2}。",
    '{} is {}; it must be a JSON object such as {{"width": 64}}.': (
        '{0} 的值为 {1}；应为 JSON 对象，例如 {{"width": 64}}。'
    ),
    "{} is {}; it must be one of {}.": "{0} 的值为 {1}；应为以下之一：{2}。",
    "{} is {}; it must be between {} and {}.": "{0} 的值为 {1}；应在 {2} 与 {3} 之间。",
    "resolution is {}; {} allows {}.": "resolution 的值为 {0}；{1} 允许 {2}。",
    "format {} is not one that this version reads ({}).": "此版本无法读取格式 {0}（可读取 {1}）。",
    "preset is {}; it must be one of {}.": "preset 的值为 {0}；应为以下之一：{1}。",
    (
        'R1 and R2 need a discriminator without batch statistics, and so does gp: set d_args to {{"norm": '
        '"none"}} or set r1, r2 and gp to 0.'
    ): (
        'R1、R2 和 gp 需要不含批统计的判别器：请把 d_args 设为 {{"norm": "none"}}，或把 r1、r2 和 gp 设为 0。'
    ),
    "label_smoothing is {}, but {} has no labels to smooth: set it to 0, or loss to one of {}.": (
        "label_smoothing 的值为 {0}，但 {1} 没有可平滑的标签：请设为 0，或把 loss 设为以下之一：{2}。"
    ),
    "{} is {}; only {} {}, so {} needs 0.": "{0} 的值为 {1}；只有 {2} {3}，因此 {4} 需要设为 0。",
    "grows": "会逐级增长",
    "has a mapping": "有映射网络",
    "class_term is {}, which needs classes: set conditional, or it to none.": (
        "class_term 的值为 {0}，需要类别：请启用 conditional，或把它设为 none。"
    ),
    'class_term is {}, which needs another head of the discriminator: set d_args to {{"head": "{}"}}.': (
        'class_term 的值为 {0}，需要判别器的另一种头：请把 d_args 设为 {{"head": "{1}"}}。'
    ),
    "the discriminator's head is {}, which learns nothing alone: set class_term to {}.": (
        "判别器的头为 {0}，单独使用学不到东西：请把 class_term 设为 {1}。"
    ),
    "unknown field {}; there are: {}.": "没有字段 {0}；可用的有：{1}。",
    "premultiplied is true, which needs 4 channels; there are {}.": (
        "premultiplied 为 true，需要 4 个通道；这里有 {0} 个。"
    ),
    "{} is {}; only the task {} uses it, so {} needs {}.": (
        "{0} 的值为 {1}；只有任务 {2} 使用它，因此 {3} 需要 {4}。"
    ),
    "family is {}, which takes a picture: set task to degrade, pairs or unpaired.": (
        "family 的值为 {0}，它的输入是图片：请把 task 设为 degrade、pairs 或 unpaired。"
    ),
    "task is {}, which needs a network that takes a picture: set family to one of {}.": (
        "task 的值为 {0}，需要以图片为输入的网络：请把 family 设为以下之一：{1}。"
    ),
    "task is 'unpaired', which needs cycle or contrast: without them any picture of the other set will do.": (
        "task 的值为 'unpaired'，需要 cycle 或 contrast：没有它们，另一组中的任何图片都可以。"
    ),
    "cycle is {} and contrast is {}, but unpaired uses one of them: set the other to 0.": (
        "cycle 的值为 {0}，contrast 的值为 {1}，但 unpaired 只用其中之一：请把另一个设为 0。"
    ),
    "family is {}, but contrast compares layers of a translator: set family to translator, or use cycle.": (
        "family 的值为 {0}，但 contrast 比较 translator 的层：请把 family 设为 translator，或使用 cycle。"
    ),
    "contrast_layers names {}; this generator has the layers {}.": (
        "contrast_layers 中有 {0}；此生成器的层有：{1}。"
    ),
    "channels is 4, but {} keeps no transparency: set channels to 0, 1 or 3.": (
        "channels 的值为 4，但 {0} 不保留透明：请设为 0、1 或 3。"
    ),
    "augment is 'ada', which is for pictures from noise: set it to none, or to diffaugment.": (
        "augment 的值为 'ada'，它用于由噪声得到的图片：请设为 none 或 diffaugment。"
    ),
    "augment_policy is {}, but D compares the colours of input and picture: leave color out.": (
        "augment_policy 的值为 {0}，但判别器要比较输入与图片的颜色：请去掉 color。"
    ),
    # networks
    "the generator of {}": "{0} 的生成器",
    "the discriminator of {}": "{0} 的判别器",
    "{} is a network for other people's checkpoints; it cannot be trained here.": (
        "{0} 是用于读取他人检查点的网络，不能在此训练。"
    ),
    "{} has no argument {}; it has: {}.": "{0}没有参数 {1}；可用的有：{2}。",
    "{} cannot be built with {} ({}).": "{0}无法用 {1} 构建（{2}）。",
    "takes is {}; {} takes a picture.": "takes 的值为 {0}；{1} 的输入是图片。",
    "this generator takes noise: it needs z, {} numbers a picture.": (
        "此生成器接受噪声：需要 z，每张图片 {0} 个数。"
    ),
    "the picture is {} × {} pixels; each side must have {} or more.": (
        "图片为 {0} × {1} 像素；每边必须不少于 {2} 像素。"
    ),
    "dropout is {}; it must be at least 0 and less than 1.": "dropout 的值为 {0}；应不小于 0 且小于 1。",
    "kernel is {}; it must be odd.": "kernel 的值为 {0}；应为奇数。",
    "residual is true, which needs as many channels in as out, or grey in and colour out; there are {} in "
    "and {} out.": (
        "residual 为 true，需要输入与输出的通道数相同，或输入灰度、输出彩色；这里输入 {0} 个、输出 {1} 个。"
    ),
    "end is {}; {} pixels must be 2, 4, 8 … times as many.": (
        "end 的值为 {0}；{1} 像素必须是它的 2、4、8……倍。"
    ),
    "stddev_group is {}; it must be 0 (none) or more images.": (
        "stddev_group 的值为 {0}；应为 0（不使用）或更多张图像。"
    ),
    "the level of growth is {}; it must be between 0 (4×4) and {} (full resolution).": (
        "增长级别为 {0}；应在 0（4×4）与 {1}（完整分辨率）之间。"
    ),
    "fmap_base is {} and fmap_max {}; both must be 1 or more.": (
        "fmap_base 为 {0}，fmap_max 为 {1}；两者都必须不小于 1。"
    ),
    "width × expansion is {}; it must be a multiple of group_size {}.": (
        "width × expansion 为 {0}；应为 group_size {1} 的倍数。"
    ),
    "widths has {} entries; {} pixels need {}, from 4×4 up.": (
        "widths 有 {0} 项；{1} 像素需要 {2} 项，从 4×4 起。"
    ),
    "widths has {} entries; {}.": "widths 有 {0} 项；{1}。",
    "{} pixels down to {}×{} need at least {}": "从 {0} 像素降到 {1}×{2} 至少需要 {3} 项",
    "widths has {} entries; {} pixels are not that many doublings.": (
        "widths 有 {0} 项；{1} 像素不是这么多次翻倍。"
    ),
    "widths has {} entries; {} pixels are not that many doublings from 4×4.": (
        "widths 有 {0} 项；{1} 像素不是从 4×4 起这么多次翻倍。"
    ),
    "widths has {} entries; {} pixels need one for each doubling from 4×4.": (
        "widths 有 {0} 项；{1} 像素需要从 4×4 起每次翻倍一项。"
    ),
    "this generator is class-conditional: it needs labels 0 to {}.": (
        "此生成器按类别生成：需要 0 到 {0} 的标签。"
    ),
    "this {} is class-conditional: it needs labels 0 to {}.": "此 {0} 按类别工作：需要 0 到 {1} 的标签。",
    "z_dim is {}; hierarchical needs at least {}, one for the input and each block.": (
        "z_dim 的值为 {0}；hierarchical 至少需要 {1}，输入和每个块各一份。"
    ),
    "w has {} layers; this generator has {}.": "w 有 {0} 层；此生成器有 {1} 层。",
    "the average of styles": "风格的平均值",
    "resolution is {}; stylegan2 needs a power of two from 8 up.": (
        "resolution 的值为 {0}；stylegan2 需要不小于 8 的 2 的幂。"
    ),
    "{} blocks do not make {} pixels, or there are no classes.": "{0} 个块得不到 {1} 像素，或者没有类别。",
    "{} widths make {} pixels without classes, not {} with {}.": (
        "{0} 个宽度得到 {1} 像素、没有类别，而不是 {2} 像素、{3} 个类别。"
    ),
    "{} widths and {} blocks do not make {} pixels without classes.": (
        "{0} 个宽度和 {1} 个块得不到没有类别的 {2} 像素。"
    ),
    "{} widths do not make {} pixels without classes.": "{0} 个宽度得不到没有类别的 {1} 像素。",
    "attention is {}; it must be between 0 and {}.": "attention 的值为 {0}；应在 0 与 {1} 之间。",
    "widths, blocks and group_sizes must have one entry for each size from 4 to {}.": (
        "widths、blocks 和 group_sizes 对 4 到 {0} 的每个尺寸都必须各有一项。"
    ),
    "num_classes is {}; this network has no classes.": "num_classes 的值为 {0}；此网络没有类别。",
    (
        "{} pixels, {} widths, labels {} and {} codes: it has a multiple of 4 pixels, two widths, labels "
        "by product or one_hot, and fewer codes than z_dim."
    ): (
        "{0} 像素、{1} 个宽度、labels 为 {2}、{3} 个编码：像素数应为 4 的倍数，宽度应为两个，labels 应为 "
        "product 或 one_hot，编码数应少于 z_dim。"
    ),
    "sampling rates {} and {} are no multiples of one another.": "采样率 {0} 和 {1} 互不为倍数。",
    "{} widths, {} sizes and {} rates do not make {} pixels.": (
        "{0} 个宽度、{1} 个尺寸和 {2} 个采样率得不到 {3} 像素。"
    ),
    "minibatch deviation": "小批量标准差",
    "minibatch discrimination": "小批量判别",
}
