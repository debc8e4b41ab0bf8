// The axes of a chart: their marks, the words at the marks, and how both are drawn. Nothing here knows runs.

// A value in the legend, with about four digits.
function short(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e5 || (size < 1e-3 && size > 0)) return value.toExponential(1);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3).replace("-", "−");
}

// A value at a mark, with as many digits as the step between marks needs.
function plain(value, step) {
  if (Math.abs(value) >= 1e5) return value.toExponential(0);
  const power = Math.floor(Math.log10(step));
  const quarter = /^2\.?5/.test(String(step / 10 ** power)) ? 1 : 0; // 0.25 has a digit more than 0.2
  const digits = -Math.floor(Math.log10(step) + 1e-9) + quarter;
  return value.toFixed(Math.max(0, Math.min(6, digits))).replace("-", "−");
}

// About `count` round values between two ends, and the step between them.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((m) => m * power >= rough) * power;
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) values.push(i * step);
  return { values, step };
}

// Values 1, 2 and 5 times a power of ten between two positive ends, or only the powers where there are many; even steps
// where the ends are near each other.
function logTicks(low, high) {
  const powers = Math.log10(high / low);
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const factor of powers > 4 ? [1] : [1, 2, 5]) values.push(factor * 10 ** power);
  const inside = values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  return inside.length > 2
    ? inside.map((value) => [value, 10 ** Math.floor(Math.log10(value) + 1e-9)])
    : null;
}

// The vertical axis: {f: value -> height, low and high: the heights at its ends, marks: [[value, words]]}.
function makeScale(low, high, log) {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low < size * 1e-6 || !size) {
    const room = size * 0.1 || 1; // there is one value only
    [low, high] = [low - room, high + room];
  }
  return log ? logScale(low, high) : linearScale(low, high);
}

function linearScale(low, high) {
  const pad = (high - low) * 0.06;
  const { values, step } = ticks(low - pad, high + pad, 4);
  const marks = values.map((value) => [value, plain(value, step)]);
  return { f: (value) => value, low: low - pad, high: high + pad, marks };
}

// Logarithmic; where not all values are positive, symmetric around 0 and linear near it.
function logScale(low, high) {
  const size = Math.max(Math.abs(low), Math.abs(high), 1e-9);
  const linear = 10 ** (Math.floor(Math.log10(size)) - 1);
  const positive = low > 0;
  const f = positive ? Math.log10 : (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / linear);
  const factors = positive && high / low < 30 ? [1, 2, 5] : [1];
  const marks = positive ? [] : [[0, "0"]];
  for (let power = Math.floor(Math.log10(positive ? low : linear)); power <= Math.log10(size) + 1; power++)
    for (const factor of factors)
      for (const sign of positive ? [1] : [1, -1]) {
        const value = sign * factor * 10 ** power;
        marks.push([value, short(value).replace(/\.?0+$/, "")]);
      }
  const pad = (f(high) - f(low)) * 0.05 || 0.1;
  const [from, to] = [f(low) - pad, f(high) + pad];
  return { f, low: from, high: to, marks: marks.filter(([value]) => f(value) >= from && f(value) <= to) };
}

// plot: see makePlot. unit: images or seconds in 1 of the horizontal axis; say(text): its last mark, with the unit.
function drawAxes(plot, unit, say) {
  drawVerticalAxis(plot);
  drawHorizontalAxis(plot, unit, say);
}

function drawVerticalAxis({ c, scale, toY, width, frame, colour }) {
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
}

// From the right: the last mark has the unit, and one that would touch the mark after it is left out.
function drawHorizontalAxis({ c, toX, from, to, isLog, width, height, colour }, unit, say) {
  const { values, step } = ticks(from / unit, to / unit, Math.max(2, Math.floor(width / 70)));
  const marks = (isLog && logTicks(from / unit, to / unit)) || values.map((value) => [value, step]);
  c.textBaseline = "alphabetic";
  c.fillStyle = colour("--soft");
  let free = Infinity;
  marks.reverse().forEach(([value, digits], i) => {
    const at = toX(value * unit);
    const text = plain(value, digits);
    const label = i === 0 ? say(text) : text;
    const wide = c.measureText(label).width;
    const left = Math.min(width - wide, at - wide / 2);
    if (left + wide > free) return;
    free = left - 8;
    c.textAlign = "left";
    c.fillText(label, left, height - 5);
  });
}
