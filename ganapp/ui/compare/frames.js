// The sample grids of the chosen runs at the same moment, by images or by seconds of training.

const GRID_COLUMNS = 8; // images in a row of a sample grid

// Seconds of training at a number of images, read off the run's points.
function secondsAt({ nimg, sec }, at) {
  const i = firstFrom(nimg, at);
  const [n0, s0] = i ? [nimg[i - 1], sec[i - 1]] : [0, 0];
  return i < nimg.length && nimg[i] > n0 ? s0 + ((at - n0) / (nimg[i] - n0)) * (sec[i] - s0) : s0;
}

function makeFrames(parts, state, charts) {
  const { t, number, kimg, ui, set, able, press, make, settings, keep, gridUrl, picture } = parts;
  // While live, it shows the last moment that all runs have reached, which moves on as they train.
  const timeline = makeTimeline(parts, { frames: 120, endIsLive: false, preload, draw: render });

  function build() {
    for (const run of state.chosen) {
      run.figure ??= makeFigure(run);
      run.caption.replaceChildren(namedRun(parts, run, "b"), run.when);
    }
    ui.frames.replaceChildren(...state.chosen.map((run) => run.figure));
  }

  function makeFigure(run) {
    const [figure, frame, crop] = [make("figure"), make("div"), make("div")];
    [frame.className, crop.className] = ["frame", "crop"];
    const img = make("img", undefined, { alt: "", hidden: true });
    const nodes = { frame, crop, img, waiting: make("p"), caption: make("figcaption"), when: make("small") };
    const shown = (image) => {
      Object.assign(run, { width: image.naturalWidth, height: image.naturalHeight });
      fit();
    };
    Object.assign(run, nodes, { grid: makeGrid(parts, img, nodes.waiting, shown) });
    crop.append(img);
    frame.append(crop, run.waiting);
    figure.append(run.caption, frame);
    return figure;
  }

  // -- moments ----------------------------------------------------------------------------------------------

  // When the grids of a run were drawn: in images, or in seconds read off its points.
  function placesOf(run) {
    if (!settings.time) return run.grids;
    const stamp = `${run.table.version} ${run.grids.length}`;
    if (run.stamp !== stamp) run.seconds = run.grids.map((nimg) => secondsAt(run.table, nimg));
    run.stamp = stamp;
    return run.seconds;
  }

  // The last moment that all have reached. A run that ended before its second grid does not count: it would
  // hold the others at the start.
  function commonPlace() {
    const isLive = (run) => LIVE.includes(run.figures?.state);
    const counted = state.chosen.filter((run) => run.grids.length > 1 || (run.grids.length && isLive(run)));
    return Math.min(...counted.map((run) => placesOf(run).at(-1)), Infinity);
  }

  // Index of the run's grid that was the newest at a place, the first one before that.
  function gridAt(run, place) {
    return Math.max(
      0,
      placesOf(run).findLastIndex((at) => at <= place),
    );
  }

  function render() {
    const moments = [...new Set(state.chosen.flatMap(placesOf))].sort((a, b) => a - b);
    timeline.update(moments, commonPlace());
    const at = moments.length ? charts.say(timeline.place) : "";
    timeline.say(timeline.live && at ? t("cmp.same", { at }) : at);
    able(ui.follow, !timeline.live);
    for (const run of state.chosen) renderGrid(run);
  }

  function renderGrid(run) {
    const word = run.figures?.state;
    if (!run.grids.length || !run.folder) {
      run.grid.clear();
      set(run.waiting, word ? t(WORKING.includes(word) ? "grid.waiting" : "grid.none") : "");
      return set(run.when, word === "queued" ? t("state.queued") : "");
    }
    const index = gridAt(run, timeline.place);
    const nimg = run.grids[index];
    const minutes = number(secondsAt(run.table, nimg) / 60, 1);
    set(run.when, t(hasEnded(run, index) ? "cmp.at.last" : "cmp.at", { kimg: kimg(nimg), min: minutes }));
    run.grid.put(gridUrl(run.folder, nimg), `${run.label}: ${t("grid.alt", { kimg: kimg(nimg) })}`);
  }

  // Whether others have pictures of this moment, while this is the run's last one and clearly older.
  function hasEnded(run, index) {
    const { moments, place } = timeline;
    const at = placesOf(run);
    const isBehind = moments.findLastIndex((moment) => moment <= place) > moments.indexOf(at[index]);
    return index === at.length - 1 && isBehind && place > at[index] * 1.02;
  }

  // Playing waits for all pictures of the next moment.
  function preload(next) {
    const ready = state.chosen.filter((run) => run.grids.length && run.folder);
    const urls = ready.map((run) => gridUrl(run.folder, run.grids[gridAt(run, timeline.moments[next])]));
    return Promise.all(urls.map((url) => picture(url).catch(() => null)));
  }

  // -- the size of the pictures -----------------------------------------------------------------------------

  // All grids show equally many images in a row, as many as fit at a whole multiple of the screen's pixels.
  function fit() {
    const total = ui.frames.clientWidth;
    if (!total) return;
    const most = total < 560 ? 2 : total < 800 ? 3 : 4;
    const side = state.chosen.length < 5 ? Math.min(most, Math.max(2, state.chosen.length)) : most;
    ui.frames.style.setProperty("--columns", side);
    const ready = state.chosen.filter((run) => run.width && !run.img.hidden);
    if (!ready.length) return;
    const ratio = window.devicePixelRatio || 1;
    const widths = ready.map((run) => run.frame.clientWidth);
    const room = Math.min(...widths, window.innerHeight * 0.64) * ratio; // in pixels of the screen
    const largest = Math.max(...ready.map((run) => run.width / GRID_COLUMNS));
    const columns = Math.max(1, Math.min(Number(settings.size), Math.floor(room / largest)));
    for (const run of ready) fitOne(run, columns, room, ratio);
  }

  function fitOne({ img, crop, width, height }, columns, room, ratio) {
    const one = width / GRID_COLUMNS;
    const times = Math.max(1, Math.floor(room / columns / one)) / ratio;
    const side = columns * one * times;
    img.style.imageRendering = "pixelated";
    [img.style.width, img.style.height] = [`${width * times}px`, `${height * times}px`];
    [crop.style.width, crop.style.height] = [
      `${side}px`,
      `${columns < GRID_COLUMNS ? side : height * times}px`,
    ];
  }

  // -- the controls -----------------------------------------------------------------------------------------

  function follow() {
    timeline.stop();
    timeline.live = true;
    render();
  }

  // The slider keeps its share of the way when the axis changes.
  function changeAxis(time) {
    const last = timeline.moments.length - 1;
    const share = last > 0 ? Number(ui.slider.value) / last : 0;
    charts.useTime(time);
    render();
    if (!timeline.live) timeline.seek(Math.round(share * (timeline.moments.length - 1)));
  }

  press(ui.follow, follow);
  ui[settings.time ? "byminutes" : "byimages"].checked = true;
  ui.byimages.addEventListener("change", () => changeAxis(false));
  ui.byminutes.addEventListener("change", () => changeAxis(true));
  ui.size.value = String(settings.size);
  ui.size.addEventListener("change", () => {
    keep({ size: Number(ui.size.value) });
    fit();
  });
  return { build, render, fit, follow, stop: timeline.stop };
}
