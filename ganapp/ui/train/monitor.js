// The page's half of the monitor: what is known of the run that is shown, and which module draws it. Gradio runs
// this once, after the other scripts in monitor.py's list, with `element` and `server`.
(() => {
  const parts = makeParts(element, "ganapp.monitor", {
    run: null,
    smooth: 4,
    log: false,
    time: false,
    real: false,
    off: [],
  });
  const { t, number, kimg, ui, set, show, settings, keep } = parts;

  let wanted = settings.run; // null: the server chooses once, then it stays
  let cursor = {};
  // runs: [name, state, nimg] of all runs.
  // info: {name, config, folder, status, light, best, grids, real} of the run that is shown.
  const state = { runs: [], info: null };

  // -- what the server sends --------------------------------------------------------------------------------

  const poll = makePoll(element, server, {
    request: () => ({ run: wanted, known: cursor }),
    current: () => wanted,
    receive,
    pause: () => (LIVE.includes(state.info?.status.state) ? 1000 : 2500),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopListening(),
  });

  function receive(news) {
    if (news.runs) [state.runs, cursor.list] = [news.runs, news.list];
    if ("run" in news) takeRun(news);
    if (!state.info) return render();
    const { info } = state;
    if (news.reset) forget();
    const wasLive = LIVE.includes(info.status.state);
    take(info, news);
    render(news);
    if (wasLive && info.status.child) watch(info.status.child); // it went on by itself as another run
  }

  function takeRun({ run, config, folder }) {
    cursor = { list: cursor.list, run };
    state.info = run && { name: run, config, folder, status: {}, grids: [], real: false };
    wanted = run;
    forget();
  }

  function take(info, news) {
    if (news.status) [info.status, cursor.status] = [news.status, news.status_hash];
    if (news.light) [info.light, cursor.light] = [news.light, news.light_hash];
    if ("offset" in news) [cursor.attempt, cursor.offset] = [news.attempt, news.offset];
    if ("best" in news) info.best = cursor.best = news.best;
    if (news.columns) addColumns(news.columns);
    if (news.stats) table.append(news.stats);
    if (news.stats || "best" in news) {
      showBest();
      charts.redraw();
    }
    if (news.grids) {
      info.grids.push(...news.grids);
      cursor.grids = info.grids.at(-1);
    }
    if (news.real) info.real = cursor.real = true;
  }

  function forget() {
    table.clear();
    showBest();
    charts.redraw();
    if (state.info) state.info.grids = [];
    if ((cursor.run ?? null) === pictures.run) return; // a new attempt of the same run keeps its zoom
    charts.forget();
    setColumns(COLUMNS);
    pictures.reset(cursor.run ?? null);
  }

  // -- what a person does -----------------------------------------------------------------------------------

  async function act(word, more = {}) {
    const answer = await server.act({ run: state.info.name, word, ...more }).catch(() => undefined);
    const result = answer ?? { error: t("lost") };
    head.report(result.error ?? null);
    poll();
    return result;
  }

  function watch(name) {
    wanted = name;
    keep({ run: name });
    poll();
  }

  // -- what is drawn ----------------------------------------------------------------------------------------

  function render(news = {}) {
    const { info } = state;
    const isNew = "run" in news;
    show(ui.empty, !info);
    show(ui.full, Boolean(info));
    const changed = news.status && news.status.state !== ui.root.dataset.state;
    if (news.runs || isNew || changed) head.renderChooser();
    if (!info) return;
    if (news.status || isNew) {
      ui.root.dataset.state = info.status.state ?? "";
      head.render();
      renderFacts(parts, info.status, info.config);
    }
    if (news.light || isNew) light.render();
    if (news.grids || news.real || news.reset || news.status || isNew) pictures.render();
  }

  // The third chart appears once something was measured. A point of it may be the mean of many rows, so the
  // server names the best snapshot.
  function showBest() {
    const best = state.info?.best;
    show(ui.live, (table.lo.swd ?? []).some(Number.isFinite));
    set(ui.best, best ? t("chart.best", { value: number(best[1], 1), at: kimg(best[0]) }) : "");
  }

  const table = makeTable();
  let columns = [];
  const charts = makeCharts(parts, [
    { canvas: ui.chart1, legend: ui.legend1, lines: [], title: t("chart.losses") },
    { canvas: ui.chart2, legend: ui.legend2, lines: [], title: t("chart.outputs") },
    { canvas: ui.chart3, legend: ui.legend3, lines: [], title: t("chart.live") },
  ]);

  function setColumns(others) {
    if (columns === others) return;
    columns = others;
    ["losses", "outputs", "live"].forEach((chart, pane) => {
      const shown = columns.filter((column) => column.chart === chart);
      charts.setLines(pane, shown.map(lineOf));
    });
  }

  // The server names columns of other players than G and D when it sends them.
  function addColumns(more) {
    const names = columns.map((column) => column.name);
    const fresh = more.filter((column) => !names.includes(column.name));
    if (fresh.length) setColumns([...columns, ...fresh]);
  }

  function lineOf({ name, label, player }) {
    const words = t("series." + label);
    const colour = `--c-${label}`;
    if (!player) return { id: name, key: name, table, label: words, colour };
    return { id: name, key: name, table, label: `${player} ${words}`, colour, dash: [6, 3] };
  }

  setColumns(COLUMNS);
  ui.time.checked = settings.time;
  ui.time.addEventListener("change", () => charts.useTime(ui.time.checked));

  const head = makeHead(parts, state, { act, watch });
  const light = makeLight(parts, state, { act, watch });
  const menu = makeMenu(parts, state, { act, watch, report: head.report });
  const pictures = makePictures(parts, state, { act, resize });

  // -- the page around it -----------------------------------------------------------------------------------

  function resize() {
    pictures.fit();
    charts.redraw();
  }
  const stopFollowing = followPage(ui.root, { poll, resize, redraw: charts.redraw });
  const onWatch = (event) => watch(String(event.detail));
  const onOutside = (event) => !event.target.closest?.(".buttons") && menu.close(false);
  document.addEventListener("pointerdown", onOutside);
  window.addEventListener("ganapp:watch", onWatch);
  function stopListening() {
    stopFollowing();
    document.removeEventListener("pointerdown", onOutside);
    window.removeEventListener("ganapp:watch", onWatch);
  }
  poll();
})();
