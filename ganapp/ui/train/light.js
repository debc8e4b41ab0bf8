// The watchdog's light: one line while all is well, else what is wrong and a button for each remedy.

function makeLight({ t, ui, show, able, press, make }, state, { act, watch }) {
  function render() {
    const { level = "grey", findings = [], again } = state.info.light ?? {};
    const focused = document.activeElement?.dataset?.remedy; // kept when a number in a sentence changes
    const rows = findings.map(findingRow);
    if (rows.length)
      rows.push(make("p", t(again ? "light.note.again" : "light.note"), { className: "note" }));
    else rows.push(makeRow(level, "calm", t("light." + level)));
    ui.light.replaceChildren(...rows);
    show(ui.light, Boolean(state.info.light));
    if (focused) ui.light.querySelector(`[data-remedy="${focused}"]`)?.focus();
  }

  function findingRow({ kind, level, values, remedies }) {
    const means = make("b", t(`light.${kind}.means`, values));
    const row = makeRow(level, "", means, make("p", t(`light.${kind}.advice`)));
    if (remedies.length) row.append(remedyButtons(remedies));
    return row;
  }

  function makeRow(level, className, ...words) {
    const [row, text] = [make("div", undefined, { className }), make("div")];
    row.dataset.level = level;
    text.append(...words);
    row.append(make("i"), text);
    return row;
  }

  function remedyButtons(remedies) {
    const box = make("div", undefined, { className: "remedies" });
    for (const remedy of remedies) {
      const button = make("button", t(`light.do.${remedy}`));
      button.dataset.remedy = remedy;
      press(button, () => apply(remedy));
      box.append(button);
    }
    return box;
  }

  async function apply(remedy) {
    for (const button of ui.light.querySelectorAll("button")) able(button, false);
    const result = await act("remedy", { remedy });
    if (result.run) watch(result.run);
    else render();
  }

  return { render };
}
