// What is done with the chosen runs: compared, deleted, brought back, written to a file; and the actions of a run,
// where one is chosen. What is asked belongs to the runs as they were seen: their names and stamps.

const AT_ONCE = 200; // runs in one request

const parted = (items) =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, i) =>
    items.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );

// chosen(): the chosen rows; shown(): those that are listed; ask(word, more): asks the server.
function makeSeveral(parts, server, { chosen, shown, ask, unchoose, tell }) {
  const { t, ui, set, show, able, make, press } = parts;

  function render(count, hidden) {
    show(ui.bar, count > 0);
    set(ui.chosen, t(hidden ? "tbl.chosen.hidden" : "tbl.chosen", { n: count, hidden }));
    set(ui.compare, count > MOST ? t("tbl.compare.most", { most: MOST }) : t("tbl.compare"));
    able(ui.compare, count <= MOST);
    show(ui.delete, CHANGES);
  }

  function compare() {
    const detail = { tab: "compare", names: chosen().map((row) => row.name) };
    window.dispatchEvent(new CustomEvent("ganapp:open", { detail }));
  }

  // -- deleting -----------------------------------------------------------------------------------------------

  function confirmDelete() {
    const rows = chosen();
    const pairs = rows.map((row) => [row.name, row.stamp]);
    const { dialog, shut } = makeDialog(parts, ui.root, t("tbl.delete.title"));
    const wrong = makeWrong(parts);
    const list = make("ul");
    list.append(...rows.map((row) => make("li", row.title)));
    const no = make("button", t("cancel"));
    press(no, () => dialog.close());
    const [n, isOne] = [rows.length, rows.length === 1];
    const word = isOne ? t("do.delete.yes") : t("tbl.delete.yes", { n });
    const yes = make("button", word, { className: "danger" });
    press(yes, async () => {
      able(yes, false);
      const answer = await deleteAll(pairs);
      able(yes, true);
      if (answer.error) return wrong.say(answer.error);
      dialog.close();
      return told(answer, rows);
    });
    const question = isOne ? t("do.delete.ask", { name: rows[0].title }) : t("tbl.delete.ask", { n });
    const words = make("p", question);
    show(list, !isOne);
    dialog.append(shut, make("h2", t("tbl.delete.title")), words, list, wrong.node, makeRow(parts, no, yes));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    no.focus();
  }

  // In parts, so that one request stays short. What an earlier part did stays done where a later one fails.
  async function inParts(word, key, items) {
    const all = { entries: [], names: [], refused: [] };
    for (const part of parted(items)) {
      const answer = await ask(word, { [key]: part });
      for (const name of Object.keys(all)) all[name].push(...(answer[name] ?? []));
      if (answer.error) return { ...all, error: answer.error };
    }
    return all;
  }
  const deleteAll = (pairs) => inParts("delete_several", "runs", pairs);

  function told({ entries, refused }, rows) {
    const titleOf = (name) => rows.find((row) => row.name === name)?.title ?? name;
    const one = rows.find((row) => !refused.some(({ name }) => name === row.name));
    const words = [];
    if (entries.length === 1) words.push(t("tbl.delete.told.one", { name: one.title }));
    else if (entries.length) words.push(t("tbl.delete.told", { n: entries.length }));
    words.push(...refused.map(({ name, error }) => `${titleOf(name)}: ${error}`));
    tell(words.join(" "), refused.length > 0, entries.length ? () => restore(entries) : null);
    unchoose(refused.map(({ name }) => name));
  }

  async function restore(entries) {
    const { error, refused } = await inParts("restore_several", "entries", entries);
    tell([error, ...refused.map((one) => one.error)].filter(Boolean).join(" "), true);
  }

  // -- files --------------------------------------------------------------------------------------------------

  async function save(format) {
    const rows = chosen().length ? chosen() : shown();
    const names = parted(rows.map((row) => row.name));
    const answer = (await server.download({ names, format }).catch(() => undefined)) ?? { error: t("lost") };
    if (answer.error) return tell(answer.error, true);
    saveText(parts, answer, format);
    return undefined;
  }

  for (const button of [ui.csv, ui.json]) button.title = t("tbl.csv.about");
  press(ui.csv, () => save("csv"));
  press(ui.json, () => save("json"));
  press(ui.compare, compare);
  press(ui.delete, confirmDelete);
  press(ui.unchoose, () => unchoose());
  return { render };
}
