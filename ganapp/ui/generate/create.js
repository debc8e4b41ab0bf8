// The Create tab's live instruments: what is chosen on the page, and what of it is on the screen. Gradio's controls
// tell their values by "ganapp:settings"; what is changed here is put into them by the event "submit". Gradio runs
// this once, after the other scripts in instrument.py's list, with `element`, `server`, `props` and `trigger`.
(() => {
  const defaults = { mode: "grid", times: "1", how: "nearest", damages: true, whole: false };
  const parts = makeParts(element, "ganapp.create", defaults);
  const { t, ui, set, show, press, settings: own, keep } = parts;
  const asker = Math.random().toString(36).slice(2);
  const MOVING_MS = 400; // a change sooner after the last one is a movement
  // chosen: {source, seeds, label, psi, columns}, what Gradio's controls say.
  // override: a snapshot that is looked at, in place of the chosen source.
  const state = { chosen: null, override: null, model: "", moved: 0, failed: false };
  const common = () => {
    const { source, label, psi } = state.chosen;
    return { source: state.override ?? source, label: label ?? "*", psi };
  };

  // -- the grid ---------------------------------------------------------------------------------------------

  const pace = makePace(200, 16);
  const newest = makeNewest((request) => server.draw(request), takePictures);
  const tiles = makeTiles(parts, { open: openPicture });
  const whenDrawn = [];
  let resting = 0;

  function drawGrid(exact) {
    if (!state.chosen?.source) return;
    newest.want({ asker, ...common(), seeds: state.chosen.seeds, start: 0, count: pace.count(), exact });
  }

  async function takePictures(request, answer) {
    if (!answer) setTimeout(() => !newest.isBusy() && drawGrid(true), 2000); // the connection is lost
    if (answer?.remote) return fetching.ask();
    if (!answer || answer.error) return fail(answer?.error ?? t("lost"));
    fail("");
    pace.learn(answer.ms, answer.count);
    if (answer.seeds) tiles.lay(answer.seeds, answer.classes, answer.row);
    tiles.paint(request.start, await decodeSheet(answer), answer);
    state.model = answer.model;
    const next = request.start + answer.count;
    if (newest.isWaiting()) return;
    if (next < answer.total) return void newest.want({ ...request, start: next, count: pace.count() });
    ui.grid.dataset.drawn = JSON.stringify([
      request.source,
      request.seeds,
      request.label,
      request.psi,
      request.exact,
    ]);
    for (const done of whenDrawn.splice(0)) done();
    clearTimeout(resting);
    resting = setTimeout(() => rest(request), request.exact ? 800 : MOVING_MS);
  }

  // Nothing moves any more: the pictures are drawn without loss, and then they are a part of the session.
  function rest(request) {
    if (newest.isBusy()) return;
    if (!request.exact) return drawGrid(true);
    if (state.override) return;
    shelf.add(gridRecipe(), tiles.montage());
    shelf.drawMissing(() => !newest.isBusy());
  }

  const drawn = () =>
    new Promise((done) => (newest.isBusy() ? whenDrawn.push(done) : translator.settled().then(done)));

  function gridRecipe() {
    return { kind: "grid", ...common(), seeds: state.chosen.seeds };
  }

  function fail(sentence) {
    if (sentence && state.failed === sentence) return;
    state.failed = sentence;
    show(ui.wrong, Boolean(sentence));
    set(ui.wrong, sentence);
  }

  // -- what is chosen on the page ---------------------------------------------------------------------------

  function take({ detail }) {
    const before = state.chosen;
    state.chosen = detail;
    if (!detail.source) return;
    tiles.wait(16);
    tiles.arrange(detail.columns);
    const isNew = before?.source !== detail.source;
    const isShown = isNew && state.override === detail.source; // a snapshot at which the slider rests
    if (isNew) state.override = null;
    if (isShown) looked = detail.source;
    else if (isNew) return void lookUp(detail.source).then(redraw);
    const { columns: _, ...now } = detail;
    const { columns: __, ...then } = before ?? {};
    if (JSON.stringify(now) !== JSON.stringify(then)) redraw();
  }

  let looked = ""; // the model of which is known what it takes
  function redraw() {
    if (looked !== state.chosen.source) return;
    const isMoving = performance.now() - state.moved < MOVING_MS;
    state.moved = performance.now();
    clearTimeout(resting);
    redrawShown(!isMoving);
  }
  // Those that are hidden draw nothing.
  function redrawShown(exact) {
    if (modes.now === "grid") drawGrid(exact);
    for (const instrument of [mix, map, editor, translator]) instrument.redraw(exact);
  }

  // Classes come with Gradio's menu, snapshots and what the model takes from the server.
  async function lookUp(source) {
    pace.each = 0;
    fetching.hide();
    const found = await server.facts({ source }).catch(() => undefined);
    if (state.chosen.source !== source) return;
    looked = source;
    if (!found || found.error) return;
    snapshots.offer(found.snapshots ?? []);
    if (found.takes === "picture") translator.offer(found);
    modes.offer(found.takes ?? "latent");
  }

  // Put values into Gradio's controls: any of source, seeds, label, psi, columns, mix and map.
  const choose = (changes) => put(changes, "submit");
  function put(value, event) {
    props.value = JSON.stringify(value);
    trigger(event);
  }

  const snapshots = makeSnapshots(parts, {
    drawn,
    show(name) {
      state.override = name;
      redraw();
    },
    choose: (source) => choose({ source }),
  });

  // -- pictures one by one, and the strips ------------------------------------------------------------------

  const keeping = makeKeeping(parts, { asker, state, fail, restore });
  const { shelf, enlarge, saveOne, download, size } = keeping;

  function openPicture(index) {
    const items = tiles.items.map(({ canvas, seed, label }) => ({
      canvas,
      seed,
      label,
      psi: state.chosen.psi,
    }));
    const recipe = ({ seed, label }) => ({
      kind: "seed",
      ...common(),
      seed,
      ...(label !== null && { label }),
    });
    enlarge({ items, index, columns: tiles.columns }, recipe, [editHere, mapHere]);
  }
  const editHere = {
    text: t("create.edit.this"),
    act({ seed }) {
      setMode("edit");
      editor.go({ seed });
    },
  };
  const mapHere = {
    text: t("create.map.here"),
    act({ seed }) {
      setMode("map");
      map.go(seed, 0, 0);
    },
  };

  press(ui.keep, () => shelf.toggle(gridRecipe(), tiles.montage()));
  press(ui.archive, async () => {
    parts.able(ui.archive, false);
    await download(server.archive({ ...common(), seeds: state.chosen.seeds, ...size() }));
    parts.able(ui.archive, true);
  });
  const fetching = makeFetching(parts, {
    state,
    fail,
    come(source) {
      trigger("upload"); // the model is described anew
      lookUp(source).then(() => redrawShown(true));
    },
  });

  // Show again what a recipe says, with its settings.
  function restore({ kind, ...recipe }) {
    const { source, label, psi } = recipe;
    if (!source && modes.takes === "picture") return fail(t("translate.not_latent"));
    const isGrid = kind === "grid" || kind === "seed";
    const isFitted = source?.startsWith("own/"); // such a model draws one picture in the editor alone
    const chosen = { label, psi, ...(isGrid && { seeds: recipe.seeds ?? String(recipe.seed) }) };
    choose({ ...chosen, ...(!isFitted && { source }) });
    setMode(isGrid ? "grid" : kind);
    if (kind === "mix") mix.go(recipe);
    if (kind === "map") map.go(recipe.first, recipe.x, recipe.y);
    if (kind === "edit") editor.go(recipe.edit, source || undefined);
  }

  const instrument = { asker, state, common, enlarge, saveOne, download, shelf, fail, ask: fetching.ask };
  const mix = makeMix(parts, instrument);
  const map = makeMap(parts, { ...instrument, film: (trail) => put({ trail }, "play") });
  const editor = makeEditor(parts, { ...instrument, choose, film: (wanted) => put(wanted, "play") });
  const translator = makeTranslator(parts, instrument);

  // -- the page around it -----------------------------------------------------------------------------------

  const modes = makeModes(parts, element, (mode) => {
    if (mode !== "translate") keep({ mode });
    else fail("");
    for (const node of [ui.sizes, ui.shelves]) show(node, mode !== "translate");
    translator.leave();
    if (state.chosen?.source) redrawShown(true);
  });
  const setMode = (mode) => modes.choose(mode);

  // What "ganapp:open" brought for this tab, also before it was shown for the first time.
  function takeOpening() {
    const { seeds: asked, label, psi, tab } = window.ganappOpening ?? {};
    const seeds = Array.isArray(asked) ? asked.join(", ") : asked;
    if (tab !== "create") return;
    delete window.ganappOpening;
    if (seeds !== undefined || label !== undefined || psi !== undefined) setMode("grid");
    choose(
      Object.fromEntries(Object.entries({ seeds, label, psi }).filter(([, value]) => value !== undefined)),
    );
  }

  // Gradio's controls tell what they say, as soon as Gradio listens.
  function askForSettings() {
    if (state.chosen || !element.isConnected) return;
    trigger("select");
    setTimeout(askForSettings, 1000);
  }

  listenWhileShown(element, window, {
    "ganapp:settings": take,
    "ganapp:opening": takeOpening,
    "ganapp:restore": ({ detail }) => detail.kind && restore(detail), // of a PNG that is no seed
    keydown: makeKey("r", "gen_random"),
  });
  new ResizeObserver(() => tiles.arrange()).observe(ui.stage);
  setMode(own.mode);
  takeOpening();
  askForSettings();
})();
