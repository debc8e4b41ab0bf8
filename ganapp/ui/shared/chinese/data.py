"""Sentences of ganapp/data in Chinese, without those about the Hub; see __init__.py."""

SENTENCES = {
    # cache, data sets
    "The cache folder {} cannot be made ({}): set GANAPP_CACHE to one that can be written.": (
        "无法创建缓存文件夹 {0}（{1}）：请把 GANAPP_CACHE 设为可写入的文件夹。"
    ),
    "{} cannot be written ({}): set GANAPP_CACHE to a folder that can.": (
        "无法写入 {0}（{1}）：请把 GANAPP_CACHE 设为可写入的文件夹。"
    ),
    "cancelled while another process prepared the same data": "另一个进程正在准备相同的数据，已取消",
    "Waiting for another preparation of the same data": "正在等待相同数据的另一次准备",
    "There is no room left in {}: free some, or set GANAPP_CACHE to a folder elsewhere.": (
        "{0} 没有剩余空间：请腾出空间，或把 GANAPP_CACHE 设为别处的文件夹。"
    ),
    "images must be uint8 (N, C, H, W), not {} {}": "images 必须是 uint8 (N, C, H, W)，而不是 {0} {1}",
    "indices reach from {} to {}, there are {} images": "索引从 {0} 到 {1}，而图像共有 {2} 张",
    "the prepared images end too early; clear the cache and prepare them again": (
        "已准备的图像不完整；请清空缓存并重新准备"
    ),
    # reasons why a file cannot be used
    "the file is empty": "文件为空",
    "not a picture, or of a format that cannot be read": "不是图片，或是无法读取的格式",
    "too many pixels; at most {} million": "像素过多；最多 {0} 百万",
    "the file is cut off": "文件不完整",
    "damaged ({})": "已损坏（{0}）",
    "too many pixels ({}×{}); of such a file at most {} million are decoded": (
        "像素过多（{0}×{1}）；此类文件最多解码 {2} 百万像素"
    ),
    "too many pixels ({}×{}); an icon has at most {}×{}": "像素过多（{0}×{1}）；图标最大为 {2}×{3}",
    "values that are not numbers": "含有不是数字的值",
    "a link that leads nowhere: the file is gone": "链接失效：文件已不存在",
    "the file is gone": "文件已不存在",
    "not a regular file": "不是普通文件",
    "cannot be read ({})": "无法读取（{0}）",
    "protected by a password": "有密码保护",
    "packed by a method that is not read (only stored and deflated are)": (
        "压缩方式无法读取（仅支持存储和 deflate）"
    ),
    "too large ({} MB)": "过大（{0} MB）",
    "too large ({} MB; at most {} MB)": "过大（{0} MB；最多 {1} MB）",
    "damaged in the ZIP ({})": "在 ZIP 中已损坏（{0}）",
    "{} MB; at most {} MB": "{0} MB；最多 {1} MB",
    "an archive inside of the data is not opened: unpack it": "数据中的压缩包不会打开：请先解压",
    "{} files cannot be read: save it as PNG or JPEG": "无法读取 {0} 文件：请另存为 PNG 或 JPEG",
    "no label in {}": "{0} 中没有标签",
    "outside of the class folders ({})": "在类别文件夹（{0}）之外",
    "the folder cannot be listed ({})": "无法列出此文件夹（{0}）",
    # pictures
    "The background is {}; it must be a colour such as white, black or #8090a0.": (
        "background 的值为 {0}；应为颜色，例如 white、black 或 #8090a0。"
    ),
    "The values of {} pictures go up to {}: {} to {} becomes black to white in all of them.": (
        "{0} 图片的值最大为 {1}：在所有这些图片中，{2} 到 {3} 显示为从黑到白。"
    ),
    "The {} pictures are nearly black: no value is over {} of 65,535. Save them with 8 bits.": (
        "{0} 图片几乎全黑：没有值超过 {1}（最大 65,535）。请保存为 8 位。"
    ),
    "{} has no transparency to keep: channels is 4; here it can be 0, 1 or 3.": (
        "{0} 没有可保留的透明度：channels 的值为 4；此处可为 0、1 或 3。"
    ),
    # pairs and two sets
    "{} is not one half of pairs: leave dataset_b empty, or name two folders or ZIPs.": (
        "{0} 不是成对图片的一半：请将 dataset_b 留空，或提供两个文件夹或 ZIP。"
    ),
    "{} is one set of two: name the other as dataset_b.": "{0} 只是两组中的一组：请用 dataset_b 指定另一组。",
    "{} holds no pairs: give a folder or ZIP of pairs, or {}.": (
        "{0} 不含成对的图片：请提供成对图片的文件夹或 ZIP，或 {1}。"
    ),
    (
        "{} holds no pairs: it has no folders A and B (or trainA and trainB), and {} of {} pictures that "
        "were looked at are twice as wide as high, as A|B in one picture is."
    ): (
        "{0} 不含成对的图片：其中没有文件夹 A 和 B（或 trainA 和 trainB），而所查看的 {2} 张图片中有 {1} "
        "张的宽度是高度的两倍（A|B 并排在一张图片中时即如此）。"
    ),
    (
        "{} holds no pairs: no picture of A has the name of one of B. There are {} in A and {} in B."
    ): "{0} 不含成对的图片：A 中没有图片与 B 中的图片同名。A 中有 {1}，B 中有 {2}。",
    "no pictures": "没有图片",
    (
        "Which pictures of {} are pairs is unclear: {} lie in A and B, {} elsewhere. Give a folder that "
        "holds A and B alone."
    ): "无法确定 {0} 中哪些图片成对：{1} 张在 A 和 B 中，{2} 张在别处。请提供只含 A 和 B 的文件夹。",
    (
        "{} does not hold two sets: pictures in folders A and B, or trainA and trainB. Give the other set as "
        "dataset_b."
    ): "{0} 不含两组图片，即文件夹 A 和 B（或 trainA 和 trainB）中的图片。请用 dataset_b 提供另一组。",
    "No pairs of {} are held out: there are only {}.": "{0} 没有留出的图片对：总共只有 {1} 对。",
    "The pairs are the left and the right half of each picture.": "每张图片的左半与右半成为一对。",
    "The pairs are the pictures of the same name in A and in B.": "A 和 B 中同名的图片成为一对。",
    "The pairs in folders called test or val are held out.": "名为 test 或 val 的文件夹中的图片对被留出。",
    "neither in A nor in B": "既不在 A 中也不在 B 中",
    "no picture of this name in A": "A 中没有同名的图片",
    "no picture of this name in B": "B 中没有同名的图片",
    "a film has no pairs of pictures": "视频不含成对的图片",
    "A and B have different shapes ({})": "A 和 B 的形状不同（{0}）",
    "{}×{} and {}×{}": "{0}×{1} 和 {2}×{3}",
    "not twice as wide as high ({}×{})": "宽度不是高度的两倍（{0}×{1}）",
    "its EXIF data turn it: save it upright": "其 EXIF 数据将它旋转：请按正向保存",
    '{} holds pairs of pictures: they are for the task "pairs".': "{0} 由成对的图片组成：用于任务“pairs”。",
    "No picture has transparent pixels: alpha is 255 everywhere.": "没有图片含有透明像素：alpha 处处为 255。",
    # faces
    "A face has no factor {}; allowed are {}.": "脸没有因素 {0}；允许的有 {1}。",
    "{} cannot be {}; allowed are {}.": "{0} 不能是 {1}；允许的有 {2}。",
    "count is {}; it must be 0 or more.": "count 的值为 {0}；应不小于 0。",
    "Drawing stopped after {} of {} faces.": "绘制在第 {0} 张脸后停止（共 {1} 张）。",
    "Drawing faces": "正在绘制卡通脸",
    "Faces can be drawn at {} to {} pixels, not at {}.": "脸可绘制为 {0} 到 {1} 像素，而不是 {2}。",
    "A face has an index of 0 or more, not {}.": "脸的编号应不小于 0，而不是 {0}。",
    # named data sets
    "preparing {} was cancelled": "已取消准备 {0}",
    "downloading {} was cancelled": "已取消下载 {0}",
    "Downloading {}": "正在下载 {0}",
    "Preparing {}": "正在准备 {0}",
    "Unpacking {}": "正在解压 {0}",
    "{} images and {} labels": "{0} 张图像和 {1} 个标签",
    "The files of {} in {} are damaged ({}): delete that folder, or put good ones there.": (
        "{1} 中 {0} 的文件已损坏（{2}）：请删除该文件夹，或放入完好的文件。"
    ),
    "{}: not the file that was expected": "{0}：不是所需的文件",
    (
        "{} is not on this machine (nor in {}, GANAPP_DATA) and could not be downloaded ({}): connect to "
        "the internet, set GANAPP_DATA to a folder that has {}, or use faces or your own pictures."
    ): (
        "{0} 不在本机（也不在 GANAPP_DATA 所指的 {1}），且无法下载（{2}）：请连接互联网，把 GANAPP_DATA "
        "设为含有 {3} 的文件夹，或使用 faces 或您自己的图片。"
    ),
    (
        "{} is not on this machine and could not be downloaded ({}): connect to the internet, set "
        "GANAPP_DATA to a folder that has {}, or use faces or your own pictures."
    ): (
        "{0} 不在本机，且无法下载（{1}）：请连接互联网，把 GANAPP_DATA 设为含有 {2} 的文件夹，或使用 faces "
        "或您自己的图片。"
    ),
    " (nor in {}, GANAPP_DATA)": "（也不在 GANAPP_DATA 所指的 {0}）",
    "There is no data set called {}; the names are {}.": "没有名为 {0} 的数据集；可用的名称有 {1}。",
    "The resolution is {}; it must be a whole number from {} to {}.": (
        "resolution 的值为 {0}；应为 {1} 到 {2} 的整数。"
    ),
    "{} is {}; allowed are {}.": "{0} 的值为 {1}；允许的有 {2}。",
    # own pictures
    "listing the folder was cancelled": "已取消列出文件夹",
    "Listing the folder": "正在列出文件夹",
    "Reading pictures": "正在读取图片",
    "The folder {} cannot be listed ({}).": "无法列出文件夹 {0}（{1}）。",
    "{} has {} GB; a ZIP of at most {} GB is read: unpack it and give the folder.": (
        "{0} 有 {1} GB；最多读取 {2} GB 的 ZIP：请解压后给出文件夹。"
    ),
    "{} is neither a folder nor a ZIP: give a folder or ZIP of pictures.": (
        "{0} 既不是文件夹也不是 ZIP：请给出图片的文件夹或 ZIP。"
    ),
    "{} cannot be opened as a ZIP ({}): it may be cut off.": (
        "无法把 {0} 作为 ZIP 打开（{1}）：文件可能不完整。"
    ),
    "{} is refused: its entry {} would be placed outside of its folder.": (
        "拒绝 {0}：其中的条目 {1} 会被放到文件夹之外。"
    ),
    "{} is refused: it would unpack to {} times its size, like a decompression bomb.": (
        "拒绝 {0}：解压后将达到其大小的 {1} 倍，如同解压炸弹。"
    ),
    "{} is protected by a password: make it again without one.": "{0} 有密码保护：请重新制作不带密码的文件。",
    "{} cannot be read ({}): correct it, or remove it to use folders as classes.": (
        "无法读取 {0}（{1}）：请改正它，或移除它以便用文件夹作为类别。"
    ),
    (
        '{} has the label {}; each must be ["file.png", label] with the name of a class or a whole number '
        "from 0 to {}."
    ): '{0} 含有标签 {1}；每项应为 ["file.png", 标签]，标签为类别名称或 0 到 {2} 的整数。',
    "it cannot be read ({})": "无法读取（{0}）",
    "it is empty": "它是空的",
    "it has no column of files and one of labels (its columns are {})": "没有文件列和标签列（各列为 {0}）",
    "its column {} has more than {} values": "其 {0} 列的取值超过 {1} 种",
    "it labels {} of the {} pictures, fewer than half": "它只标注了 {1} 张图片中的 {0} 张，不到一半",
    "it has {} labels for {} pictures": "它为 {1} 张图片给出了 {0} 种标签",
    "The classes are those of {}.": "类别取自 {0}。",
    "The labels of {} are not used: {}.": "未使用 {0} 的标签：{1}。",
    (
        "There are no classes: {} of the {} pictures lie beside the folders {}. Move them into folders if "
        "these are classes."
    ): "没有类别：{1} 张图片中有 {0} 张与文件夹 {2} 并列。若这些文件夹是类别，请把图片移入其中。",
    "There is no folder or ZIP at {}, and no data set of that name ({}).": (
        "{0} 处没有文件夹或 ZIP，也没有该名称的数据集（{1}）。"
    ),
    "No files were given: choose pictures or one ZIP.": "没有给出文件：请选择图片或一个 ZIP。",
    "Choose either pictures or one ZIP: a ZIP among other files cannot be used.": (
        "请选择图片，或只选一个 ZIP：不能在其他文件中夹带 ZIP。"
    ),
    "The uploaded file {} is not there any more: choose it again.": "上传的文件 {0} 已不存在：请重新选择。",
    (
        "The uploaded files cannot be kept in {} ({}): free some room, or set GANAPP_CACHE to a folder "
        "elsewhere."
    ): "无法把上传的文件保存在 {0}（{1}）：请腾出空间，或把 GANAPP_CACHE 设为别处的文件夹。",
    # films
    "frame_step is {}; it must be a whole number from 0 up.": "frame_step 的值为 {0}；应为不小于 0 的整数。",
    "too large to be copied out of the ZIP ({})": "过大，无法从 ZIP 中复制出来（{0}）",
    "Reading {}": "正在读取 {0}",
    "reading a film was cancelled": "已取消读取视频",
    "at most {} pictures of a film are used": "一个视频最多使用 {0} 张图片",
    "at most {} frames of a film are read": "一个视频最多读取 {0} 帧",
    "too long ({} frames); at most {} are read: cut it": "过长（{0} 帧）；最多读取 {1} 帧：请剪短",
    "too many pictures ({} frames); choose a frame_step from {} up": (
        "图片过多（{0} 帧）；请把 frame_step 设为不小于 {1}"
    ),
    "{}: {} pictures, of every frame.": "{0}：{1} 张图片，逐帧读取。",
    "{}: {} pictures, of one in {} frames.": "{0}：{1} 张图片，每 {2} 帧取一帧。",
    "{} near-duplicates are left out.": "略去 {0} 张近乎重复的图片。",
    "The film ends early: {}.": "视频提前结束：{0}。",
    "damaged, or not a film that can be read": "已损坏，或不是可读取的视频",
    "it has no frames that can be decoded": "没有可解码的帧",
    "it has no moving pictures": "没有视频画面",
    "its pictures are coded in a way that cannot be read": "画面的编码方式无法读取",
    "its frames are too large ({}×{}); {}": "帧过大（{0}×{1}）；{2}",
    "at most {} million pixels are read": "最多读取 {0} 百万像素",
    "{} of {} frames are there": "{1} 帧中只有 {0} 帧",
    "All pictures are crossed out: leave some in.": "所有图片都被排除了：请留下一些。",
    "The uploaded file {} cannot be kept under this name: rename it.": (
        "上传的文件 {0} 不能用此名称保存：请改名。"
    ),
    # preparing
    "No pictures of {} are held out: there are {}, and one in ten is held out from {} on.": (
        "{0} 没有留出图片：共有 {1} 张，达到 {2} 张才会每十张留出一张。"
    ),
    (
        "Preparing {} pictures of {} needs {}, and {} are free in {}: free some, or set GANAPP_CACHE to a "
        "folder on another disk."
    ): (
        "准备 {1} 的 {0} 张图片需要 {2}，而 {4} 只有 {3} 可用：请腾出空间，或把 GANAPP_CACHE "
        "设为另一磁盘上的文件夹。"
    ),
    "preparing was cancelled": "已取消准备",
    "No pictures were found in {}: files ending in {} are looked for.": (
        "在 {0} 中没有找到图片：查找的是以 {1} 结尾的文件。"
    ),
    "None of the {} pictures in {} can be used: {}.": "{1} 中的 {0} 张图片都无法使用：{2}。",
    "{}; and {} more": "{0}；另有 {1} 个",
    "; and {} more": "；另有 {0} 个",
    "{} ({})": "{0}（{1}）",
}
