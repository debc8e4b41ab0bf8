"""Words of the Create tab and its panels, in English and in Simplified Chinese.

The server fills in gen.say.*, gen.card.*, hub.say.*, set.say.* and pub.*, where {name} marks a value. All
other keys go through t() and have no braces.
"""

from __future__ import annotations

from .live_strings import STRINGS as LIVE

STRINGS: dict[str, tuple[str, str]] = LIVE | {
    # -- pictures, mix and walk ------------------------------------------------------------------------------
    "gen.source": ("Model", "模型"),
    "gen.source.info": (
        "A shipped model, a snapshot of a run, a folder, or a Hub id: user/name@revision",
        "内置模型、训练快照、文件夹，或 Hub 编号：user/name@revision",
    ),
    "gen.source.info_hub": (
        "A shipped model, a snapshot of a run, or a Hub id: user/name@revision",
        "内置模型、训练快照，或 Hub 编号：user/name@revision",
    ),
    "gen.refresh": ("Look for new models", "查找新模型"),
    "gen.seeds": ("Seeds", "种子"),
    "gen.seeds.info": ("One picture a seed: 0-15, 42, 100-103", "每个种子对应一张图像：0-15, 42, 100-103"),
    "gen.random": ("New seeds (R)", "换一批种子（R）"),
    "gen.fine_tune": ("Fine-tune this", "微调此模型"),
    "gen.class": ("Class", "类别"),
    "gen.class.own": ("From the seed", "由种子决定"),
    "gen.class.every": ("Every class, a row each", "所有类别，每类一行"),
    "gen.psi": ("Truncation ψ", "截断 ψ"),
    "gen.psi.info": ("1 = full variety; lower = more typical pictures", "1 = 最多样；越低越典型"),
    "gen.columns": ("Columns", "列数"),
    "gen.columns.info": ("0 = as many as fit", "0 = 自动"),
    "gen.restore": ("Restore settings from a picture", "从图像恢复设置"),
    "gen.walk.title": ("Film: a walk through seeds", "视频：在种子之间漫步"),
    "gen.walk.seeds": ("Seeds on the way", "途经的种子"),
    "gen.walk.class": ("Classes on the way", "途经的类别"),
    "gen.walk.class.info": (
        "Empty = the class chosen above. One class for all, or one a seed: smile, sad",
        "留空 = 上面选择的类别；可填一个类别，或每个种子一个：smile, sad",
    ),
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
    "gen.card.transparent": ("with transparency", "带透明"),
    "gen.card.min": ("{n} min", "{n} 分钟"),
    "gen.card.hub": ("From the Hub: not fetched yet.", "来自 Hub：尚未下载。"),
    "gen.card.empty": (
        "There is no model yet: train one, or type a Hub id.",
        "还没有模型：请先训练一个，或输入 Hub 编号。",
    ),
    "gen.say.sec": ("{n} s", "{n} 秒"),
    "gen.say.filming": ("The film is being made…", "正在生成视频…"),
    "gen.say.restored": ("Settings restored: seed {seeds}", "已恢复设置：种子 {seeds}"),
    "gen.say.restored.unknown": (
        "Settings restored: seed {seeds}. Its model {model} is not in the list: choose one.",
        "已恢复设置：种子 {seeds}。其模型 {model} 不在列表中，请自行选择。",
    ),
    "gen.say.restored.tuned": (
        (
            "The latent is restored, not the weights that were fitted to this picture: {model} draws it, "
            "and it is only alike."
        ),
        "已恢复隐向量，但拟合到此图像的权重不在文件中：由 {model} 绘制，只是相似。",
    ),
    "gen.say.stills": ("Stills of the walk", "漫步的静态画面"),
    # -- hub panel -------------------------------------------------------------------------------------------
    "hub.title": ("From the Hub, or a checkpoint file", "从 Hub 或检查点文件载入"),
    "hub.about": (
        "Models of this app and of other projects. Only weights are fetched, never code.",
        "本应用与其他项目的模型。只下载权重，绝不下载代码。",
    ),
    "hub.search": ("Search", "搜索"),
    "hub.look": ("Search the Hub", "搜索 Hub"),
    "hub.found": ("Models that can be loaded", "可载入的模型"),
    "hub.get": ("Fetch and choose", "下载并选用"),
    "hub.drop": (
        "Or drop a checkpoint of another project; what it is, its content tells",
        "或拖入其他项目的检查点；类型由内容识别",
    ),
    "hub.say.found": ("{n} models.", "共 {n} 个模型。"),
    "hub.say.choose": ("Choose a model from the list first.", "请先从列表中选择模型。"),
    "hub.say.here": ("{model} is here and chosen.", "{model} 已就绪并选中。"),
    "hub.say.closed": (
        "Files are not imported on this page; models of the Hub are.",
        "此页面不导入文件；可载入 Hub 上的模型。",
    ),
    "hub.say.drop": ("Drop the file again: it is no longer here.", "请重新拖入文件：它已不在此处。"),
    "hub.options": ("Options of an import", "导入选项"),
    "hub.options.about": (
        "What a file may not tell of its network. What was assumed instead is said after the import.",
        "文件可能没有说明的网络信息。导入后会说明所作的假设。",
    ),
    "hub.again": ("Import the file again", "重新导入该文件"),
    "hub.option.usual": ("as usual", "按惯例"),
    "hub.option.output": ("Output of the network", "网络输出"),
    "hub.option.activation": ("Activation", "激活函数"),
    "hub.option.labels": ("Labels", "标签"),
    "hub.option.statistics": ("pix2pix: statistics of its norms", "pix2pix：归一化所用的统计量"),
    "hub.option.classes": ("InfoGAN, PGAN: inputs of the class", "InfoGAN、PGAN：类别输入数"),
    "hub.option.codes": ("InfoGAN: inputs of the codes", "InfoGAN：编码输入数"),
    "hub.option.clamp": ("StyleGAN2: clamp, 0 = none", "StyleGAN2：截断，0 表示无"),
    "hub.option.norm_eps": ("BigGAN-PyTorch: eps of the norms", "BigGAN-PyTorch：归一化的 eps"),
    "hub.option.mapping_rate": ("StyleGAN2: rate of the mapping", "StyleGAN2：映射网络学习率"),
    # -- data set panel --------------------------------------------------------------------------------------
    "set.title": ("Labelled data set for a classifier", "供分类器使用的带标签数据集"),
    "set.about": (
        (
            "So many pictures of every class in a ZIP with one folder a class, as torchvision's ImageFolder "
            "and the Train tab read it. Each picture has a seed of its own, counting up from the first; "
            "truncation ψ is the one above."
        ),
        (
            "为每个类别生成指定数量的图像，打包成每类一个文件夹的 ZIP，可由 torchvision 的 ImageFolder "
            "和“训练”页读取。每张图像都有自己的种子，从起始种子依次递增；截断 ψ 用上面的设置。"
        ),
    ),
    "set.per_class": ("Pictures a class", "每类图像数"),
    "set.first": ("First seed", "起始种子"),
    "set.go": ("Make data set", "生成数据集"),
    "set.file": ("Download ZIP", "下载 ZIP"),
    "set.say.busy": ("{done} of {total} pictures", "已生成 {done} / {total} 张图像"),
    "set.say.made": (
        "{n} pictures of {classes} classes in {took} from {model}: {size}",
        "{n} 张图像，{classes} 个类别，用时 {took}，模型 {model}：{size}",
    ),
    # -- publish panel ---------------------------------------------------------------------------------------
    "pub.title": ("Publish this model on the Hub", "把这个模型发布到 Hub"),
    "pub.about": (
        (
            "Goes to your account, with the access token of this machine (HF_TOKEN, or hf auth login). "
            "Nothing is uploaded before you have seen what."
        ),
        "使用本机的访问令牌（HF_TOKEN 或 hf auth login）发布到你的账号。上传前会先列出全部内容。",
    ),
    "pub.about_space": (
        "Sign in, and it goes to your own account. Nothing is uploaded before you have seen what.",
        "登录后发布到你自己的账号。上传前会先列出全部内容。",
    ),
    "pub.no_sign_in": (
        "Nobody can sign in on this Space, so nothing can be published from it.",
        "此 Space 未启用登录，无法发布。",
    ),
    "pub.repo": ("Repository", "仓库"),
    "pub.who": ("A new one can be seen by", "新仓库的可见范围"),
    "pub.public": ("Everybody", "所有人"),
    "pub.private": ("Only me", "仅自己"),
    "pub.licence": ("Licence", "许可证"),
    "pub.licence.own": ("apache-2.0, if trained here", "apache-2.0（在此训练的模型）"),
    "pub.show": ("Show what will be uploaded", "查看将要上传的内容"),
    "pub.although": (
        "Publish it although it copies training pictures",
        "尽管它会照抄训练图片，仍然发布",
    ),
    "pub.go": ("Publish", "发布"),
    "pub.create.public": ("Creates the public repository {repo}.", "将创建公开仓库 {repo}。"),
    "pub.create.private": ("Creates the private repository {repo}.", "将创建私有仓库 {repo}。"),
    "pub.update.public": ("Updates the public repository {repo}.", "将更新公开仓库 {repo}。"),
    "pub.update.private": ("Updates the private repository {repo}.", "将更新私有仓库 {repo}。"),
    "pub.is.new": ("new", "新增"),
    "pub.is.changed": ("changed", "有改动"),
    "pub.is.same": ("the same", "相同"),
    "pub.is.gone": ("deleted", "删除"),
    "pub.nothing": ("Nothing differs, so there is nothing to upload.", "没有差异，无需上传。"),
    "pub.done": ("Published:", "已发布："),
}
