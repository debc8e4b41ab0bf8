// Recently deleted runs, and the ZIP of a run: what brings a run back. Both end with the run being shown.

// panel, button: where the list opens; ask(word, more): a question about no run; watch(name): shows a run;
// told(text, kind): a sentence above the head; upload(file): sends a file to the server.
function makeDeleted(parts, { panel, button, ask, watch, told, upload }) {
  const { t, language, ui, make, set, able } = parts;

  async function open() {
    const answer = await ask("deleted");
    if (answer.error) return told(answer.error);
    const rows = answer.deleted.map(rowOf);
    const close = makeRow(
      parts,
      makeItem(parts, "close", () => panel.close()),
    );
    const words = make("p", t(rows.length ? "deleted.about" : "deleted.none"), { className: "hint" });
    const list = make("ul", undefined, { className: "deleted", hidden: !rows.length });
    list.ariaLabel = t("deleted");
    list.append(...rows);
    const first = (rows.length ? list : close).querySelector("button");
    panel.open(button, null, [words, list, close], first);
    return undefined;
  }

  function rowOf([entry, title, when, bytes]) {
    const [item, wrong] = [make("li"), makeWrong(parts)];
    const date = new Date(1000 * when).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
    const size = sizeText(parts, bytes);
    const back = makeItem(parts, "deleted.restore", () => send("restore"));
    const now = makeItem(parts, "deleted.remove", () => confirm(), "bad");
    back.ariaLabel = `${t("deleted.restore")}: ${title}`;
    now.ariaLabel = `${t("deleted.remove")}: ${title}`;
    const buttons = makeRow(parts, back, now);
    item.append(make("b", title), make("small", `${date} · ${size}`), buttons, wrong.node);

    function confirm() {
      const no = makeItem(parts, "cancel", () => open());
      const yes = makeItem(parts, "do.delete.really", () => send("remove"), "danger");
      buttons.replaceChildren(make("small", t("do.delete.frees", { size })), no, yes);
      no.focus();
    }
    async function send(word) {
      for (const one of buttons.querySelectorAll("button")) able(one, false);
      const answer = await ask(word, { entry });
      if (answer.error) return wrong.say(answer.error);
      if (word === "remove") {
        told(t("freed", { size: sizeText(parts, answer.freed) }));
        return open();
      }
      panel.close();
      return watch(answer.run);
    }
    return item;
  }

  // -- a run's ZIP ------------------------------------------------------------------------------------------

  const input = make("input", undefined, { type: "file", accept: ".zip,application/zip", hidden: true });
  input.ariaLabel = t("open_zip");
  ui.root.append(input);
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file) openZip(file);
  });

  async function openZip(file) {
    panel.close(false);
    told(t("open_zip.busy", { name: file.name }));
    const sent = await upload(file).catch(() => undefined);
    const answer = sent?.path ? await ask("open", { file: sent.path }) : { error: t("lost") };
    if (answer.error) return told(answer.error, "bad");
    told(t("open_zip.done", { name: file.name }));
    return watch(answer.run);
  }

  const choose = () => {
    set(ui.told, "");
    input.click();
  };
  return { open, openZip, choose };
}
