// The menu of a run: rename, export, delete, each in one small panel that opens below its button.

function makeMenu({ t, ui, set, show, able, press, make, fileUrl }, state, { act, watch, report }) {
  function open(nodes, focus) {
    ui.panel.replaceChildren(...nodes);
    show(ui.panel, true);
    ui.more.ariaExpanded = "true";
    (focus ?? nodes[0]).focus();
  }

  function close(refocus = true) {
    if (ui.panel.hidden) return;
    show(ui.panel, false);
    ui.more.ariaExpanded = "false";
    if (refocus) ui.more.focus();
  }

  function item(key, run, className = "") {
    const button = make("button", t(key), { className });
    press(button, () => run(button));
    return button;
  }

  function row(...buttons) {
    const box = make("div", undefined, { className: "row" });
    box.append(...buttons);
    return box;
  }

  const cancel = () => item("cancel", () => close());

  function openMenu() {
    const idle = !WORKING.includes(state.info.status.state);
    const rename = item("rename", askName);
    const removal = item("delete", () => askDelete(false), "bad");
    able(rename, idle);
    able(removal, idle);
    open([rename, item("export", exportRun), removal]);
  }

  function askName() {
    const input = make("input", undefined, { value: state.info.name, maxLength: 80, spellcheck: false });
    const label = make("label", t("rename.label"));
    label.append(input);
    const wrong = make("p", "", { className: "wrong", hidden: true });
    const save = async () => {
      const result = await act("rename", { name: input.value });
      if (result.error) {
        report(null); // the error is shown here, not in the banner
        show(wrong, true);
        return set(wrong, result.error);
      }
      close();
      watch(result.run);
    };
    input.addEventListener("keydown", (event) => event.key === "Enter" && save());
    open([label, wrong, row(cancel(), item("rename.ok", save, "primary"))], input);
    input.select();
  }

  // again: the second question, since deleting cannot be undone.
  function askDelete(again) {
    const { name } = state.info;
    const no = cancel();
    const yes = again ? item("delete.really", remove, "danger") : item("delete.yes", () => askDelete(true));
    open([make("p", t(again ? "delete.again" : "delete.ask", { name })), row(no, yes)], no);
  }

  async function remove() {
    const result = await act("delete");
    close();
    if (!result.error) watch(null);
  }

  async function exportRun(button) {
    able(button, false);
    set(button, t("export.busy"));
    const result = await act("export");
    close();
    if (result.file) make("a", "", { href: fileUrl(result.file), download: result.name }).click();
  }

  function onKey(event) {
    if (event.key === "Escape") close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.tagName === "INPUT") return;
    event.preventDefault();
    const buttons = [...ui.panel.querySelectorAll("button")];
    const next = buttons.indexOf(document.activeElement) + step + buttons.length;
    buttons[next % buttons.length].focus();
  }

  press(ui.more, () => (ui.panel.hidden ? openMenu() : close()));
  ui.panel.addEventListener("keydown", onKey);
  return { close };
}
