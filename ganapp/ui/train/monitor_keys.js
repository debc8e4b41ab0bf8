// The keys of the monitor, while its tab is shown and nothing that takes keys itself has the focus.

const KEYS = [
  ["Space", "keys.space"],
  ["← →", "keys.arrows"],
  ["/", "keys.search"],
  ["?", "keys.help"],
  ["+ − 0", "keys.chart"],
];
const TAKES_KEYS =
  "input, textarea, select, button, a[href], canvas, video, dialog, [contenteditable], [role=slider]";

// does: {key: what it does}. Returns what shows the list of keys.
function makeKeys(parts, root, does) {
  const { t, make } = parts;
  const { dialog, shut } = makeDialog(parts, root, t("keys"));
  dialog.className = "keys";
  const [title, list] = [make("h3", t("keys")), make("dl")];
  for (const [keys, words] of KEYS) {
    const term = make("dt");
    for (const key of keys.split(" ")) term.append(make("kbd", key));
    list.append(term, make("dd", t(words)));
  }
  dialog.append(shut, title, list);

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (!root.checkVisibility() || document.querySelector("dialog[open]")) return;
    const isTyped = event.key === "/" || event.key === "?"; // these mean nothing to a button
    const target = event.target.closest?.(isTyped ? "input:not([type=range]), textarea, select" : TAKES_KEYS);
    const act = { ...does, "?": open }[event.key];
    if (!act || target || event.target.isContentEditable) return;
    event.preventDefault();
    act();
  }

  const open = () => dialog.showModal();
  listenWhileShown(root, document, { keydown: onKey });
  return { open };
}
