// Line charts drawn by hand on canvases that share zoom and crosshair: those of the monitor and of the Compare tab.
// No library: 10,000 points a series are reduced to one place a pixel column, and a new point never loses the zoom.

// The points of one run, in columns. A series longer than `kept` is halved: memory stays bounded however long the page is open.
function makeTable(kept = 20000) {
  const table = { version: 0, append, clear };
  clear();
  return table;

  function clear() {
    Object.assign(table, { nimg: [], sec: [], rows: 0, mean: {}, lo: {}, hi: {} });
    table.version++;
  }

  // news: what thinning.columns made of the rows that are new.
  function append(news) {
    const before = table.nimg.length;
    table.rows += news.rows;
    table.nimg.push(...news.nimg);
    table.sec.push(...news.sec);
    const { rows, nimg, sec, lo, hi, ...means } = news;
    for (const key of new Set([...Object.keys(means), ...Object.keys(table.mean)])) {
      const gap = nimg.map(() => NaN);
      const columns = { mean: means[key], lo: lo?.[key] ?? means[key], hi: hi?.[key] ?? means[key] };
      for (const [part, values] of Object.entries(columns)) {
        table[part][key] ??= new Array(before).fill(NaN);
        table[part][key].push(...(values ? values.map((value) => value ?? NaN) : gap));
      }
    }
    while (table.nimg.length > kept) halve();
    table.version++;
  }

  function halve() {
    const pairs = (values, join) => {
      const out = [];
      for (let i = 0; i + 1 < values.length; i += 2) out.push(join(values[i], values[i + 1]));
      if (values.length % 2) out.push(values[values.length - 1]);
      return out;
    };
    const known = (join) => (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : join(a, b));
    const joins = { mean: known((a, b) => (a + b) / 2), lo: known(Math.min), hi: known(Math.max) };
    table.nimg = pairs(table.nimg, (a, b) => b);
    table.sec = pairs(table.sec, (a, b) => b);
    for (const [part, join] of Object.entries(joins))
      for (const key of Object.keys(table[part])) table[part][key] = pairs(table[part][key], join);
  }
}

