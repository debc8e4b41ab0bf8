"""Chinese of what degradations and fits of pictures say."""

SENTENCES = {
    "The part of the picture is {}; it must be left, top, right and bottom from 0 to 1.": (
        "图片选取范围为 {0}；应依次给出左、上、右、下，取值 0 到 1。"
    ),
    "The picture cannot be used: {}.": "无法使用这张图片：{0}。",
    "No degradation is named; there are: {}.": "没有指定退化方式；可用的有：{0}。",
    "The amount of {} is {}; it must be a number.": "{0} 的强度为 {1}；应为数字。",
    "The amount of {} goes from {} to {}: the smaller one first.": (
        "{0} 的强度从 {1} 到 {2}：应把较小的写在前面。"
    ),
    "{} is no degradation; there are: {}.": "{0} 不是退化方式；可用的有：{1}。",
    "{} is {}; it must be from {} to {} ({}).": "{0} 为 {1}；应在 {2} 到 {3} 之间（{4}）。",
    "{} takes no amount; it was given {}.": "{0} 没有强度可调，但给出了 {1}。",
    "A hole needs a mask that says where it is, or a seed.": "缺失区域需要一张遮罩来指明位置，或者一个种子。",
    "A picture of {}×{} pixels cannot be made {} times smaller.": "{0}×{1} 像素的图片无法缩小到 1/{2}。",
    "The mask is {}×{} pixels; the picture is {}×{}.": "遮罩为 {0}×{1} 像素，图片为 {2}×{3} 像素。",
    "{} is not linear, so it has no adjoint.": "{0} 不是线性的，因此没有伴随算子。",
    "{}: it is larger than any latent.": "{0}：文件过大，不可能是潜变量。",
    "{}: the latent has no numbers, or some that are not finite.": "{0}：潜变量为空，或含有非有限的数值。",
    "{}: there is no such file.": "{0}：没有这个文件。",
    "{}: this is no file of a latent ({}).": "{0}：不是潜变量文件（{1}）。",
    "{}: this is no latent of z, w or w+ in float32.": "{0}：不是 float32 的 z、w 或 w+ 潜变量。",
    "{} is {}; it must be a whole number from {} to {}.": "{0} 为 {1}；应为 {2} 到 {3} 的整数。",
    "The space is {}; it must be one of {}.": "空间为 {0}；应为以下之一：{1}。",
    "This model ({}) has no w+ space; it has z.": "这个模型（{0}）没有 w+ 空间，只有 z。",
    "This model draws from pictures, not from latents: nothing can be fitted in it.": (
        "这个模型以图片而非潜变量为输入，无法在其中拟合图片。"
    ),
    "The picture is {} {} (height, width, channels); here it must be uint8 {} × {} × {}.": (
        "图片为 {0} {1}（高、宽、通道）；这里应为 uint8 {2} × {3} × {4}。"
    ),
    "The mask is {} pixels; it must be {} × {}.": "遮罩为 {0} 像素；应为 {1} × {2}。",
    "The mask is {}×{} pixels; it must be a square of at most {}.": (
        "遮罩为 {0}×{1} 像素；应为边长不超过 {2} 的正方形。"
    ),
    "The mask cannot be used: {}.": "无法使用这张遮罩：{0}。",
    "To fill a hole, a mask must say where it is.": "要填补缺失区域，需要用遮罩指明位置。",
    "The mask is empty: mark the pixels that are missing.": "遮罩是空的：请标出缺失的像素。",
    "The mask covers the whole picture: leave pixels from which the rest can be told.": (
        "遮罩覆盖了整张图片：请留下一部分像素，以便推断其余部分。"
    ),
    "The model does not know pictures like this one: what it can draw is off by {} of 255 on average, and "
    "two of its own pictures differ by {}.": (
        "模型不认识这样的图片：它能画出的结果平均偏差为 {0}（满值 255），而它自己的两张图片之间相差 {1}。"
    ),
    "This edit pastes features of another picture: drag its picture before the pasting.": (
        "这个编辑粘贴了另一张图片的特征：请在粘贴之前拖动图片。"
    ),
    "{} must be 1 to {} pairs of x and y.": "{0} 应为 1 到 {1} 对 x 和 y。",
    "A point lies outside of the picture: x and y go from 0 to {}.": (
        "有一个点在图片之外：x 和 y 的范围是 0 到 {0}。"
    ),
    "There are {} points and {} targets: give one each.": "有 {0} 个点和 {1} 个目标：应一一对应。",
    "steps is {}; it must be a whole number from 1 to 10000.": "steps 为 {0}；应为 1 到 10000 的整数。",
    "One picture was fitted by {}, another by {}: a film goes between pictures of one model, or that were "
    "fitted by the same one.": (
        "一张图像由 {0} 拟合，另一张由 {1} 拟合：视频只能在同一模型或由它拟合的图像之间过渡。"
    ),
    "The models of the keyframes must be as many names.": "每个关键帧都应有一个模型名称。",
    "A film goes through pictures of at most {} fitted models.": "一段视频最多经过 {0} 个拟合模型的图像。",
    "pixels are missing": "部分像素缺失",
    "reduced, each side to 1/n": "缩小，每边变为 1/n",
    "without colours": "没有颜色",
    "normal noise": "正态噪声",
    "blurred by a normal curve": "高斯模糊",
    "saved as a JPEG": "以 JPEG 保存",
    "squares of one colour": "马赛克方块",
    "strength of edges alone": "只剩边缘强度",
    "share of the picture": "占图片的比例",
    "standard deviation, of [-1, 1]": "标准差，取值范围 [-1, 1]",
    "sigma in pixels": "σ（像素）",
    "pixels of a side": "边长像素",
}
