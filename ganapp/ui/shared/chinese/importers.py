"""Sentences of ganapp/generators/importers in Chinese; see __init__.py."""

SENTENCES = {
    "{} exists already; name another folder, or an empty one.": "{0} 已存在；请指定另一个文件夹或空文件夹。",
    "{} looks like {}, but it has weights that are not finite.": "{0} 像是 {1}，但含有非有限的权重。",
    "{} looks like {}, but its picture is not finite.": "{0} 像是 {1}，但它的图像含有非有限的值。",
    "{} is no file, and no file of a model on the Hub (user/name:file or user/name@revision:file).": (
        "{0} 不是文件，也不是 Hub 上模型的文件（user/name:file 或 user/name@revision:file）。"
    ),
    "{} has spectral norm, but its vectors weight_u and weight_v are not in the file.": (
        "{0} 使用谱归一化，但文件中没有它的向量 weight_u 和 weight_v。"
    ),
    "{} is a matrix of {}, but the vectors of its spectral norm have {} and {} values.": (
        "{0} 是 {1} 的矩阵，但其谱归一化的向量有 {2} 和 {3} 个值。"
    ),
    "{} has {} rows, but the vector of its spectral norm has {} values.": (
        "{0} 有 {1} 行，但其谱归一化的向量有 {2} 个值。"
    ),
    "{} has spectral norm, but its vector u0 is not in the file.": (
        "{0} 使用谱归一化，但文件中没有它的向量 u0。"
    ),
    # layouts
    "This BigGAN has attention in {} places; one is allowed.": "此 BigGAN 有 {0} 处注意力；只允许一处。",
    (
        "This BigGAN was trained with --cross_replica, whose norm is another one on a single GPU than on "
        "several; it cannot be imported."
    ): "此 BigGAN 使用 --cross_replica 训练，其归一化在单个和多个 GPU 上不同；无法导入。",
    "This BigGAN has no batch norms (--norm_style); it cannot be imported.": (
        "此 BigGAN 没有批归一化（--norm_style）；无法导入。"
    ),
    "the eps of its batch norms (BN_eps) is {}": "批归一化的 eps（BN_eps）为 {0}",
    "This PGAN takes {} numbers; {} of labels leave no noise.": (
        "此 PGAN 接收 {0} 个数；其中 {1} 个表示标签，没有给噪声留下位置。"
    ),
    "The config of this PGAN has labels of a form that is not known.": "此 PGAN 的配置中标签的形式未知。",
    "This PGAN has {} combinations of labels; at most {} can be imported.": (
        "此 PGAN 有 {0} 种标签组合；最多能导入 {1} 种。"
    ),
    "This PGAN's config has {} {}, which is no number.": "此 PGAN 的配置中 {0} 为 {1}，不是数字。",
    ", no labels (else --classes NUMBER)": "，没有标签（否则请用 --classes NUMBER）",
    "fully grown (alpha 0), slope 0.2, no tanh{}": "已完全增长（alpha 0），斜率 0.2，没有 tanh{0}",
    "The file has no config; its usual values were assumed: {}.": "文件中没有配置；这里假定为通常的值：{0}。",
    "This generator blurs some of its enlarged images only, so something is missing in it.": (
        "此生成器只模糊一部分放大后的图像，说明缺少内容。"
    ),
    "its mapping has lr_mlp {}": "映射网络的 lr_mlp 为 {0}",
    "GE and SE, the averaged weights, were taken; G and S hold networks of the same layers.": (
        "采用了 GE 和 SE（平均后的权重）；G 和 S 含有层相同的网络。"
    ),
    "This file is of stylegan2-pytorch before version 0.20, which cannot be imported.": (
        "此文件来自 0.20 之前的 stylegan2-pytorch，无法导入。"
    ),
    (
        "This generator has the attention of stylegan2-pytorch before version 1.6, which cannot be imported."
    ): "此生成器使用 1.6 之前的 stylegan2-pytorch 的注意力，无法导入。",
    "This DCGAN makes pictures of {} channels; only 1, 3 and 4 can be imported.": (
        "此 DCGAN 生成 {0} 个通道的图片；只能导入 1、3 和 4 个通道的。"
    ),
    "Averaged statistics of instance norms in the file are not used.": "未使用文件中实例归一化的平均统计量。",
    "CycleGAN ResNet generator": "CycleGAN 的 ResNet 生成器",
    "This generator makes {} channels of {}; only 1, 3 and 4 can be imported.": (
        "此生成器由 {1} 个通道生成 {0} 个通道；只能导入 1、3 和 4 个通道的。"
    ),
    "it normalizes by each picture's own statistics, as its test.py does without --eval": (
        "按每张图片自身的统计量归一化（与其 test.py 不带 --eval 时相同）"
    ),
    "running, for those of training": "running（用训练时的统计量）",
    "it has ReLU between its layers": "各层之间为 ReLU",
    "it ends in tanh": "以 tanh 结束",
    "This is a class-conditional Projected GAN; only unconditional ones can be imported.": (
        "这是按类别的 Projected GAN；只能导入无条件的。"
    ),
    "This FastGAN makes pictures of {} channels; only 1 and 3 can be imported.": (
        "此 FastGAN 生成 {0} 个通道的图片；只能导入 1 和 3 个通道的。"
    ),
    "This lightweight-gan makes pictures of {} channels; only 1, 3 and 4 can be imported.": (
        "此 lightweight-gan 生成 {0} 个通道的图片；只能导入 1、3 和 4 个通道的。"
    ),
    "This SAGAN of mimicry has {} blocks; which one attention follows is known for 3 and 5.": (
        "此 mimicry 的 SAGAN 有 {0} 个块；仅知道 3 和 5 个块时注意力的位置。"
    ),
    "sigmoid, for DCGANGeneratorCIFAR": "sigmoid（用于 DCGANGeneratorCIFAR）",
    "its labels act on the picture, as acgan's do": "标签作用于图片，如 acgan",
    "unused, for sgan": "unused（用于 sgan）",
    "This generator takes {} numbers; {} classes and {} codes leave no noise.": (
        "此生成器接收 {0} 个数；{1} 个类别和 {2} 个编码没有给噪声留下位置。"
    ),
    "it is an infogan of 62 numbers, 10 classes and 2 codes, which takes 74 numbers": (
        "它是接收 74 个数的 infogan（62 个数、10 个类别、2 个编码）"
    ),
    "This generator of PyTorch-GAN makes {} numbers, which are no square picture.": (
        "此 PyTorch-GAN 生成器输出 {0} 个数，不是正方形图片。"
    ),
    "This R3GAN generator enlarges with another filter than [1, 2, 1], which cannot be imported.": (
        "此 R3GAN 生成器放大时使用的滤波器不是 [1, 2, 1]，无法导入。"
    ),
    "This R3GAN generator has a stage without residual blocks, which cannot be imported.": (
        "此 R3GAN 生成器有一级没有残差块，无法导入。"
    ),
    "This generator of StudioGAN takes InfoGAN codes beside z, which cannot be imported.": (
        "此 StudioGAN 生成器除 z 外还接收 InfoGAN 编码，无法导入。"
    ),
    "This is StudioGAN's big_resnet_deep; of its BigGANs only big_resnet can be imported.": (
        "这是 StudioGAN 的 big_resnet_deep；其 BigGAN 中只能导入 big_resnet。"
    ),
    "StudioGAN's residual generators can be imported with ReLU only, not with leaky ReLU.": (
        "StudioGAN 的残差生成器只有使用 ReLU 的才能导入，使用 leaky ReLU 的不能。"
    ),
    "leaky_relu, which cannot be imported yet": "leaky_relu（尚不能导入）",
    "its activation (g_act_fn) is ReLU": "激活函数（g_act_fn）为 ReLU",
    "This generator of StudioGAN has attention in {} places; one is allowed.": (
        "此 StudioGAN 生成器有 {0} 处注意力；只允许一处。"
    ),
    "This StyleGAN2 generator does not sum up images (architecture skip); others cannot be imported.": (
        "此 StyleGAN2 生成器不是累加图像的（architecture skip）；其他结构无法导入。"
    ),
    "This StyleGAN2 generator has {} {}; only {} can be imported.": (
        "此 StyleGAN2 生成器的 {0} 为 {1}；只能导入 {2}。"
    ),
    "its activations are not clamped": "激活值没有截断",
    "256, as after training in half precision": "256（半精度训练后即如此）",
    "its mapping has lr_multiplier {}": "映射网络的 lr_multiplier 为 {0}",
    (
        "This StyleGAN2 generator resamples with another filter than [1, 3, 3, 1], which cannot be imported."
    ): "此 StyleGAN2 生成器重采样使用的滤波器不是 [1, 3, 3, 1]，无法导入。",
    "This StyleGAN3 generator has no layers under their usual names (L0_36_512 …).": (
        "此 StyleGAN3 生成器没有使用通常名称（L0_36_512 …）的层。"
    ),
    "This StyleGAN3 generator has another activation in its mapping than lrelu.": (
        "此 StyleGAN3 生成器的映射网络使用的激活函数不是 lrelu。"
    ),
    (
        "This StyleGAN3 generator was saved with a rotation or translation of its own (input.transform), "
        "which cannot be imported."
    ): "此 StyleGAN3 生成器保存时带有自己的旋转或平移（input.transform），无法导入。",
    "its activations are clamped to {}": "激活值截断到 {0}",
    "0, as after training in float32": "0（float32 训练后即如此）",
    (
        "The filters of this StyleGAN3 generator do not fit to maps with a margin of {}, so it cannot be "
        "imported."
    ): "此 StyleGAN3 生成器的滤波器与边距为 {0} 的特征图不符；无法导入。",
    # options
    "eps of BigGAN-PyTorch's conditional batch norms (BN_eps)": "BigGAN-PyTorch 条件批归一化的 eps（BN_eps）",
    "how the network ends, where the file does not tell": "网络以什么结束（文件中没有说明时）",
    "between its layers, where the file does not tell": "各层之间是什么（文件中没有说明时）",
    "whose statistics batch norms of pix2pix use": "pix2pix 的批归一化使用哪一种统计量",
    "whether labels act, where the file does not tell": "标签是否起作用（文件中没有说明时）",
    "inputs of an InfoGAN or PGAN that are a class": "InfoGAN 或 PGAN 的输入中表示类别的个数",
    "inputs of an InfoGAN that are codes": "InfoGAN 的输入中表示编码的个数",
    "bound of the activations of StyleGAN2 and 3 (conv_clamp), 0 = none": (
        "StyleGAN2 和 3 激活值的界限（conv_clamp），0 = 无"
    ),
    "relative learning rate of StyleGAN2's or 3's mapping (lr_multiplier, lr_mlp)": (
        "StyleGAN2 或 3 映射网络的相对学习率（lr_multiplier、lr_mlp）"
    ),
    "{} is no option of an import; there are {}.": "{0} 不是导入选项；可用的有 {1}。",
    "The file does not tell whether {}, and this was assumed; otherwise {} {}.": (
        "文件没有说明是否{0}，这里假定如此；否则请用 {1} {2}。"
    ),
    # files
    "{} is not a file.": "{0} 不是文件。",
    "{} is empty.": "{0} 是空的。",
    "{} is {}; more than {} is refused.": "{0} 为 {1}；超过 {2} 会被拒绝。",
    "{} holds no state dict but a {}.": "{0} 中不是 state dict，而是 {1}。",
    "{} holds no tensors where a generator's are looked for; it has: {}.": (
        "{0} 在应有生成器张量的位置没有张量；其中有：{1}。"
    ),
    "{} is not a readable safetensors file ({}).": "{0} 不是可读取的 safetensors 文件（{1}）。",
    "{} cannot be read as a PyTorch checkpoint ({}).": "无法把 {0} 作为 PyTorch 检查点读取（{1}）。",
    "{} is a TorchScript program, and only plain tensors are read; save its state_dict().": (
        "{0} 是 TorchScript 程序，而这里只读取普通张量；请保存它的 state_dict()。"
    ),
    "{} is {} when unpacked; more than {} is refused.": "{0} 解压后为 {1}；超过 {2} 会被拒绝。",
    "{}: {} is no ordinary tensor (sparse, complex, quantized or without values).": (
        "{0}：{1} 不是普通张量（稀疏、复数、量化或没有值）。"
    ),
    "{} says that it has {} of weights; more than {} is refused.": (
        "{0} 声称有 {1} 的权重；超过 {2} 会被拒绝。"
    ),
    "{} is refused: {}": "拒绝 {0}：{1}",
    "it is no checkpoint, or holds more than tensors, and only plain tensors are read.": (
        "它不是检查点，或含有张量以外的内容，而这里只读取普通张量。"
    ),
    "it asks for {}, and only plain tensors are read": "它要求使用 {0}，而这里只读取普通张量",
    "it asks for {}, and only plain tensors are read.": "它要求使用 {0}，而这里只读取普通张量。",
    "{}; where it comes from, save the network's state_dict() instead of the network.": (
        "{0}；请在其来源处保存网络的 state_dict()，而不是整个网络。"
    ),
    # kinds of files
    "{} is {}.": "{0} 是{1}。",
    "an HDF5 file, as Keras and TensorFlow save weights": "HDF5 文件，Keras 和 TensorFlow 用它保存权重",
    "a NumPy array": "NumPy 数组",
    "a GGUF file, as language models are saved": "GGUF 文件，用于保存语言模型",
    "compressed with gzip; unpack it first": "用 gzip 压缩的文件；请先解压",
    "a 7z archive; unpack it first": "7z 压缩包；请先解压",
    "a RAR archive; unpack it first": "RAR 压缩包；请先解压",
    "a Git LFS pointer and not the weights: fetch them with `git lfs pull`, or download the file itself": (
        "Git LFS 指针而不是权重：请用 `git lfs pull` 获取，或直接下载该文件"
    ),
    (
        "a web page and not the weights, as when a download needs a confirmation; download it in the browser"
    ): "网页而不是权重（下载需要确认时会如此）；请在浏览器中下载",
    "the list of a TensorFlow checkpoint; only PyTorch generators can be imported": (
        "TensorFlow 检查点的清单；只能导入 PyTorch 生成器"
    ),
    "a text file": "文本文件",
    "a TensorFlow checkpoint or graph; only PyTorch generators can be imported": (
        "TensorFlow 检查点或计算图；只能导入 PyTorch 生成器"
    ),
    "{} is not a readable safetensors file (its header is longer than the file).": (
        "{0} 不是可读取的 safetensors 文件（文件头比文件还长）。"
    ),
    "it is {}": "它是{0}",
    "it has no header": "它没有文件头",
    "no checkpoint of a kind that is known": "未知类型的文件，不是检查点",
    "{} is damaged: {}.": "{0} 已损坏：{1}。",
    "{} is damaged: {} holds {}, which is no trained weight.": (
        "{0} 已损坏：{1} 含有 {2}，不可能是训练得到的权重。"
    ),
    "{} is damaged: {} holds {} values, which are no weights.": (
        "{0} 已损坏：{1} 含有 {2} 类型的值，不是权重。"
    ),
    "{} is damaged: its end is missing, as after a download that broke off.": (
        "{0} 已损坏：缺少结尾，如同下载中断。"
    ),
    "{} cannot be read: it begins as a ZIP, but its list is damaged.": (
        "无法读取 {0}：它以 ZIP 开头，但清单已损坏。"
    ),
    "a Keras model; only PyTorch generators can be imported": "Keras 模型；只能导入 PyTorch 生成器",
    "a ZIP of NumPy arrays (.npz)": "NumPy 数组的 ZIP（.npz）",
    "a ZIP of {} pictures, which is data to train on and no checkpoint": (
        "含有 {0} 张图片的 ZIP，是训练数据而不是检查点"
    ),
    "a ZIP with {} inside; unpack it first": "内含 {0} 的 ZIP；请先解压",
    "a ZIP without weights": "不含权重的 ZIP",
    "a TensorFlow Lite model; only PyTorch generators can be imported": (
        "TensorFlow Lite 模型；只能导入 PyTorch 生成器"
    ),
    "a tar archive; unpack it first": "tar 压缩包；请先解压",
    "an ONNX model; import the PyTorch checkpoint that it was made of": (
        "ONNX 模型；请导入制作它所用的 PyTorch 检查点"
    ),
    "{}, which begins {}": "{0}，开头为 {1}",
    # reading
    "is refused: it encodes text in a way that no checkpoint needs": (
        "已拒绝：它的文本编码方式是任何检查点都不需要的"
    ),
    "is refused: it asks for {}, which no generator needs": "已拒绝：它要求使用 {0}，任何生成器都不需要",
    "is refused: it calls {}, which is no function": "已拒绝：它调用 {0}，而这不是函数",
    "is refused: it sets the state of a {}": "已拒绝：它设置 {0} 的状态",
    "is refused: it has instructions that no checkpoint needs": "已拒绝：它含有任何检查点都不需要的指令",
    "is damaged: it claims {} bytes more, but has {}": "已损坏：它声称还有 {0} 字节，实际只有 {1}",
    "is refused: it asks for {} in a tensor, which no generator needs": (
        "已拒绝：它在张量中要求使用 {0}，任何生成器都不需要"
    ),
    "is damaged: a storage is no bytes": "已损坏：某个存储不是字节",
    "is damaged: a storage has a wrong magic number": "已损坏：某个存储的标识数不对",
    "is damaged: a storage has no kind": "已损坏：某个存储没有类型",
    "is damaged: a storage claims {} numbers, but has {} bytes": (
        "已损坏：某个存储声称有 {0} 个数，实际只有 {1} 字节"
    ),
    "{} is refused: reading it took longer than {} seconds.": "拒绝 {0}：读取超过 {1} 秒。",
    "{} is refused: the process that read it broke down ({}).": "拒绝 {0}：读取它的进程崩溃（{1}）。",
    "is refused: its tensors are larger than the file": "已拒绝：其张量比文件还大",
    "is damaged: {} has no proper shape": "已损坏：{0} 的形状不正确",
    "is refused: {} claims {} values, but has {}": "已拒绝：{0} 声称有 {1} 个值，实际只有 {2}",
    "is damaged: {} ends before its last value": "已损坏：{0} 在最后一个值之前结束",
    "holds no network under G_ema or G": "在 G_ema 或 G 下没有网络",
    "is damaged: {} is no module": "已损坏：{0} 不是模块",
    "is refused: its modules have no end": "已拒绝：其模块没有尽头",
    "is damaged: {} is no tensor": "已损坏：{0} 不是张量",
    "was written by torch.save; rename it so that it ends in .pt": (
        "由 torch.save 写成；请改名，使其以 .pt 结尾"
    ),
    "holds a network without weights": "含有没有权重的网络",
    "allocate memory": "分配内存",
    "is refused: reading it takes too much memory": "已拒绝：读取它需要过多内存",
    "cannot be read as a pickle of a network ({})": "无法作为网络的 pickle 读取（{0}）",
    "{} {}.": "{0} {1}。",
    # recognition
    "{} is {}, where {} does not apply.": "{0} 是 {1}，{2} 对它不适用。",
    ", the averaged weights,": "（平均后的权重）",
    "{} was taken; {} holds a network of the same layers.": "采用了 {0}；{1} 含有层数相同的网络。",
    "{}, the averaged weights, was taken; {} holds a network of the same layers.": (
        "采用了 {0}（平均后的权重）；{1} 含有层相同的网络。"
    ),
    "the file": "该文件",
    "its keys begin {}": "其键以 {0} 开头",
    "{} holds {} tensors; {}.": "{0} 含有 {1} 个张量；{2}。",
    "{} holds {}; {}.": "{0} 含有{1}；{2}。",
    "{} It is none of the layouts that are known ({}).": "{0}不属于任何已知的结构（{1}）。",
    "there is no {}": "没有 {0}",
    "{} looks like {}, but its tensors do not fit ({}).": "{0} 像是 {1}，但其张量不符（{2}）。",
}
