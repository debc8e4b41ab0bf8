// Charts of any column of the statistics: a person adds them, chooses what each one shows, and removes them. Which ones
// there are is kept for the next visit. The constant MENU holds the usual columns in order.

// key: of the settings, the columns that are shown. linesOf(column, words): the lines of a chart. changed(): the server
// is to be asked for these columns. The nodes are ui.morecharts and ui.addchart.
function makeMoreCharts(parts, charts, { key, linesOf, changed }) {
  const { t, ui, able, press, make, settings, keep } = parts;
  const MOST = 8;
  const known = new Map(); // column -> [label, player], as the server names them
  let panes = [];
  if (!Array.isArray(settings[key])) settings[key] = [];

  const place = (name) => (MENU.includes(name) ? MENU.indexOf(name) : MENU.length);
  const inOrder = (names) => [...names].sort((a, b) => place(a) - place(b) || a.localeCompare(b));

  function wordsOf(name) {
    const [label, player] = known.get(name) ?? ["", ""];
    const id = `column.${label || name}`;
    const words = t(id) === id ? name.replaceAll("_", " ") : t(id);
    return player && words !== name ? `${player} ${words}` : words;
  }

  // Columns that the server names: [[column, label, player]].
  function learn(names) {
    for (const [name, ...about] of names) known.set(name, about);
    for (const pane of panes) renderOptions(pane);
    renderAdd();
    refresh();
  }

  function renderOptions({ select, name }) {
    const names = inOrder(new Set([...known.keys(), name]));
    select.replaceChildren(...names.map((one) => make("option", wordsOf(one), { value: one })));
    select.value = name;
  }

  // Other lines: other runs are drawn, or they are called otherwise.
  function refresh() {
    for (const pane of panes) {
      const words = wordsOf(pane.name);
      pane.remove.ariaLabel = pane.remove.title = t("chart.remove", { title: words });
      charts.setLines(pane.chart, linesOf(pane.name, words), words);
    }
  }

  function makePane(name) {
    const box = make("div", undefined, { className: "chart" });
    const [title, legend] = ["title", "legend"].map((className) => make("div", undefined, { className }));
    const [select, canvas] = [make("select"), make("canvas", undefined, { tabIndex: 0 })];
    const remove = make("button", "×", { className: "link" });
    canvas.setAttribute("role", "img");
    select.ariaLabel = t("chart.shows");
    title.append(select, remove);
    box.append(title, legend, canvas);
    ui.morecharts.append(box);
    const chart = charts.add({ canvas, legend, lines: [], title: "" });
    const pane = { name, box, select, remove, chart };
    renderOptions(pane);
    select.addEventListener("change", () => {
      pane.name = select.value;
      save();
      changed();
    });
    press(remove, () => drop(pane));
    return pane;
  }

  function drop(pane) {
    const next = panes[panes.indexOf(pane) + 1] ?? panes[panes.indexOf(pane) - 1];
    panes = panes.filter((other) => other !== pane);
    charts.remove(pane.chart);
    pane.box.remove();
    save();
    (next?.remove ?? ui.addchart).focus();
  }

  function save() {
    keep({ [key]: panes.map((pane) => pane.name) });
    renderAdd();
    refresh();
  }

  // The first column that no chart of these shows.
  const nextName = () => inOrder(known.keys()).find((name) => !panes.some((pane) => pane.name === name));

  function renderAdd() {
    able(ui.addchart, panes.length < MOST && nextName() !== undefined);
  }

  press(ui.addchart, () => {
    const pane = makePane(nextName());
    panes.push(pane);
    save();
    changed();
    pane.select.focus();
  });
  panes = settings[key]
    .filter((name) => typeof name === "string")
    .slice(0, MOST)
    .map(makePane);
  renderAdd();
  return { learn, refresh, forget: () => known.clear() };
}
