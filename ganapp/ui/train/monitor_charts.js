// The charts of the run that is shown: three with the usual columns, those that a person adds, and the curves as a
// file. The constant COLUMNS holds the usual columns.

// best(): [images, value, figure] of the best snapshot, if there is one; runs(): [[name, stamp]] of what is shown; curves(request):
// asks the server; changed(): the whole curves are to be asked for; fail(sentence): says why there is no file.
function makeRunCharts(parts, { best, runs, curves, changed, fail }) {
  const { t, number, kimg, ui, set, show, settings } = parts;
  const table = makeTable();
  const charts = makeCharts(parts);
  const panes = ["losses", "outputs", "live"].map((name, i) => {
    const [canvas, legend] = [ui[`chart${i + 1}`], ui[`legend${i + 1}`]];
    return [name, charts.add({ canvas, legend, lines: [], title: t(`chart.${name}`) })];
  });
  const MEASURED = ["swd", "psnr"]; // figures that a run measures as it trains
  let columns = [];

  function setColumns(others) {
    if (columns === others) return;
    columns = others;
    for (const [name, chart] of panes) {
      const drawn = columns.filter((column) => column.chart === name);
      charts.setLines(chart, drawn.map(lineOf));
    }
  }

  // The server names columns of other players than G and D when it sends them.
  function addColumns(others) {
    const names = columns.map((column) => column.name);
    const fresh = others.filter((column) => !names.includes(column.name));
    if (fresh.length) setColumns([...columns, ...fresh]);
  }

  function lineOf({ name, label, player }) {
    const words = t("series." + label);
    const colour = `--c-${label}`;
    if (!player) return { id: name, key: name, table, label: words, colour };
    return { id: name, key: name, table, label: `${player} ${words}`, colour, dash: [6, 3] };
  }

  // The only line of a chart that a person added.
  function lineOfAny(name, label) {
    const isUsual = COLUMNS.some((column) => column.name === name);
    const colour = isUsual ? `--c-${name}` : "--c-other";
    return { id: name, key: name, table, label, colour, always: true };
  }

  const more = makeMoreCharts(parts, charts, {
    key: "more",
    linesOf: (name, label) => [lineOfAny(name, label)],
    changed,
  });
  makeCurveFiles(parts, { runs, curves, fail });

  function take({ names, columns: others, stats, ...news }) {
    if (names) more.learn(names);
    if (others) addColumns(others);
    if (stats) table.append(stats);
    if (stats || "best" in news) render();
  }

  // The points are sent anew. The same run keeps its zoom.
  function clear() {
    table.clear();
    render();
  }

  // Another run is shown.
  function forget() {
    charts.forget();
    more.forget();
    setColumns(COLUMNS);
  }

  // The third chart appears once something was measured. A point of it may be the mean of many rows, so the
  // server names the best snapshot.
  function render() {
    const [nimg, value, name] = best() ?? [];
    const live = MEASURED.find((one) => (table.lo[one] ?? []).some(Number.isFinite));
    show(ui.live, Boolean(live));
    set(ui.title3, live ? t(`chart.live.${live}`) : "");
    set(ui.best, name ? t(`chart.best.${name}`, { value: number(value, 1), at: kimg(nimg) }) : "");
    charts.redraw();
  }

  setColumns(COLUMNS);
  ui.time.checked = settings.time;
  ui.time.addEventListener("change", () => charts.useTime(ui.time.checked));
  return { take, clear, forget, redraw: charts.redraw };
}
