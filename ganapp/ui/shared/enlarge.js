// A picture of a grid that was pressed, large: which one it is, and what the page's lightbox is told of it.

// image: a decoded grid of cells.columns × cells.rows pictures; about(index): what lightbox.js says of a picture and
// needs to make it again.
function enlarge(image, cells, index, about) {
  const [width, height] = [image.naturalWidth / cells.columns, image.naturalHeight / cells.rows];
  const items = Array.from({ length: cells.columns * cells.rows }, (_, i) => {
    const [left, top] = [(i % cells.columns) * width, Math.floor(i / cells.columns) * height];
    return { canvas: image, box: [left, top, width, height], ...about(i) };
  });
  const detail = { items, index, columns: cells.columns };
  window.dispatchEvent(new CustomEvent("ganapp:enlarge", { detail }));
}

const COLUMNS_OF_GRID = 8; // pictures in a row, see driving/record.py

// The columns of a grid so many pixels wide. With others beside them, pictures are two to four times as wide.
function columnsOf(width, { resolution, task = "noise", contrast = 0 }) {
  if (task === "noise" || !resolution) return COLUMNS_OF_GRID;
  const ofTwoSets = contrast ? 2 : 4;
  return Math.max(1, Math.round(width / resolution / (task === "unpaired" ? ofTwoSets : 3)));
}

function cellsOf(image, config) {
  const columns = columnsOf(image.naturalWidth, config);
  const side = config.resolution || image.naturalWidth / columns;
  return { columns, rows: Math.max(1, Math.round(image.naturalHeight / side)) };
}

// A picture of a run's sample grid, with its seed and class. The picture of a seed at a moment can be made again by the
// snapshot nearest to that moment.
//
// image: the decoded grid, which img shows. run: {name, nimg (when the grid was drawn), rows (classes), snapshots,
// resolution, task, contrast}.
function enlargeGrid({ t, kimg, className }, image, img, event, run) {
  const { name, nimg, rows = [], snapshots = [], resolution, task = "noise", contrast } = run;
  const cells = cellsOf(image, { resolution, task, contrast });
  const near = (a, b) => (Math.abs(b - nimg) < Math.abs(a - nimg) ? b : a);
  const snapshot = snapshots.length ? String(snapshots.reduce(near)).padStart(9, "0") : null;
  enlarge(image, cells, cellAt(img, cells, event), (seed) => {
    if (task !== "noise") return { text: t("enlarge.held_out", { n: seed + 1, kimg: kimg(nimg) }) };
    const label = rows[Math.floor(seed / cells.columns)];
    const values = { seed, name: label && className(label), kimg: kimg(nimg) };
    const text = t(label === undefined ? "enlarge.seed" : "enlarge.seed.class", values);
    return { text, ...(snapshot && { run: name, model: `${name}/${snapshot}`, psi: 1, seed, label }) };
  });
}

// The number of the picture of a grid at a place of the screen; the first one for a press of a key.
function cellAt(img, { columns, rows }, event) {
  const box = img.getBoundingClientRect();
  const share = (at, from, size) => Math.min(0.999, Math.max(0, (at - from) / size));
  if (!event.detail) return 0;
  const column = Math.floor(share(event.clientX, box.left, box.width) * columns);
  return Math.floor(share(event.clientY, box.top, box.height) * rows) * columns + column;
}
