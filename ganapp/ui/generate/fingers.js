// What fingers, a mouse and keys do to a plane: drag, pinch, wheel, arrows. It tells in places of the plane, and
// draws nothing.

// view: {x, y, span}, read when needed. start(): a new drag begins; moveTo(x, y); zoom(span, {x, y} that stays);
// step(dx, dy): in parts of the view.
function followFingers(canvas, { view, start, moveTo, zoom, step }) {
  const fingers = new Map(); // pointer -> [x, y] in pixels
  let pinch = null; // {distance, span} at its beginning

  function placeOf([left, top]) {
    const box = canvas.getBoundingClientRect();
    const part = (at, from, size) => (at - from) / (size || 1) - 0.5;
    return {
      x: view.x + view.span * part(left, box.left, box.width),
      y: view.y + view.span * part(top, box.top, box.height),
    };
  }
  const distance = ([[ax, ay], [bx, by]]) => Math.hypot(ax - bx, ay - by);
  const middle = ([[ax, ay], [bx, by]]) => placeOf([(ax + bx) / 2, (ay + by) / 2]);

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (fingers.size === 2) pinch = { distance: distance([...fingers.values()]) || 1, span: view.span };
    if (fingers.size > 1) return;
    start();
    const { x, y } = placeOf([event.clientX, event.clientY]);
    moveTo(x, y);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (pinch && fingers.size === 2) {
      const now = [...fingers.values()];
      return zoom((pinch.span * pinch.distance) / (distance(now) || 1), middle(now));
    }
    if (fingers.size > 1) return;
    const { x, y } = placeOf([event.clientX, event.clientY]);
    moveTo(x, y);
  });
  for (const name of ["pointerup", "pointercancel"])
    canvas.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      if (fingers.size < 2) pinch = null;
    });
  canvas.addEventListener(
    "wheel",
    (event) => {
      // A page that is scrolled past the plane is not to stop there: the plane is pressed first.
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      zoom(view.span * 1.0015 ** event.deltaY, placeOf([event.clientX, event.clientY]));
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 0.1 : 0.02;
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
    const factor = { "+": 0.8, "=": 0.8, "-": 1.25 }[event.key];
    if (!moves[event.key] && !factor) return;
    event.preventDefault();
    if (factor) zoom(view.span * factor);
    else step(...moves[event.key]);
  });
}
