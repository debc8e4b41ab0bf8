// What was made in this session, and what a person keeps over sessions: two strips of recipes with a small picture
// each. A recipe says how to draw it again; the browser keeps no files. It draws nothing itself.

// A recipe: {kind, source, label, psi} and seeds for "grid", seed for "seed", a, b, position for "mix", first, x, y
// for "map". thumbnail(recipe, canvas) draws it anew; restore(recipe) shows it large; tell(recipe) names it.
function makeShelf({ t, ui, show, make }, { thumbnail, restore, tell }) {
  const KEPT = "ganapp.kept";
  const SESSION = "ganapp.session";
  const MOST = { kept: 60, session: 80 };
  const shelf = { add, toggle, isKept, drawMissing };
  const lists = { kept: read("localStorage", KEPT), session: read("sessionStorage", SESSION) };
  const pictures = new Map(); // key of a recipe -> its small canvas
  let drawing = false;

  function read(store, key) {
    try {
      const found = JSON.parse(window[store].getItem(key) ?? "[]");
      return Array.isArray(found) ? found.filter((one) => one?.kind && one.source) : [];
    } catch {
      return []; // storage is blocked, or the value is damaged
    }
  }
  function write(store, key, value) {
    try {
      window[store].setItem(key, JSON.stringify(value));
    } catch {
      // storage is blocked or full: the list lasts as long as the page
    }
  }
  function keyOf(recipe) {
    return JSON.stringify(Object.entries(recipe).sort());
  }
  function isKept(recipe) {
    return lists.kept.some((one) => keyOf(one) === keyOf(recipe));
  }

  // Made in this session. canvas: what it looks like, if that is on the screen.
  function add(recipe, canvas) {
    const key = keyOf(recipe);
    if (canvas) pictures.set(key, smallCopy(canvas));
    lists.session = [recipe, ...lists.session.filter((one) => keyOf(one) !== key)].slice(0, MOST.session);
    write("sessionStorage", SESSION, lists.session);
    render("session");
  }

  // Keep it over sessions, or no longer.
  function toggle(recipe, canvas) {
    const key = keyOf(recipe);
    if (canvas) pictures.set(key, smallCopy(canvas));
    lists.kept = isKept(recipe)
      ? lists.kept.filter((one) => keyOf(one) !== key)
      : [recipe, ...lists.kept].slice(0, MOST.kept);
    write("localStorage", KEPT, lists.kept);
    render("kept");
    render("session");
  }

  function smallCopy(canvas) {
    const copy = make("canvas", undefined, { width: canvas.width, height: canvas.height });
    copy.getContext("2d").drawImage(canvas, 0, 0);
    return copy;
  }

  function render(name) {
    ui[name].replaceChildren(...lists[name].map((recipe) => entry(recipe)));
    show(ui.nokept, !lists.kept.length);
  }

  function entry(recipe) {
    const words = tell(recipe);
    const star = make("button", isKept(recipe) ? "★" : "☆", { className: "star" });
    star.ariaLabel = star.title = t(isKept(recipe) ? "create.unkeep" : "create.keep_this", { what: words });
    star.addEventListener("click", () => toggle(recipe));
    const open = make("button", undefined, { className: "open" });
    open.ariaLabel = open.title = words;
    open.append(smallOf(recipe));
    open.addEventListener("click", () => restore(recipe));
    const item = make("div", undefined, { className: "entry", role: "listitem" });
    item.append(open, star);
    return item;
  }

  // A recipe may stand in both strips, and a canvas can be only in one place.
  function smallOf(recipe) {
    const picture = pictures.get(keyOf(recipe));
    if (picture) return smallCopy(picture);
    return make("canvas", undefined, { width: 8, height: 8, className: "missing" });
  }

  // Draw again what the browser remembers, one at a time; it stops when `isFree()` says that others draw.
  async function drawMissing(isFree) {
    if (drawing) return;
    drawing = true;
    for (const recipe of [...lists.kept, ...lists.session]) {
      if (!isFree()) break;
      if (pictures.has(keyOf(recipe))) continue;
      const canvas = make("canvas", undefined, { width: 8, height: 8 });
      await thumbnail(recipe, canvas).catch(() => {}); // its model may be gone
      pictures.set(keyOf(recipe), canvas);
      render("kept");
      render("session");
    }
    drawing = false;
  }

  render("kept");
  render("session");
  return shelf;
}
