// The dialog in which a person writes a run's note and tags.

// ask(word, more): asks the server; the run is the one on which the dialog was opened.
function makeAbout(parts, ask) {
  const { t, ui, able, make, press } = parts;

  function open(row) {
    const { dialog, shut } = makeDialog(parts, ui.root, t("tbl.edit", { name: row.title }));
    const wrong = makeWrong(parts);
    const tags = make("input", undefined, { type: "text", value: row.tags.join(", "), maxLength: 900 });
    const note = make("textarea", undefined, { value: row.said, rows: 5, maxLength: 4000 });
    const no = make("button", t("cancel"));
    press(no, () => dialog.close());
    const yes = make("button", t("tbl.edit.yes"), { className: "primary" });
    press(yes, save);
    tags.addEventListener("keydown", (event) => event.key === "Enter" && yes.click());

    async function save() {
      able(yes, false);
      const { name, stamp } = row;
      const answer = await ask("describe", { run: name, stamp, tags: tags.value, note: note.value });
      able(yes, true);
      if (answer.error) return wrong.say(answer.error);
      return dialog.close();
    }
    dialog.append(
      shut,
      make("h2", t("tbl.edit.title")),
      make("p", row.title, { className: "hint" }),
      makeField(parts, t("tbl.edit.tags"), tags),
      makeField(parts, t("tbl.edit.note"), note),
      wrong.node,
      makeRow(parts, no, yes),
    );
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    tags.focus();
  }

  return { open };
}
