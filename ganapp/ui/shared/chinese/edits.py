"""Sentences of ganapp/latents and generators about edits and directions in Chinese; see __init__.py."""

SENTENCES = {
    # sets of directions as files
    "These directions belong to another generator (weights {}, here {}): find those of this one anew.": (
        "这些方向属于另一个生成器（权重 {0}，此处为 {1}）：请为此模型重新求取。"
    ),
    (
        "{}: its {} belongs to another generator (weights {}, here {}): find the directions of this one anew."
    ): "{0}：其中的 {1} 属于另一个生成器（权重 {2}，此处为 {3}）：请为此模型重新求取方向。",
    "the direction {} has a value of the wrong type.": "方向 {0} 有类型错误的值。",
    "{}: there is no {} beside its {}.": "{0}：{2} 旁没有 {1}。",
    "{}: {} does not describe a {} set of directions.": "{0}：{1} 描述的不是 {2} 方向集。",
    "{}: {} has a direction without the parts of one, or with others.": (
        "{0}：{1} 中有一个方向缺少应有的部分，或多出了别的部分。"
    ),
    "{}: {} has other vectors than {} names.": "{0}：{1} 中的向量与 {2} 所列不符。",
    "{}: {} is damaged, or another one than {} was written with.": (
        "{0}：{1} 已损坏，或不是与 {2} 一起写入的那个文件。"
    ),
    # directions
    "A direction's name is a text of 1 to {} characters, not {}.": (
        "方向的名称应为 1 到 {0} 个字符，不能是 {1}。"
    ),
    "The space is {}: it must be one of {}.": "空间为 {0}：应为 {1} 之一。",
    "The direction {} has no vector of finite numbers with the shape that {} has.": (
        "方向 {0} 没有形状符合 {1}、数值有限的向量。"
    ),
    "The range of {} is {} to {}: it must go upwards.": "{0} 的范围是 {1} 到 {2}：应从小到大。",
    "The direction {} is in {}: only in w are layers chosen.": (
        "方向 {0} 在 {1} 空间：只有在 w 中才能选择层。"
    ),
    "Two directions of a set have the same name.": "方向集中有两个方向同名。",
    "There are {} directions: a set has at most {}.": "共有 {0} 个方向：一个方向集最多 {1} 个。",
    "This model has no direction {}; there are: {}.": "此模型没有方向 {0}；现有：{1:names}。",
    "This model has no embedding of classes, so there is no direction to a class.": (
        "此模型没有类别嵌入，因此没有通向类别的方向。"
    ),
    "This model has one class alone: there is no direction from one class to another.": (
        "此模型只有一个类别：没有从一类到另一类的方向。"
    ),
    "The direction {} is in {}, and this model has no w space.": (
        "方向 {0} 在 {1} 空间，而此模型没有 w 空间。"
    ),
    "The direction {} is in the embedding of classes, and this model has none.": (
        "方向 {0} 在类别嵌入中，而此模型没有类别嵌入。"
    ),
    "The direction {} has {} values, {} of this model has {}.": (
        "方向 {0} 有 {1} 个值，此模型的 {2} 有 {3} 个。"
    ),
    "The direction {} acts on layer {}: this model has layers 0 to {}.": (
        "方向 {0} 作用于第 {1} 层：此模型有第 0 到 {2} 层。"
    ),
    "The direction lies within those that are held still: nothing of it is left.": (
        "该方向完全落在要保持不变的方向之内：没有剩余部分。"
    ),
    "The amount is {}: it must be a number from -{} to {}.": "幅度为 {0}：应为 -{1} 到 {2} 之间的数。",
    "From the embeddings of the classes.": "来自类别嵌入。",
    # how directions are found
    "There are {} scores for {} pictures.": "{1} 张图片却有 {0} 个评分。",
    "The method is {}: it must be one of {}.": "方法为 {0}：应为 {1} 之一。",
    "All pictures are scored alike for {}: there is no direction to more of it.": (
        "所有图片在 {0} 上的评分相同：没有使其增强的方向。"
    ),
    "{} is in {}: only one in {} can be held still.": "{0} 在 {1} 空间：只有 {2} 空间中的方向才能保持不变。",
    "By {} regression on {} scored pictures.": "由 {1} 张已评分图片的 {0} 回归得到。",
    " Held still: {}.": "保持不变：{0}。",
    "Seed {} is on both sides: a picture is either wanted or not.": (
        "种子 {0} 同时出现在两边：一张图片要么想要，要么不要。"
    ),
    "Mark at least {} pictures of each side; ten or more give a better direction.": (
        "每边至少标记 {0} 张图片；十张以上得到的方向更好。"
    ),
    "More like {} marked pictures, less like {} others.": "更像 {0} 张标记的图片，更不像另外 {1} 张。",
    "All examples are on one side: there is no direction from one to the other.": (
        "所有例子都在同一边：没有从一边到另一边的方向。"
    ),
    "The examples do not differ: there is no direction from one to the other.": (
        "这些例子没有差别：没有从一边到另一边的方向。"
    ),
    "This model has no {} space to find directions in.": "此模型没有可供求取方向的 {0} 空间。",
    "{} directions are asked for: there are 1 to {} here.": "要求 {0} 个方向：此处可取 1 到 {1} 个。",
    "A principal component of w, over seeds 0 to {}.": "w 的主成分，取自种子 0 到 {0}。",
    "A principal component of the first features, regressed to z, over seeds 0 to {}.": (
        "首层特征的主成分，回归到 z，取自种子 0 到 {0}。"
    ),
    "An eigenvector of the weights of the first affine layers.": "首批仿射层权重的特征向量。",
    "Only layers of w can be chosen, and this model has no w space.": (
        "只能选择 w 的层，而此模型没有 w 空间。"
    ),
    "The affine layers are 0 to {}, not {}.": "仿射层为 0 到 {0}，没有 {1}。",
    "This model ({}) has no affine layer that its latent enters directly.": (
        "此模型（{0}）没有直接接收隐向量的仿射层。"
    ),
    "{} cannot be held still; there are: {}.": "无法保持 {0} 不变；现有：{1:names}。",
    "Scoring pictures for directions": "正在为方向给图片评分",
    "The question is {}; of the pictures of {} can be asked: {}.": "问题为 {0}；关于 {1} 的图片可以问：{2}。",
    "attribute:hat, attribute:hair=afro or class:smile": "attribute:hat、attribute:hair=afro 或 class:smile",
    "Of {}, name a value, such as {}={}; there are: {}.": (
        "请为 {0} 指明一个值，例如 {1}={2}；现有：{3:names}。"
    ),
    "{} cannot be asked for; there are: {}.": "无法询问 {0}；现有：{1:names}。",
    # edits
    "{} has no settings of one picture of this app.": "{0} 没有本程序单张图片的设置。",
    "The numbers of this latent are not as many as its shape says, or not finite.": (
        "此隐向量的数值个数与其形状不符，或并非有限数。"
    ),
    "A latent in {} cannot have the shape {}.": "{0} 空间的隐向量不能是形状 {1}。",
    "The latent of this edit cannot be read.": "无法读取此编辑的隐向量。",
    "The numbers of this edit cannot be read.": "无法读取此编辑的数值。",
    "The label {} is neither a name nor a number of a class.": "标签 {0} 既不是类别名称，也不是类别编号。",
    "psi is {}: it must be a number.": "psi 为 {0}：应为一个数。",
    "Choose a small picture first: the one that is edited has the model's size.": (
        "请先选择一幅小图像：正在编辑的图像已是模型的尺寸。"
    ),
    "Names that begin with {} are taken: choose another one.": "以 {0} 开头的名称已被占用：请换一个。",
    "Directions of other models are looked for at the moment: try again in a minute.": (
        "正在为其他模型寻找方向：请稍后再试。"
    ),
    "You have {} directions of this model already: no more are kept.": (
        "您在此模型上已有 {0} 个方向：无法再保留更多。"
    ),
    "This edit has {} steps: at most {} are carried out.": "此编辑有 {0} 步：最多执行 {1} 步。",
    "This edit mixes in {} other pictures: at most {} are drawn.": (
        "此编辑混入了另外 {0} 幅图像：最多绘制 {1} 幅。"
    ),
    "The share of an edit is {}: it must be from 0 to 1.": "编辑的比例为 {0}：应在 0 到 1 之间。",
    "A fitted model can be kept only where the app runs on a machine of your own.": (
        "只有在您自己的机器上运行本程序时，才能保留拟合出的模型。"
    ),
    "It was stopped before there was anything to keep.": "停止得太早，还没有可保留的结果。",
    "The model of this fitted picture is no longer there: fit the picture again.": (
        "拟合此图像的模型已不存在：请重新拟合。"
    ),
    "The part of the picture must be four numbers.": "裁剪区域应为四个数。",
    "The picture has more than {} MB: make it smaller.": "图像超过 {0} MB：请缩小。",
    "This fit has not ended yet: wait for it, or stop it.": "拟合尚未结束：请等待，或停止。",
    "{} is no repair; there are: {}.": "{0} 不是可用的修复方式；可选：{1}。",
    "This work is no longer there: start it again.": "此项工作已不存在：请重新开始。",
    "{} others are waiting already: try again in a minute.": "已有 {0} 个任务在等待：请稍后再试。",
    "The marked pictures must be named by their seeds.": "标记的图像应以种子指定。",
    "This edit has features of another picture, which no latent holds.": (
        "此编辑含有另一张图像的特征，任何隐向量都无法表示。"
    ),
    "This edit goes from one class towards another, which no z of this model holds.": (
        "此编辑从一个类别移向另一个类别，此模型的 z 无法表示。"
    ),
    "{} belongs to another generator (weights {}, here {}): its numbers mean other pictures here.": (
        "{0} 属于另一个生成器（权重 {1}，此处为 {2}）：其数值在此对应别的图像。"
    ),
    "A keyframe has features of another picture: between such pictures there is no way.": (
        "有一个关键帧含有另一张图像的特征：这样的图像之间没有过渡。"
    ),
    "There are {} keyframes: a film has 2 to {}.": "共有 {0} 个关键帧：视频需要 2 到 {1} 个。",
    "frames is {}: there is at least 1 from one keyframe to the next.": (
        "frames 为 {0}：相邻关键帧之间至少 1 帧。"
    ),
    "Only an MP4 has sound, not {}.": "只有 MP4 可以带声音，{0} 不行。",
    "The sound {} cannot be read ({}).": "无法读取声音 {0}（{1}）。",
    "{} cannot be read as a sound ({}).": "无法将 {0} 读作声音（{1}）。",
    "{} has no sound.": "{0} 没有声音。",
    "{} has {} s of sound: that is too short for a film.": "{0} 只有 {1} 秒的声音：太短，无法制成视频。",
    "A film has 1 to {} keyframes.": "视频需要 1 到 {0} 个关键帧。",
    "A film with sound is an MP4: choose that format below.": "带声音的视频须为 MP4：请在下方选择该格式。",
    "follow is {}: it must be one of {}.": "follow 为 {0}：应为以下之一：{1}。",
    "The points must be pairs of numbers.": "各点应为成对的数。",
    "This edit cannot be read: it is not JSON.": "无法读取此编辑：它不是 JSON。",
    "The page did not say of what the film is to be made.": "页面没有说明要将什么制成视频。",
    "This edit cannot be read: it has parts that this version does not know.": (
        "无法读取此编辑：其中有本版本不认识的部分。"
    ),
    "This edit cannot be read: edits lie deeper than {} within each other.": (
        "无法读取此编辑：编辑之间的嵌套超过 {0} 层。"
    ),
    "This edit cannot be read: it may have a list of {} steps at most.": (
        "无法读取此编辑：步骤应为最多 {0} 项的列表。"
    ),
    "This edit has a step {}, which this version does not know.": "此编辑有本版本不认识的步骤 {0}。",
    "The latent of this edit is in {}, and this model has no w space.": (
        "此编辑的隐向量在 {0} 空间，而此模型没有 w 空间。"
    ),
    "The latent of this edit has {} values, {} of this model has {}.": (
        "此编辑的隐向量有 {0} 个值，此模型的 {1} 有 {2} 个。"
    ),
    "This edit begins with a latent: name the class, too, since this model has classes.": (
        "此编辑从隐向量开始：此模型有类别，请同时指明类别。"
    ),
    "frames is {}: a film of an edit has at least 2.": "帧数为 {0}：编辑的影片至少有 2 帧。",
    "A direction of this edit cannot be read: its name must be a text.": (
        "无法读取此编辑的一个方向：其名称应为文本。"
    ),
    "The direction {} was changed since this edit was made: its vector is another one.": (
        "方向 {0} 在此编辑完成之后被改动：其向量已不同。"
    ),
    "The direction {} is in {}, and this edit begins in w, which comes after.": (
        "方向 {0} 在 {1} 空间，而此编辑从其后的 w 开始。"
    ),
    "The layers are {}: they must be numbers from 0 up.": "层为 {0}：应为从 0 起的编号。",
    "The styles of this edit cannot be read: layers must be a list of numbers.": (
        "无法读取此编辑的样式：层应为编号的列表。"
    ),
    "There is no layer {}: this model has layers 0 to {}.": "没有第 {0} 层：此模型有第 0 到 {1} 层。",
    "The side of a map of features is {}: it must be a number of pixels.": "特征图的边长为 {0}：应为像素数。",
    "The amount of a mix is {}: it must be from 0 to 1.": "混合的幅度为 {0}：应在 0 到 1 之间。",
    "A step of this edit ({}) has parts that this version does not know.": (
        "此编辑的一步（{0}）有本版本不认识的部分。"
    ),
    "The other generator of this edit draws pictures of another size.": (
        "此编辑的另一个生成器绘制的图片尺寸不同。"
    ),
    # mixing
    "This model ({}) has no w space.": "此模型（{0}）没有 w 空间。",
    "This model ({}) has no w space, so it has no styles: mix features.": (
        "此模型（{0}）没有 w 空间，因此没有样式：请混合特征。"
    ),
    "This model ({}) has no maps of features that could be mixed.": "此模型（{0}）没有可混合的特征图。",
    "This model has no maps of {}×{}; it has {}.": "此模型没有 {0}×{1} 的特征图；它有 {2}。",
    "This model has {} layers of w: three are needed for coarse, middle and fine.": (
        "此模型有 {0} 层 w：分为粗、中、细需要三层。"
    ),
    "{} names no layers: use coarse, middle, fine, or 0 to {}, such as 0-3,8.": (
        "{0} 不是层的写法：请用 coarse、middle、fine，或 0 到 {1}，例如 0-3,8。"
    ),
    "No layers are named: use coarse, middle, fine, or 0 to {}.": (
        "没有指定层：请用 coarse、middle、fine，或 0 到 {0}。"
    ),
    "{} rows and {} columns are {} cells: a sheet has 1 to {}.": (
        "{0} 行 {1} 列共 {2} 格：一张表可有 1 到 {3} 格。"
    ),
    # regions
    "A region has {} × {} places at most, and a byte for each.": "区域最多 {0} × {1} 格，每格一个字节。",
    "A region of this edit cannot be read.": "无法读取此编辑的一个区域。",
    "A box is left, top, right, bottom in shares of the picture, from 0 to 1.": (
        "方框依次为左、上、右、下，以占图片的比例表示，从 0 到 1。"
    ),
    "The mask has values beyond 0 to 1.": "蒙版有超出 0 到 1 的值。",
    "The mask is {}: it must be square, as the picture.": "蒙版为 {0}：应与图片一样为正方形。",
}
