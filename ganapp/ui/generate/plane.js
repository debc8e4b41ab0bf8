// How the plane of the map is drawn on a canvas: small pictures, the whole places with their seeds, the trail, and
// where one is. It keeps nothing and asks nobody.

const ACROSS = 6; // small pictures across the view, about

// Places of small pictures in a view: spaced by a power of 2, so that they stay when the view is moved.
function smallPlaces({ x, y, span }) {
  const step = 2 ** Math.round(Math.log2(span / ACROSS));
  const places = [];
  const [low, high] = [(at) => Math.floor((at - span / 2) / step), (at) => Math.ceil((at + span / 2) / step)];
  for (let j = low(y); j <= high(y); j++)
    for (let i = low(x); i <= high(x); i++) places.push([i * step, j * step]);
  const far = ([px, py]) => (px - x) ** 2 + (py - y) ** 2;
  return { step, places: places.sort((a, b) => far(a) - far(b)) };
}

// view: {x, y, span} of the middle; at(place): the picture there or undefined; trail: places; here: the place one
// is at; name(i, j): what stands at a whole place.
function drawPlane(canvas, { view, at, trail, here, name }) {
  const ratio = window.devicePixelRatio || 1;
  const side = Math.max(1, Math.round(canvas.clientWidth * ratio));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const toScreen = ([x, y]) => [
    ((x - view.x) / view.span + 0.5) * side,
    ((y - view.y) / view.span + 0.5) * side,
  ];
  context.fillStyle = style.getPropertyValue("--well");
  context.fillRect(0, 0, side, side);
  context.imageSmoothingEnabled = false;
  const { step, places } = smallPlaces(view);
  for (const [x, y] of places) {
    const picture = at([x, y]);
    if (!picture) continue;
    const [left, top] = toScreen([x - step / 2, y - step / 2]).map(Math.round);
    const [right, bottom] = toScreen([x + step / 2, y + step / 2]).map(Math.round);
    context.drawImage(picture, left, top, right - left - ratio, bottom - top - ratio);
  }
  if (view.span <= 10) drawNames(context, { view, side, ratio, toScreen, name });
  drawTrail(context, { trail, toScreen, ratio, colour: style.getPropertyValue("--accent") });
  drawHere(context, toScreen(here), ratio);
}

function drawNames(context, { view, side, ratio, toScreen, name }) {
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = "center";
  for (let j = Math.ceil(view.y - view.span / 2); j <= view.y + view.span / 2; j++)
    for (let i = Math.ceil(view.x - view.span / 2); i <= view.x + view.span / 2; i++) {
      const [x, y] = toScreen([i, j]);
      const text = name(i, j);
      const half = context.measureText(text).width / 2 + 4 * ratio;
      if (x - half < 0 || x + half > side) continue;
      context.fillStyle = "rgba(0, 0, 0, 0.65)";
      context.fillRect(x - half, y - 8 * ratio, 2 * half, 16 * ratio);
      context.fillStyle = "#fff";
      context.fillText(text, x, y + 4 * ratio);
    }
}

function drawTrail(context, { trail, toScreen, ratio, colour }) {
  if (trail.length < 2) return;
  context.lineJoin = context.lineCap = "round";
  for (const [width, stroke] of [
    [5, "rgba(255, 255, 255, 0.9)"],
    [2.5, colour],
  ]) {
    context.beginPath();
    trail.forEach((place, i) => context[i ? "lineTo" : "moveTo"](...toScreen(place)));
    [context.lineWidth, context.strokeStyle] = [width * ratio, stroke];
    context.stroke();
  }
}

function drawHere(context, [x, y], ratio) {
  for (const [width, stroke] of [
    [5, "rgba(0, 0, 0, 0.75)"],
    [2.5, "#fff"],
  ]) {
    context.beginPath();
    context.arc(x, y, 11 * ratio, 0, 2 * Math.PI);
    [context.lineWidth, context.strokeStyle] = [width * ratio, stroke];
    context.stroke();
  }
}
