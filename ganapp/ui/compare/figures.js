// The table of the chosen runs: the figures of each, and the settings in which they differ.

function makeFigures(parts, state) {
  const { t, number, ui, set, show, make } = parts;
  const { fieldName, textOf } = makeFieldWords(parts, FORM.words);
  const cells = new Map(); // "figure run" -> its td

  const millions = (n) => (n >= 1e6 ? `${number(n / 1e6, 2)} M` : `${number(n / 1e3, 0)} k`);
  const decimal = (value) => (Number.isFinite(value) ? number(value, 3).replace("-", "−") : "–");
  const speed = (value) => (value ? number(value, value < 100 ? 1 : 0) : "–");
  const FIGURES = {
    state: (figures) => t("state." + figures.state),
    kimg: (figures) => number(figures.kimg, 1),
    minutes: (figures) => number(figures.minutes, 1),
    images_per_sec: (figures) => speed(figures.images_per_sec),
    parameters: ({ parameters: sizes }) => (sizes ? Object.values(sizes).map(millions).join(" + ") : "–"),
    ...Object.fromEntries(SUMMARIZED.map((name) => [name, (figures) => decimal(figures[name])])),
  };

  // Make the table anew, without the values of its figures.
  function build() {
    cells.clear();
    const [head, body] = [make("thead"), make("tbody")];
    head.append(headRow());
    body.append(heading("cmp.figures"), ...Object.keys(FIGURES).map(figureRow), ...measuredRows());
    body.append(heading("cmp.differ"), ...state.differences.rows.map(settingRow));
    const isSame = !state.differences.rows.length && state.chosen.length > 1 && state.differences.isKnown;
    if (isSame) body.append(row(make("td", t("cmp.differ.none"), { colSpan: state.chosen.length + 1 })));
    ui.table.replaceChildren(head, body);
    renderProtocols();
  }

  // What Evaluate measured: a row for each figure that one of the runs has, and below it where it was measured
  // differently.
  function measuredRows() {
    const found = state.chosen.map((run) => run.facts?.measured?.figures ?? []);
    const names = Object.keys(MEASURED).filter((name) => found.flat().some((one) => one.name === name));
    const rows = names.flatMap((name) => {
      const title = make("th", figureName(parts, name), { scope: "row" });
      const values = found.map((figures) => {
        const [cell, figure] = [make("td"), figures.find((one) => one.name === name)];
        cell.append(...(figure ? measuredNodes(parts, figure) : ["–"]));
        return cell;
      });
      const other = state.differences.incomparable.find((one) => one[0] === name);
      return [row(title, ...values), ...(other ? [warning(other[1])] : [])];
    });
    return rows.length ? [heading("measured"), ...rows] : [];
  }

  function warning(what) {
    const cell = make("td", undefined, { colSpan: state.chosen.length + 1 });
    cell.append(make("span", t("measured.differ", { what: spoken(parts, what) })));
    const node = row(cell);
    node.className = "differ";
    return node;
  }

  function renderProtocols() {
    const nodes = state.chosen.flatMap(({ title, facts }) =>
      protocolNodes(parts, facts?.measured?.protocols ?? [], title),
    );
    ui.protocols.replaceChildren(...nodes);
    show(ui.how, nodes.length > 0);
  }

  function row(...nodes) {
    const node = make("tr");
    node.append(...nodes);
    return node;
  }

  function heading(key) {
    const node = row(make("th", t(key), { scope: "colgroup", colSpan: state.chosen.length + 1 }));
    node.className = "head";
    return node;
  }

  function headRow() {
    const cellOf = (run) => {
      const cell = make("th", undefined, { scope: "col", title: run.title });
      cell.append(namedRun(parts, run, "span"));
      if (run.label !== run.title) cell.append(make("small", run.title));
      return cell;
    };
    return row(make("td"), ...state.chosen.map(cellOf));
  }

  function figureRow(name) {
    const title = make("th", t("cmp.fact." + name), { scope: "row" });
    const empty = state.chosen.map((run) => {
      const cell = make("td");
      cells.set(`${name} ${run.name}`, cell);
      return cell;
    });
    return row(title, ...empty);
  }

  function settingRow([field, values]) {
    const title = make("th", fieldName(field), { scope: "row", title: field });
    return row(title, ...values.map((value) => make("td", textOf(value), { title: textOf(value) })));
  }

  function render() {
    for (const run of state.chosen) {
      if (!run.figures) continue;
      for (const [name, text] of Object.entries(FIGURES)) {
        const cell = cells.get(`${name} ${run.name}`);
        if (cell) set(cell, text(run.figures));
      }
      const cell = cells.get(`state ${run.name}`);
      if (!cell) continue;
      cell.title = run.figures.reason ?? "";
      cell.className = run.figures.state === "failed" ? "bad-state" : "";
    }
  }

  return { build, render };
}
