// The map of seeds: a plane to drag over, each place of which is a picture. The way is a trail, which can be played
// and made a film of. What is drawn is decided in map_pictures.js, how the plane looks in plane.js.

// film(trail): make a film of it; the rest: see create.js.
function makeMap(parts, { asker, state, common, enlarge, saveOne, shelf, fail, ask, film }) {
  const { t, ui, set, able, press, settings, keep } = parts;
  const map = { redraw, go };
  const view = { x: 0, y: 0, span: settings.span ?? 3 };
  const here = { x: 0, y: 0 };
  let [trail, walking, changed, signature, painting, resting] = [[], 0, false, "", 0, 0];
  let arrived = null; // the place of the picture that came last
  const ahead = { x: 0, y: 0 }; // of the last movement, in steps a frame
  const pictures = makeMapPictures({ asker, common, first, shown, fail, ask });

  function first() {
    return seedOf(ui.first);
  }
  const placeNow = () => onLattice([here.x, here.y], view.span);

  // -- drawing ----------------------------------------------------------------------------------------------

  function redraw() {
    if (ui.mappanel.hidden || !state.chosen?.source) return;
    const now = JSON.stringify([common(), first()]);
    if (now !== signature) {
      signature = now;
      arrived = null;
      delete ui.mapimage.dataset.place;
      pictures.forget();
    }
    look();
    later(paint);
  }

  // Ask for what is looked at, and for the places ahead of it.
  function look() {
    const [x, y] = [here.x, here.y];
    const next = [1, 2, 3, 4, 5, 6].map((k) => onLattice([x + k * ahead.x, y + k * ahead.y], view.span));
    pictures.want([placeNow(), ...(ahead.x || ahead.y ? next : [])]);
    clearTimeout(resting);
    resting = setTimeout(rest, 180);
  }

  function rest() {
    [ahead.x, ahead.y] = [0, 0];
    pictures.want([placeNow()]);
    pictures.wantSmall(smallPlaces(view).places);
    if (changed && !walking) {
      clearTimeout(resting);
      resting = setTimeout(() => ((changed = false), remember()), 900);
    }
  }

  function remember() {
    if (pictures.at(placeNow())) shelf.add(recipe(), ui.mapimage);
  }

  function shown(model, place) {
    state.model = model;
    arrived = place;
    later(paint);
  }

  // Once a frame at most.
  function later(act) {
    if (painting) return;
    painting = requestAnimationFrame(() => {
      painting = 0;
      act();
    });
  }

  function paint() {
    // Where drawing does not keep up with the hand, what came last is shown: better than nothing.
    const place = placeNow();
    const seen = pictures.at(place) ? place : (arrived ?? place);
    const picture = pictures.at(seen);
    if (picture && ui.mapimage.dataset.place !== String(seen)) copy(picture, seen);
    if (ui.plane.clientWidth)
      drawPlane(ui.plane, {
        view,
        at: pictures.at,
        trail,
        here: [here.x, here.y],
        name: (i, j) => nameOf(i, j),
      });
    const [x, y] = place;
    set(
      ui.mapplace,
      t("create.map.place", { x: x.toFixed(2), y: y.toFixed(2), seed: nameOf(Math.round(x), Math.round(y)) }),
    );
    for (const button of [ui.walk, ui.clear, ui.film]) able(button, trail.length > 1);
  }

  function copy(picture, place) {
    const { width } = picture;
    if (ui.mapimage.width !== width) ui.mapimage.width = ui.mapimage.height = width;
    const context = ui.mapimage.getContext("2d");
    context.clearRect(0, 0, width, width);
    context.drawImage(picture, 0, 0);
    ui.mapimage.dataset.place = place;
    ui.mapimage.dataset.painted = Number(ui.mapimage.dataset.painted ?? 0) + 1;
  }

  // The seed at a whole place, as latents/plane.py has it.
  const nameOf = (i, j) => String((((first() + i + MAP.row * j) % 2 ** 32) + 2 ** 32) % 2 ** 32);

  // -- moving -----------------------------------------------------------------------------------------------

  function moveTo(toX, toY, isWalk = false) {
    const [x, y] = [toX, toY].map((at) => Math.min(MAP.farthest, Math.max(-MAP.farthest, at)));
    if (!isWalk) stopWalk();
    [ahead.x, ahead.y] = [x - here.x, y - here.y];
    [here.x, here.y] = [x, y];
    changed = true;
    follow();
    if (!isWalk) extend();
    later(paint);
    look();
  }

  function extend() {
    const last = trail.at(-1);
    if (last && Math.hypot(last[0] - here.x, last[1] - here.y) < view.span / 300) return;
    trail.push([Number(here.x.toFixed(4)), Number(here.y.toFixed(4))]);
    if (trail.length > 700) trail = trail.filter((_, i) => i % 2 === 0 || i === trail.length - 1);
  }

  // The view moves along when one comes near its border.
  function follow() {
    for (const axis of ["x", "y"]) {
      const most = 0.46 * view.span;
      view[axis] = Math.min(here[axis] + most, Math.max(here[axis] - most, view[axis]));
    }
  }

  function zoom(span, middle = here) {
    const wanted = Math.min(32, Math.max(0.25, span));
    for (const axis of ["x", "y"])
      view[axis] = middle[axis] + ((view[axis] - middle[axis]) * wanted) / view.span;
    view.span = wanted;
    ui.span.value = Math.log2(wanted);
    keep({ span: wanted });
    follow();
    later(paint);
    look();
  }

  function go(seed, x, y) {
    ui.first.value = seed;
    trail = [];
    stopWalk();
    Object.assign(here, { x, y });
    Object.assign(view, { x, y });
    [ahead.x, ahead.y] = [0, 0];
    redraw();
  }

  // -- the trail --------------------------------------------------------------------------------------------

  // One step of the map takes 1.5 seconds, as in the film.
  function walk() {
    if (walking) return stopWalk();
    const places = trail;
    const ends = places.map(() => 0);
    for (let i = 1; i < places.length; i++)
      ends[i] = ends[i - 1] + Math.hypot(places[i][0] - places[i - 1][0], places[i][1] - places[i - 1][1]);
    const began = performance.now();
    set(ui.walk, t("create.map.stop"));
    const step = () => {
      const at = (performance.now() - began) / 1500;
      const i = ends.findIndex((end) => end >= at);
      if (i < 0) moveTo(...places.at(-1), true);
      if (i < 0) return stopWalk();
      const part = i ? (at - ends[i - 1]) / (ends[i] - ends[i - 1] || 1) : 0;
      const [from, to] = [places[Math.max(0, i - 1)], places[i]];
      moveTo(from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1]), true);
      walking = requestAnimationFrame(step);
    };
    walking = requestAnimationFrame(step);
  }

  function stopWalk() {
    cancelAnimationFrame(walking);
    walking = 0;
    set(ui.walk, t("create.map.walk"));
  }

  // -- the controls -----------------------------------------------------------------------------------------

  const recipe = () => {
    const [x, y] = placeNow();
    return { kind: "map", ...common(), first: first(), x, y };
  };
  followFingers(ui.plane, {
    view,
    start: () => (trail = []),
    moveTo,
    zoom,
    step: (dx, dy) => moveTo(here.x + dx * view.span, here.y + dy * view.span),
  });
  ui.first.value = MAP.first;
  ui.span.value = Math.log2(view.span);
  ui.span.addEventListener("input", () => zoom(2 ** Number(ui.span.value)));
  ui.first.addEventListener("input", redraw);
  press(ui.walk, walk);
  press(ui.clear, () => {
    trail = [];
    stopWalk();
    later(paint);
  });
  press(ui.film, () => film({ places: trail, first: first() }));
  press(ui.mapopen, () => {
    const text = ui.mapplace.textContent;
    enlarge({ items: [{ canvas: ui.mapimage, text, psi: state.chosen.psi }] }, recipe);
  });
  press(ui.mapkeep, () => shelf.toggle(recipe(), ui.mapimage));
  press(ui.mapsave, () => saveOne(recipe()));
  new ResizeObserver(() => later(paint)).observe(ui.plane);
  return map;
}
