// The pictures of the monitor: the sample grid of a moment, real images beside it, and the time-lapse.

// act(run, word): asks the server about that run; shown(): the run that is drawn.
function makePictures(parts, state, { act, resize, shown }) {
  const { t, kimg, ui, set, show, able, press, settings, keep, fileUrl, gridUrl, picture } = parts;
  const pictures = { run: null, render, reset, fit, renderRows, play: () => timeline.toggle(), step };
  const filming = new Set(); // stamps of the runs whose video is being made
  const grid = makeGrid(parts, ui.grid, ui.waiting, () => fitWhenLoaded(ui.grid));
  const timeline = makeTimeline(parts, { frames: 160, endIsLive: true, preload, draw: render });
  const urlAt = (index) => gridUrl(state.info.folder, state.info.grids[index]);

  // Another run is shown from now on, null for none.
  function reset(run) {
    pictures.run = run;
    timeline.reset();
    grid.clear();
    show(ui.filmbox, false);
    ui.video.removeAttribute("src");
    ui.frame.style.height = "";
    show(ui.halves, false);
    renderRows();
    renderFilm();
  }

  // The classes of the rows, beside them.
  function renderRows() {
    putRowNames(parts, ui.rownames, state.info?.grids.length ? (state.info.rows ?? []) : []);
  }

  function render() {
    const { grids, status } = state.info;
    const last = grids.length - 1;
    const index = timeline.update(grids, grids.at(-1));
    renderFilm();
    if (!ui.rownames.childElementCount) renderRows();
    if (last < 0) {
      show(ui.cells, false);
      set(ui.waiting, t(WORKING.includes(status.state) ? "grid.waiting" : "grid.none"));
      return timeline.say("");
    }
    const latest = LIVE.includes(status.state) ? "moment.live" : "moment.latest";
    timeline.say(t(timeline.live ? latest : "moment", { kimg: kimg(grids[index]) }));
    show(ui.cells, true);
    renderHalves();
    grid.put(urlAt(index), t("grid.alt", { kimg: kimg(grids[index]) }));
    renderReal();
  }

  // What stands where in each picture of a run that makes pictures of pictures.
  function renderHalves() {
    const { task = "noise", contrast = 0 } = state.info.config;
    show(ui.halves, task !== "noise");
    const both = contrast ? "grid.of_one_way" : "grid.of_two_sets";
    if (task !== "noise") set(ui.halves, t(task === "unpaired" ? both : "grid.of_pairs"));
  }

  async function renderReal() {
    const { info } = state;
    show(ui.realbox, info.real && settings.real);
    ui.showreal.checked = settings.real;
    ui.showreal.disabled = !info.real;
    ui.body.classList.toggle("with-real", !ui.realbox.hidden);
    if (ui.realbox.hidden) return;
    const url = fileUrl(`${info.folder}/real.webp`);
    const image = await picture(url).catch(() => null);
    if (!image || !state.info?.real) return;
    if (!ui.real.src.endsWith(url)) ui.real.src = url;
    fitWhenLoaded(ui.real);
  }

  // Playing waits for the next picture; the ones after it are fetched meanwhile.
  function preload(next, stride) {
    const last = state.info.grids.length - 1;
    for (let ahead = 1; ahead <= 4; ahead++)
      picture(urlAt(Math.min(last, next + ahead * stride))).catch(() => {});
    return picture(urlAt(next)).catch(() => {});
  }

  // -- the size of a picture --------------------------------------------------------------------------------

  function fit() {
    if (!ui.grid.hidden) fitOne(ui.grid);
    if (!ui.realbox.hidden) fitOne(ui.real);
  }

  function fitWhenLoaded(img) {
    if (img.complete) fitOne(img);
    else img.addEventListener("load", () => fitOne(img), { once: true });
  }

  // A whole multiple of the screen's pixels keeps a picture's pixels square. A picture too large is reduced.
  function fitOne(img) {
    const { naturalWidth: width, naturalHeight: height, parentElement: box } = img;
    if (!width || !box.clientWidth) return;
    const ratio = window.devicePixelRatio || 1;
    const tallest = Math.max(360, window.innerHeight * 0.64) / height;
    divide(width, tallest, ratio);
    const most = Math.min(box.clientWidth / width, tallest);
    const times = Math.floor(most * ratio + 1e-6) / ratio;
    const scale = times >= most * 0.7 ? times : most;
    img.style.imageRendering = scale * ratio >= 1 ? "pixelated" : "auto";
    [img.style.width, img.style.height] = [`${width * scale}px`, `${height * scale}px`];
    box.style.height = `${Math.ceil(height * scale)}px`;
  }

  // The pictures' column beside the charts is as wide as a whole multiple, where one is near the usual share.
  function divide(width, tallest, ratio) {
    const names = ui.rownames.hidden ? 0 : ui.rownames.offsetWidth + 8;
    const room = ui.root.clientWidth;
    const times = Math.floor(Math.min(tallest, (0.62 * room - names) / width) * ratio + 1e-6) / ratio;
    const wanted = width * times >= 0.36 * room ? `${width * times + names}px` : "55%";
    ui.body.style.setProperty("--pictures", wanted);
  }

  // -- one picture, large -----------------------------------------------------------------------------------

  async function pressGrid(event) {
    const { info } = state;
    const nimg = info.grids[timeline.indexOf(timeline.place)];
    const image = await picture(gridUrl(info.folder, nimg));
    const { name, rows, snapshots, config } = { ...info, name: shown().name };
    enlargeGrid(parts, image, ui.grid, event, { name, nimg, rows, snapshots, ...config });
  }

  async function enlargeReal(event) {
    const { info } = state;
    const image = await picture(fileUrl(`${info.folder}/real.webp`));
    const cells = cellsOf(image, { resolution: info.config.resolution });
    const count = cells.columns * cells.rows;
    const index = cellAt(ui.real, cells, event);
    enlarge(image, cells, index, (i) => ({ text: t("enlarge.real", { n: i + 1, count }) }));
  }

  // -- the controls -----------------------------------------------------------------------------------------

  function step(by) {
    const last = state.info.grids.length - 1;
    if (last < 1) return;
    timeline.stop();
    timeline.seek(Math.max(0, Math.min(last, timeline.indexOf(timeline.place) + by)));
  }

  function renderFilm() {
    const isBusy = filming.has(shown()?.stamp);
    able(ui.film, (state.info?.grids.length ?? 0) > 1 && !isBusy);
    set(ui.film, t(isBusy ? "film.busy" : "film"));
  }

  async function makeFilm() {
    const run = shown();
    filming.add(run.stamp);
    renderFilm();
    const result = await act(run, "timelapse");
    filming.delete(run.stamp);
    renderFilm();
    if (!result.file || !isSameRun(run, shown())) return; // it is made: another press shows it at once
    ui.video.src = ui.filmlink.href = fileUrl(result.file, String(result.version));
    ui.filmlink.download = `${run.name}.mp4`;
    show(ui.filmbox, true);
    ui.video.play().catch(() => {}); // a browser may refuse to start it by itself: there are controls
  }

  press(ui.film, makeFilm);
  ui.cells.addEventListener("click", pressGrid);
  ui.realcells.addEventListener("click", enlargeReal);
  ui.showreal.addEventListener("change", () => {
    keep({ real: ui.showreal.checked });
    render();
    resize();
  });
  return pictures;
}
