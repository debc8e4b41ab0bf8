"""Every word on the page, in English and in Simplified Chinese. Nothing else in ui/ holds text for people.

A key that starts with "js." goes to the scripts of the page as well; a key "help.FIELD" explains a field of TrainConfig.
"""

from __future__ import annotations

STRINGS: dict[str, tuple[str, str]] = {
    # fmt: off
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.title": ("ganapp", "ganapp"),
    # -- monitor (js.*) ------------------------------------------------------------------------------------------------
    "js.empty.title": ("No runs yet", "还没有训练"),
    "js.empty.text": ("Choose pictures and press Start. The first images appear here within seconds.", "选好图片，点击“开始”，几秒后这里就会出现第一批生成的图像。"),
    "js.chooser": ("Run", "训练"),
    "js.other": ("{name} is running", "{name} 正在运行"),
    "js.state.queued": ("Queued", "排队中"),
    "js.state.queued_at": ("Queued ({place})", "排队中（第 {place} 位）"),
    "js.state.starting": ("Starting", "正在启动"),
    "js.state.preparing": ("Preparing data", "正在准备数据"),
    "js.state.running": ("Running", "运行中"),
    "js.state.paused": ("Paused", "已暂停"),
    "js.state.stopped": ("Stopped", "已停止"),
    "js.state.finished": ("Finished", "已完成"),
    "js.state.failed": ("Failed", "失败"),
    "js.state.interrupted": ("Interrupted", "已中断"),
    "js.word.pause": ("Pausing…", "正在暂停…"),
    "js.word.stop": ("Stopping…", "正在停止…"),
    "js.word.save": ("Saving…", "正在保存…"),
    "js.pause": ("Pause", "暂停"),
    "js.resume": ("Resume", "继续"),
    "js.stop": ("Stop", "停止"),
    "js.save": ("Save now", "立即保存"),
    "js.more": ("More actions for this run", "更多操作"),
    "js.rename": ("Rename", "重命名"),
    "js.rename.label": ("New name", "新名称"),
    "js.rename.ok": ("Rename", "重命名"),
    "js.export": ("Export as ZIP", "导出为 ZIP"),
    "js.export.busy": ("Packing…", "正在打包…"),
    "js.delete": ("Delete", "删除"),
    "js.delete.ask": ("Delete {name} with its curves, pictures and snapshots?", "删除 {name} 以及它的曲线、图片和快照？"),
    "js.delete.yes": ("Delete", "删除"),
    "js.delete.again": ("This cannot be undone. Delete {name} for good?", "删除后无法恢复。确定永久删除 {name}？"),
    "js.delete.really": ("Delete for good", "永久删除"),
    "js.cancel": ("Cancel", "取消"),
    "js.interrupted": ("This run was interrupted: its process is gone. Resume continues from the last save.", "这次训练被中断了：进程已不存在。点击“继续”可从上次保存处接着训练。"),
    "js.progress": ("Progress of the run", "训练进度"),
    "js.fact.images": ("Images", "图像"),
    "js.fact.speed": ("Images/s", "图像/秒"),
    "js.fact.elapsed": ("Elapsed", "已用时间"),
    "js.fact.left": ("Time left", "剩余时间"),
    "js.fact.device": ("Device", "设备"),
    "js.fact.memory": ("Memory", "内存"),
    "js.kimg": ("{done} kimg", "{done} kimg"),
    "js.kimg_of": ("{done} of {total} kimg", "{done} / {total} kimg"),
    "js.threads.one": ("1 thread", "1 线程"),
    "js.threads": ("{n} threads", "{n} 线程"),
    "js.batch": ("batch {n}", "批大小 {n}"),
    "js.lost": ("Connection lost, retrying…", "连接中断，正在重试…"),
    "js.grid.waiting": ("The first pictures appear here in a moment.", "第一批图像即将出现。"),
    "js.grid.alt": ("Generated images after {kimg} kimg", "训练 {kimg} kimg 后生成的图像"),
    "js.grid.real": ("Real images", "真实图像"),
    "js.grid.show_real": ("Show real images", "显示真实图像"),
    "js.timeline": ("Past pictures", "历史图像"),
    "js.moment": ("at {kimg} kimg", "{kimg} kimg 时"),
    "js.moment.live": ("{kimg} kimg · live", "{kimg} kimg · 实时"),
    "js.moment.latest": ("{kimg} kimg · latest", "{kimg} kimg · 最新"),
    "js.play": ("Play all pictures", "播放全部图像"),
    "js.play.stop": ("Stop playing", "停止播放"),
    "js.film": ("Make video", "生成视频"),
    "js.film.busy": ("Making the video…", "正在生成视频…"),
    "js.film.title": ("Time-lapse of this run", "训练过程延时视频"),
    "js.film.download": ("Download video", "下载视频"),
    "js.chart.losses": ("Losses", "损失"),
    "js.chart.outputs": ("Discriminator outputs", "判别器输出"),
    "js.chart.smooth": ("Smoothing", "平滑"),
    "js.chart.log": ("Log scale", "对数坐标"),
    "js.chart.minutes": ("Minutes", "按分钟"),
    "js.chart.reset": ("Reset zoom", "重置缩放"),
    "js.chart.hint": ("Drag to zoom, double-click to reset. With a chart in focus: wheel, + and − zoom, arrows move, 0 resets.", "拖动可缩放，双击重置。选中图表后：滚轮或 + − 缩放，方向键移动，0 重置。"),
    "js.chart.empty": ("No data yet", "暂无数据"),
    "js.chart.label": ("{title}, latest at {at}: {values}", "{title}，最新（{at}）：{values}"),
    "js.axis.kimg": ("{x} kimg", "{x} kimg"),
    "js.axis.min": ("{x} min", "{x} 分钟"),
    "js.series.d_loss": ("D", "判别器 D"),
    "js.series.g_loss": ("G", "生成器 G"),
    "js.series.r1": ("R1", "R1"),
    "js.series.r2": ("R2", "R2"),
    "js.series.d_real": ("Real", "真实图像"),
    "js.series.d_fake": ("Generated", "生成图像"),
    # -- generate ------------------------------------------------------------------------------------------------------
    # -- train ---------------------------------------------------------------------------------------------------------
    # fmt: on
}


def t(key: str):
    """The string as Gradio's translatable text; the browser chooses the language. KeyError on an unknown key."""
    from gradio.i18n import I18nData

    STRINGS[key]
    return I18nData(key)


def catalogs() -> dict[str, dict[str, str]]:
    """{"en": {key: text}, "zh-CN": {key: text}}: what gr.I18n and the scripts of the page are made from."""
    return {
        "en": {key: pair[0] for key, pair in STRINGS.items()},
        "zh-CN": {key: pair[1] for key, pair in STRINGS.items()},
    }


def script_catalogs() -> dict[str, dict[str, str]]:
    """The strings that the page's own scripts use (keys "js."), without the prefix; {name} marks a value."""
    return {
        language: {key[3:]: text for key, text in catalog.items() if key.startswith("js.")}
        for language, catalog in catalogs().items()
    }
