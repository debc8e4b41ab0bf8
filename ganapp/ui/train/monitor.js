// The page's half of the monitor: what is known of the run that is shown, and which module draws it. Gradio runs
// this once, after the other scripts in monitor.py's list, with `element` and `server`.
(() => {
  const parts = makeParts(element, "ganapp.monitor", {
    ...CHART_SETTINGS,
    run: null,
    more: [], // columns with a chart of their own
    real: false,
    notify: false,
  });
  const { t, ui, set, show, press, settings, keep } = parts;

  let wanted = settings.run; // null: the server chooses once, then it stays
  let cursor = {};
  // runs: [name, state, nimg, title, stamp] of all runs.
  // info: {name, stamp, folder, config, status, light, best, snapshots, rows, grids, real} of the run that is shown.
  const state = { runs: [], info: null };

  // The run that is drawn, as what is asked about it names it.
  function shown() {
    const { info } = state;
    if (!info) return null;
    const { name, stamp, status, best, config } = info;
    const { title = name, state: word, nimg = 0, saved } = status;
    return { name, stamp, title, state: word, nimg, saved, best, config };
  }

  // -- what the server sends --------------------------------------------------------------------------------

  const poll = makePoll(element, server, {
    request: () => ({ run: wanted, columns: settings.more, known: cursor }),
    current: () => `${wanted} ${settings.more}`,
    receive,
    pause: () => (LIVE.includes(state.info?.status.state) ? 1000 : 2500),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopFollowing(),
    waits: () => state.runs.some((run) => WORKING.includes(run[1])), // for a run to end: it is told of
  });

  function receive(news) {
    if (news.runs) {
      [state.runs, cursor.list] = [news.runs, news.list];
      notice.follow(news.runs);
    }
    if ("run" in news) takeRun(news);
    if (!state.info) return render();
    const { info } = state;
    if (news.reset) forget();
    const wasLive = LIVE.includes(info.status.state);
    take(info, news);
    render(news);
    if (wasLive && info.status.child) watch(info.status.child); // it went on by itself as another run
  }

  function takeRun({ run, stamp, folder }) {
    cursor = { list: cursor.list, run, stamp };
    state.info = run && { name: run, stamp, folder, config: {}, status: {}, grids: [], real: false };
    wanted = run;
    if (run && run !== settings.run) keep({ run });
    forget();
    followRun();
  }

  const titleOf = (name) => state.runs.find((run) => run[0] === name)?.[3] ?? name;

  // What was opened on another run closes.
  function followRun() {
    for (const panel of panels) panel.follow(shown());
  }

  function take(info, news) {
    takeNews(info, cursor, news, ["status", "config", "light", "rows", "measured"]);
    if ("best" in news) info.best = cursor.best = news.best;
    if (news.snapshots) info.snapshots = cursor.snapshots = news.snapshots;
    if (news.real) info.real = cursor.real = true;
    charts.take(news);
  }

  // The points and the pictures are sent anew.
  function forget() {
    charts.clear();
    if ((cursor.run ?? null) === pictures.run) return; // a new attempt of the same run keeps its zoom
    charts.forget();
    pictures.reset(cursor.run ?? null);
  }

  // -- what a person does -----------------------------------------------------------------------------------

  const report = (run, error) => head.report(run, error);
  const { ask, act } = makeAsking(parts, server, { poll, report });

  // After a success of one of the actions of run_actions_row.js.
  function done(run, word, answer) {
    const isShown = isSameRun(run, shown());
    tellGone(parts, { tell: head.tell, ask, restored: watch }, run, word, answer);
    if (!isShown) return;
    if (word === "rename") watch(answer.run);
    if (word.startsWith("delete")) watch(null);
  }

  // Show another run, null for the one that the server chooses. Until it is here nothing can be pressed.
  function watch(name) {
    const isOther = name !== state.info?.name;
    wanted = name;
    keep({ run: name });
    if (isOther) {
      for (const panel of panels) panel.close(false);
      window.dispatchEvent(new CustomEvent("ganapp:enlarge")); // of the other run: it is closed
      head.wait();
      actions.render(null);
      ui.chooser.value = name ?? "";
    } else if (state.info) render({ status: true });
    poll();
  }

  // -- what is drawn ----------------------------------------------------------------------------------------

  function render(news = {}) {
    const { info } = state;
    const isNew = "run" in news;
    show(ui.empty, !info);
    show(ui.full, Boolean(info));
    notice.restore();
    const changed = news.status && news.status.state !== ui.root.dataset.state;
    if (news.runs || isNew || changed) head.renderChooser();
    if (!info) return;
    if (news.status || news.config || isNew || "best" in news) {
      ui.root.dataset.state = info.status.state ?? "";
      head.render();
      moved.render(info.status);
      actions.render(shown());
      renderFacts(parts, info.status, info.config, titleOf);
    }
    if (news.rows) pictures.renderRows();
    if ("measured" in news || isNew) renderMeasured(parts, info.measured);
    if (news.light || isNew) light.render();
    if (news.grids || news.real || news.reset || news.status || isNew) pictures.render();
  }

  const charts = makeRunCharts(parts, {
    best: () => state.info?.best,
    runs: () => [[state.info.name, state.info.stamp]],
    curves: (request) => server.curves(request),
    changed() {
      [cursor.attempt, cursor.offset] = [undefined, undefined]; // the whole curves are asked for
      poll();
    },
    fail: (sentence) => report(shown(), sentence),
  });
  const boxes = [ui.panel, ui.actionpanel, ui.searchpanel, ui.emptypanel, ui.movedpanel];
  const panels = boxes.map((box) => makePanel(parts, box));
  const [menuPanel, actionPanel, searchPanel, emptyPanel, movedPanel] = panels;
  const head = makeHead(parts, state, { act, watch, shown });
  const moved = makeMoved(parts, { panel: movedPanel, act, ask, shown });
  const light = makeLight(parts, state, { act, watch, shown });
  const pictures = makePictures(parts, state, { act, resize, shown });
  const notice = makeNotice(
    parts,
    () => !document.hidden && document.hasFocus() && element.checkVisibility(),
  );
  const actions = makeRunActions(parts, { act, panel: actionPanel, done });
  ui.actions.append(...actions.row());
  const search = makeSearch(parts, { panel: searchPanel, runs: () => state.runs, watch });
  const keys = makeKeys(parts, ui.root, {
    " ": pictures.play,
    ArrowLeft: () => pictures.step(-1),
    ArrowRight: () => pictures.step(1),
    "/": search.open,
  });

  const brought = { ask, watch, told: head.tell, upload };
  const deleted = makeDeleted(parts, { panel: menuPanel, button: ui.more, ...brought });
  const deletedOfNone = makeDeleted(parts, { panel: emptyPanel, button: ui.emptydeleted, ...brought });
  const inMenu = makeRunActions(parts, { act, panel: menuPanel, done });
  makeMenu(parts, { panel: menuPanel, actions: inMenu, shown, deleted, notice, keys, tell: head.tell });
  show(ui.emptyrow, CHANGES);
  press(ui.emptyzip, deletedOfNone.choose);
  press(ui.emptydeleted, deletedOfNone.open);

  // -- the page around it -----------------------------------------------------------------------------------

  function resize() {
    pictures.fit();
    charts.redraw();
  }
  const stopFollowing = followPage(ui.root, { poll, resize, redraw: charts.redraw });
  listenWhileShown(element, window, {
    "ganapp:watch": (event) => watch(String(event.detail)),
    // A File that was dropped on the page; drop_anywhere.js asks again until it is taken.
    "ganapp:open-zip"(event) {
      event.preventDefault();
      deleted.openZip(event.detail);
    },
    focus: notice.restore,
  });
  poll();
})();
