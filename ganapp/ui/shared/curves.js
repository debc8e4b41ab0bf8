// One line of a chart: smoothed, reduced to the columns of the screen, drawn. It knows no runs and no page.

// A line: {id, label, colour (a CSS variable), table, key (a column of the table)}, and where wanted title, dash,
// faint (pale raw values) and always (in the legend even without a value).

const hasPoints = (line) => Boolean(line.table.mean[line.key]);

// A moving average with a half-life of 2^strength - 1 rows. It runs over images, so thinning does not change it.
function smooth(line, strength) {
  const { table } = line;
  const stamp = `${table.version} ${strength}`;
  if (line.stamp === stamp) return line.smoothed;
  const { nimg } = table;
  const row = (nimg[nimg.length - 1] - nimg[0]) / Math.max(1, table.rows - 1) || 1;
  const half = (2 ** strength - 1) * row;
  let [sum, weight, before] = [0, 0, nimg[0] - row];
  line.stamp = stamp;
  line.smoothed = table.mean[line.key].map((value, i) => {
    if (Number.isNaN(value)) return NaN;
    const kept = half > 0 ? 2 ** (-(nimg[i] - before) / half) : 0;
    before = nimg[i];
    sum = sum * kept + value * (1 - kept);
    weight = weight * kept + (1 - kept);
    return weight > 0 ? sum / weight : value;
  });
  return line.smoothed;
}

// The points from index start to end: {x (pixels), lo, hi (raw values), y (smoothed)}, at most one a column
// of pixels with the lowest, the highest and the last smoothed value in it.
function reduce(line, smoothed, x, [start, end], toX, pixels) {
  const [lo, hi] = [line.table.lo[line.key], line.table.hi[line.key]];
  const points = { x: [], lo: [], hi: [], y: [] };
  const dense = end - start > pixels;
  let column = -Infinity;
  for (let i = start; i < end; i++) {
    if (Number.isNaN(smoothed[i])) continue;
    const at = toX(x[i]);
    const n = points.x.length - 1;
    if (dense && Math.floor(at) === column) {
      if (lo[i] < points.lo[n]) points.lo[n] = lo[i];
      if (hi[i] > points.hi[n]) points.hi[n] = hi[i];
      points.y[n] = smoothed[i];
    } else {
      column = Math.floor(at);
      points.x.push(at);
      points.lo.push(lo[i]);
      points.hi.push(hi[i]);
      points.y.push(smoothed[i]);
    }
  }
  return points;
}

// The lowest and the highest value to show. One spike must not flatten the curves: of the raw values, 2 % at
// either end may lie outside.
function extent(curves) {
  const raw = curves.flatMap((points) => [...points.lo, ...points.hi]).sort((a, b) => a - b);
  if (!raw.length) return [0, 1];
  let [low, high] = [raw[Math.floor(raw.length * 0.02)], raw[Math.ceil(raw.length * 0.98) - 1]];
  for (const { y } of curves)
    for (const value of y) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return [low, high];
}

function drawCurve({ c, toY, colour }, points, line) {
  const share = line.faint ? 0.4 : 1;
  const along = (values) =>
    points.x.forEach((x, i) => (i ? c.lineTo(x, toY(values[i])) : c.moveTo(x, toY(values[i]))));
  const stroke = (alpha, width, path) => {
    c.globalAlpha = alpha;
    c.lineWidth = width;
    c.beginPath();
    path();
    c.stroke();
  };
  c.strokeStyle = c.fillStyle = colour(line.colour);
  c.lineJoin = "round";
  if (points.x.some((x, i) => points.lo[i] < points.hi[i])) {
    fillBand(c, points, toY, along, 0.16 * share);
    stroke(0.16 * share, 1, () => along(points.lo));
  }
  stroke(0.3 * share, 1, () => along(points.hi));
  if (line.dash) c.setLineDash(line.dash);
  stroke(1, 1.75, () => along(points.y));
  c.setLineDash([]);
  const dot = () => c.arc(points.x[0], toY(points.y[0]), 1.5, 0, 7);
  if (points.x.length === 1) stroke(1, 3, dot); // a line of one point would not be seen
}

function fillBand(c, points, toY, along, alpha) {
  c.globalAlpha = alpha;
  c.beginPath();
  along(points.hi);
  for (let i = points.x.length - 1; i >= 0; i--) c.lineTo(points.x[i], toY(points.lo[i]));
  c.fill();
}
