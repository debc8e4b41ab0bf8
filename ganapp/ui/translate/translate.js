// Translate: pictures of one's own through a model that takes pictures. They are dropped, pasted, chosen or taken by the
// camera, and given to the server one after the other; each is shown before and after.

// common(), fail, download: see create.js.
function makeTranslator(parts, { asker, state, common, fail, download }) {
  const { t, ui, show, set, press, make, number, settings, keep } = parts;
  const translator = { redraw, offer, settled };
  const MOST = 200; // pictures at a time
  // {name, number, file or path (and member) or example, state, asked, pair, answer}; state: "waits", "works", "done",
  // "failed" or "left"; asked: what was wanted of it when it came to that, see wantedOf.
  let items = [];
  let [about, seed, came, isBusy] = [null, 0, 0, false];
  const whenSettled = [];
  const isShown = () => !ui.translatepanel.hidden;

  // -- what the model does --------------------------------------------------------------------------------------

  // found: what the server function "facts" says of a model that takes pictures.
  function offer(found) {
    about = found;
    show(ui.damaging, about.damage.length > 0);
    const names = about.damage.map((name) => t(`translate.damage.${name}`));
    set(ui.damagewords, t("translate.damage", { damage: names.join(t("translate.and")) }));
    ui[settings.damages ? "damagefirst" : "asitis"].checked = true;
    const sizes = [
      ["training", t("translate.size.training", { side: about.resolution })],
      ["whole", t("translate.size.whole", { most: number(about.most) })],
    ];
    ui.trsize.replaceChildren(...sizes.map(([value, text]) => make("option", text, { value })));
    ui.trsize.value = settings.whole ? "whole" : "training";
    renderAnother();
    for (const { pair } of items) pair.offerMarking(isFilling());
    offerExamples();
  }
  const isFilling = () => Boolean(about?.damage.includes("hole"));
  const damages = () => Boolean(about?.damage.length) && settings.damages;
  function renderAnother() {
    const isRandom = damages() && about.random;
    set(ui.another, t(isRandom ? "translate.otherwise" : "translate.another"));
    show(ui.another, Boolean(about?.noisy) || isRandom);
  }

  async function offerExamples() {
    const { source } = common();
    const answer = await server.examples({ source }).catch(() => undefined);
    if (source !== common().source) return;
    show(ui.trying, Boolean(answer?.data));
    if (!answer?.data) return;
    const bitmap = await decodeSheet(answer);
    const shown = Array.from({ length: answer.count }, (_, i) => {
      const name = t("translate.example", { n: i + 1 });
      const canvas = make("canvas", undefined, { ariaHidden: "true" });
      paintFrom(bitmap, answer, i, canvas);
      const button = make("button", undefined, { title: name });
      button.ariaLabel = name;
      button.append(canvas);
      button.addEventListener("click", () => add([{ example: i, name }]));
      return button;
    });
    ui.faces.replaceChildren(...shown);
  }

  // -- pictures come --------------------------------------------------------------------------------------------

  function add(more) {
    const room = Math.max(0, MOST - items.length);
    if (more.length > room) fail(t("translate.too_many", { most: MOST }));
    for (const item of more.slice(0, room)) {
      item.state = "waits";
      item.number = came++;
      item.pair = makePair(parts, item.name, {
        removed: () => remove(item),
        marked(region) {
          item.region = region;
          redraw();
        },
      });
      item.pair.offerMarking(isFilling());
      items.push(item);
    }
    lay();
    run();
  }
  function remove(item) {
    const index = items.indexOf(item);
    items = items.filter((one) => one !== item);
    lay();
    tell();
    const next = items[Math.min(index, items.length - 1)]?.pair.node.querySelector(".tools button");
    (next ?? ui.trchoose).focus();
  }
  // The newest first, where it is seen.
  function lay() {
    ui.pairs.replaceChildren(...items.map(({ pair }) => pair.node).reverse());
    ui.pairs.classList.toggle("one", items.length === 1);
    show(ui.trall, items.length > 1);
  }

  // Pictures at once, then what is in each ZIP.
  async function take(files) {
    fail("");
    const isZip = ({ name }) => /\.zip$/i.test(name);
    const pictures = files.filter((file) => !isZip(file));
    if (pictures.length) add(pictures.map((file) => ({ file, name: file.name })));
    for (const file of files.filter(isZip)) {
      const answer = await postFiles([file])
        .then(async ([path]) => ({ path, ...(await server.unpacked({ path })) }))
        .catch(() => undefined);
      if (!answer || answer.error) fail(answer?.error ?? t("lost"));
      else if (!answer.names.length) fail(t("translate.no_pictures"));
      else add(answer.names.map((member) => ({ path: answer.path, member, name: member.split("/").pop() })));
    }
  }

  // -- one after the other --------------------------------------------------------------------------------------

  async function run() {
    if (isBusy || !isShown()) return;
    isBusy = true;
    for (let item = next(); item && isShown(); item = next()) {
      tell();
      await translate(item);
    }
    isBusy = false;
    tell();
    for (const done of whenSettled.splice(0)) done();
  }
  function leave(item) {
    Object.assign(item, { state: "left", asked: textOf(wantedOf(item)) });
    item.pair.say(t("translate.left"), "left");
  }
  const next = () => items.find((item) => item.state === "waits");
  // A promise of the end of what goes on.
  function settled() {
    return new Promise((done) => (isBusy ? whenSettled.push(done) : done()));
  }

  // What the controls want of a picture. One in which a part is marked is not damaged besides.
  function wantedOf({ number: own, region }) {
    const { source, label } = common();
    const how = { source, label, damages: damages(), seed: seed + own, whole: settings.whole };
    return region && isFilling() ? { ...how, damages: false, region: textOf(region) } : how;
  }
  const textOf = JSON.stringify;

  async function translate(item) {
    const wanted = wantedOf(item);
    const asked = textOf(wanted);
    Object.assign(item, { state: "works", asked });
    item.pair.say(t("translate.works"), "works");
    const answer = await ask(item, wanted);
    if (item.state !== "works" || item.asked !== asked) return; // it is wanted otherwise meanwhile
    if (answer?.dropped) return void (item.state = "waits");
    if (!answer || answer.isLost) item.asked = ""; // the connection is lost: it is asked again
    const isWell = Boolean(answer?.after);
    item.state = isWell ? "done" : "failed";
    item.answer = answer;
    if (!isWell) return item.pair.say(answer?.error ?? t("lost"), "wrong");
    state.model = answer.model;
    await item.pair.show(answer).catch(() => item.pair.say(t("lost"), "wrong"));
  }

  async function ask(item, wanted) {
    const { file, name, member, example } = item;
    try {
      item.path ??= file && (await postFiles([file]))[0];
    } catch (error) {
      return { error: error.message, isLost: true };
    }
    const which = example === undefined ? { path: item.path, member } : { example };
    return server.translated({ asker: asker + "p", name, ...which, ...wanted }).catch(() => undefined);
  }

  // Those of which something else is wanted now: of another model, snapshot, damage, size or seed.
  function redraw() {
    if (!isShown()) return;
    for (const item of items.filter((one) => one.asked !== textOf(wantedOf(one)))) item.state = "waits";
    run();
  }

  function tell() {
    const isDone = ({ state: at }) => at === "done" || at === "failed";
    const [all, done] = [items.length, items.filter(isDone).length];
    ui.pairs.dataset.done = JSON.stringify(items.map((item) => [item.name, item.state]));
    show(ui.trgoing, isBusy && all > 1);
    ui.trbar.value = all ? done / all : 0;
    const counted = { done: number(done), all: number(all), n: number(done) };
    if (!all) return set(ui.trsaid, "");
    if (isBusy) return set(ui.trsaid, all > 1 ? t("translate.at", counted) : t("translate.works"));
    const words = done < all ? "translate.stopped" : all === 1 ? "translate.done.one" : "translate.done";
    set(ui.trsaid, t(words, counted));
  }

  // -- buttons --------------------------------------------------------------------------------------------------

  press(ui.trchoose, () => ui.trfiles.click());
  ui.trfiles.addEventListener("change", () => {
    take([...ui.trfiles.files]);
    ui.trfiles.value = ""; // so that the same file can be chosen again
  });
  press(ui.trstop, () => {
    for (const item of items.filter(({ state: at }) => at === "waits")) leave(item);
  });
  press(ui.trclear, () => {
    items = [];
    lay();
    tell();
    ui.trchoose.focus();
  });
  press(ui.trarchive, async () => {
    const files = items.filter((item) => item.state === "done").map(({ answer }) => answer.after);
    const answer = await download(server.packed({ files }));
    if (answer?.gone) fail(t("translate.gone", { n: number(answer.gone) }));
  });
  press(ui.another, () => {
    seed += 1000;
    redraw();
  });
  for (const radio of [ui.damagefirst, ui.asitis])
    radio.addEventListener("change", () => {
      keep({ damages: ui.damagefirst.checked });
      renderAnother();
      redraw();
    });
  ui.trsize.addEventListener("change", () => {
    keep({ whole: ui.trsize.value === "whole" });
    redraw();
  });
  const camera = makeCamera(parts, element, { take: (file) => take([file]), fail });
  makeIntake(parts, element, { isShown, take });
  translator.leave = camera.close; // another mode or model: nobody looks through it any more
  return translator;
}
