// The pictures of the monitor: the sample grid of a moment, real images beside it, and the time-lapse.

function makePictures(parts, state, { act, resize }) {
  const { t, kimg, ui, set, show, able, press, settings, keep, fileUrl, gridUrl, picture } = parts;
  const pictures = { run: null, render, reset, fit };
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
  }

  function render() {
    const { grids, status } = state.info;
    const last = grids.length - 1;
    const index = timeline.update(grids, grids.at(-1));
    able(ui.film, last >= 1 && !ui.film.dataset.busy);
    if (last < 0) {
      set(ui.waiting, t(WORKING.includes(status.state) ? "grid.waiting" : "grid.none"));
      return timeline.say("");
    }
    const latest = LIVE.includes(status.state) ? "moment.live" : "moment.latest";
    timeline.say(t(timeline.live ? latest : "moment", { kimg: kimg(grids[index]) }));
    grid.put(urlAt(index), t("grid.alt", { kimg: kimg(grids[index]) }));
    renderReal();
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
  function preload(next, step) {
    const last = state.info.grids.length - 1;
    for (let ahead = 1; ahead <= 4; ahead++)
      picture(urlAt(Math.min(last, next + ahead * step))).catch(() => {});
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
    const room = ui.root.clientWidth;
    const times = Math.floor(Math.min(tallest, (0.62 * room) / width) * ratio + 1e-6) / ratio;
    ui.body.style.setProperty("--pictures", width * times >= 0.36 * room ? `${width * times}px` : "55%");
  }

  // -- the controls -----------------------------------------------------------------------------------------

  async function makeFilm() {
    const run = state.info.name;
    ui.film.dataset.busy = "1";
    able(ui.film, false);
    set(ui.film, t("film.busy"));
    const result = await act("timelapse");
    delete ui.film.dataset.busy;
    able(ui.film, true);
    set(ui.film, t("film"));
    if (!result.file || run !== state.info?.name) return;
    ui.video.src = ui.filmlink.href = fileUrl(result.file, String(result.version));
    ui.filmlink.download = `${run}.mp4`;
    show(ui.filmbox, true);
    ui.video.play().catch(() => {}); // a browser may refuse to start it by itself: there are controls
  }

  press(ui.film, makeFilm);
  ui.showreal.addEventListener("change", () => {
    keep({ real: ui.showreal.checked });
    render();
    resize();
  });
  return pictures;
}
