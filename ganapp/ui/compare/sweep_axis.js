// One setting that is varied in the form of the queue, with its values: typed with commas, or chosen from buttons.

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

// nodes: {field, help, values, chips}; isFree: no setting need be chosen. changed(): a person changed something.
function makeAxis({ language, t, set, show, make }, { field, help, values, chips }, isFree, changed) {
  const given = () => (field.value ? splitValues(values.value) : []);

  function fill() {
    const option = (name, words) => make("option", words, { value: name });
    if (isFree) field.append(option("", t("cmp.field2.none")));
    field.append(...Object.entries(FORM.fields).map(([name, { label }]) => option(name, label[language])));
  }

  function choose(name, text) {
    field.value = name;
    values.value = text;
  }

  function render() {
    const of = FORM.fields[field.value];
    set(help, of ? of.help[language] : "");
    if (chips.dataset.field !== field.value) buildChips(of?.values ?? []);
    const now = given();
    for (const chip of chips.children) chip.ariaPressed = String(now.includes(chip.textContent));
  }

  function buildChips(known) {
    chips.dataset.field = field.value;
    const made = known.map((value) => {
      const chip = make("button", value);
      chip.addEventListener("click", () => toggle(value));
      return chip;
    });
    chips.replaceChildren(...made);
    show(chips, known.length > 0);
  }

  function toggle(value) {
    const now = given();
    const others = now.filter((other) => other !== value);
    values.value = (now.includes(value) ? others : [...now, value]).join(", ");
    changed();
  }

  values.addEventListener("input", changed);
  field.addEventListener("change", () => {
    // Two values of a second setting: with four of the first that is as many runs as there may be.
    values.value = (FORM.fields[field.value]?.values ?? []).slice(0, isFree ? 2 : 4).join(", ");
    changed();
  });
  fill();
  return { choose, given, render, name: () => field.value };
}
