// The sample grids of the chosen runs at the same moment, by images or by seconds of training.

// Seconds of training at a number of images, read off the run's points.
function secondsAt({ nimg, sec }, at) {
  const i = firstFrom(nimg, at);
  const [n0, s0] = i ? [nimg[i - 1], sec[i - 1]] : [0, 0];
  return i < nimg.length && nimg[i] > n0 ? s0 + ((at - n0) / (nimg[i] - n0)) * (sec[i] - s0) : s0;
}

// act, done: of a run, see run_actions_row.js.
function makeFrames(parts, state, charts, { act, done }) {
  const { t, number, kimg, ui, set, able, press, make, settings, keep, gridUrl, picture } = parts;
  // While live, it shows the last moment that all runs have reached, which moves on as they train.
  const timeline = makeTimeline(parts, { frames: 120, endIsLive: false, preload, draw: render });

  function build() {
    for (const run of state.chosen) {
      run.figure ??= makeFigure(run);
      run.caption.replaceChildren(namedRun(parts, run, "b"), run.when);
    }
    ui.frames.replaceChildren(...state.chosen.map((run) => run.figure));
    renderSeeds();
    fit();
  }

  function makeFigure(run) {
    const [figure, named, frame, crop] = [make("figure"), make("div"), make("div"), make("div")];
    [named.className, frame.className, crop.className] = ["named", "frame", "crop"];
    const rownames = make("ol", undefined, { className: "rownames", hidden: true });
    rownames.ariaLabel = t("grid.classes");
    const img = make("img", undefined, { alt: "", hidden: true });
    const [waiting, caption, when] = [make("p"), make("figcaption"), make("small")];
    const nodes = { frame, crop, img, rownames, waiting, caption, when };
    const shown = (image) => {
      Object.assign(run, { width: image.naturalWidth, height: image.naturalHeight });
      fit();
    };
    const actions = makeRunRow(parts, { act, done });
    Object.assign(run, nodes, { actions, grid: makeGrid(parts, img, waiting, shown) });
    crop.append(img, makeCells(run));
    frame.append(crop, waiting);
    named.append(rownames, frame);
    figure.append(caption, named, actions.node);
    return figure;
  }

  // A press on a picture enlarges it.
  function makeCells(run) {
    const button = make("button", undefined, { className: "cells" });
    button.ariaLabel = button.title = t("enlarge");
    press(button, (event) => {
      const { img, name, at: nimg, facts } = run;
      enlargeGrid(parts, img, img, event, { name, nimg, ...facts, ...facts?.config });
    });
    return button;
  }

  // -- moments ----------------------------------------------------------------------------------------------

  // When the grids of a run were drawn: in images, or in seconds read off its points.
  function placesOf(run) {
    if (!settings.time) return run.grids;
    const version = `${run.table.version} ${run.grids.length}`;
    if (run.placed !== version) run.seconds = run.grids.map((nimg) => secondsAt(run.table, nimg));
    run.placed = version;
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
    for (const run of state.chosen) {
      renderGrid(run);
      run.actions.render(run);
    }
  }

  // Whether the same place in two grids is the same latent vector and class.
  function renderSeeds() {
    const { z_dim: sizes, classes } = state.differences;
    const differ = (values) => new Set(values.filter((value) => value !== null)).size > 1;
    const list = (values) => [...new Set(values.filter((value) => value !== null))].join(", ");
    const sentences = [differ(sizes) ? t("cmp.seeds.z", { list: list(sizes) }) : t("cmp.seeds")];
    if (differ(classes)) sentences.push(t("cmp.seeds.classes", { list: list(classes) }));
    set(ui.seeds, sentences.join(" "));
  }

  function renderGrid(run) {
    const word = run.figures?.state;
    if (!run.grids.length || !run.folder) {
      run.grid.clear();
      putRowNames(parts, run.rownames, []);
      const words = word === "queued" ? "cmp.queued" : WORKING.includes(word) ? "grid.waiting" : "grid.none";
      set(run.waiting, word ? t(words) : "");
      return set(run.when, word === "queued" ? t("state.queued") : "");
    }
    const index = gridAt(run, timeline.place);
    const nimg = run.grids[index];
    run.at = nimg;
    const minutes = number(secondsAt(run.table, nimg) / 60, 1);
    set(run.when, t(hasEnded(run, index) ? "cmp.at.last" : "cmp.at", { kimg: kimg(nimg), min: minutes }));
    putRowNames(parts, run.rownames, run.facts?.rows ?? []);
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
    for (const run of state.chosen) run.actions.fit(run.figure.clientWidth);
    const ready = state.chosen.filter((run) => run.width && !run.img.hidden);
    if (!ready.length) return;
    const ratio = window.devicePixelRatio || 1;
    const widths = ready.map((run) => run.frame.clientWidth);
    const room = Math.min(...widths, window.innerHeight * 0.64) * ratio; // in pixels of the screen
    for (const run of ready) run.columns = columnsOf(run.width, run.facts?.config ?? {});
    const largest = Math.max(...ready.map((run) => run.width / run.columns));
    const columns = Math.max(1, Math.min(Number(settings.size), Math.floor(room / largest)));
    for (const run of ready) fitOne(run, columns, room, ratio);
  }

  function fitOne({ img, crop, rownames, width, height, columns: all }, most, room, ratio) {
    const [one, columns] = [width / all, Math.min(most, all)];
    const times = Math.max(1, Math.floor(room / columns / one)) / ratio;
    const side = columns * one * times;
    img.style.imageRendering = "pixelated";
    [img.style.width, img.style.height] = [`${width * times}px`, `${height * times}px`];
    const tall = columns < all ? side : height * times;
    [crop.style.width, crop.style.height] = [`${side}px`, `${tall}px`];
    // A name beside each row that is seen, as tall as the row.
    const row = (height * times) / Math.max(1, rownames.childElementCount);
    rownames.style.gridAutoRows = `${row}px`;
    [...rownames.children].forEach((name, i) => (name.hidden = (i + 1) * row > tall + 1));
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
