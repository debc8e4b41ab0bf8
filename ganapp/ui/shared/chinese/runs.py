"""Sentences of ganapp/runs in Chinese; see __init__.py. The watchdog's words are in train/strings.py."""

SENTENCES = {
    "none of these runs has sample grids yet.": "这些训练都还没有样本网格。",
    "{} kimg, {} min": "{0} kimg，{1} 分钟",
    "no grid yet": "还没有网格",
    "{} cannot hold curves: the name must end in .csv or .json.": (
        "{0} 不能用来保存曲线：文件名须以 .csv 或 .json 结尾。"
    ),
    "{} cannot be a sheet of grids: the name must end in .webp or .png.": (
        "{0} 不能作为网格图：名称应以 .webp 或 .png 结尾。"
    ),
    "by is {}; it must be one of {}.": "by 的值为 {0}；应为以下之一：{1}。",
    "it lacks what it should say": "缺少应有的内容",
    "it does not say what its inputs were": "没有写明其输入是什么",
    "no run is named; give its name, its number or its path.": "没有指定训练；请给出它的名称、编号或路径。",
    "there is no run {} in {}; there are: {}.": "{1} 中没有训练 {0}；现有：{2}。",
    "there is no run {} any more.": "训练 {0} 已不存在。",
    "runs is {}, a file; it must be the folder of all runs.": (
        "runs 为 {0}，是一个文件；应为存放所有训练的文件夹。"
    ),
    # damaged files
    "{} is damaged ({}).": "{0} 已损坏（{1}）。",
    "{} is missing.": "缺少 {0}。",
    "{} cannot be used: {}": "无法使用 {0}：{1}",
    "{} has {} that cannot be read; the others are shown.": "{0} 有 {1}无法读取；其余的照常显示。",
    "1 line": " 1 行",
    "{} lines": " {0} 行",
    "{} was missing and is written anew.": "缺少 {0}，已重新写入。",
    "{} is damaged ({}) and is set aside as {}.": "{0} 已损坏（{1}），已移到 {2}。",
    "{}: {} cannot be read and stand in {} now.": "{0}：有{1}无法读取，现存于 {2}。",
    "wrong values of {}": "{0} 的值不正确",
    "it is no whole picture": "不是完整的图片",
    "it holds a {} and no object": "内容为 {0} 而不是对象",
    # names, remedies
    "a run's name has 1 to 80 letters, digits, dots, dashes and underscores; {} does not.": (
        "训练的名称由 1 到 80 个字母、数字、点、短横线和下划线组成；{0} 不符合。"
    ),
    "remedy is {}; for this run it must be one of {}.": "补救方法为 {0}；此训练应为以下之一：{1}。",
    "this run has used up its budget: there is no rest to halve.": "此训练的预算已用完：没有剩余可减半。",
    # runs
    "the configuration of run {} cannot be read ({}).": "无法读取训练 {0} 的配置（{1}）。",
    "command is {}; it must be one of {}.": "命令为 {0}；应为以下之一：{1}。",
    "there is already a run named {}.": "已有名为 {0} 的训练。",
    "run {} is at work and cannot be {}; stop it first.": "训练 {0} 正在运行，不能{1}；请先停止它。",
    "deleted": "删除",
    "renamed": "改名",
    "Not answering since {}: its process is stopped, asleep or busy.": (
        "自 {0} 起没有响应：其进程已停止、睡眠或繁忙。"
    ),
    # words about a run, deleted runs, more budget
    "a run has at most {} tags; these are {}.": "一次训练最多有 {0} 个标签；现有 {1} 个。",
    "run {} is another one than you saw: it was replaced meanwhile. Nothing was done.": (
        "训练 {0} 已不是您看到的那个：期间被替换了。没有执行任何操作。"
    ),
    "the note has {} characters; at most {} are kept.": "备注有 {0} 个字符；最多保留 {1} 个。",
    "the tag {}… is too long; a tag has at most {} characters.": "标签 {0}… 过长；最多 {1} 个字符。",
    "{} is not among the recently deleted runs; there are: {}.": "{0} 不在最近删除的训练中；现有：{1}。",
    "{} runs are called {}; name one of them: {}.": "有 {0} 个训练名为 {1}；请指定其中之一：{2}。",
    "run {} has no saved state to go on from; start a new one.": (
        "训练 {0} 没有可继续的保存状态；请开始新的训练。"
    ),
    "run {} is at work; it can be given more once it has ended.": "训练 {0} 正在运行；结束后才能追加预算。",
    "{} minutes and {} kimg are to be added; one of them must be more than 0.": (
        "要追加 {0} 分钟和 {1} kimg；其中之一应大于 0。"
    ),
    "the name of a run has {} characters; at most {} are kept.": "训练的名称有 {0} 个字符；最多保留 {1} 个。",
    "the name of a run holds the character U+{}, which is not shown.": "训练的名称含有不可见字符 U+{0}。",
    "the name of a run is empty; give it 1 to 80 characters.": "训练的名称为空；请给出 1 到 80 个字符。",
    # a run as a ZIP
    "the run in {} cannot be opened here: {}": "无法在此打开 {0} 中的训练：{1}",
    "{} holds the path {}, which leads out of the run.": "{0} 含有指向训练之外的路径 {1}。",
    "{} holds {} files; a run has at most {}.": "{0} 含有 {1} 个文件；一次训练最多 {2} 个。",
    "{} is damaged or no ZIP that can be read here ({}).": "{0} 已损坏，或不是可在此读取的 ZIP（{1}）。",
    "{} is not the ZIP of a run: it has no {}. Is it a generator? Import it.": (
        "{0} 不是训练的 ZIP：其中没有 {1}。它是生成器吗？请导入它。"
    ),
    "{} is not the ZIP of a run: there is no {} in its first folder.": (
        "{0} 不是训练的 ZIP：其第一个文件夹中没有 {1}。"
    ),
    "{} needs {} MB, and {} MB are free: make room first.": (
        "{0} 需要 {1} MB，而可用空间为 {2} MB：请先腾出空间。"
    ),
    # several runs at once
    "runs must be pairs of a name and a stamp. Nothing was done.": (
        "runs 应为名称与时间戳的成对列表。未做任何操作。"
    ),
    "format is {}; it must be one of {}.": "格式为 {0}；应为以下之一：{1}。",
    # sweeps
    "field is {}; it must be g_args.NAME, d_args.NAME or one of {}.": (
        "字段为 {0}；应为 g_args.NAME、d_args.NAME 或以下之一：{1}。"
    ),
    "there are {} values for {}; a comparison has {} to {}.": "{1} 有 {0} 个取值；一次对比为 {2} 到 {3} 个。",
    "there are {} fields; a sweep has 1 to {}.": "给出了 {0} 个字段；一次扫描为 1 到 {1} 个。",
    "{} is given as both fields; choose two different ones.": "两个字段都是 {0}；请选择两个不同的字段。",
    "{} values are {} runs; a comparison has {} to {}.": (
        "{0} 个取值即 {1} 个训练；一次对比为 {2} 到 {3} 个。"
    ),
    "--field is given {} times and --values {} times; give a pair each.": (
        "--field 给出了 {0} 次，--values 给出了 {1} 次；请成对给出。"
    ),
    "give --like or --preset, not both.": "--like 与 --preset 只能给出一个。",
    "two runs of the sweep would be the same: {} is there twice.": "有两个训练会完全相同：{0} 出现了两次。",
}
