// The page's half of the table of runs: what is known of all runs, and which module draws it. Gradio runs this
// once, after the other scripts in tab.py's list, with `element` and `server`.
(() => {
  const parts = makeParts(element, "ganapp.table", { view: "side", sort: "created", isDown: true });
  const { t, language, number, ui, set, show, make, press, settings, keep } = parts;
  const columns = makeColumns(parts);
  const texts = new Map(); // row -> what is searched in it
  const state = { rows: [], chosen: new Map(), sort: settings.sort, isDown: settings.isDown };
  const [known, found] = [{}, new Map()]; // the cursor; name -> row
  let shown = [];
  if (!columns.some(({ name }) => name === state.sort)) state.sort = "created";

  // -- what the server sends ----------------------------------------------------------------------------------

  // ui.view: nobody looks while the runs are side by side.
  const poll = makePoll(ui.view, server, {
    request: () => ({ known }),
    current: () => known.began,
    receive,
    pause: () => (state.rows.some((row) => WORKING.includes(row.state)) ? 2500 : 5000),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopFollowing(),
  });

  function receive({ began, at, rows = [], names, order }) {
    if (!began) return;
    if (known.began !== began) found.clear();
    [known.began, known.at] = [began, at];
    for (const row of rows) {
      found.set(row.name, row);
      texts.set(row, bareText(columns.map((column) => column.text(row)).join(" ")));
    }
    if (names) {
      known.order = order;
      state.names = names;
    }
    state.rows = state.names.map((name) => found.get(name)).filter(Boolean);
    for (const name of found.keys()) if (!state.names.includes(name)) found.delete(name);
    for (const row of texts.keys()) if (found.get(row.name) !== row) texts.delete(row);
    // A run that is gone, or another one of that name, is not chosen.
    for (const [name, stamp] of state.chosen) if (found.get(name)?.stamp !== stamp) state.chosen.delete(name);
    renderStates();
    render();
  }

  const { ask, act } = makeAsking(parts, server, {
    poll,
    report: ({ title }, error) => error && tell(`${title}: ${error}`, true),
  });

  // -- what is drawn --------------------------------------------------------------------------------------------

  function render(isNew = false) {
    const wanted = { words: ui.filter.value, state: ui.states.value };
    const column = columns.find(({ name }) => name === state.sort);
    shown = sorted(filtered(state.rows, texts, wanted), column, state.isDown, language);
    grid.render(shown, isNew);
    const [n, all] = [shown.length, state.rows.length];
    set(ui.count, all === 0 ? "" : t(countKey(n, all), { n: number(n), all: number(all) }));
    show(ui.nothing, Boolean(known.began) && n === 0);
    show(ui.box, n > 0);
    set(ui.nothing, t(all ? "tbl.none.found" : "tbl.none"));
    renderChosen();
  }
  const countKey = (n, all) => (n < all ? "tbl.count.of" : n === 1 ? "tbl.count.one" : "tbl.count");

  // The states that there are; the one that is looked for stays in the list.
  function renderStates() {
    const now = ui.states.value;
    const there = [...new Set([...state.rows.map((row) => row.state), ...(now ? [now] : [])])].sort();
    if (ui.states.dataset.there === String(there)) return;
    ui.states.dataset.there = String(there);
    const option = (word) => make("option", t("state." + word), { value: word });
    ui.states.replaceChildren(make("option", t("tbl.states.all"), { value: "" }), ...there.map(option));
    ui.states.value = now;
  }

  function renderChosen() {
    grid.renderChosen();
    const names = new Set(shown.map((row) => row.name));
    const hidden = [...state.chosen.keys()].filter((name) => !names.has(name)).length;
    several.render(state.chosen.size, hidden);
    const [one, ...others] = chosen();
    const isOne = Boolean(one) && !others.length;
    show(ui.actionsbox, isOne);
    panel.follow(isOne ? one : null);
    actions.render(isOne ? asRun(one) : null);
  }

  // A row as the actions of a run take it.
  function asRun({ budget, data, ...row }) {
    const config = { kimg: budget?.kimg, minutes: budget?.minutes, dataset: data };
    return { ...row, best: row.best === null ? null : [row.best], config };
  }

  // -- what a person does ---------------------------------------------------------------------------------------

  // In the order of the table, then those that are not shown.
  function chosen() {
    const seen = new Set(shown);
    const rest = state.rows.filter((row) => !seen.has(row));
    return [...shown, ...rest].filter((row) => state.chosen.has(row.name));
  }

  function choose(rows, yes) {
    for (const { name, stamp } of rows) {
      if (yes) state.chosen.set(name, stamp);
      else state.chosen.delete(name);
    }
    renderChosen();
  }

  function unchoose(kept = []) {
    for (const name of state.chosen.keys()) if (!kept.includes(name)) state.chosen.delete(name);
    if (!kept.length && ui.bar.contains(document.activeElement)) ui.filter.focus();
    renderChosen();
  }

  function sortBy(name) {
    const column = columns.find((one) => one.name === name);
    state.isDown = name === state.sort ? !state.isDown : Boolean(column.isLargeFirst);
    state.sort = name;
    keep({ sort: name, isDown: state.isDown });
    render(true);
  }

  function openRun({ name }) {
    window.dispatchEvent(new CustomEvent("ganapp:watch", { detail: name }));
    document.getElementById("tab_train-button")?.click();
  }

  // A sentence above the table, and a button that undoes what it says.
  const say = makeTeller(parts, ui.told);
  function tell(text, isBad = false, undo = null) {
    const goBack = () => {
      tell("");
      ui.filter.focus();
      undo();
    };
    say(text, isBad ? "bad" : "", undo && goBack);
  }

  const grid = makeGrid(parts, columns, state, {
    sortBy,
    choose,
    open: openRun,
    edit: (row) => about.open(row),
  });
  const about = makeAbout(parts, ask);
  const several = makeSeveral(parts, server, { chosen, shown: () => shown, ask, unchoose, tell });
  const panel = makePanel(parts, ui.actionpanel);
  const actions = makeRunActions(parts, {
    act,
    panel,
    done: () => tell(""),
  });
  ui.actions.append(...actions.row());

  // -- the two views --------------------------------------------------------------------------------------------

  function view(name) {
    const isTable = name === "table";
    keep({ view: name });
    show(ui.view, isTable);
    ui.all.ariaPressed = String(isTable);
    ui.side.ariaPressed = String(!isTable);
    ui.root.dataset.view = name; // page.css hides the runs side by side, a component of their own below this one
    if (isTable) poll();
  }

  const nothing = () => undefined;
  const stopFollowing = followPage(ui.root, { poll, resize: nothing, redraw: nothing });

  // What "ganapp:open" brought for this tab: runs to compare are shown side by side.
  function takeOpening() {
    const opening = window.ganappOpening;
    if (opening?.tab !== "compare" || opening.isViewed) return;
    opening.isViewed = true;
    view(opening.view ?? "side");
  }
  listenWhileShown(element, window, { "ganapp:opening": takeOpening });
  press(ui.side, () => view("side"));
  press(ui.all, () => view("table"));
  ui.filter.placeholder = t("tbl.filter");
  ui.filter.addEventListener("input", () => render(true));
  ui.states.addEventListener("change", () => render(true));
  renderStates();
  view(settings.view);
  takeOpening();
})();
