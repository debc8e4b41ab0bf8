// What a chart says of one place: the crosshair, and the legend, whose buttons show the values there.

// The place of the crosshair: the point nearest to the pointer, of whatever line. null if nothing is pointed at.
function snapped(lines, zoom) {
  if (zoom.hover === null || !lines.length) return null;
  const distance = (place) => Math.abs(place - zoom.hover);
  const places = lines.map((line) => {
    const x = zoom.xs(line.table);
    return x[nearest(x, zoom.hover)];
  });
  return places.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

// Index of the point at a place, the last one for null; -1 where the line ended before that place.
function indexAt(x, place) {
  if (place === null) return x.length - 1;
  const i = nearest(x, place);
  const isPast = i === x.length - 1 && place - x[i] > 2 * (x[i] - (x[i - 1] ?? 0));
  return isPast ? -1 : i;
}

function drawCrosshair(plot, lines, zoom, place, strength, text) {
  const { c, toX, toY, height, frame, inner, colour } = plot;
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
  for (const line of lines) {
    const x = zoom.xs(line.table);
    const i = indexAt(x, place);
    const y = i < 0 ? NaN : toY(smooth(line, strength)[i]);
    if (!Number.isFinite(y)) continue;
    c.fillStyle = colour(line.colour);
    c.beginPath();
    c.arc(toX(x[i]), y, 3.5, 0, 7);
    c.fill();
  }
  c.fillStyle = colour("--ink");
  const right = at + c.measureText(text).width + 8 > frame.left + inner;
  c.textAlign = right ? "right" : "left";
  c.fillText(text, at + (right ? -5 : 5), frame.top + 8);
}

// A button for each line, which hides or shows it.
function buildLegend({ make }, chart, toggle) {
  for (const line of chart.lines) {
    const button = make("button", undefined, { ariaPressed: "true", hidden: true, title: line.title ?? "" });
    line.button = button;
    button.style.setProperty("--tone", `var(${line.colour})`);
    if (line.dash) button.dataset.dash = "";
    button.append(make("i"), make("span", line.label), make("b"), make("small"));
    button.addEventListener("click", () => toggle(line));
  }
  chart.legend.replaceChildren(...chart.lines.map((line) => line.button));
}

// Bold is the smoothed value, pale the raw one: at the crosshair, else the latest.
function writeLegend({ t, set, show, settings }, chart, zoom, place, say) {
  const words = [];
  for (const line of chart.lines) {
    const { button } = line;
    const [, , bold, pale] = button.children;
    const values = line.table.mean[line.key];
    const on = !settings.off.includes(line.id);
    show(button, Boolean(values || line.always));
    button.ariaPressed = String(on);
    let at = values ? indexAt(zoom.xs(line.table), place) : -1;
    while (at > 0 && Number.isNaN(values[at])) at--; // a lazy penalty has no value at most places
    set(bold, at < 0 ? "–" : short(smooth(line, settings.smooth)[at]));
    set(pale, at < 0 ? "" : short(values[at]));
    if (on && at >= 0) words.push(`${line.label} ${short(values[at])}`);
  }
  const { title, canvas } = chart;
  const at = say(place ?? zoom.bounds()[1]);
  const empty = `${title}: ${t("chart.empty")}`;
  const label = place === null ? "chart.label" : "chart.label.at";
  canvas.ariaLabel = words.length ? t(label, { title, at, values: words.join(", ") }) : empty;
}
