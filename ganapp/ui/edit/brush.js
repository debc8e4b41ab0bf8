// A tool of the editor's board: a brush that marks a region. The region is what an edit has, {side, bytes}: a byte for
// each place, row by row, 255 inside; null where nothing is marked.

// size(), erases(): as chosen, the size in parts of the picture. marked(): a stroke has ended.
function makeBrush({ size, erases, marked: told }) {
  const SIDE = 64;
  const FEWEST = 1 / 256; // a place nearer to the last one is left out
  const brush = { region: null, down, move, up, draw };
  let stroke = null; // {size, erase, path: [[x, y], …]}, while it is drawn

  function down(place) {
    stroke = { size: size(), erase: erases(), path: [place] };
  }
  function move(place) {
    const last = stroke.path.at(-1);
    if (Math.hypot(place[0] - last[0], place[1] - last[1]) >= FEWEST) stroke.path.push(place);
  }
  function up() {
    const { data } = marked(SIDE).getContext("2d").getImageData(0, 0, SIDE, SIDE);
    const inside = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3]);
    stroke = null;
    brush.region = inside.some(Boolean) ? { side: SIDE, bytes: btoa(String.fromCharCode(...inside)) } : null;
    told();
    return true;
  }

  // A canvas on which the marked region is opaque.
  function marked(side) {
    const { canvas, context } = blank(side);
    context.imageSmoothingEnabled = false;
    if (brush.region) context.drawImage(canvasOf(brush.region), 0, 0, side, side);
    if (!stroke) return canvas;
    context.lineCap = context.lineJoin = "round";
    context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
    context.lineWidth = stroke.size * side;
    context.beginPath();
    const [first, ...rest] = stroke.path.map(([x, y]) => [x * side, y * side]);
    context.moveTo(...first);
    context.lineTo(...first); // a press alone is a dot
    for (const place of rest) context.lineTo(...place);
    context.stroke();
    return canvas;
  }

  function draw({ context, side }) {
    if (!stroke && !brush.region) return;
    const layer = marked(side);
    const inside = layer.getContext("2d");
    inside.globalCompositeOperation = "source-in";
    inside.fillStyle = "#ff2d6f";
    inside.fillRect(0, 0, side, side);
    context.globalAlpha = 0.45;
    context.drawImage(layer, 0, 0);
    context.globalAlpha = 1;
  }
  return brush;
}

// Read back often: the same strokes always give the same bytes.
function blank(side) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
}

function canvasOf({ side, bytes }) {
  const { canvas, context } = blank(side);
  const picture = new ImageData(side, side);
  [...atob(bytes)].forEach((letter, i) => (picture.data[4 * i + 3] = letter.charCodeAt(0)));
  context.putImageData(picture, 0, 0);
  return canvas;
}
