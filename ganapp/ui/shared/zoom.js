// What the charts of a component show of the axis that they share, and the pointer and keys that change it.

const LEAST_PLACE = 1e-3; // on a logarithmic axis, what comes before is drawn there

// Places are in images, or in seconds if settings.time is set. With settings.logx the axis is logarithmic: forward()
// makes an even measure of a place, back() a place of that. tables(): of all lines that have points.
function makeZoom(settings, tables, redraw) {
  // range: [from, to], null for everything; hover: the place of the crosshair, null for none.
  const zoom = {
    range: null,
    hover: null,
    xs,
    bounds,
    shown,
    zoomTo,
    zoomBy,
    unzoom,
    arrow,
    forget,
    changeAxis,
    isLog: () => settings.logx,
    forward,
    back,
  };

  function forward(place) {
    return settings.logx ? Math.log10(Math.max(place, LEAST_PLACE)) : place;
  }

  function back(measure) {
    return settings.logx ? 10 ** measure : measure;
  }

  function xs(table) {
    return settings.time ? table.sec : table.nimg;
  }

  function bounds() {
    const all = tables().map(xs);
    if (!all.length) return [0, 1];
    const last = Math.max(1e-9, ...all.map((x) => x.at(-1)));
    if (!settings.logx) return [Math.min(0, ...all.map((x) => x[0])), last];
    const first = Math.min(...all.map((x) => x[firstFrom(x, LEAST_PLACE)] ?? Infinity));
    return first < last ? [first, last] : [last / 10, last];
  }

  // The ends of what is shown. A range from 0 begins at the first point of a logarithmic axis.
  function shown() {
    const [low, high] = bounds();
    return zoom.range ? [Math.max(low, zoom.range[0]), zoom.range[1]] : [low, high];
  }

  function zoomTo(start, end) {
    const [low, high] = bounds().map(forward);
    let [from, to] = [forward(start), forward(end)];
    const least = (high - low) / 2000;
    if (to - from < least) [from, to] = [(from + to) / 2 - least / 2, (from + to) / 2 + least / 2];
    if (from < low) [from, to] = [low, to + low - from];
    if (to > high) [from, to] = [Math.max(low, from - (to - high)), high];
    zoom.range = to - from >= (high - low) * 0.999 ? null : [back(from), back(to)];
    redraw();
  }

  function zoomBy(factor, centre) {
    const [from, to] = shown().map(forward);
    const given = centre ?? zoom.hover;
    const at = given === null ? (from + to) / 2 : forward(given);
    zoomTo(back(at - (at - from) * factor), back(at + (to - at) * factor));
  }

  function unzoom() {
    zoom.range = null;
    redraw();
  }

  // An arrow key moves the part that is shown, or the crosshair where everything is.
  function arrow(direction) {
    const [from, to] = shown().map(forward);
    const width = to - from;
    const by = (width / 8) * direction;
    if (zoom.range) return zoomTo(back(from + by), back(to + by));
    const at = zoom.hover === null ? to : forward(zoom.hover);
    zoom.hover = back(Math.min(to, Math.max(from, at + (width / 50) * direction)));
    redraw();
  }

  function forget() {
    zoom.range = zoom.hover = null;
    redraw();
  }

  // Call change(), which switches between images and seconds, and show the same points as before.
  function changeAxis(change) {
    const lead = tables().reduce((a, b) => (a && xs(a).at(-1) >= xs(b).at(-1) ? a : b), null);
    const ends = lead && zoom.range?.map((at) => nearest(xs(lead), at));
    change();
    zoom.range = ends ? ends.map((i) => xs(lead)[i]) : null;
    zoom.hover = null;
    redraw();
  }

  return zoom;
}

// Drag, hover, wheel and keys of one chart: {canvas, frame, plot (of the last drawing), drag}. isReady():
// there are points.
function listenToChart(chart, zoom, isReady, redraw) {
  listenToPointer(chart, zoom, isReady, redraw);
  listenToWheel(chart, zoom);
  listenToKeys(chart.canvas, zoom);
}

function pixelOf({ frame, plot }, event) {
  return Math.min(plot.width - frame.right, Math.max(frame.left, event.offsetX));
}

function listenToPointer(chart, zoom, isReady, redraw) {
  const { canvas } = chart;
  const leave = () => {
    chart.drag = zoom.hover = null;
    redraw();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !chart.plot || !isReady()) return;
    chart.drag = { a: pixelOf(chart, event), b: pixelOf(chart, event) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!chart.plot) return;
    zoom.hover = chart.plot.toPlace(pixelOf(chart, event));
    if (chart.drag) chart.drag.b = pixelOf(chart, event);
    redraw();
  });
  canvas.addEventListener("pointerup", () => {
    const drag = chart.drag;
    chart.drag = null;
    if (!drag || Math.abs(drag.a - drag.b) <= 5) return redraw();
    zoom.zoomTo(chart.plot.toPlace(Math.min(drag.a, drag.b)), chart.plot.toPlace(Math.max(drag.a, drag.b)));
  });
  for (const name of ["pointercancel", "pointerleave", "blur"]) canvas.addEventListener(name, leave);
  canvas.addEventListener("dblclick", zoom.unzoom);
}

// Only a chart in focus takes the wheel (or Ctrl with it, which is also a pinch): else the page could not be
// scrolled past it.
function listenToWheel(chart, zoom) {
  const { canvas } = chart;
  const onWheel = (event) => {
    const wanted = event.ctrlKey || event.metaKey || document.activeElement === canvas;
    if (!wanted || !chart.plot) return;
    event.preventDefault();
    zoom.zoomBy(event.deltaY > 0 ? 1.2 : 1 / 1.2, chart.plot.toPlace(pixelOf(chart, event)));
  };
  canvas.addEventListener("wheel", onWheel, { passive: false });
}

function listenToKeys(canvas, zoom) {
  const keys = {
    "+": () => zoom.zoomBy(1 / 1.5),
    "=": () => zoom.zoomBy(1 / 1.5),
    "-": () => zoom.zoomBy(1.5),
    0: zoom.unzoom,
    ArrowLeft: () => zoom.arrow(-1),
    ArrowRight: () => zoom.arrow(1),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
}
