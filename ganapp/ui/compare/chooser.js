// The list of all runs with a box each, and how a chosen run is named: by its colour and its label.

const colourOf = (run) => `--c-${run.slot}`;

// An element `tag` with a run's colour and label, and what else is given.
function namedRun({ make }, run, tag, ...more) {
  const node = make(tag);
  const dot = make("i", undefined, { className: "dot" });
  dot.style.setProperty("--tone", `var(${colourOf(run)})`);
  node.append(dot, make("span", run.label, { title: run.title ?? run.name }), ...more);
  return node;
}

// choose(names): other runs are to be compared.
function makeChooser({ t, kimg, ui, set, show, make }, state, choose) {
  const rows = new Map(); // stamp and names -> its nodes, kept so that the focus stays where it is

  function render() {
    takeFigures();
    const filter = ui.filter.value.trim().toLowerCase();
    show(ui.filter, state.runs.length > 8 || Boolean(filter));
    const shown = sortedRuns(
      state.runs.filter((row) => `${row[0]} ${row[3]}`.toLowerCase().includes(filter)),
    );
    const nodes = shown.map(renderRow);
    if (!nodes.length) nodes.push(make("p", t("cmp.none")));
    const before = [...ui.list.children];
    const isOther = nodes.length !== before.length || nodes.some((node, i) => node !== before[i]);
    if (isOther) ui.list.replaceChildren(...nodes);
    set(ui.limit, t("cmp.limit", { n: state.chosen.length, most: FORM.most }));
  }

  // Of a chosen run more is known than of the others.
  function takeFigures() {
    for (const { name, figures } of state.chosen) {
      const row = state.runs.find((one) => one[0] === name);
      if (row && figures) [row[1], row[2]] = [figures.state, figures.kimg * 1000];
    }
  }

  function renderRow([name, word, nimg, title, stamp]) {
    const key = [stamp, name, title].join(" ");
    if (!rows.has(key)) rows.set(key, makeChoice(name, title));
    const { item, box, dot, words } = rows.get(key);
    const run = state.chosen.find((one) => one.name === name);
    box.checked = Boolean(run);
    box.disabled = !run && state.chosen.length >= FORM.most;
    dot.style.setProperty("--tone", run ? `var(${colourOf(run)})` : "transparent");
    set(words, WORKING.includes(word) ? t("state." + word) : t("kimg", { done: kimg(nimg) }));
    words.toggleAttribute("data-live", LIVE.includes(word));
    return item;
  }

  function makeChoice(name, called) {
    const [item, label] = [make("li"), make("label", undefined, { title: called })];
    const [box, dot, words] = [make("input", undefined, { type: "checkbox" }), make("i"), make("small")];
    label.append(box, dot, make("span", called), words);
    item.append(label);
    box.addEventListener("change", () => {
      const names = state.chosen.map((run) => run.name);
      choose(box.checked ? [...names, name] : names.filter((other) => other !== name));
    });
    return { item, box, dot, words };
  }

  ui.filter.placeholder = t("cmp.filter");
  ui.filter.addEventListener("input", render);
  return { render };
}
