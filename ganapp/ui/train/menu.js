// The menu of the monitor: the actions of the run that are not in its row, and what is not about one run.

// actions: made by makeRunActions; shown(): the run that is drawn; deleted, notice, keys: what the items below the line
// are about; tell(text): a sentence above the head.
function makeMenu(parts, { panel, actions, shown, deleted, notice, keys, tell }) {
  const { t, ui, make, press } = parts;

  // [key, press(button)] of the items below the line.
  function others() {
    return [
      ...(CHANGES ? [["deleted", deleted.open]] : []),
      ...(CHANGES ? [["open_zip", deleted.choose]] : []),
      ["tbl.table", openTable],
      [notice.isOn() ? "notify.off" : "notify.on", notify],
      ["keys", keys.open],
    ];
  }

  function open() {
    const run = shown();
    const own = run ? actions.items(run, { withRow: false }) : [];
    const more = others().map(([key, act]) => makeItem(parts, key, act));
    panel.open(ui.more, run, [...own, ...(run ? [make("hr")] : []), ...more]);
  }

  function openTable() {
    panel.close(false);
    window.dispatchEvent(new CustomEvent("ganapp:open", { detail: { tab: "compare", view: "table" } }));
  }

  async function notify() {
    const isDone = await notice.toggle();
    tell(t(isDone ? (notice.isOn() ? "notify.told.on" : "notify.told.off") : "notify.refused"));
    panel.close();
  }

  press(ui.more, () => (panel.isOpen() ? panel.close() : open()));
}
