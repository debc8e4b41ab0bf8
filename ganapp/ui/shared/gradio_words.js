// What Gradio says in English whatever the language is, in Chinese: its progress and the names of its controls. It
// runs in the head of a page in Chinese, after head.js. Gradio's translated words are its own; ours are strings.py.
(() => {
  if (window.ganappChoices.language !== "zh-CN") return;
  const TEXTS = [
    [/^processing \|$/, "处理中 |"],
    [/^queue: (\d+)\/(\d*) \|$/, "排队：$1/$2 |"],
    [/^Sign in with Hugging Face$/, "使用 Hugging Face 登录"],
    [/^Logout \((.*)\)$/, "退出登录（$1）"],
    [/^Error$/, "错误"],
    [/^Warning$/, "警告"],
    [/^Info$/, "提示"],
    [/^An error occurred\.$/, "出错。"],
    [/^Connection errored out\.\s*$/, "连接出错。"],
    [/^Value (\S+) is less than minimum value (\S+)\.$/, "$1 小于最小值 $2。"],
    [/^Value (\S+) is greater than maximum value (\S+)\.$/, "$1 大于最大值 $2。"],
    [/^Value: (.*) is not in the list of choices: .*$/s, "$1 不在可选项中。"],
    [
      /^(?:File size exceeds the maximum allowed size of (.*)|File .* exceeds the maximum size of (.*))$/,
      "文件过大。",
    ],
    [/^Queue is full\..*$/, "排队已满，请稍后再试。"],
    [/^Too many requests\. (.*)$/, "请求过多。"],
  ];
  const NAMES = [
    [/^Click to upload or drop files$/, "点击上传或拖入文件"],
    [/^Empty value$/, "没有内容"],
    [/^number input for (.*)$/, "$1（数值）"],
    [/^range slider for (.*)$/, "$1（滑块）"],
    [/^Gradio footer navigation$/, "页脚"],
    [/^Thumbnail (\d+) of (\d+)$/, "第 $1 张，共 $2 张"],
    [/^(?:play-pause-replay-button|Play video|Play)$/, "播放或暂停"],
    [/^(?:View full screen|Fullscreen|full-screen|Toggle fullscreen)$/i, "全屏"],
    [/^Exit (?:full screen|fullscreen(?: mode)?)$/i, "退出全屏"],
    [/^Download(?: file)?$/i, "下载"],
    [/^Share$/, "分享"],
    [/^Undo$/, "撤销"],
    [/^(?:Clear|Reset to default value|Reset video to initial value)$/, "重置"],
    [/^Trim video to selection$/, "裁剪影片"],
    [/^Adjust volume$/, "调整音量"],
    [/^(?:Close|Dismiss|Close toast)$/i, "关闭"],
    [/^(?:Remove|Remove this file|Remove Image|Delete)$/, "移除"],
    [/^Select All$/, "全选"],
    [/^(?:Scroll to top|Scroll down)$/, "滚动"],
    [/^(?:Loading content|Loading)$/, "加载中"],
  ];
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const inChinese = (text, table) => {
    const bare = text.trim();
    const row = bare && table.find(([english]) => english.test(bare));
    return row && text.replace(bare, bare.replace(...row));
  };
  function translateNames(element) {
    if (element.matches('input:is([type="checkbox"], [type="radio"])')) element.removeAttribute("title"); // its value
    for (const name of ATTRIBUTES) {
      const said = element.hasAttribute(name) && inChinese(element.getAttribute(name), NAMES);
      if (said) element.setAttribute(name, said);
    }
  }
  function translateText(node) {
    const said = inChinese(node.data, TEXTS);
    if (said) node.data = said;
  }
  function translate(node) {
    if (node.nodeType === Node.TEXT_NODE) return translateText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    translateNames(node);
    for (const inner of node.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
      translateNames(inner);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) translateText(texts.currentNode);
  }
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(translate);
      else if (change.type === "characterData") translateText(change.target);
      else translateNames(change.target);
    }
  });
  const what = { subtree: true, childList: true, characterData: true, attributes: true };
  observer.observe(document, { ...what, attributeFilter: ATTRIBUTES });
})();
