// Asks the server for what is wanted last: one request is in flight, and of what waits only the newest is kept.
// It knows no pictures; and decodes the sheets in which pictures come.

// ask(request) gives a promise of an answer, take(request, answer) shows it and may be slow. An answer is shown
// although something newer waits: else nothing would be seen while a slider moves.
function makeNewest(ask, take) {
  let busy = false;
  let waiting = null;
  async function want(request) {
    waiting = request;
    if (busy) return;
    busy = true;
    while (waiting) {
      const asked = waiting;
      waiting = null;
      const answer = await ask(asked).catch(() => undefined);
      if (answer?.dropped && !waiting) waiting = asked; // the server was overrun: once more
      else if (!answer?.dropped) await take(asked, answer);
    }
    busy = false;
  }
  const drop = () => (waiting = null);
  return { want, drop, isWaiting: () => waiting !== null, isBusy: () => busy };
}

// A sheet of pictures as one ImageBitmap.
function decodeSheet({ data, type }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type }));
}

// Draw picture `index` of a decoded sheet on a canvas of its own size.
function paintFrom(bitmap, { columns, size }, index, canvas) {
  if (canvas.width !== size || canvas.height !== size) [canvas.width, canvas.height] = [size, size];
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, size, size); // pictures may be transparent
  const [left, top] = [(index % columns) * size, Math.floor(index / columns) * size];
  context.drawImage(bitmap, left, top, size, size, 0, 0, size, size);
}

// How many pictures to ask for at a time: as many as the last ones say fit into `budget` milliseconds. Few at
// first, because nothing is known of the model yet.
function makePace(budget, most) {
  const pace = { each: 0, count, learn };
  function count() {
    return pace.each ? Math.max(1, Math.min(most, Math.round(budget / pace.each))) : Math.min(most, 4);
  }
  function learn(ms, pictures) {
    const each = ms / pictures;
    pace.each = pace.each ? 0.6 * pace.each + 0.4 * each : each;
  }
  return pace;
}
