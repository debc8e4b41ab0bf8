// The page's half of the Compare tab. Gradio runs this once with `element` and `server`; parts.js, charts.js and FORM are put in front.
// What was received of each chosen run is kept here, so an update redraws and never reloads.
(() => {
  const LIVE = ["running", "starting"];
  const WORKING = ["queued", ...LIVE];
  const MOST = FORM.most;
  const POINTS_KEPT = 6000; // of each of up to eight runs
  const COLUMNS = 8; // of a sample grid

  const { language, t, number, kimg, ui, set, show, able, press, make, settings, keep, gridUrl, picture } = makeParts(element, "ganapp.compare", {
    chosen: null, smooth: 4, log: false, time: false, size: 8, metrics: ["g_loss", "gap"], off: [],
  });

  // -- what is known ------------------------------------------------------------------------------------------------------

  const known = { list: null, table: null, runs: {} }; // the cursors
  let runs = []; // all there are: [name, state, nimg]
  let chosen = []; // {name, slot (its colour), label, folder, figures, grids, table (its points)}
  let table = { rows: [], labels: [], z_dim: [], classes: [] };

  const names = () => chosen.map((run) => run.name);
  const colour = (run) => `--c-${run.slot}`;

  function choose(wanted) {
    const before = chosen;
    const kept = before.filter((run) => wanted.includes(run.name));
    chosen = wanted.slice(0, MOST).map((name) => kept.find((run) => run.name === name) ?? fresh(name));
    for (const run of chosen) run.slot ??= [...Array(MOST).keys()].find((slot) => !chosen.some((other) => other.slot === slot));
    for (const name of Object.keys(known.runs)) if (!wanted.includes(name)) delete known.runs[name];
    keep({ chosen: chosen.map(({ name, slot }) => [name, slot]) });
    table = { rows: [], labels: [], z_dim: [], classes: [] };
    known.table = null;
    build();
    poll();
  }
  function fresh(name) {
    const slot = settings.chosen?.find((pair) => pair[0] === name)?.[1];
    const taken = chosen.some((run) => run.slot === slot);
    return { name, slot: taken ? undefined : slot, label: name, folder: null, figures: null, grids: [], table: makeTable(POINTS_KEPT) };
  }

  function receive(news) {
    if (news.runs) {
      [runs, known.list] = [news.runs, news.list];
      const there = new Set(runs.map((row) => row[0]));
      if (!settings.chosen) return renderList(), choose(first());
      if (chosen.some((run) => !there.has(run.name))) return choose(names().filter((name) => there.has(name)));
    }
    for (const [name, more] of Object.entries(news.of ?? {})) {
      const run = chosen.find((one) => one.name === name);
      if (run) take(run, (known.runs[name] ??= {}), more);
    }
    if (news.table) {
      [table, known.table] = [news.table, news.table_hash];
      chosen.forEach((run, i) => (run.label = table.labels[i] ?? run.name));
      build();
    }
    if (news.runs || news.of) renderList();
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
  // Who comes for the first time sees something at once: the newest runs that have begun.
  const first = () => runs.filter((row) => row[2] > 0 || LIVE.includes(row[1])).slice(0, 2).map((row) => row[0]);

  const poll = makePoll(element, server, {
    request: () => ({ runs: names(), metrics: settings.metrics, known }),
    current: () => `${names()} ${settings.metrics}`,
    receive,
    pause: () => (chosen.some((run) => LIVE.includes(run.figures?.state)) ? 1000 : 2500),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopListening(),
  });

  // -- the list of runs -----------------------------------------------------------------------------------------------------

  const rows = new Map(); // name -> its nodes, kept so that the focus stays where it is
  function renderList() {
    for (const run of chosen) {
      const row = runs.find((one) => one[0] === run.name);
      if (row && run.figures) [row[1], row[2]] = [run.figures.state, run.figures.kimg * 1000];
    }
    const filter = ui.filter.value.trim().toLowerCase();
    show(ui.filter, runs.length > 8 || filter);
    const order = (row) => (LIVE.includes(row[1]) ? 0 : row[1] === "queued" ? 1 : 2);
    const shown = runs.filter((row) => row[0].toLowerCase().includes(filter)).sort((a, b) => order(a) - order(b)); // else newest first
    const full = chosen.length >= MOST;
    const nodes = shown.map(([name, state, nimg]) => {
      if (!rows.has(name)) rows.set(name, makeRow(name));
      const { item, box, dot, words } = rows.get(name);
      const run = chosen.find((one) => one.name === name);
      box.checked = Boolean(run);
      box.disabled = full && !run;
      dot.style.setProperty("--tone", run ? `var(${colour(run)})` : "transparent");
      set(words, WORKING.includes(state) ? t("state." + state) : t("kimg", { done: kimg(nimg) }));
      words.toggleAttribute("data-live", LIVE.includes(state));
      return item;
    });
    if (!nodes.length) nodes.push(make("p", t("cmp.none")));
    if (nodes.length !== ui.list.children.length || nodes.some((node, i) => node !== ui.list.children[i])) ui.list.replaceChildren(...nodes);
    set(ui.limit, t("cmp.limit", { n: chosen.length, most: MOST }));
  }
  function makeRow(name) {
    const [item, label] = [make("li"), make("label", undefined, { title: name })];
    const [box, dot, words] = [make("input", undefined, { type: "checkbox" }), make("i"), make("small")];
    label.append(box, dot, make("span", name), words);
    item.append(label);
    box.addEventListener("change", () => choose(box.checked ? [...names(), name] : names().filter((other) => other !== name)));
    return { item, box, dot, words };
  }
  ui.filter.placeholder = t("cmp.filter");
  ui.filter.addEventListener("input", renderList);

  // -- what is made anew when other runs are chosen ----------------------------------------------------------------------------

  const cells = new Map(); // "fact run" -> td

  function build() {
    show(ui.empty, !chosen.length);
    show(ui.full, Boolean(chosen.length));
    buildFrames();
    buildLines();
    buildTable();
    renderList();
    render(true);
  }

  function named(run, tag, ...more) {
    const node = make(tag);
    const dot = make("i", undefined, { className: "dot" });
    dot.style.setProperty("--tone", `var(${colour(run)})`);
    node.append(dot, make("span", run.label, { title: run.name }), ...more);
    return node;
  }

  function buildFrames() {
    for (const run of chosen) {
      if (!run.figure) {
        const [figure, frame, crop] = [make("figure"), make("div", undefined, { className: "frame" }), make("div", undefined, { className: "crop" })];
        Object.assign(run, { figure, frame, crop, img: make("img", undefined, { alt: "", hidden: true }), waiting: make("p"), when: make("small"), shown: "" });
        run.caption = make("figcaption");
        crop.append(run.img);
        frame.append(crop, run.waiting);
        figure.append(run.caption, frame);
      }
      run.caption.replaceChildren(named(run, "b"), run.when);
    }
    ui.frames.replaceChildren(...chosen.map((run) => run.figure));
  }

  function buildLines() {
    settings.metrics.forEach((metric, pane) => {
      const lines = chosen.map((run) => ({
        id: run.name, label: run.label, title: run.name, colour: colour(run), table: run.table, key: metric, always: true, faint: chosen.length > 2,
        dash: run.slot > 3 ? [6, 3] : undefined,
      }));
      charts.setLines(pane, lines, t("cmp.metric." + metric));
    });
  }

  const FACTS = {
    state: (f) => t("state." + f.state),
    kimg: (f) => number(f.kimg, 1),
    minutes: (f) => number(f.minutes, 1),
    images_per_sec: (f) => (f.images_per_sec ? number(f.images_per_sec, f.images_per_sec < 100 ? 1 : 0) : "–"),
    parameters: (f) => (f.parameters ? `${millions(f.parameters.g)} + ${millions(f.parameters.d)}` : "–"),
    g_loss: (f) => decimal(f.g_loss),
    d_loss: (f) => decimal(f.d_loss),
    gap: (f) => decimal(f.gap),
  };
  const millions = (n) => (n >= 1e6 ? `${number(n / 1e6, 2)} M` : `${number(n / 1e3, 0)} k`);
  const decimal = (value) => (Number.isFinite(value) ? number(value, 3).replace("-", "−") : "–");

  function buildTable() {
    cells.clear();
    const row = (title, hint, values) => {
      const node = make("tr");
      node.append(make("th", title, { scope: "row", title: hint }), ...values);
      return node;
    };
    const heading = (key) => {
      const node = make("tr", undefined, { className: "head" });
      node.append(make("th", t(key), { scope: "colgroup", colSpan: chosen.length + 1 }));
      return node;
    };
    const [head, body, top] = [make("thead"), make("tbody"), make("tr")];
    top.append(make("td"), ...chosen.map((run) => {
      const cell = make("th", undefined, { scope: "col", title: run.name });
      cell.append(named(run, "span"), ...(run.label === run.name ? [] : [make("small", run.name)]));
      return cell;
    }));
    head.append(top);
    body.append(heading("cmp.figures"));
    for (const fact of Object.keys(FACTS)) {
      body.append(row(t("cmp.fact." + fact), "", chosen.map((run) => {
        const cell = make("td");
        cells.set(`${fact} ${run.name}`, cell);
        return cell;
      })));
    }
    body.append(heading("cmp.differ"));
    for (const [field, values] of table.rows) body.append(row(fieldName(field), field, values.map((value) => make("td", say(value), { title: say(value) }))));
    if (!table.rows.length && chosen.length > 1 && known.table) {
      const node = make("tr");
      node.append(make("td", t("cmp.differ.none"), { colSpan: chosen.length + 1 }));
      body.append(node);
    }
    ui.table.replaceChildren(head, body);
  }
  function fieldName(field) {
    const [outer, inner] = field.split(".");
    if (inner) return `${outer === "g_args" ? "G" : "D"}: ${inner}`;
    return FORM.fields[field]?.label[language] ?? field;
  }
  const say = (value) => (value === null || value === undefined || value === "" ? "–" : typeof value === "string" ? value : JSON.stringify(value));

  // -- what is drawn anew with every answer ------------------------------------------------------------------------------------

  function render(curves) {
    if (!chosen.length) return;
    for (const run of chosen) {
      if (!run.figures) continue;
      for (const [fact, text] of Object.entries(FACTS)) {
        const cell = cells.get(`${fact} ${run.name}`);
        if (cell) set(cell, text(run.figures));
      }
      const state = cells.get(`state ${run.name}`);
      if (state) [state.title, state.className] = [run.figures.reason ?? "", run.figures.state === "failed" ? "bad-state" : ""];
    }
    renderSeeds();
    renderPictures();
    if (curves) charts.redraw();
  }

  function renderSeeds() {
    const differ = (values) => new Set(values.filter((value) => value !== null)).size > 1;
    const list = (values) => [...new Set(values.map((value) => value ?? "–"))].join(", ");
    const parts = [differ(table.z_dim) ? t("cmp.seeds.z", { list: list(table.z_dim) }) : t("cmp.seeds")];
    if (differ(table.classes)) parts.push(t("cmp.seeds.classes", { list: list(table.classes) }));
    set(ui.seeds, parts.join(" "));
  }

  // -- pictures at the same moment -----------------------------------------------------------------------------------------------

  // live: the last moment that all have reached, which moves on as they train; else the place that was chosen.
  const timeline = { live: true, place: 0, playing: 0 };

  // When the grids of a run were drawn, on the axis: in images, or in seconds read off its curve.
  function places(run) {
    if (!settings.time) return run.grids;
    const stamp = `${run.table.version} ${run.grids.length}`;
    if (run.stamp !== stamp) Object.assign(run, { stamp, seconds: run.grids.map((nimg) => secondsAt(run.table, nimg)) });
    return run.seconds;
  }
  function secondsAt({ nimg, sec }, at) {
    let [low, high] = [0, nimg.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nimg[middle] < at) low = middle + 1;
      else high = middle;
    }
    const [n0, s0] = low ? [nimg[low - 1], sec[low - 1]] : [0, 0];
    return low < nimg.length && nimg[low] > n0 ? s0 + ((at - n0) / (nimg[low] - n0)) * (sec[low] - s0) : s0;
  }
  function commonPlace() {
    // A run that ended before its second grid would hold all others at the beginning.
    const counted = chosen.filter((run) => run.grids.length > 1 || (run.grids.length && LIVE.includes(run.figures?.state)));
    return Math.min(...counted.map((run) => places(run).at(-1)), Infinity);
  }

  let moments = []; // of all grids, sorted
  function renderPictures() {
    moments = [...new Set(chosen.flatMap(places))].sort((a, b) => a - b);
    const last = moments.length - 1;
    ui.slider.max = Math.max(0, last);
    ui.slider.disabled = last < 1;
    able(ui.play, last >= 1);
    const common = commonPlace();
    if (timeline.live && Number.isFinite(common)) timeline.place = common;
    const index = Math.max(0, moments.findLastIndex((place) => place <= timeline.place));
    if (Number(ui.slider.value) !== index) ui.slider.value = index;
    const at = last < 0 ? "" : settings.time ? t("axis.min", { x: number(timeline.place / 60, 1) }) : t("axis.kimg", { x: kimg(timeline.place) });
    set(ui.moment, timeline.live && at ? t("cmp.same", { at }) : at);
    ui.slider.setAttribute("aria-valuetext", ui.moment.textContent);
    able(ui.follow, !timeline.live);
    for (const run of chosen) renderGrid(run);
  }

  function renderGrid(run) {
    const at = places(run);
    if (!at.length || !run.folder) {
      show(run.img, false);
      run.shown = "";
      set(run.waiting, run.figures ? t(WORKING.includes(run.figures.state) ? "grid.waiting" : "grid.none") : "");
      show(run.waiting, true);
      return set(run.when, run.figures?.state === "queued" ? t("state.queued") : "");
    }
    const index = Math.max(0, at.findLastIndex((place) => place <= timeline.place));
    const nimg = run.grids[index];
    const ended = index === at.length - 1 && moments.findLastIndex((place) => place <= timeline.place) > moments.indexOf(at[index]) && timeline.place > at[index] * 1.02;
    const minutes = number(secondsAt(run.table, nimg) / 60, 1);
    set(run.when, t(ended ? "cmp.at.last" : "cmp.at", { kimg: kimg(nimg), min: minutes }));
    showGrid(run, gridUrl(run.folder, nimg), t("grid.alt", { kimg: kimg(nimg) }));
  }

  async function showGrid(run, url, alt) {
    if (run.shown === url) return;
    run.shown = url;
    const image = await picture(url).catch(() => null);
    if (run.shown !== url) return; // another one was asked for meanwhile
    if (!image) return void (run.shown = ""); // asked for again when something is new
    run.img.src = url;
    run.img.alt = `${run.label}: ${alt}`;
    Object.assign(run, { width: image.naturalWidth, height: image.naturalHeight });
    show(run.waiting, false);
    show(run.img, true);
    fit();
  }

  // All grids show as many columns, at a whole multiple of the screen's pixels; where all do not fit, fewer images.
  function fit() {
    const ready = chosen.filter((run) => run.width && !run.img.hidden);
    const total = ui.frames.clientWidth;
    if (!total) return;
    const most = total < 560 ? 2 : total < 800 ? 3 : 4;
    ui.frames.style.setProperty("--columns", chosen.length < 5 ? Math.min(most, Math.max(2, chosen.length)) : most);
    if (!ready.length) return;
    const ratio = window.devicePixelRatio || 1;
    const room = Math.min(...ready.map((run) => run.frame.clientWidth), window.innerHeight * 0.64) * ratio; // in screen pixels
    const largest = Math.max(...ready.map((run) => run.width / COLUMNS));
    const columns = Math.max(1, Math.min(Number(settings.size), Math.floor(room / largest)));
    for (const run of ready) {
      const one = run.width / COLUMNS;
      const times = Math.max(1, Math.floor(room / columns / one)) / ratio;
      const [wide, high] = [run.width * times, run.height * times];
      run.img.style.imageRendering = "pixelated";
      [run.img.style.width, run.img.style.height] = [`${wide}px`, `${high}px`];
      run.crop.style.width = `${columns * one * times}px`;
      run.crop.style.height = `${columns < COLUMNS ? columns * one * times : high}px`;
    }
  }

  function seek(index) {
    timeline.place = moments[index] ?? 0;
    timeline.live = false;
    renderPictures();
  }
  function stopPlaying() {
    clearTimeout(timeline.playing);
    timeline.playing = 0;
    renderPlay();
  }
  function renderPlay() {
    ui.playicon.setAttribute("d", timeline.playing ? "M3 2h4v12H3zM9 2h4v12H9z" : "M4 2l10 6-10 6z");
    ui.play.ariaLabel = ui.play.title = t(timeline.playing ? "play.stop" : "play");
  }
  // About ten seconds for the whole past, however long it is. The next pictures are fetched before they are shown.
  async function playOn(index) {
    const last = moments.length - 1;
    const next = Math.min(last, index + Math.max(1, Math.round(last / 120)));
    const urls = chosen.filter((run) => run.grids.length && run.folder).map((run) => {
      const at = places(run);
      return gridUrl(run.folder, run.grids[Math.max(0, at.findLastIndex((place) => place <= moments[next]))]);
    });
    await Promise.all(urls.map((url) => picture(url).catch(() => null)));
    if (!timeline.playing) return;
    seek(next);
    if (next >= last) return stopPlaying();
    timeline.playing = setTimeout(() => playOn(next), Math.min(250, Math.max(60, 10000 / last)));
  }
  ui.slider.addEventListener("input", () => (stopPlaying(), seek(Number(ui.slider.value))));
  press(ui.follow, () => (stopPlaying(), (timeline.live = true), renderPictures()));
  press(ui.play, () => {
    if (timeline.playing) return stopPlaying();
    const from = timeline.live || Number(ui.slider.value) >= moments.length - 1 ? 0 : Number(ui.slider.value);
    seek(from);
    timeline.playing = setTimeout(() => playOn(from), 60);
    renderPlay();
  });
  ui.size.value = String(settings.size);
  ui.size.addEventListener("change", () => (keep({ size: Number(ui.size.value) }), fit()));

  // -- charts -------------------------------------------------------------------------------------------------------------------

  const charts = makeCharts(
    ui.root,
    [0, 1].map((i) => ({ canvas: ui["chart" + i], legend: ui["legend" + i], lines: [], title: "" })),
    { t, number, kimg, settings, keep, make, set, show, onZoom: (yes) => (ui.unzoom.style.visibility = yes ? "visible" : "hidden") },
  );
  settings.metrics = settings.metrics.filter((metric) => METRICS.includes(metric));
  if (settings.metrics.length !== 2) settings.metrics = ["g_loss", "gap"];
  [0, 1].forEach((i) => {
    const select = ui["metric" + i];
    select.append(...METRICS.map((metric) => make("option", t("cmp.metric." + metric), { value: metric })));
    select.value = settings.metrics[i];
    select.addEventListener("change", () => {
      keep({ metrics: settings.metrics.map((metric, j) => (j === i ? select.value : metric)) });
      for (const run of chosen) run.table.clear();
      known.runs = {}; // the points of the other metric are asked for
      buildLines();
      poll();
    });
  });
  [ui.smooth.value, ui.log.checked] = [settings.smooth, settings.log];
  ui[settings.time ? "byminutes" : "byimages"].checked = true;
  ui.smooth.addEventListener("input", () => (keep({ smooth: Number(ui.smooth.value) }), charts.redraw()));
  ui.log.addEventListener("change", () => (keep({ log: ui.log.checked }), charts.redraw()));
  for (const [node, time] of [[ui.byimages, false], [ui.byminutes, true]])
    node.addEventListener("change", () => {
      const share = moments.length > 1 ? Number(ui.slider.value) / (moments.length - 1) : 0;
      charts.useTime(time);
      renderPictures();
      if (!timeline.live) seek(Math.round(share * (moments.length - 1)));
    });
  press(ui.unzoom, charts.unzoom);

  // -- a queue of runs that differ in one setting ----------------------------------------------------------------------------------

  ui.preset.append(...Object.keys(FORM.presets).map((name) => make("option", name, { value: name })));
  ui.preset.value = FORM.preset;
  ui.datalist.append(...FORM.data.map((name) => make("option", undefined, { value: name })));
  ui.field.append(...Object.entries(FORM.fields).map(([name, field]) => make("option", field.label[language], { value: name })));
  ui.field.value = "loss";
  ui.values.value = "minimax, non_saturating, hinge, relativistic";

  // A comma inside brackets belongs to its value, as on the server.
  function values() {
    const out = [""];
    let depth = 0;
    for (const letter of ui.values.value.replace(/[，、]/g, ",")) {
      depth += "[{".includes(letter) - "]}".includes(letter);
      if (letter === "," && depth <= 0) out.push("");
      else out[out.length - 1] += letter;
    }
    return out.map((value) => value.trim()).filter(Boolean);
  }
  function renderForm() {
    const field = FORM.fields[ui.field.value];
    set(ui.about, FORM.presets[ui.preset.value][language]);
    set(ui.help, field.help[language]);
    const given = values();
    if (ui.chips.dataset.field !== ui.field.value) {
      ui.chips.dataset.field = ui.field.value;
      ui.chips.replaceChildren(...field.values.map((value) => {
        const chip = make("button", value);
        chip.addEventListener("click", () => {
          const now = values();
          ui.values.value = (now.includes(value) ? now.filter((other) => other !== value) : [...now, value]).join(", ");
          renderForm();
        });
        return chip;
      }));
      show(ui.chips, field.values.length > 0);
    }
    for (const chip of ui.chips.children) chip.ariaPressed = String(given.includes(chip.textContent));
    const ready = given.length >= 2 && given.length <= MOST && !ui.start.dataset.busy;
    able(ui.start, ready);
    set(ui.start, ui.start.dataset.busy ? t("cmp.starting") : given.length >= 2 && given.length <= MOST ? t("cmp.start", { n: given.length }) : t("cmp.start.none", { most: MOST }));
  }
  const typed = () => (show(ui.wrong, false), set(ui.told, ""), renderForm());
  for (const node of [ui.preset, ui.dataset, ui.amount, ui.unit, ui.values]) node.addEventListener("input", typed);
  ui.field.addEventListener("change", () => {
    ui.values.value = FORM.fields[ui.field.value].values.slice(0, 4).join(", ");
    typed();
  });
  ui.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (ui.start.getAttribute("aria-disabled") === "true") return;
    ui.start.dataset.busy = "1";
    typed();
    const request = { preset: ui.preset.value, dataset: ui.dataset.value, budget: ui.unit.value, amount: ui.amount.value, field: ui.field.value, values: ui.values.value };
    const answer = (await server.start(request).catch(() => undefined)) ?? { error: t("lost") };
    delete ui.start.dataset.busy;
    renderForm();
    show(ui.wrong, Boolean(answer.error));
    set(ui.wrong, answer.error ?? "");
    if (answer.error) return;
    set(ui.told, t("cmp.started", { n: answer.runs.length }));
    timeline.live = true;
    runs = [...answer.runs.map((name) => [name, "queued", 0]).reverse(), ...runs];
    known.list = null;
    choose(answer.runs);
  });

  // -- the page around it -------------------------------------------------------------------------------------------------------------

  const stopFollowing = followPage(ui.root, {
    poll,
    resize: () => (fit(), charts.redraw()),
    redraw: charts.redraw,
  });
  function stopListening() {
    stopPlaying();
    stopFollowing();
  }
  renderForm();
  if (settings.chosen) choose(settings.chosen.map((pair) => pair[0]));
  else poll();
})();
