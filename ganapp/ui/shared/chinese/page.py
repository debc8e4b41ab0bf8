"""Sentences that ganapp/ui itself raises, in Chinese; see __init__.py."""

SENTENCES = {
    "{} runs are named; curves are written of 1 to {}.": "给出了 {0} 个训练；曲线文件可含 1 到 {1} 个。",
    "each run must be named with its stamp.": "每个训练须附带其创建标识。",
    # what a script of the page asks
    "That failed here; the server's log says why.": "操作失败；原因见服务器日志。",
    "the request is {}; it must be an object.": "请求为 {0}；应为对象。",
    "{} of {}": "{0}（{1} 项）",
    "a text": "文本",
    "a list": "列表",
    "an object": "对象",
    "a number too large": "过大的数",
    "{} has {} characters; at most {} are read.": "{0} 有 {1} 个字符；最多读取 {2} 个。",
    "{} is a number that is not finite or too large.": "{0} 不是有限的数，或过大。",
    "{} is too large: at most {} items, {} deep.": "{0} 过大：最多 {1} 项、{2} 层。",
    "The server could not read or write a file ({}).": "服务器无法读取或写入文件（{0}）。",
    "This is too large: a request has at most {} bytes.": "过大：一次请求最多 {0} 字节。",
    "This text is too long: at most {} characters.": "文本过长：最多 {0} 个字符。",
    "This took too long to arrive: try again.": "传送时间过长：请重试。",
    "This cannot be read: it is no JSON.": "无法读取：不是 JSON。",
    "The page asks no such question: load it again.": "页面没有这样的请求：请重新加载。",
    "This is too large: an upload has at most {} bytes.": "过大：一次上传最多 {0} 字节。",
    "nested too deeply": "嵌套过深",
    "not finite": "不是有限的数",
    "There is no such file.": "没有这个文件。",
    # runs
    "there is no run {} any more; it is {} now. Nothing was done.": (
        "训练 {0} 已不存在；它现在名为 {1}。没有执行任何操作。"
    ),
    "that file was not uploaded here; choose the ZIP of a run again.": (
        "该文件不是在此上传的；请重新选择训练的 ZIP。"
    ),
    "unit is {}; it must be one of {}.": "单位为 {0}；应为以下之一：{1}。",
    # visitors
    "Training is off here{}; duplicate this Space, or run the app on your own machine.": (
        "此处不开放训练{0}；请复制此 Space，或在自己的电脑上运行。"
    ),
    (
        "Measuring is off here for visitors, because it holds the processor for minutes; duplicate this "
        "Space, or run the app on your own machine."
    ): "此处不对访客开放测量，因为它会占用处理器数分钟；请复制此 Space，或在自己的电脑上运行。",
    ": ZeroGPU lends its GPU for a minute at a time": "（ZeroGPU 每次只借出约一分钟的 GPU）",
    " for {}, who is not on the owner's list": "（{0} 不在所有者名单上）",
    " for visitors who are not signed in": "（访客尚未登录）",
    "data is {}; here it must be one of {}, hub:user/name or an upload.": (
        "数据为 {0}；此处应为 {1}、hub:user/name 或上传的文件之一。"
    ),
    "start_from is {}; here it must be a run, a shipped checkpoint or a Hub id.": (
        "start_from 的值为 {0}；此处应为训练、自带的检查点或 Hub 名称。"
    ),
    "Too many uploads: try again in an hour.": "上传过多：请一小时后再试。",
    "Too many tries: wait ten minutes.": "尝试次数过多：请等待十分钟。",
    # train, compare
    "The budget is {}; it must be a number.": "预算为 {0}；应为数字。",
    "The budget is {}; it must be more than 0.": "预算为 {0}；应大于 0。",
    "There are no pictures chosen; choose a data set, a folder or a ZIP.": (
        "没有选择图片；请选择数据集、文件夹或 ZIP。"
    ),
    "There is nothing at {}: choose a folder or ZIP that exists, hub:user/name or one of {}.": (
        "{0} 处没有内容：请选择存在的文件夹或 ZIP、hub:user/name，或以下之一：{1}。"
    ),
    "word is {}; it must be one of {}.": "命令为 {0}；应为以下之一：{1}。",
    "There is no folder named: write where the pictures are now.": "还没有写文件夹：请填写图片现在的位置。",
    "run {} is not at work.": "训练 {0} 没有在运行。",
    "run {} is {} and cannot be resumed.": "训练 {0} {1}，不能继续。",
    "queued": "正在排队",
    "starting": "正在启动",
    "running": "正在运行",
    "finished": "已完成",
    "that state was just replaced by a newer one; press again.": "该状态刚被更新的状态取代；请再按一次。",
    "a time-lapse needs at least two sample grids.": "延时影片至少需要两个样本网格。",
    "An uploaded file is not there any more: choose the pictures again.": (
        "有上传的文件已不存在：请重新选择图片。"
    ),
    "The list of uploaded files cannot be read: choose the pictures again.": (
        "无法读取上传文件的列表：请重新选择图片。"
    ),
    "These are too many files: at most {} are taken, or one ZIP of them.": (
        "文件过多：最多接受 {0} 个，或把它们放进一个 ZIP。"
    ),
    "These are {} files: at most {} are taken, or one ZIP of them.": (
        "共有 {0} 个文件：最多接受 {1} 个，或把它们放进一个 ZIP。"
    ),
    "These uploaded pictures are not there any more: choose them again.": (
        "上传的这些图片已不存在：请重新选择。"
    ),
    # evaluate
    "waiting for other evaluations": "正在等待其他评估",
    "This took more than {} s, the most for a visitor: ask for fewer images or figures.": (
        "已超过访客的上限 {0} 秒：请减少图像或指标。"
    ),
    "data is {}; here it must be one of {}.": "数据为 {0}；此处应为以下之一：{1}。",
    "An evaluation of {} is at work: wait for it, or stop it.": "正在评估 {0}：请等待，或停止它。",
    "{} evaluations are waiting already: try again in some minutes.": (
        "已有 {0} 个评估在等待：请几分钟后再试。"
    ),
    "{} is {}; a visitor may ask for at most {}.": "{0}为 {1}；访客最多可要求 {2}。",
    "{} is not measured for visitors; these are: {}.": "不为访客测量 {0}；可测量的有：{1}。",
    "cancelled": "已取消",
    # generate
    "nobody waits for this data set any more": "已没有人等待此数据集",
    "There is no run {} any more.": "训练 {0} 已不存在。",
    "No model is chosen: choose one from the list.": "没有选择模型：请从列表中选择。",
    "The snapshot {} is no longer there: choose a newer one from the list.": (
        "快照 {0} 已不存在：请从列表中选择较新的。"
    ),
    "This name of a model has {} characters: at most {} are read.": (
        "模型名称有 {0} 个字符：最多读取 {1} 个。"
    ),
    "that is no name of a visitor.": "这不是访客的名称。",
    "These are {} seeds: the page makes at most {} pictures at a time.": (
        "共有 {0} 个种子：页面每次最多生成 {1} 张图片。"
    ),
    "These are {} seeds of {} classes: the page makes at most {} pictures at a time.": (
        "共有 {0} 个种子、{1} 个类别：页面每次最多生成 {2} 张图片。"
    ),
    "No place of the map is named.": "没有指定地图上的位置。",
    "Other archives are being made at the moment: try again in a minute.": (
        "正在制作其他压缩包：请一分钟后再试。"
    ),
    "times is {}: a picture is saved {} times as large.": "倍数为 {0}：图片可放大 {1} 倍保存。",
    "There is no trail on the map: drag over it first.": "地图上还没有轨迹：请先在上面拖动。",
    "The format is {}: it must be one of {}.": "格式为 {0}：应为以下之一：{1}。",
    "This film has {} frames: a {} made here has at most {}.": (
        "此影片有 {0} 帧：此处制作的 {1} 最多 {2} 帧。"
    ),
    "These are {} seeds: a walk has at most {}.": "共有 {0} 个种子：漫游最多 {1} 个。",
    "There are {} classes for {} seeds: give one class, or one a seed.": (
        "有 {0} 个类别、{1} 个种子：请给出一个类别，或每个种子一个。"
    ),
    "This took more than {} s, the most for one request here: ask for less.": (
        "已超过此处一次请求的上限 {0} 秒：请减少要求。"
    ),
    "This picture carries no settings: it is not a PNG made by this app, or it was saved anew.": (
        "此图片不含设置：它不是本程序生成的 PNG，或被重新保存过。"
    ),
    "{} takes no noise: it has one answer to a picture.": "{0} 不使用噪声：每张图片只有一个结果。",
    "{} was not trained to repair a damage: give it the picture as it is.": (
        "{0} 并非为修复损坏而训练：请直接给它图片原样。"
    ),
    "{} was not trained to fill holes: mark none.": "{0} 并非为填补缺失而训练：请不要标记。",
    "The pictures are no longer there: translate them again.": "这些图片已不在：请重新转换。",
    "There is no picture to save yet.": "还没有可保存的图片。",
    "There is no such picture in the ZIP.": "ZIP 中没有这张图片。",
}
