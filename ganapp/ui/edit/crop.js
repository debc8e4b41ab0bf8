// A tool of the editor's board: a square frame over a picture of any form. It keeps the frame, and asks nobody.

// changed(): the frame was moved. crop.box(): [left, top, right, bottom] in parts of the picture; crop.whole: a square
// canvas with all of the picture in it, which the board shows while the frame is moved.
function makeCrop({ size, changed }) {
  const crop = { whole: null, take, box, resize: clamp, down, move, up, draw };
  let picture = { width: 1, height: 1 };
  let middle = [0.5, 0.5]; // of the frame, in parts of the picture
  let held = null; // where the frame was pressed: {place, middle}

  // image: anything that can be drawn, with width and height.
  function take(image) {
    picture = { width: image.width, height: image.height };
    middle = [0.5, 0.5];
    const side = Math.min(1024, Math.max(image.width, image.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const { left, top, width, height } = placed();
    canvas.getContext("2d").drawImage(image, left * side, top * side, width * side, height * side);
    crop.whole = canvas;
  }

  // Where the picture lies on the square canvas, in parts of the canvas.
  function placed() {
    const most = Math.max(picture.width, picture.height);
    const [width, height] = [picture.width / most, picture.height / most];
    return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
  }
  // The sides of the frame in parts of the picture: it is a square of pixels.
  function sides() {
    const least = Math.min(picture.width, picture.height) * size();
    return [least / picture.width, least / picture.height];
  }
  function clamp() {
    middle = sides().map((side, i) => Math.min(1 - side / 2, Math.max(side / 2, middle[i])));
  }
  function box() {
    clamp();
    const [w, h] = sides();
    const [x, y] = middle;
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2].map((at) => Math.min(1, Math.max(0, at)));
  }

  function down(place) {
    held = { place, middle };
  }
  function move(place) {
    const { width, height } = placed();
    const [dx, dy] = [(place[0] - held.place[0]) / width, (place[1] - held.place[1]) / height];
    middle = [held.middle[0] + dx, held.middle[1] + dy];
    clamp();
  }
  function up() {
    held = null;
    changed();
    return false;
  }
  function draw({ context, side, ratio }) {
    const { left, top, width, height } = placed();
    const [l, t, r, b] = box();
    const frame = [left + l * width, top + t * height, (r - l) * width, (b - t) * height].map(
      (at) => at * side,
    );
    context.save();
    context.beginPath();
    context.rect(0, 0, side, side);
    context.rect(...frame);
    context.fillStyle = "rgba(0, 0, 0, 0.55)";
    context.fill("evenodd");
    [context.lineWidth, context.strokeStyle] = [2 * ratio, "#fff"];
    context.strokeRect(...frame);
    context.restore();
  }
  return crop;
}
