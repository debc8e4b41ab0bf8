// The page's half of the monitor. Gradio runs this once with `element` and `server`; parts.js and charts.js are put in front of it.
// One request is in flight at most; everything that was received is kept here, so an update redraws and never reloads.
(() => {
  const LIVE = ["running", "starting"];
  const WORKING = ["queued", ...LIVE];
  const RESUMABLE = ["paused", "stopped", "failed", "interrupted"];

  const { t, number, kimg, clock, ui, set, show, able, press, make, settings, keep, fileUrl, gridUrl, picture } = makeParts(
    element, "ganapp.monitor", { run: null, smooth: 4, log: false, time: false, real: false, off: [] },
  );

  // -- what is known ----------------------------------------------------------------------------------------------------

  let wanted = settings.run; // null: the server chooses once, then it stays
  let cursor = {};
  let runs = [];
  let info = null; // {name, config, folder, status, grids, real} of the run that is shown

  function receive(news) {
    if (news.runs) [runs, cursor.list] = [news.runs, news.list];
    if ("run" in news) {
      cursor = { list: cursor.list, run: news.run };
      info = news.run && { name: news.run, config: news.config, folder: news.folder, status: {}, grids: [], real: false };
      wanted = news.run;
      forget();
    }
    if (!info) return render();
    if (news.reset) forget();
    const live = LIVE.includes(info.status.state);
    if (news.status) [info.status, cursor.status] = [news.status, news.status_hash];
    if (news.light) [info.light, cursor.light] = [news.light, news.light_hash];
    if ("offset" in news) [cursor.attempt, cursor.offset] = [news.attempt, news.offset];
    if ("best" in news) info.best = cursor.best = news.best;
    if (news.stats) table.append(news.stats);
    if (news.stats || "best" in news) showBest(), charts.redraw();
    if (news.grids) {
      info.grids.push(...news.grids);
      cursor.grids = news.grids[news.grids.length - 1];
    }
    if (news.real) info.real = cursor.real = true;
    render(news);
    if (live && info.status.child) watch(info.status.child); // it went on by itself as another run
  }

  function forget() {
    table.clear();
    showBest();
    charts.redraw();
    if (info) info.grids = [];
    if ((cursor.run ?? null) === timeline.run) return; // a new attempt of the same run keeps its zoom
    charts.forget();
    resetPictures();
  }

  // The third chart is there once something was measured. Which snapshot is kept is not read off it: a point may be many rows.
  function showBest() {
    show(ui.live, (table.lo.swd ?? []).some(Number.isFinite));
    const [at, value] = info?.best ?? [];
    set(ui.best, info?.best ? t("chart.best", { value: number(value, 1), at: kimg(at) }) : "");
  }

  // -- polling ----------------------------------------------------------------------------------------------------------

  const poll = makePoll(element, server, {
    request: () => ({ run: wanted, known: cursor }),
    current: () => wanted,
    receive,
    pause: () => (LIVE.includes(info?.status.state) ? 1000 : 2500),
    lost: (yes) => set(ui.lost, yes ? t("lost") : ""),
    gone: () => stopListening(),
  });

  async function act(word, more = {}) {
    const answer = await server.act({ run: info.name, word, ...more }).catch(() => undefined);
    const result = answer ?? { error: t("lost") };
    notice = result.error ? { text: result.error, state: info.status.state } : null;
    renderBanner();
    poll();
    return result;
  }

  function watch(name) {
    wanted = name;
    keep({ run: name });
    poll();
  }

  // -- the head: which run, what it does, what can be done ----------------------------------------------------------------

  let notice = null; // the error of an action; goes away when the state changes

  function render(news = {}) {
    show(ui.empty, !info);
    show(ui.full, Boolean(info));
    if (news.runs || "run" in news || (news.status && news.status.state !== ui.root.dataset.state)) renderChooser();
    if (!info) return;
    if (news.status || "run" in news) {
      ui.root.dataset.state = info.status.state ?? "";
      if (notice && notice.state !== info.status.state) notice = null;
      renderHead(info.status);
      renderFacts(info.status, info.config);
      renderBanner();
    }
    if (news.light || "run" in news) renderLight();
    if (news.grids || news.real || news.reset || news.status || "run" in news) renderPictures();
  }

  function renderChooser() {
    for (const row of runs) if (row[0] === info?.name && info.status.state) [row[1], row[2]] = [info.status.state, info.status.nimg];
    const dot = (state) => (LIVE.includes(state) ? "●" : state === "queued" ? "◌" : "○");
    const order = (row) => (LIVE.includes(row[1]) ? 0 : row[1] === "queued" ? 1 : 2);
    const sorted = [...runs].sort((a, b) => order(a) - order(b)); // stable: newest first among equals
    const options = sorted.map(([name, state, nimg]) =>
      make("option", `${dot(state)} ${name} · ${t("state." + state)}${order([, state]) ? " · " + t("kimg", { done: kimg(nimg) }) : ""}`, { value: name }));
    ui.chooser.replaceChildren(...options);
    ui.chooser.value = info?.name ?? "";
    const other = runs.find(([name, state]) => state === "running" && name !== info?.name);
    show(ui.other, Boolean(other) && !LIVE.includes(info?.status.state));
    if (other) [ui.other.textContent, ui.other.value] = [t("other", { name: other[0] }), other[0]];
  }

  function renderHead(status) {
    const { state } = status;
    ui.badge.dataset.state = state;
    const queued = state === "queued" && status.queue ? t("state.queued_at", { place: status.queue }) : null;
    const preparing = state === "starting" && status.preparing ? t("state.preparing") : null;
    set(ui.state, status.word ? t("word." + status.word) : (queued ?? preparing ?? t("state." + state)));
    const resumes = RESUMABLE.includes(state);
    ui.toggle.dataset.word = resumes ? "resume" : "pause";
    set(ui.toggle, t(ui.toggle.dataset.word));
    able(ui.toggle, resumes || (WORKING.includes(state) && status.word !== "pause"));
    able(ui.stop, WORKING.includes(state) && status.word !== "stop");
    able(ui.save, state === "running" && !status.word);
  }

  function renderBanner() {
    const { state, reason } = info.status;
    const own = reason || (state === "interrupted" ? t("interrupted") : "");
    const text = notice?.text ?? own;
    show(ui.banner, Boolean(text));
    set(ui.banner, text ?? "");
    ui.banner.classList.toggle("bad", Boolean(notice) || state === "failed");
  }

  // The budget is in images, in minutes of training, or both: whichever ends first counts.
  function budget({ nimg, sec, images_per_sec: speed }, { kimg = 0, minutes = 0 }) {
    const parts = [];
    if (kimg) parts.push({ done: nimg / (kimg * 1000), left: speed ? (kimg * 1000 - nimg) / speed : NaN });
    if (minutes) parts.push({ done: sec / (minutes * 60), left: minutes * 60 - sec });
    const left = parts.map((part) => part.left).filter(Number.isFinite);
    return { done: Math.min(1, Math.max(0, ...parts.map((part) => part.done))), left: left.length ? Math.min(...left) : NaN };
  }

  function renderFacts(status, config = {}) {
    let { done, left } = budget(status, config);
    const [ready, total, what] = status.preparing ?? [];
    if (ready !== undefined) done = total ? ready / total : 0;
    const percent = Math.round(1000 * (done || 0)) / 10;
    ui.fill.style.transform = `scaleX(${(done || 0).toFixed(4)})`;
    ui.bar.setAttribute("aria-valuenow", percent);
    ui.bar.setAttribute("aria-valuetext", `${number(percent, 1)} %`);
    const live = LIVE.includes(status.state);
    const amount = { done: kimg(status.nimg ?? 0), total: number(config.kimg ?? 0, config.kimg % 1 ? 1 : 0) };
    set(ui.images, ready !== undefined ? `${number(ready)}${total ? " / " + number(total) : ""}` : t(config.kimg ? "kimg_of" : "kimg", amount));
    set(ui.speed, live && status.images_per_sec ? number(status.images_per_sec, status.images_per_sec < 100 ? 1 : 0) : "–");
    set(ui.elapsed, clock(status.sec) + (config.minutes ? ` / ${clock(config.minutes * 60)}` : ""));
    set(ui.left, live ? clock(left) : "–");
    const threads = status.threads && t(status.threads === 1 ? "threads.one" : "threads", { n: status.threads });
    set(ui.device, [status.device, status.precision, threads].filter(Boolean).join(" · ") || "–");
    ui.device.title = ui.device.textContent;
    set(ui.memory, status.mem_mb ? `${number(status.mem_mb >= 1000 ? status.mem_mb / 1024 : status.mem_mb, status.mem_mb >= 1000 ? 1 : 0)} ${status.mem_mb >= 1000 ? "GB" : "MB"}` : "–");
    const size = config.resolution && `${config.resolution}×${config.resolution}`;
    const from = config.parent && t("from", { name: config.parent, kimg: kimg(config.from_nimg ?? 0) });
    const facts = [config.preset, config.dataset, size, config.family, config.loss, config.batch && t("batch", { n: config.batch }), from];
    set(ui.summary, what && ready !== undefined ? what : facts.filter(Boolean).join(" · "));
  }

  // The watchdog's light: a line while all is well, else what is wrong, what it means, and a button for each remedy.
  function renderLight() {
    const { level = "grey", findings = [], again } = info.light ?? {};
    const kept = document.activeElement?.dataset?.remedy; // a new number in a sentence does not take the focus away
    const rows = findings.map(({ kind, level, values, remedies }) => lightRow(level, t(`light.${kind}.means`, values), t(`light.${kind}.advice`), remedies));
    if (rows.length) rows.push(make("p", t(again ? "light.note.again" : "light.note"), { className: "note" }));
    ui.light.replaceChildren(...(rows.length ? rows : [lightRow(level, t("light." + level))]));
    show(ui.light, Boolean(info.light));
    if (kept) ui.light.querySelector(`[data-remedy="${kept}"]`)?.focus();
  }
  function lightRow(level, means, advice, remedies) {
    const row = make("div", undefined, { className: advice ? "" : "calm" });
    row.dataset.level = level;
    const words = make("div");
    words.append(advice ? make("b", means) : means);
    if (advice) words.append(make("p", advice));
    row.append(make("i"), words);
    if (!remedies?.length) return row;
    const buttons = make("div", undefined, { className: "remedies" });
    for (const remedy of remedies) {
      const button = make("button", t(`light.do.${remedy}`));
      button.dataset.remedy = remedy;
      press(button, () => cure(button));
      buttons.append(button);
    }
    row.append(buttons);
    return row;
  }
  async function cure(button) {
    for (const other of ui.light.querySelectorAll("button")) able(other, false);
    const result = await act("remedy", { remedy: button.dataset.remedy });
    if (result.run) return watch(result.run);
    renderLight();
  }

  press(ui.toggle, () => (able(ui.toggle, false), act(ui.toggle.dataset.word)));
  press(ui.stop, () => (able(ui.stop, false), act("stop")));
  press(ui.save, () => (able(ui.save, false), act("save")));
  press(ui.other, () => watch(ui.other.value));
  ui.chooser.addEventListener("change", () => watch(ui.chooser.value));

  // -- the menu: rename, export, delete -----------------------------------------------------------------------------------

  function openPanel(nodes, focus) {
    ui.panel.replaceChildren(...nodes);
    show(ui.panel, true);
    ui.more.ariaExpanded = "true";
    (focus ?? nodes[0]).focus();
  }
  function closePanel(refocus = true) {
    if (ui.panel.hidden) return;
    show(ui.panel, false);
    ui.more.ariaExpanded = "false";
    if (refocus) ui.more.focus();
  }
  function item(key, run, className = "") {
    const button = make("button", t(key), { className });
    press(button, () => run(button));
    return button;
  }
  function row(...buttons) {
    const box = make("div", undefined, { className: "row" });
    box.append(...buttons);
    return box;
  }
  const cancel = () => item("cancel", () => closePanel());

  function openMenu() {
    const idle = !WORKING.includes(info.status.state);
    const nodes = [item("rename", askName), item("export", exportRun), item("delete", () => askDelete(false), "bad")];
    able(nodes[0], idle);
    able(nodes[2], idle);
    openPanel(nodes);
  }
  function askName() {
    const input = make("input", undefined, { value: info.name, maxLength: 80, spellcheck: false });
    const label = make("label", t("rename.label"));
    label.append(input);
    const wrong = make("p", "", { className: "wrong", hidden: true });
    const save = async () => {
      const result = await act("rename", { name: input.value });
      if (result.error) return (notice = null), renderBanner(), show(wrong, true), set(wrong, result.error);
      closePanel();
      watch(result.run);
    };
    input.addEventListener("keydown", (event) => event.key === "Enter" && save());
    openPanel([label, wrong, row(cancel(), item("rename.ok", save, "primary"))], input);
    input.select();
  }
  function askDelete(again) {
    const name = info.name;
    const yes = async () => {
      const result = await act("delete");
      closePanel();
      if (!result.error) watch(null);
    };
    const go = again ? item("delete.really", yes, "danger") : item("delete.yes", () => askDelete(true));
    const no = cancel();
    openPanel([make("p", t(again ? "delete.again" : "delete.ask", { name })), row(no, go)], no);
  }
  async function exportRun(button) {
    able(button, false);
    set(button, t("export.busy"));
    const result = await act("export");
    closePanel();
    if (result.file) make("a", "", { href: fileUrl(result.file), download: result.name }).click();
  }

  press(ui.more, () => (ui.panel.hidden ? openMenu() : closePanel()));
  ui.panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePanel();
    const buttons = [...ui.panel.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.tagName === "INPUT") return;
    event.preventDefault();
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
  });

  // -- pictures and their timeline ----------------------------------------------------------------------------------------

  const timeline = { run: null, live: true, nimg: null, shown: "", playing: 0 };

  function resetPictures() {
    Object.assign(timeline, { run: cursor.run ?? null, live: true, nimg: null, shown: "" });
    stopPlaying();
    show(ui.grid, false);
    show(ui.waiting, true);
    show(ui.filmbox, false);
    ui.video.removeAttribute("src");
    ui.frame.style.height = "";
  }

  function renderPictures() {
    const { grids } = info;
    const last = grids.length - 1;
    ui.slider.max = Math.max(0, last);
    ui.slider.disabled = last < 1;
    able(ui.play, last >= 1);
    able(ui.film, last >= 1 && !ui.film.dataset.busy);
    if (last < 0) {
      set(ui.waiting, t(WORKING.includes(info.status.state) ? "grid.waiting" : "grid.none"));
      return set(ui.moment, "");
    }
    let index = timeline.live ? last : grids.findLastIndex((nimg) => nimg <= timeline.nimg);
    if (index < 0) index = 0;
    if (Number(ui.slider.value) !== index) ui.slider.value = index;
    const nimg = grids[index];
    timeline.nimg = nimg;
    const key = index < last || !timeline.live ? "moment" : LIVE.includes(info.status.state) ? "moment.live" : "moment.latest";
    set(ui.moment, t(key, { kimg: kimg(nimg) }));
    ui.slider.setAttribute("aria-valuetext", ui.moment.textContent);
    showGrid(nimg);
    show(ui.realbox, info.real && settings.real);
    ui.showreal.checked = settings.real;
    ui.showreal.disabled = !info.real;
    ui.body.classList.toggle("with-real", !ui.realbox.hidden);
    if (!ui.realbox.hidden) showReal();
  }

  async function showGrid(nimg) {
    const url = gridUrl(info.folder, nimg);
    if (timeline.shown === url) return;
    timeline.shown = url;
    const image = await picture(url).catch(() => null);
    if (timeline.shown !== url) return; // another one was asked for meanwhile
    if (!image) return void (timeline.shown = ""); // asked for again when something is new
    ui.grid.src = url;
    ui.grid.alt = t("grid.alt", { kimg: kimg(nimg) });
    show(ui.grid, true);
    show(ui.waiting, false);
    fitWhenLoaded(ui.grid);
  }

  function fitWhenLoaded(img) {
    if (img.complete) fit(img);
    else img.addEventListener("load", () => fit(img), { once: true });
  }

  async function showReal() {
    const url = fileUrl(`${info.folder}/real.webp`);
    const image = await picture(url).catch(() => null);
    if (!image || !info?.real) return;
    if (!ui.real.src.endsWith(url)) ui.real.src = url;
    fitWhenLoaded(ui.real);
  }

  // Whole multiples of the screen's own pixels keep the picture's pixels square; a picture that is too large is reduced.
  function fit(img) {
    const { naturalWidth: width, naturalHeight: height } = img;
    if (!width || !img.parentElement.clientWidth) return;
    const ratio = window.devicePixelRatio || 1;
    const tallest = Math.max(360, window.innerHeight * 0.64) / height;
    divide(width, tallest, ratio);
    const most = Math.min(img.parentElement.clientWidth / width, tallest);
    const times = Math.floor(most * ratio + 1e-6) / ratio;
    const scale = times >= most * 0.7 ? times : most;
    img.style.imageRendering = scale * ratio >= 1 ? "pixelated" : "auto";
    [img.style.width, img.style.height] = [`${width * scale}px`, `${height * scale}px`];
    img.parentElement.style.height = `${Math.ceil(height * scale)}px`;
  }

  // Beside the charts, the pictures' column is as wide as a whole multiple, where one is near the usual share.
  function divide(width, tallest, ratio) {
    const room = ui.root.clientWidth;
    const times = Math.floor(Math.min(tallest, (0.62 * room) / width) * ratio + 1e-6) / ratio;
    ui.body.style.setProperty("--pictures", width * times >= 0.36 * room ? `${width * times}px` : "55%");
  }

  function seek(index) {
    timeline.nimg = info.grids[index];
    timeline.live = index >= info.grids.length - 1;
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
  // About ten seconds for the whole past, however long it is.
  async function playOn(index) {
    const last = info.grids.length - 1;
    const step = Math.max(1, Math.round(last / 160));
    const next = Math.min(last, index + step);
    for (let ahead = 1; ahead <= 4; ahead++) picture(gridUrl(info.folder, info.grids[Math.min(last, next + ahead * step)])).catch(() => {});
    await picture(gridUrl(info.folder, info.grids[next])).catch(() => {});
    if (!timeline.playing) return;
    seek(next);
    if (next >= last) return stopPlaying();
    timeline.playing = setTimeout(() => playOn(next), Math.min(250, Math.max(60, 10000 / last)));
  }

  ui.slider.addEventListener("input", () => (stopPlaying(), seek(Number(ui.slider.value))));
  press(ui.play, () => {
    if (timeline.playing) return stopPlaying();
    const from = timeline.live ? 0 : Number(ui.slider.value);
    seek(from);
    timeline.playing = setTimeout(() => playOn(from), 60);
    renderPlay();
  });
  ui.showreal.addEventListener("change", () => (keep({ real: ui.showreal.checked }), renderPictures(), resize()));
  press(ui.film, async () => {
    const run = info.name;
    ui.film.dataset.busy = "1";
    able(ui.film, false);
    set(ui.film, t("film.busy"));
    const result = await act("timelapse");
    delete ui.film.dataset.busy;
    able(ui.film, true);
    set(ui.film, t("film"));
    if (!result.file || run !== info?.name) return;
    ui.video.src = ui.filmlink.href = fileUrl(result.file, String(result.version));
    ui.filmlink.download = `${run}.mp4`;
    show(ui.filmbox, true);
    ui.video.play().catch(() => {}); // a browser may refuse to start it by itself: there are controls
  });

  // -- charts -----------------------------------------------------------------------------------------------------------

  const table = makeTable();
  const lines = (...keys) => keys.map((key) => ({ id: key, key, table, label: t("series." + key), colour: `--c-${key}` }));
  const charts = makeCharts(
    ui.root,
    [
      { canvas: ui.chart1, legend: ui.legend1, lines: lines("d_loss", "g_loss", "r1", "r2", "gp", "drift", "d_class", "g_class", "feature_matching", "orthogonal", "path_length"), title: t("chart.losses") },
      { canvas: ui.chart2, legend: ui.legend2, lines: lines("d_real", "d_fake", "aug_p"), title: t("chart.outputs") },
      { canvas: ui.chart3, legend: ui.legend3, lines: lines("swd"), title: t("chart.live") },
    ],
    { t, number, kimg, settings, keep, make, set, show, onZoom: (yes) => (ui.unzoom.style.visibility = yes ? "visible" : "hidden") },
  );
  [ui.smooth.value, ui.log.checked, ui.time.checked] = [settings.smooth, settings.log, settings.time];
  ui.smooth.addEventListener("input", () => (keep({ smooth: Number(ui.smooth.value) }), charts.redraw()));
  ui.log.addEventListener("change", () => (keep({ log: ui.log.checked }), charts.redraw()));
  ui.time.addEventListener("change", () => charts.useTime(ui.time.checked));
  press(ui.unzoom, charts.unzoom);

  // -- the page around it -----------------------------------------------------------------------------------------------

  function resize() {
    if (!ui.grid.hidden) fit(ui.grid);
    if (!ui.realbox.hidden) fit(ui.real);
    charts.redraw();
  }
  const stopFollowing = followPage(ui.root, { poll, resize, redraw: charts.redraw });
  const onWatch = (event) => watch(String(event.detail));
  const onOutside = (event) => !event.target.closest?.(".buttons") && closePanel(false);
  document.addEventListener("pointerdown", onOutside);
  window.addEventListener("ganapp:watch", onWatch);
  function stopListening() {
    stopFollowing();
    document.removeEventListener("pointerdown", onOutside);
    window.removeEventListener("ganapp:watch", onWatch);
  }
  poll();
})();
