// One picture before and after with a handle between them: dragged on the picture, or moved by the slider below it.
// It asks nobody for anything.

// name: what the picture is called; removed(): a person wants it away; marked(region): see marking.js. pair.node is its
// card.
function makePair(parts, name, { removed, marked }) {
  const { t, make, fileUrl } = parts;
  const pair = { node: make("div", undefined, { className: "card", role: "listitem" }), say, show };
  const sides = make("div", undefined, { className: "sides" });
  const image = (className, alt) => make("img", undefined, { className, alt, draggable: false });
  const before = image("before", t("translate.before", { name }));
  const after = image("after", t("translate.after", { name }));
  const state = make("span", t("translate.waits"), { className: "state" });
  const slider = make("input", undefined, { type: "range", min: 0, max: 100, step: 1, value: 50 });
  slider.ariaLabel = t("translate.split", { name });
  const save = make("a", t("translate.save"), {
    className: "save",
    title: t("translate.save_this", { name }),
  });
  save.ariaLabel = save.title;
  const remove = make("button", t("translate.remove"), { title: t("translate.remove_this", { name }) });
  remove.ariaLabel = remove.title;
  remove.addEventListener("click", removed);
  sides.append(before, after, make("span", undefined, { className: "handle" }), state);
  sides.style.aspectRatio = 1;
  const tools = make("div", undefined, { className: "tools" });
  tools.append(save, remove);
  pair.node.append(sides, slider, make("span", name, { className: "name", title: name }), tools);
  for (const node of [before, after, slider, save]) node.hidden = true;

  function place() {
    sides.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", t("translate.split.at", { percent: slider.value }));
  }
  slider.addEventListener("input", place);
  place();
  function lay(percent) {
    slider.value = percent;
    place();
  }
  const marking = makeMarking(parts, name, {
    sides,
    tools,
    began: () => lay(100), // all of it before
    ended: () => lay(50),
    marked,
  });
  pair.offerMarking = marking.offer;

  function move(event) {
    const box = sides.getBoundingClientRect();
    lay((100 * (event.clientX - box.left)) / (box.width || 1));
  }
  sides.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0 || slider.hidden) return;
    sides.setPointerCapture(event.pointerId);
    move(event);
  });
  sides.addEventListener("pointermove", (event) => {
    if (sides.hasPointerCapture(event.pointerId)) move(event);
  });

  // A word on how it goes; the picture that was there stays while it is at work. how: "waits", "works", "left" or
  // "wrong", which is what went wrong.
  function say(text, how) {
    state.textContent = text;
    state.classList.toggle("wrong", how === "wrong");
    sides.ariaBusy = String(how === "works");
    if (how !== "wrong") return;
    sides.classList.remove("done");
    for (const node of [before, after, slider, save]) node.hidden = true;
  }

  // answer: what the server function "translated" gives. Both pictures are there when it is shown.
  async function show(answer) {
    const urls = [answer.before, answer.after].map((file) => fileUrl(file));
    const images = urls.map((src) => Object.assign(new Image(), { src }));
    await Promise.all(images.map((one) => one.decode()));
    [before.src, after.src] = urls;
    sides.style.aspectRatio = `${answer.width} / ${answer.height}`;
    sides.style.maxWidth = `calc(50vh * ${answer.width / answer.height})`;
    for (const node of [before, after, slider, save]) node.hidden = false;
    sides.classList.add("done");
    sides.classList.toggle("large", answer.width > sides.clientWidth * devicePixelRatio);
    sides.ariaBusy = "false";
    Object.assign(save, { href: urls[1], download: answer.name });
  }
  return pair;
}
