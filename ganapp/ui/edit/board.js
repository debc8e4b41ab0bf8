// The large picture of the editor: before and after with a handle between them, and what a tool draws on top. It
// knows no tool: one has down(place), move(place), up() and draw(pen), each place [x, y] from 0 to 1.

// split: a range input from 0 (all of it after) to 1 (all of it before). words: the canvas's name for a tool.
function makeBoard(canvas, split, { changed }) {
  const board = { tool: null, show, use, redraw };
  const pictures = { before: null, after: null };
  const STEP = 1 / 64; // of the keyboard's cursor
  let cursor = [0.5, 0.5];
  let isDown = false;
  let hasKeys = false; // the cursor is drawn while the keyboard is used

  function show(changes) {
    Object.assign(pictures, changes);
    redraw();
  }

  function use(tool) {
    release();
    board.tool = tool;
    canvas.style.cursor = tool ? "crosshair" : "ew-resize";
    redraw();
  }

  // -- drawing ------------------------------------------------------------------------------------------------

  function redraw() {
    const ratio = window.devicePixelRatio || 1;
    const side = Math.max(1, Math.round(canvas.clientWidth * ratio));
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    const { before, after } = pictures;
    if (after) paint(context, after, side);
    const at = Number(split.value);
    if (before && after && at > 0) {
      context.save();
      context.beginPath();
      context.rect(0, 0, at * side, side);
      context.clip();
      context.clearRect(0, 0, side, side);
      paint(context, before, side);
      context.restore();
      drawHandle(context, { at: at * side, side, ratio });
    }
    const pen = { context, side, ratio };
    board.tool?.draw(pen);
    if (board.tool && hasKeys) drawCross(pen, cursor);
  }

  function paint(context, picture, side) {
    context.imageSmoothingEnabled = picture.width > side; // small pictures show their pixels
    context.drawImage(picture, 0, 0, side, side);
  }

  // -- mouse, pen and fingers ---------------------------------------------------------------------------------

  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    const part = (at, from, size) => Math.min(1, Math.max(0, (at - from) / (size || 1)));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  }

  function press(place) {
    isDown = true;
    if (board.tool) board.tool.down(place);
    else moveSplit(place);
    redraw();
  }
  function move(place) {
    if (board.tool) board.tool.move(place);
    else moveSplit(place);
    redraw();
  }
  function release() {
    if (!isDown) return;
    isDown = false;
    if (board.tool?.up()) changed();
    redraw();
  }
  function moveSplit([x]) {
    split.value = x;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    hasKeys = false;
    cursor = placeOf(event);
    press(cursor);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown || !event.isPrimary) return;
    // a fast pen tells several places at once
    for (const one of event.getCoalescedEvents?.() ?? []) if (board.tool) board.tool.move(placeOf(one));
    cursor = placeOf(event);
    move(cursor);
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, release);

  // -- keys: arrows move the cursor, Enter puts the tool down and lifts it --------------------------------------

  canvas.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 4 * STEP : STEP;
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
    const by = moves[event.key];
    if (!by && !(board.tool && event.key === "Enter")) return;
    event.preventDefault();
    hasKeys = true;
    if (!by) {
      if (isDown) release();
      else press(cursor);
      return;
    }
    if (!board.tool) return void ((split.value = Number(split.value) + by[0]), redraw());
    cursor = cursor.map((at, i) => Math.min(1, Math.max(0, at + by[i])));
    if (isDown) move(cursor);
    else redraw();
  });
  canvas.addEventListener("blur", () => {
    release();
    hasKeys = false;
    redraw();
  });
  split.addEventListener("input", redraw);
  new ResizeObserver(redraw).observe(canvas);
  return board;
}

function drawHandle(context, { at, side, ratio }) {
  for (const [width, colour] of [
    [4, "rgba(0, 0, 0, 0.6)"],
    [2, "#fff"],
  ]) {
    context.beginPath();
    context.moveTo(at, 0);
    context.lineTo(at, side);
    context.arc(at, side / 2, 9 * ratio, -Math.PI / 2, 1.5 * Math.PI);
    [context.lineWidth, context.strokeStyle] = [width * ratio, colour];
    context.stroke();
  }
}

function drawCross({ context, side, ratio }, [x, y]) {
  for (const [width, colour] of [
    [4, "rgba(0, 0, 0, 0.75)"],
    [2, "#fff"],
  ]) {
    context.beginPath();
    for (const [dx, dy] of [
      [10, 0],
      [0, 10],
    ]) {
      context.moveTo(x * side - dx * ratio, y * side - dy * ratio);
      context.lineTo(x * side + dx * ratio, y * side + dy * ratio);
    }
    [context.lineWidth, context.strokeStyle] = [width * ratio, colour];
    context.stroke();
  }
}
