// Line charts on canvases that share zoom and crosshair, and the controls above them. No library: 10,000
// points a line become one a column of pixels, and a new point never loses the zoom.

const FRAME = { left: 44, right: 8, top: 8, bottom: 20 }; // pixels around the curves, for words

// panes: [{canvas, legend, title, lines}]; curves.js says what a line is.
// The controls are ui.smooth, ui.log and ui.unzoom.
function makeCharts(parts, panes) {
  const { t, number, kimg, settings, keep, ui, press } = parts;
  const charts = panes.map((pane) => ({ ...pane, frame: FRAME, plot: null, drag: null }));
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
      ui.unzoom.style.visibility = zoom.range ? "visible" : "hidden";
      for (const chart of charts) drawChart(parts, chart, zoom, say);
    });
  }

  function toggle(line) {
    const others = settings.off.filter((id) => id !== line.id);
    keep({ off: others.length < settings.off.length ? others : [...settings.off, line.id] });
    redraw();
  }

  // Other lines, and where given another title, for the pane of that number; the zoom stays.
  function setLines(pane, lines, title = charts[pane].title) {
    Object.assign(charts[pane], { lines, title });
    buildLegend(parts, charts[pane], toggle);
    redraw();
  }

  // Let the horizontal axis count seconds, or else images.
  function useTime(yes) {
    zoom.changeAxis(() => keep({ time: yes }));
  }

  charts.forEach((chart, pane) => {
    setLines(pane, chart.lines);
    listenToChart(chart, zoom, () => tables().length > 0, redraw);
  });
  [ui.smooth.value, ui.log.checked] = [settings.smooth, settings.log];
  ui.smooth.addEventListener("input", () => {
    keep({ smooth: Number(ui.smooth.value) });
    redraw();
  });
  ui.log.addEventListener("change", () => {
    keep({ log: ui.log.checked });
    redraw();
  });
  press(ui.unzoom, zoom.unzoom);
  return { redraw, setLines, useTime, say, forget: zoom.forget };
}

// -- one chart ----------------------------------------------------------------------------------------------

function drawChart({ t, ui, settings, ...parts }, chart, zoom, say) {
  const canvas = sizedCanvas(chart.canvas, ui.root);
  if (!canvas) return;
  const shown = chart.lines.filter((line) => hasPoints(line) && !settings.off.includes(line.id));
  const at = snapped(shown, zoom);
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
  const plot = { ...canvas, frame: FRAME, from, to, inner, tall, scale: null };
  plot.toX = (place) => FRAME.left + ((place - from) / (to - from)) * inner;
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
