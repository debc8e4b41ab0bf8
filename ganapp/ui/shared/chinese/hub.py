"""Sentences about the Hub in Chinese: of ganapp/hub and ganapp/data/hub; see __init__.py."""

SENTENCES = {
    # data sets
    "{} is no data set of the Hub: write {}, such as hub:ylecun/mnist:train.": (
        "{0} 不是 Hub 的数据集：请写 {1}，例如 hub:ylecun/mnist:train。"
    ),
    "Looking at {}": "正在查看 {0}",
    "this data set": "这个数据集",
    "such data set": "这个数据集",
    "Data sets of the Hub need the datasets library: python -m pip install -r requirements-hub.txt.": (
        "Hub 的数据集需要 datasets 库：python -m pip install -r requirements-hub.txt。"
    ),
    (
        "datasets {} would run code of a repository; {} or newer is needed: python -m pip install -r "
        "requirements-hub.txt."
    ): (
        "datasets {0} 会运行仓库中的代码；需要 {1} 或更新版本：python -m pip install -r "
        "requirements-hub.txt。"
    ),
    (
        "{} is loaded by a script of its own ({}.py), which is never run: try its converted copy, "
        "hub:{}@refs/convert/parquet."
    ): "{0} 由自带的脚本（{1}.py）加载，这里绝不运行它：请试用转换后的副本 hub:{2}@refs/convert/parquet。",
    "{} is stored as {}; pictures are read from {}.": "{0} 以 {1} 存储；图片可从 {2} 读取。",
    "{} has no column {}; its columns are {}.": "{0} 没有 {1} 列；各列为 {2}。",
    "not known": "未知",
    (
        "{} holds films, which are not streamed from the Hub: download them and choose their folder, so that "
        "their frames are the pictures."
    ): "{0} 里是视频，不能从 Hub 逐条读取：请先下载并选择其文件夹，这样视频的各帧就是图片。",
    "{} has no column of pictures; its columns are {}.": "{0} 没有图片列；各列为 {1}。",
    "{} has pictures in {}: name one of these columns, as in {}.": (
        "{0} 的图片在 {1} 中：请指定其中一列，如 {2}。"
    ),
    "The column {} of {} has no pictures; its columns are {}.": "{1} 的 {0} 列没有图片；各列为 {2}。",
    "{} has classes in {}: name one of these columns, as in {}, or - for none.": (
        "{0} 的类别在 {1} 中：请指定其中一列，如 {2}，或用 - 表示不用类别。"
    ),
    "The column {} of {} has no classes; its columns are {}.": "{1} 的 {0} 列没有类别；各列为 {2}。",
    "{} cannot be read from the Hub ({}).": "无法从 Hub 读取 {0}（{1}）。",
    "{} is refused: its {} names {}, which is outside of it.": "拒绝 {0}：其 {1} 指向仓库之外的 {2}。",
    "{} has the configurations {}: name one, as in {}.": "{0} 有配置 {1}：请指定其中一个，如 {2}。",
    "{}: its {} has more than {} MB, which is refused.": "{0}：其 {1} 超过 {2} MB，已拒绝。",
    "{} has no split {}; there are: {}.": "{0} 没有子集 {1}；可用的有：{2}。",
    "{} is refused: its split {} has the file {}, which is outside of it.": (
        "拒绝 {0}：其子集 {1} 含有仓库之外的文件 {2}。"
    ),
    (
        "The split {} of {} has {} GB; at most {} GB are fetched: choose a smaller one, or set "
        "GANAPP_HUB_GB to a larger number."
    ): "{1} 的子集 {0} 有 {2} GB；最多获取 {3} GB：请选择较小的子集，或把 GANAPP_HUB_GB 设为更大的数。",
    "GANAPP_HUB_GB is {}; it must be a number of gigabytes.": "GANAPP_HUB_GB 的值为 {0}；应为 GB 数。",
    "no label": "没有标签",
    "the label {}: numbers go from 0 to {}": "标签 {0}：数字应在 0 到 {1} 之间",
    "no picture": "没有图片",
    "not a file of this repository": "不是此仓库的文件",
    "cannot be fetched ({})": "无法获取（{0}）",
    # answers of the Hub
    "the access token (HF_TOKEN) is not valid": "访问令牌（HF_TOKEN）无效",
    "the access token (HF_TOKEN) has no permission for this": "访问令牌（HF_TOKEN）没有此权限",
    "there is a repository of that name already, which cannot be used": "已有同名仓库，无法使用",
    "the Hub asks to wait; try again in some minutes": "Hub 要求等待；请几分钟后再试",
    "accept its terms on the Hub and set HF_TOKEN to a token of yours": (
        "请在 Hub 上接受其条款，并把 HF_TOKEN 设为您的令牌"
    ),
    "{}: this repository is gated; {}.": "{0}：此仓库需要申请访问；{1}。",
    "{}: there is no {} on the Hub, or it is private (then set HF_TOKEN).": (
        "{0}：Hub 上没有{1}，或者它是私有的（此时请设置 HF_TOKEN）。"
    ),
    "{}: there is no revision {}.": "{0}：没有版本 {1}。",
    "the Hub answered {}": "Hub 返回 {0}",
    "{}: {}.": "{0}：{1}。",
    "{}: {} could not be fetched ({}).": "{0}：无法获取{1}（{2}）。",
    # models
    "of unknown size": "大小未知",
    "{}: {} is {}; more than {} is refused (set {} to allow it).": (
        "{0}：{1} 为 {2}；超过 {3} 会被拒绝（设置 {4} 可放宽）。"
    ),
    "{} is {}; it must be a whole number of megabytes.": "{0} 的值为 {1}；应为整数（单位 MB）。",
    "{}: the Hub cannot be reached and this model is not in the local cache.": (
        "{0}：无法连接 Hub，本机缓存中也没有此模型。"
    ),
    "{}: there is no {} in it{}.": "{0}：其中没有 {1}{2}。",
    "an answer": "答复",
    "such folder here and no such model": "这个模型，本机也没有这个文件夹",
    "the Hub: what answered is not the Hub; is there a page to sign in to first?": (
        "Hub：答复并非来自 Hub；是否需要先在某个网页登录？"
    ),
    # uploading
    "{}: this repository is public already; make it private on the Hub, or take another name.": (
        "{0}：此仓库已公开；请在 Hub 上将其设为私有，或换一个名称。"
    ),
    "the repository is {}; it must be user/name, of letters, digits, dots, dashes and underscores.": (
        "仓库为 {0}；应为 user/name，由字母、数字、点、短横线和下划线组成。"
    ),
    "nobody is signed in; sign in to the Hub first.": "尚未登录；请先登录 Hub。",
    "nothing was changed, and it can be tried again": "没有任何改动，可以重试",
    "set HF_TOKEN to one with write access, or run `hf auth login`": (
        "请把 HF_TOKEN 设为有写入权限的令牌，或运行 `hf auth login`"
    ),
    "{}: no access token was found; {}.": "{0}：没有找到访问令牌；{1}。",
    "{}: there is no such repository that this access token may write to.": (
        "{0}：没有此访问令牌可写入的该仓库。"
    ),
    "{}: the Hub answered {}; {}.": "{0}：Hub 返回 {1}；{2}。",
    "{}: the access token has no permission to write there.": "{0}：访问令牌没有写入权限。",
    "{}: somebody else changed it meanwhile; {}.": "{0}：期间已被他人修改；{1}。",
    "{}: the Hub cannot be reached or broke off ({}); {}.": "{0}：无法连接 Hub 或连接中断（{1}）；{2}。",
}
