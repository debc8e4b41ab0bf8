// The page's half of the Compare tab: what is known of the chosen runs, and which module draws it. Gradio runs
// this once, after the other scripts in tab.py's list, with `element` and `server`.
(() => {
  const DEFAULT_METRICS = ["g_loss", "gap"];

  const parts = makeParts(element, "ganapp.compare", {
    ...CHART_SETTINGS,
    chosen: null,
    size: 8,
    metrics: DEFAULT_METRICS, // the columns of the charts
  });
  const { t, ui, set, show, settings, keep } = parts;

  // runs: [name, state, nimg, title, stamp] of all. chosen: {name, stamp, title, slot (its colour), label, folder,
  // figures, facts, grids, table (its points)}. differences: of the chosen ones, rows of settings that differ, labels,
  // figures that were measured differently, latent sizes, numbers of classes.
  const NO_DIFFERENCES = { rows: [], labels: [], incomparable: [], z_dim: [], classes: [], isKnown: false };
  const state = { runs: [], chosen: [], differences: NO_DIFFERENCES };
  const known = { list: null, table: null, runs: {} }; // the cursors

  let awaited = null; // the name of a run that was brought back
  const { take: takeChosen, names, namesNow, firstNames } = makeChosenRuns(state, settings);

  // -- which runs are compared ------------------------------------------------------------------------------

  function choose(wanted) {
    takeChosen(wanted);
    for (const name of Object.keys(known.runs)) if (!wanted.includes(name)) delete known.runs[name];
    keep({ chosen: state.chosen.map(({ name, slot, stamp }) => [name, slot, stamp]) });
    state.differences = NO_DIFFERENCES;
    known.table = null;
    build();
    poll();
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
      for (const row of news.runs) {
        const run = state.chosen.find((one) => one.stamp === row[4]);
        if (run) run.title = row[3];
      }
      if (!settings.chosen) {
        chooser.render();
        return choose(firstNames());
      }
      if (state.runs.some((row) => row[0] === awaited)) {
        const back = awaited;
        awaited = null;
        return choose([...namesNow(), back]);
      }
      if (String(names()) !== String(namesNow())) return choose(namesNow());
    }
    for (const [name, more] of Object.entries(news.of ?? {})) {
      const run = state.chosen.find((one) => one.name === name);
      if (run) take(run, (known.runs[name] ??= {}), more);
    }
    if (news.table) takeDifferences(news);
    else if (Object.values(news.of ?? {}).some((more) => more.facts)) table.build();
    if (news.runs || news.of) chooser.render();
    if (news.of) render(Object.values(news.of).some((more) => more.stats || more.reset));
  }

  function take(run, cursor, more) {
    if (more.stamp) {
      if (run.stamp && run.stamp !== more.stamp) return; // the list tells that it is another run
      run.stamp = cursor.stamp = more.stamp;
    }
    if (more.folder) run.folder = more.folder;
    if (more.reset) run.table.clear();
    takeNews(run, cursor, more, ["figures", "facts"]);
    if (more.stats) run.table.append(more.stats);
    if (more.names) charts.learn(more.names);
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
    charts.refresh();
    table.build();
    chooser.render();
    render(true);
  }

  function render(curves) {
    if (!state.chosen.length) return;
    table.render();
    frames.render();
    if (curves) charts.redraw();
  }

  // -- what a person does to a run --------------------------------------------------------------------------

  const tell = makeTeller(parts, ui.gone);

  const { ask, act } = makeAsking(parts, server, {
    poll,
    report: (run, error) => tell(error ? `${run.title}: ${error}` : "", "bad"),
  });

  // A run that was brought back is compared again, once the list has it.
  function restored(name) {
    awaited = name;
    poll();
  }
  const done = (...about) => tellGone(parts, { tell, ask, restored }, ...about);

  const charts = makeComparisonCharts(parts, state, {
    changed() {
      for (const run of state.chosen) run.table.clear();
      known.runs = {}; // the whole curves are asked for
      poll();
    },
    curves: (request) => server.curves(request),
    fail: (sentence) => tell(sentence, "bad"),
  });
  const chooser = makeChooser(parts, state, choose);
  const frames = makeFrames(parts, state, charts, { act, done });
  const table = makeFigures(parts, state);
  const form = makeQueueForm(
    parts,
    (request) => server.start(request),
    (started) => {
      frames.follow();
      state.runs = [...[...started].reverse(), ...state.runs];
      known.list = null;
      choose(started.map((row) => row[0]));
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
  followOpening(element, { choose, sweep: form.take });
})();
