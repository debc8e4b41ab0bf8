// The form that starts a queue of runs which differ in one setting. The constant FORM is run_queue.choices().

// A comma inside brackets belongs to its value, as on the server (runs/sweep.py).
function splitValues(text) {
  const values = [""];
  let depth = 0;
  for (const letter of text.replace(/[，、]/g, ",")) {
    depth += "[{".includes(letter) - "]}".includes(letter);
    if (letter === "," && depth <= 0) values.push("");
    else values[values.length - 1] += letter;
  }
  return values.map((value) => value.trim()).filter(Boolean);
}

// start(request): asks the server; started(names): those runs wait in line now.
function makeQueueForm({ language, t, ui, set, show, able, make }, start, started) {
  const values = () => splitValues(ui.values.value);

  function fill() {
    const option = (name, words) => make("option", words, { value: name });
    ui.preset.append(...Object.keys(FORM.presets).map((name) => option(name, name)));
    ui.preset.value = FORM.preset;
    ui.datalist.append(...FORM.data.map((name) => option(name)));
    ui.field.append(...Object.entries(FORM.fields).map(([name, { label }]) => option(name, label[language])));
    ui.field.value = "loss";
    ui.values.value = "minimax, non_saturating, hinge, relativistic";
  }

  function render() {
    const field = FORM.fields[ui.field.value];
    set(ui.about, FORM.presets[ui.preset.value][language]);
    set(ui.help, field.help[language]);
    if (ui.chips.dataset.field !== ui.field.value) buildChips(field);
    const given = values();
    for (const chip of ui.chips.children) chip.ariaPressed = String(given.includes(chip.textContent));
    const isBusy = Boolean(ui.start.dataset.busy);
    const enough = given.length >= 2 && given.length <= FORM.most;
    able(ui.start, enough && !isBusy);
    const text = enough ? t("cmp.start", { n: given.length }) : t("cmp.start.none", { most: FORM.most });
    set(ui.start, isBusy ? t("cmp.starting") : text);
  }

  function buildChips(field) {
    ui.chips.dataset.field = ui.field.value;
    const chips = field.values.map((value) => {
      const chip = make("button", value);
      chip.addEventListener("click", () => toggle(value));
      return chip;
    });
    ui.chips.replaceChildren(...chips);
    show(ui.chips, field.values.length > 0);
  }

  function toggle(value) {
    const given = values();
    const others = given.filter((other) => other !== value);
    ui.values.value = (given.includes(value) ? others : [...given, value]).join(", ");
    render();
  }

  function typed() {
    show(ui.wrong, false);
    set(ui.told, "");
    render();
  }

  function request() {
    const [preset, dataset, amount] = [ui.preset.value, ui.dataset.value, ui.amount.value];
    return { preset, dataset, budget: ui.unit.value, amount, field: ui.field.value, values: ui.values.value };
  }

  async function submit() {
    ui.start.dataset.busy = "1";
    typed();
    const answer = (await start(request()).catch(() => undefined)) ?? { error: t("lost") };
    delete ui.start.dataset.busy;
    render();
    show(ui.wrong, Boolean(answer.error));
    set(ui.wrong, answer.error ?? "");
    if (answer.error) return;
    set(ui.told, t("cmp.started", { n: answer.runs.length }));
    started(answer.runs);
  }

  fill();
  for (const node of [ui.preset, ui.dataset, ui.amount, ui.unit, ui.values])
    node.addEventListener("input", typed);
  ui.field.addEventListener("change", () => {
    ui.values.value = FORM.fields[ui.field.value].values.slice(0, 4).join(", ");
    typed();
  });
  ui.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ui.start.getAttribute("aria-disabled") !== "true") submit();
  });
  return { render };
}