// root: where the colours are defined; panes: [{canvas, legend, title, lines}]; tools: words, numbers and settings of the page.
// A line: {id, label, colour (a CSS variable), table, key (of the table), and where wanted dash, faint (its raw values), always (in the legend)}.
function makeCharts(root, panes, { t, number, kimg, settings, keep, make, set, show, onZoom }) {
  let range = null; // the zoom: [from, to] in images, or in seconds; null shows everything
  let hover = null; // the place of the crosshair, in the same unit

  // -- numbers --------------------------------------------------------------------------------------------------------

  const short = (value) => {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    if (size >= 1e5 || (size < 1e-3 && size > 0)) return value.toExponential(1);
    return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3).replace("-", "−");
  };

  const xs = (table) => (settings.time ? table.sec : table.nimg);
  const tables = () => [...new Set(charts.flatMap((chart) => chart.lines.map((line) => line.table)))].filter((table) => table.nimg.length);
  const longest = () => tables().reduce((a, b) => (a && xs(a).at(-1) >= xs(b).at(-1) ? a : b), null);
  function bounds() {
    const all = tables().map(xs);
    return all.length ? [Math.min(0, ...all.map((x) => x[0])), Math.max(1e-9, ...all.map((x) => x.at(-1)))] : [0, 1];
  }
  // Index of the first point at or after a place.
  function find(x, place) {
    let [low, high] = [0, x.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x[middle] < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  function nearest(x, place) {
    const i = Math.min(x.length - 1, find(x, place));
    return i > 0 && place - x[i - 1] < x[i] - place ? i - 1 : i;
  }

  // A moving average with a half-life in rows, taken over images: thinning does not change its shape.
  function smooth(line) {
    const { table } = line;
    const stamp = `${table.version} ${settings.smooth}`;
    if (line.stamp === stamp) return line.smoothed;
    const { nimg, mean: { [line.key]: values } } = table;
    const row = (nimg[nimg.length - 1] - nimg[0]) / Math.max(1, table.rows - 1) || 1;
    const half = (2 ** settings.smooth - 1) * row;
    let [sum, weight, before] = [0, 0, nimg[0] - row];
    line.stamp = stamp;
    line.smoothed = values.map((value, i) => {
      if (Number.isNaN(value)) return NaN;
      const kept = half > 0 ? 2 ** (-(nimg[i] - before) / half) : 0;
      before = nimg[i];
      sum = sum * kept + value * (1 - kept);
      weight = weight * kept + (1 - kept);
      return weight > 0 ? sum / weight : value;
    });
    return line.smoothed;
  }

  function ticks(low, high, count) {
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].find((m) => m * power >= rough) * power;
    const out = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) out.push(i * step);
    return { out, step };
  }
  const plain = (value, step) => {
    const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9) + (/^2\.?5/.test(String(step / 10 ** Math.floor(Math.log10(step)))) ? 1 : 0)));
    return Math.abs(value) >= 1e5 ? value.toExponential(0) : value.toFixed(digits).replace("-", "−");
  };

  // The vertical axis: linear, or logarithmic; symmetric around a linear part near 0 where values are not all positive.
  function scaleOf(low, high) {
    const middle = Math.max(Math.abs(low), Math.abs(high));
    if (high - low < middle * 1e-6 || !middle) [low, high] = [low - (middle * 0.1 || 1), high + (middle * 0.1 || 1)]; // one value
    if (!settings.log) {
      const pad = (high - low) * 0.06;
      const { out, step } = ticks(low - pad, high + pad, 4);
      return { f: (v) => v, low: low - pad, high: high + pad, marks: out.map((v) => [v, plain(v, step)]) };
    }
    const size = Math.max(Math.abs(low), Math.abs(high), 1e-9);
    const linear = 10 ** (Math.floor(Math.log10(size)) - 1);
    const positive = low > 0;
    const f = positive ? Math.log10 : (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / linear);
    const marks = positive ? [] : [[0, "0"]];
    for (let p = Math.floor(Math.log10(positive ? low : linear)); p <= Math.log10(size) + 1; p++)
      for (const m of positive && high / low < 30 ? [1, 2, 5] : [1])
        for (const sign of positive ? [1] : [1, -1]) marks.push([sign * m * 10 ** p, short(sign * m * 10 ** p).replace(/\.?0+$/, "")]);
    const pad = (f(high) - f(low)) * 0.05 || 0.1;
    return { f, low: f(low) - pad, high: f(high) + pad, marks: marks.filter(([v]) => f(v) >= f(low) - pad && f(v) <= f(high) + pad) };
  }

  function makeChart({ canvas, legend, title, lines }) {
    const chart = { canvas, legend, title, lines: [], frame: { left: 44, right: 8, top: 8, bottom: 20 }, drag: null };
    setLines(chart, lines);
    listenToChart(chart);
    return chart;
  }

  function setLines(chart, lines) {
    chart.lines = lines;
    for (const line of lines) {
      const button = (line.button = make("button", undefined, { ariaPressed: "true", hidden: true, title: line.title ?? "" }));
      button.style.setProperty("--tone", `var(${line.colour})`);
      if (line.dash) button.dataset.dash = "";
      button.append(make("i"), make("span", line.label), make("b"), make("small"));
      button.addEventListener("click", () => {
        keep({ off: settings.off.includes(line.id) ? settings.off.filter((id) => id !== line.id) : [...settings.off, line.id] });
        redraw();
      });
    }
    chart.legend.replaceChildren(...lines.map((line) => line.button));
  }
  const has = (line) => Boolean(line.table.mean[line.key]);

  function draw(chart) {
    const { canvas, frame } = chart;
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
    if (!width) return;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    c.font = `11px ${style.fontFamily}`;
    chart.width = width;
    const shown = chart.lines.filter((line) => has(line) && !settings.off.includes(line.id));
    const at = snapped(shown);
    writeLegend(chart, at);
    if (!chart.lines.some(has)) {
      c.fillStyle = colour("--soft");
      c.textAlign = "center";
      return c.fillText(t("chart.empty"), width / 2, height / 2);
    }
    const [from, to] = range ?? bounds();
    const inner = width - frame.left - frame.right;
    const toX = (place) => frame.left + ((place - from) / (to - from)) * inner;
    Object.assign(chart, { from, to, inner });
    const curves = shown.map((line) => {
      const x = xs(line.table);
      return curve(line, x, Math.max(0, find(x, from) - 1), Math.min(x.length, find(x, to) + 2), toX, inner);
    });
    const scale = scaleOf(...extent(curves));
    const toY = (v) => height - frame.bottom - ((scale.f(v) - scale.low) / (scale.high - scale.low)) * (height - frame.top - frame.bottom);
    drawAxes(c, scale, toX, toY, { from, to, width, height, frame, colour });
    c.save();
    c.beginPath();
    c.rect(frame.left, frame.top - 4, inner, height - frame.top - frame.bottom + 8);
    c.clip();
    curves.forEach((places, i) => drawCurve(c, places, toY, colour(shown[i].colour), shown[i]));
    if (at !== null && !chart.drag) drawCrosshair(c, shown, at, toX, toY, { height, frame, colour });
    if (chart.drag) {
      c.fillStyle = colour("--accent");
      c.globalAlpha = 0.15;
      c.fillRect(Math.min(chart.drag.a, chart.drag.b), frame.top, Math.abs(chart.drag.b - chart.drag.a), height - frame.top - frame.bottom);
    }
    c.restore();
  }

  // At most one place a pixel column: the lowest, the highest and the last smoothed value in it.
  function curve(line, x, start, end, toX, inner) {
    const { lo: { [line.key]: lo }, hi: { [line.key]: hi } } = line.table;
    const smoothed = smooth(line);
    const places = { x: [], lo: [], hi: [], y: [] };
    const dense = end - start > inner;
    let column = -Infinity;
    for (let i = start; i < end; i++) {
      if (Number.isNaN(smoothed[i])) continue;
      const at = toX(x[i]);
      const n = places.x.length - 1;
      if (dense && Math.floor(at) === column) {
        if (lo[i] < places.lo[n]) places.lo[n] = lo[i];
        if (hi[i] > places.hi[n]) places.hi[n] = hi[i];
        places.y[n] = smoothed[i];
      } else {
        column = Math.floor(at);
        places.x.push(at);
        places.lo.push(lo[i]);
        places.hi.push(hi[i]);
        places.y.push(smoothed[i]);
      }
    }
    return places;
  }

  // A single spike must not flatten the curves: of the raw values 2 % at either end may leave the picture.
  function extent(curves) {
    const raw = curves.flatMap((line) => [...line.lo, ...line.hi]).sort((a, b) => a - b);
    if (!raw.length) return [0, 1];
    let [low, high] = [raw[Math.floor(raw.length * 0.02)], raw[Math.ceil(raw.length * 0.98) - 1]];
    for (const line of curves)
      for (const y of line.y) {
        if (y < low) low = y;
        if (y > high) high = y;
      }
    return [low, high];
  }

  function drawAxes(c, scale, toX, toY, { from, to, width, height, frame, colour }) {
    c.lineWidth = 1;
    c.textBaseline = "middle";
    c.textAlign = "right";
    let above = Infinity;
    for (const [value, text] of [...scale.marks].sort((a, b) => a[0] - b[0])) {
      const y = Math.round(toY(value)) + 0.5;
      c.strokeStyle = colour("--line");
      c.beginPath();
      c.moveTo(frame.left, y);
      c.lineTo(width - frame.right, y);
      c.stroke();
      if (above - y < 14) continue;
      above = y;
      c.fillStyle = colour("--soft");
      c.fillText(text, frame.left - 6, y);
    }
    const unit = settings.time ? 60 : 1000;
    const { out, step } = ticks(from / unit, to / unit, Math.max(2, Math.floor(width / 70)));
    c.textBaseline = "alphabetic";
    c.fillStyle = colour("--soft");
    out.forEach((value, i) => {
      const at = toX(value * unit);
      const text = plain(value, step);
      const label = i === out.length - 1 ? t(settings.time ? "axis.min" : "axis.kimg", { x: text }) : text;
      const half = c.measureText(label).width / 2;
      c.textAlign = at + half > width ? "right" : "center";
      c.fillText(label, c.textAlign === "right" ? width : at, height - 5);
    });
  }

  function drawCurve(c, line, toY, colour, { dash, faint }) {
    const share = faint ? 0.4 : 1;
    c.strokeStyle = colour;
    c.lineJoin = "round";
    const stroke = (alpha, width, path) => {
      c.globalAlpha = alpha;
      c.lineWidth = width;
      c.beginPath();
      path();
      c.stroke();
    };
    const along = (values) => line.x.forEach((x, i) => (i ? c.lineTo(x, toY(values[i])) : c.moveTo(x, toY(values[i]))));
    if (line.x.some((x, i) => line.lo[i] < line.hi[i])) {
      c.fillStyle = colour;
      c.globalAlpha = 0.16 * share;
      c.beginPath();
      along(line.hi);
      for (let i = line.x.length - 1; i >= 0; i--) c.lineTo(line.x[i], toY(line.lo[i]));
      c.fill();
      stroke(0.16 * share, 1, () => along(line.lo));
    }
    stroke(0.3 * share, 1, () => along(line.hi));
    if (dash) c.setLineDash(dash);
    stroke(1, 1.75, () => along(line.y));
    c.setLineDash([]);
    if (line.x.length === 1) stroke(1, 3, () => c.arc(line.x[0], toY(line.y[0]), 1.5, 0, 7)); // else a line of one point would not be seen
  }

  // The crosshair stands on a point: the one nearest to the pointer, of whatever line.
  function snapped(shown) {
    if (hover === null || !shown.length) return null;
    const places = shown.map((line) => xs(line.table)[nearest(xs(line.table), hover)]);
    return places.reduce((a, b) => (Math.abs(b - hover) < Math.abs(a - hover) ? b : a));
  }
  // Index of a line's point at a place, else its last one; -1 where the line ended before that place.
  function indexAt(line, at) {
    const x = xs(line.table);
    if (at === null) return x.length - 1;
    const i = nearest(x, at);
    return i === x.length - 1 && at - x[i] > 2 * (x[i] - (x[i - 1] ?? 0)) ? -1 : i;
  }

  function drawCrosshair(c, shown, place, toX, toY, { height, frame, colour }) {
    const at = Math.round(toX(place)) + 0.5;
    c.globalAlpha = 1;
    c.strokeStyle = colour("--soft");
    c.lineWidth = 1;
    c.setLineDash([3, 3]);
    c.beginPath();
    c.moveTo(at, frame.top);
    c.lineTo(at, height - frame.bottom);
    c.stroke();
    c.setLineDash([]);
    for (const line of shown) {
      const i = indexAt(line, place);
      const y = i < 0 ? NaN : toY(smooth(line)[i]);
      if (!Number.isFinite(y)) continue;
      c.fillStyle = colour(line.colour);
      c.beginPath();
      c.arc(toX(xs(line.table)[i]), y, 3.5, 0, 7);
      c.fill();
    }
    c.fillStyle = colour("--ink");
    const text = say(place);
    const right = at + c.measureText(text).width + 8 > frame.left + (c.canvas.clientWidth - frame.left - frame.right);
    c.textAlign = right ? "right" : "left";
    c.fillText(text, at + (right ? -5 : 5), frame.top + 8);
  }

  const say = (place) => (settings.time ? t("axis.min", { x: number(place / 60, 1) }) : t("axis.kimg", { x: kimg(place) }));

  // The legend is the read-out: bold is smoothed, pale is raw; at the crosshair, else the latest.
  function writeLegend(chart, place) {
    const words = [];
    for (const line of chart.lines) {
      const { button, table: { mean: { [line.key]: values } } } = line;
      const on = !settings.off.includes(line.id);
      show(button, Boolean(values || line.always));
      button.ariaPressed = String(on);
      let at = values ? indexAt(line, place) : -1;
      while (at > 0 && Number.isNaN(values[at])) at--; // a lazy penalty has no value at most places
      set(button.children[2], at < 0 ? "–" : short(smooth(line)[at]));
      set(button.children[3], at < 0 ? "" : short(values[at]));
      if (on && at >= 0) words.push(`${line.label} ${short(values[at])}`);
    }
    const { title, canvas } = chart;
    canvas.ariaLabel = words.length ? t("chart.label", { title, at: say(place ?? bounds()[1]), values: words.join(", ") }) : `${title}: ${t("chart.empty")}`;
  }

  function zoomTo(from, to) {
    const [low, high] = bounds();
    const least = (high - low) / 2000;
    if (to - from < least) [from, to] = [(from + to) / 2 - least / 2, (from + to) / 2 + least / 2];
    if (from < low) [from, to] = [low, to + low - from];
    if (to > high) [from, to] = [Math.max(low, from - (to - high)), high];
    range = to - from >= (high - low) * 0.999 ? null : [from, to];
    redraw();
  }
  function zoomBy(factor, centre) {
    const [from, to] = range ?? bounds();
    const at = centre ?? hover ?? (from + to) / 2;
    zoomTo(at - (at - from) * factor, at + (to - at) * factor);
  }
  function unzoom() {
    range = null;
    redraw();
  }
  function arrow(direction) {
    const [from, to] = range ?? bounds();
    if (range) return zoomTo(from + ((to - from) / 8) * direction, to + ((to - from) / 8) * direction);
    hover = Math.min(to, Math.max(from, (hover ?? to) + ((to - from) / 50) * direction));
    redraw();
  }

  function listenToChart(chart) {
    const { canvas, frame } = chart;
    const placeAt = (px) => chart.from + ((px - frame.left) / chart.inner) * (chart.to - chart.from);
    const inside = (event) => Math.min(chart.width - frame.right, Math.max(frame.left, event.offsetX));
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || !tables().length) return;
      chart.drag = { a: inside(event), b: inside(event) };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!chart.inner) return;
      hover = placeAt(inside(event));
      if (chart.drag) chart.drag.b = inside(event);
      redraw();
    });
    canvas.addEventListener("pointerup", () => {
      const drag = chart.drag;
      chart.drag = null;
      if (drag && Math.abs(drag.a - drag.b) > 5) zoomTo(placeAt(Math.min(drag.a, drag.b)), placeAt(Math.max(drag.a, drag.b)));
      else redraw();
    });
    const leave = () => ((chart.drag = hover = null), redraw());
    canvas.addEventListener("pointercancel", leave);
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("blur", leave);
    canvas.addEventListener("dblclick", unzoom);
    canvas.addEventListener("wheel", (event) => {
      // Only a chart in focus (or Ctrl, which is also a pinch) takes the wheel: else the page could not be scrolled past it.
      if (!(event.ctrlKey || event.metaKey || document.activeElement === canvas) || !chart.inner) return;
      event.preventDefault();
      zoomBy(event.deltaY > 0 ? 1.2 : 1 / 1.2, placeAt(inside(event)));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const keys = { "+": () => zoomBy(1 / 1.5), "=": () => zoomBy(1 / 1.5), "-": () => zoomBy(1.5), 0: unzoom, ArrowLeft: () => arrow(-1), ArrowRight: () => arrow(1) };
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  let drawing = 0;
  function redraw() {
    drawing ||= requestAnimationFrame(() => {
      drawing = 0;
      onZoom(Boolean(range));
      charts.forEach(draw);
    });
  }

  const charts = [];
  for (const pane of panes) charts.push(makeChart(pane));
  return {
    redraw,
    unzoom,
    // Other lines (and another title) for the pane of that number; the zoom stays.
    setLines(pane, lines, title = charts[pane].title) {
      charts[pane].title = title;
      setLines(charts[pane], lines);
      redraw();
    },
    forget() {
      range = hover = null;
      redraw();
    },
    useTime(yes) {
      const lead = longest();
      const ends = lead && range?.map((at) => nearest(xs(lead), at));
      keep({ time: yes });
      range = ends ? ends.map((i) => xs(lead)[i]) : null;
      hover = null;
      redraw();
    },
  };
}
