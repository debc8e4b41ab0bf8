// Line charts on canvases that share zoom and crosshair, and the controls above them. No library: 10,000
// points a line become one a column of pixels, and a new point never loses the zoom.

const FRAME = { left: 44, right: 8, top: 8, bottom: 20 }; // pixels around the curves, for words

// What makeParts is given for the charts: how they are drawn, and the lines that are hidden.
const CHART_SETTINGS = { smooth: 4, log: false, logx: false, time: false, off: [] };

// Charts are added as {canvas, legend, title, lines}; curves.js says what a line is.
// The controls are ui.smooth, ui.log, ui.logx and ui.unzoom.
function makeCharts(parts) {
  const { t, number, kimg, settings, keep, ui, press } = parts;
  const charts = [];
  const zoom = makeZoom(settings, tables, redraw);
  let frameAsked = 0;

  function tables() {
    const all = charts.flatMap((chart) => chart.lines.map((line) => line.table));
    return [...new Set(all)].filter((table) => table.nimg.length);
  }

  function say(place) {
    return settings.time ? t("axis.min", { x: number(place / 60, 1) }) : t("axis.kimg", { x: kimg(place) });
  }

  function redraw() {
    frameAsked ||= requestAnimationFrame(() => {
      frameAsked = 0;
      draw();
    });
  }

  function draw() {
    ui.unzoom.style.visibility = zoom.range ? "visible" : "hidden";
    const shown = charts.map((chart) => linesShown(chart, settings));
    const at = snapped(shown.flat(), zoom); // one place for all charts
    charts.forEach((chart, i) => drawChart(parts, chart, shown[i], zoom, at, say));
  }

  function toggle(line) {
    const others = settings.off.filter((id) => id !== line.id);
    keep({ off: others.length < settings.off.length ? others : [...settings.off, line.id] });
    redraw();
  }

  // A canvas keeps its pixels when its place becomes wider, and is stretched: whatever changed its size, it is
  // drawn anew before that is seen.
  const sizes = new ResizeObserver(draw);

  function add(pane) {
    const chart = { ...pane, frame: FRAME, plot: null, drag: null };
    charts.push(chart);
    setLines(chart, chart.lines);
    listenToChart(chart, zoom, () => tables().length > 0, redraw);
    sizes.observe(chart.canvas);
    return chart;
  }

  function remove(chart) {
    sizes.unobserve(chart.canvas);
    charts.splice(charts.indexOf(chart), 1);
    redraw();
  }

  // Other lines, and where given another title, for a chart; the zoom stays.
  function setLines(chart, lines, title = chart.title) {
    Object.assign(chart, { lines, title });
    buildLegend(parts, chart, toggle);
    redraw();
  }

  // Let the horizontal axis count seconds, or else images.
  function useTime(yes) {
    zoom.changeAxis(() => keep({ time: yes }));
  }

  ui.smooth.value = settings.smooth;
  ui.smooth.addEventListener("input", () => {
    keep({ smooth: Number(ui.smooth.value) });
    redraw();
  });
  for (const axis of ["log", "logx"]) {
    ui[axis].checked = settings[axis];
    ui[axis].addEventListener("change", () => {
      keep({ [axis]: ui[axis].checked });
      redraw();
    });
  }
  press(ui.unzoom, zoom.unzoom);
  return { add, remove, redraw, setLines, useTime, say, forget: zoom.forget };
}

const linesShown = (chart, settings) =>
  chart.lines.filter((line) => hasPoints(line) && !settings.off.includes(line.id));

// -- one chart ----------------------------------------------------------------------------------------------

// at: the place of the crosshair, null for none.
function drawChart({ t, ui, settings, ...parts }, chart, shown, zoom, at, say) {
  const canvas = sizedCanvas(chart.canvas, ui.root);
  if (!canvas) return;
  writeLegend({ t, settings, ...parts }, chart, zoom, at, say);
  if (!chart.lines.some(hasPoints)) return drawEmpty(canvas, t("chart.empty"));
  const plot = makePlot(canvas, zoom);
  chart.plot = plot;
  const curves = shown.map((line) => {
    const x = zoom.xs(line.table);
    const part = [Math.max(0, firstFrom(x, plot.from) - 1), Math.min(x.length, firstFrom(x, plot.to) + 2)];
    return reduce(line, smooth(line, settings.smooth), x, part, plot.toX, plot.inner);
  });
  plot.scale = makeScale(...extent(curves), settings.log);
  const unit = settings.time ? 60 : 1000;
  drawAxes(plot, unit, (x) => t(settings.time ? "axis.min" : "axis.kimg", { x }));
  drawInside(plot, () => {
    curves.forEach((points, i) => drawCurve(plot, points, shown[i]));
    if (at !== null && !chart.drag) drawCrosshair(plot, shown, zoom, at, settings.smooth, say(at));
    if (chart.drag) drawSelection(plot, chart.drag);
  });
}

// {c, width, height, colour}: a canvas as sharp as the screen, empty; null while it is not shown.
function sizedCanvas(canvas, root) {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
  if (!width) return null;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  const style = getComputedStyle(root);
  c.font = `11px ${style.fontFamily}`;
  return { c, width, height, colour: (name) => style.getPropertyValue(name).trim() };
}

// What drawing needs: the canvas, the part of the axis that is shown, and the pixel of a place or a value.
function makePlot(canvas, zoom) {
  const [from, to] = zoom.shown();
  const inner = canvas.width - FRAME.left - FRAME.right;
  const tall = canvas.height - FRAME.top - FRAME.bottom;
  const plot = { ...canvas, frame: FRAME, from, to, inner, tall, scale: null, isLog: zoom.isLog() };
  const [left, right] = [zoom.forward(from), zoom.forward(to)];
  plot.toX = (place) => FRAME.left + ((zoom.forward(place) - left) / (right - left)) * inner;
  plot.toPlace = (px) => zoom.back(left + ((px - FRAME.left) / inner) * (right - left));
  plot.toY = (value) => {
    const { f, low, high } = plot.scale;
    return canvas.height - FRAME.bottom - ((f(value) - low) / (high - low)) * tall;
  };
  return plot;
}

function drawEmpty({ c, width, height, colour }, text) {
  c.fillStyle = colour("--soft");
  c.textAlign = "center";
  c.fillText(text, width / 2, height / 2);
}

function drawInside({ c, frame, inner, tall }, draw) {
  c.save();
  c.beginPath();
  c.rect(frame.left, frame.top - 4, inner, tall + 8);
  c.clip();
  draw();
  c.restore();
}

function drawSelection({ c, frame, tall, colour }, { a, b }) {
  c.fillStyle = colour("--accent");
  c.globalAlpha = 0.15;
  c.fillRect(Math.min(a, b), frame.top, Math.abs(b - a), tall);
}
