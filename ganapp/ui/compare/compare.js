// The page's half of the Compare tab: what is known of the chosen runs, and which module draws it. Gradio runs
// this once, after the other scripts in tab.py's list, with `element` and `server`.
(() => {
  const POINTS_KEPT = 6000; // of each of up to eight runs
  const DEFAULT_METRICS = ["g_loss", "gap"];

  const parts = makeParts(element, "ganapp.compare", {
    chosen: null,
    smooth: 4,
    log: false,
    time: false,
    size: 8,
    metrics: DEFAULT_METRICS,
    off: [],
  });
  const { t, ui, set, show, make, settings, keep } = parts;
  settings.metrics = settings.metrics.filter((metric) => METRICS.includes(metric));
  if (settings.metrics.length !== 2) settings.metrics = DEFAULT_METRICS;

  // runs: [name, state, nimg] of all. chosen: {name, slot (its colour), label, folder, figures, grids, table
  // (its points)}. differences: of the chosen ones, rows of settings that differ, labels, latent sizes,
  // numbers of classes.
  const NO_DIFFERENCES = { rows: [], labels: [], z_dim: [], classes: [], isKnown: false };
  const state = { runs: [], chosen: [], differences: NO_DIFFERENCES };
  const known = { list: null, table: null, runs: {} }; // the cursors

  const names = () => state.chosen.map((run) => run.name);

  // -- which runs are compared ------------------------------------------------------------------------------

  function choose(wanted) {
    const before = state.chosen;
    const kept = before.filter((run) => wanted.includes(run.name));
    const find = (name) => kept.find((run) => run.name === name) ?? freshRun(name);
    state.chosen = wanted.slice(0, FORM.most).map(find);
    for (const run of state.chosen) run.slot ??= freeSlot();
    for (const name of Object.keys(known.runs)) if (!wanted.includes(name)) delete known.runs[name];
    keep({ chosen: state.chosen.map(({ name, slot }) => [name, slot]) });
    state.differences = NO_DIFFERENCES;
    known.table = null;
    build();
    poll();
  }

  // A run keeps the colour that it had when it was chosen before, where no other one has it now.
  function freshRun(name) {
    const slot = settings.chosen?.find((pair) => pair[0] === name)?.[1];
    const isTaken = state.chosen.some((run) => run.slot === slot);
    const points = makeTable(POINTS_KEPT);
    return {
      name,
      slot: isTaken ? undefined : slot,
      label: name,
      folder: null,
      figures: null,
      grids: [],
      table: points,
    };
  }

  function freeSlot() {
    const slots = [...Array(FORM.most).keys()];
    return slots.find((slot) => !state.chosen.some((run) => run.slot === slot));
  }

  // A first visitor sees something at once: the two newest runs that have begun.
  function firstChoice() {
    const begun = state.runs.filter((row) => row[2] > 0 || LIVE.includes(row[1]));
    return begun.slice(0, 2).map((row) => row[0]);
  }

  // -- what the server sends --------------------------------------------------------------------------------

  const poll = makePoll(element, server, {
    request: () => ({ runs: names(), metrics: settings.metrics, known }),
    current: () => `${names()} ${settings.metrics}`,
    receive,
    pause: () => (state.chosen.some((run) => LIVE.includes(run.figures?.state)) ? 1000 : 2500),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopListening(),
  });

  function receive(news) {
    if (news.runs) {
      [state.runs, known.list] = [news.runs, news.list];
      const there = new Set(state.runs.map((row) => row[0]));
      if (!settings.chosen) {
        chooser.render();
        return choose(firstChoice());
      }
      if (names().some((name) => !there.has(name))) return choose(names().filter((name) => there.has(name)));
    }
    for (const [name, more] of Object.entries(news.of ?? {})) {
      const run = state.chosen.find((one) => one.name === name);
      if (run) take(run, (known.runs[name] ??= {}), more);
    }
    if (news.table) takeDifferences(news);
    if (news.runs || news.of) chooser.render();
    if (news.of) render(Object.values(news.of).some((more) => more.stats || more.reset));
  }

  function take(run, cursor, more) {
    if (more.folder) run.folder = more.folder;
    if (more.figures) [run.figures, cursor.figures] = [more.figures, more.figures_hash];
    if (more.reset) {
      run.table.clear();
      run.grids = [];
    }
    if ("offset" in more) [cursor.attempt, cursor.offset] = [more.attempt, more.offset];
    if (more.stats) run.table.append(more.stats);
    if (more.grids) {
      run.grids.push(...more.grids);
      cursor.grids = run.grids.at(-1);
    }
  }

  function takeDifferences({ table, table_hash: hash }) {
    state.differences = { ...table, isKnown: true };
    known.table = hash;
    state.chosen.forEach((run, i) => (run.label = table.labels[i] ?? run.name));
    build();
  }

  // -- what is drawn ----------------------------------------------------------------------------------------

  // Other runs are chosen, or they are named otherwise.
  function build() {
    show(ui.empty, !state.chosen.length);
    show(ui.full, Boolean(state.chosen.length));
    frames.build();
    buildLines();
    table.build();
    chooser.render();
    render(true);
  }

  function render(curves) {
    if (!state.chosen.length) return;
    table.render();
    renderSeeds();
    frames.render();
    if (curves) charts.redraw();
  }

  // Whether the same place in two grids is the same latent vector and class.
  function renderSeeds() {
    const { z_dim: sizes, classes } = state.differences;
    const differ = (values) => new Set(values.filter((value) => value !== null)).size > 1;
    const list = (values) => [...new Set(values.map((value) => value ?? "–"))].join(", ");
    const sentences = [differ(sizes) ? t("cmp.seeds.z", { list: list(sizes) }) : t("cmp.seeds")];
    if (differ(classes)) sentences.push(t("cmp.seeds.classes", { list: list(classes) }));
    set(ui.seeds, sentences.join(" "));
  }

  // -- charts -----------------------------------------------------------------------------------------------

  const charts = makeCharts(
    parts,
    [0, 1].map((i) => ({ canvas: ui["chart" + i], legend: ui["legend" + i], lines: [], title: "" })),
  );

  function lineOf(run, metric) {
    return {
      id: run.name,
      label: run.label,
      title: run.name,
      colour: colourOf(run),
      table: run.table,
      key: metric,
      always: true,
      faint: state.chosen.length > 2,
      dash: run.slot > 3 ? [6, 3] : undefined,
    };
  }

  function buildLines() {
    settings.metrics.forEach((metric, pane) => {
      const lines = state.chosen.map((run) => lineOf(run, metric));
      charts.setLines(pane, lines, t("cmp.metric." + metric));
    });
  }

  function changeMetric(pane, metric) {
    keep({ metrics: settings.metrics.map((old, i) => (i === pane ? metric : old)) });
    for (const run of state.chosen) run.table.clear();
    known.runs = {}; // the points of the other metric are asked for
    buildLines();
    poll();
  }

  [ui.metric0, ui.metric1].forEach((select, pane) => {
    const option = (metric) => make("option", t("cmp.metric." + metric), { value: metric });
    select.append(...METRICS.map(option));
    select.value = settings.metrics[pane];
    select.addEventListener("change", () => changeMetric(pane, select.value));
  });

  const chooser = makeChooser(parts, state, choose);
  const frames = makeFrames(parts, state, charts);
  const table = makeFigures(parts, state);
  const form = makeQueueForm(
    parts,
    (request) => server.start(request),
    (started) => {
      frames.follow();
      state.runs = [...started.map((name) => [name, "queued", 0]).reverse(), ...state.runs];
      known.list = null;
      choose(started);
    },
  );

  // -- the page around it -----------------------------------------------------------------------------------

  function resize() {
    frames.fit();
    charts.redraw();
  }
  const stopFollowing = followPage(ui.root, { poll, resize, redraw: charts.redraw });
  function stopListening() {
    frames.stop();
    stopFollowing();
  }
  form.render();
  if (settings.chosen) choose(settings.chosen.map((pair) => pair[0]));
  else poll();
})();
