// A tool of the editor's board: points with the places they are to be moved to.

// points: [{from: [x, y], to: [x, y]}]. A press and a drag make one; a press on an end takes it along.
function makePoints(most) {
  const TAKEN = 0.03; // of the picture: so near to an end, the end is taken along
  let held = null; // {point, end}
  const tool = { points: [], down, move, up, draw };
  const near = (place, end) => Math.hypot(place[0] - end[0], place[1] - end[1]) < TAKEN;

  function down(place) {
    tool.points = tool.points.map((point) => ({ ...point }));
    for (const point of tool.points)
      for (const end of ["to", "from"]) if (!held && near(place, point[end])) held = { point, end };
    if (held || tool.points.length >= most) return;
    const point = { from: place, to: place };
    tool.points.push(point);
    held = { point, end: "to" };
  }
  function move(place) {
    if (held) held.point[held.end] = place;
  }
  // A point that goes nowhere is no point.
  function up() {
    held = null;
    tool.points = tool.points.filter(({ from, to }) => !near(from, to));
    return true;
  }
  function draw({ context, side, ratio }) {
    for (const { from, to } of tool.points) {
      const [a, b] = [from, to].map((place) => place.map((at) => at * side));
      for (const [width, colour] of [
        [5, "rgba(0, 0, 0, 0.7)"],
        [2.5, "#fff"],
      ]) {
        [context.lineWidth, context.strokeStyle] = [width * ratio, colour];
        context.beginPath();
        context.moveTo(...a);
        context.lineTo(...b);
        context.stroke();
      }
      drawDot(context, a, 6 * ratio, "#ff2d6f");
      drawDot(context, b, 6 * ratio, "#2d8cff");
    }
  }
  return tool;
}

function drawDot(context, [x, y], radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  [context.fillStyle, context.strokeStyle, context.lineWidth] = [colour, "#fff", radius / 3];
  context.fill();
  context.stroke();
}
