// The points of one run, in columns, and how a place is found in them. It draws nothing.

// A table longer than `kept` points is halved, so that memory stays bounded however long the page is open.
function makeTable(kept = 20000) {
  const table = { version: 0, append, clear };
  clear();
  return table;

  function clear() {
    Object.assign(table, { nimg: [], sec: [], rows: 0, mean: {}, lo: {}, hi: {} });
    table.version++;
  }

  // news: what thinning.columns made of the new rows.
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
    while (table.nimg.length > kept) halve(table);
    table.version++;
  }
}

// Join every two neighbouring points into one.
function halve(table) {
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

// Index of the first of the sorted values that is not below a place; their number where all are.
function firstFrom(values, place) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(values, place) {
  const i = Math.min(values.length - 1, firstFrom(values, place));
  return i > 0 && place - values[i - 1] < values[i] - place ? i - 1 : i;
}
