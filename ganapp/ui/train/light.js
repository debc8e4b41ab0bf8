// The watchdog's light: one line while all is well, else what is wrong and a button for each remedy.

// shown(): the run that is drawn. A button means the run that its finding was drawn for.
function makeLight({ t, ui, show, able, press, make }, state, { act, watch, shown }) {
  function render() {
    const { level = "grey", findings = [], again } = state.info.light ?? {};
    const focused = document.activeElement?.dataset?.remedy; // kept when a number in a sentence changes
    const run = shown();
    const rows = findings.map((finding) => findingRow(run, finding));
    const note = make("p", t(again ? "light.note.again" : "light.note"), { className: "note" });
    if (!rows.length) rows.push(makeFinding(level, "calm", t("light." + level)));
    else if (CHANGES) rows.push(note);
    ui.light.replaceChildren(...rows);
    show(ui.light, Boolean(state.info.light));
    if (focused) ui.light.querySelector(`[data-remedy="${focused}"]`)?.focus();
  }

  function findingRow(run, { kind, level, values, remedies }) {
    const means = make("b", t(`light.${kind}.means`, values));
    const row = makeFinding(level, "", means, make("p", t(`light.${kind}.advice`)));
    if (remedies.length && CHANGES) row.append(remedyButtons(run, remedies));
    return row;
  }

  function makeFinding(level, className, ...words) {
    const [row, text] = [make("div", undefined, { className }), make("div")];
    row.dataset.level = level;
    text.append(...words);
    row.append(make("i"), text);
    return row;
  }

  function remedyButtons(run, remedies) {
    const box = make("div", undefined, { className: "remedies" });
    for (const remedy of remedies) {
      const button = make("button", t(`light.do.${remedy}`));
      button.dataset.remedy = remedy;
      press(button, () => apply(run, remedy));
      box.append(button);
    }
    return box;
  }

  async function apply(run, remedy) {
    for (const button of ui.light.querySelectorAll("button")) able(button, false);
    const result = await act(run, "remedy", { remedy });
    if (!isSameRun(run, shown())) return; // another run is looked at meanwhile: it stays
    if (result.run) watch(result.run);
    else render();
  }

  return { render };
}
