"""Sentences of publishing/verifying.py and audit.py in Chinese; see __init__.py."""

SENTENCES = {
    "{} cannot be used: {}.": "{0} 无法使用：{1}。",
    "{} is no picture or film that can be verified: {}.": "{0} 不是可以验证的图片或影片：{1}。",
    "The file carries no mark: that says nothing about where it comes from.": (
        "文件没有标识：这不能说明它从哪里来。"
    ),
    "The file says that it was generated; anybody can write that.": "文件自称由程序生成；任何人都能这样写。",
    "The file says that {} generated it, model {}; anybody can write that.": (
        "文件自称由 {0} 的模型 {1} 生成；任何人都能这样写。"
    ),
    "The file says that {} generated it, model {}, seed {}; anybody can write that.": (
        "文件自称由 {0} 的模型 {1} 用种子 {2} 生成；任何人都能这样写。"
    ),
    "Its pixels are those that the mark was written for.": "其像素与写入标识时一致。",
    "Its pixels were changed after the mark was written.": "写入标识之后像素被改动过。",
    "Proved: the model draws this picture from these settings (a pixel differs by at most {} of 255, "
    "{} is allowed).": "已证明：该模型用这些设置画出这张图片（像素最多相差 {0}/255，允许 {1}）。",
    "Not what the model draws from these settings: its size is another.": (
        "模型用这些设置画出的不是它：尺寸不同。"
    ),
    "Not what the model draws from these settings: a pixel differs by {} of 255, {} is allowed.": (
        "模型用这些设置画出的不是它：有像素相差 {0}/255，允许 {1}。"
    ),
    "There is no proof: a film or a lossy picture does not keep its pixels exactly.": (
        "无法证明：影片或有损图片不会原样保留像素。"
    ),
    "There is no proof: the file does not name the weights and settings that made it.": (
        "无法证明：文件没有写明生成它的权重和设置。"
    ),
    "There is no proof: the model with these weights is not here; name it to try.": (
        "无法证明：这里没有具有这些权重的模型；请指定模型再试。"
    ),
    "There is no proof: the settings cannot be drawn again ({}).": "无法证明：这些设置无法重新绘制（{0}）。",
    "There is no proof: the settings in the file do not tell all that made it.": (
        "无法证明：文件中的设置不足以说明生成过程。"
    ),
    "{} has more than {} million pixels.": "{0} 超过 {1} 百万像素。",
    "{} cannot be read as a picture ({}).": "{0} 无法作为图片读取（{1}）。",
    "There is no file or folder at {}.": "{0} 处没有文件或文件夹。",
    "There is no picture or film in {}.": "{0} 中没有图片或影片。",
    # audit
    "Whether this model copies training pictures is not measured: measure memorisation first.": (
        "尚未测量该模型是否会照抄训练图片：请先测量“记忆（抄袭）”。"
    ),
    "This model copies: a sample is nearer to a training picture than a held-out one is in {} of cases "
    "(50 % is none, {} is the limit).": (
        "该模型会照抄：有 {0} 的情况下，样本比留出图片更接近训练图片（无抄袭为 50 %，上限 {1}）。"
    ),
    "This model copies: {} of its samples are as near to a training picture as a copy (1 % is none, {} is "
    "the limit).": "该模型会照抄：{0} 的样本与训练图片近似复制（无抄袭为 1 %，上限 {1}）。",
    "This model gives its training pictures away: samples tell them from held-out ones in {} of cases "
    "(50 % is none, {} is the limit).": (
        "该模型会泄漏训练图片：凭样本在 {0} 的情况下能将其与留出图片区分（无泄漏为 50 %，上限 {1}）。"
    ),
}
