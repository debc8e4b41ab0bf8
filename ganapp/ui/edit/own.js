// Own pictures in the editor: chosen and cropped, brought into the model or repaired while one watches, and then edited
// as any other picture. The work is done by the server, which is asked how far it is.

// common(), choose(), fail and download: see create.js. edit(): the edit that is shown, which is repaired where no
// picture was chosen; go(found): edit an answer, {source, latent, label}. takeAlong(source): what is edited goes to
// that model; parent(): the model of a chosen picture; ask(): the chosen model is to be fetched first.
function makeOwn(parts, instrument) {
  const { asker, state, common, choose: chooseModel, parent, board, edit, go, takeAlong, ask } = instrument;
  const { t, ui, show, press, able, make, number, set, fail, download } = { ...parts, ...instrument };
  const REPAIRS = [
    ["invert", 0, "edit.repair.invert"],
    ["inpaint", 0, "edit.repair.inpaint"],
    ["upscale", 2, "edit.repair.upscale2"],
    ["upscale", 4, "edit.repair.upscale4"],
    ["colourise", 0, "edit.repair.colourise"],
    ["denoise", 0, "edit.repair.denoise"],
    ["deblur", 0, "edit.repair.deblur"],
    ["clean", 0, "edit.repair.clean"],
    ["unpixelate", 0, "edit.repair.unpixelate"],
    ["drag", 0, "edit.repair.drag"],
  ];
  const stages = { seeds: "edit.stage.seeds", latent: "edit.stage.latent", weights: "edit.stage.weights" };
  const crop = makeCrop({ size: () => Number(ui.cropsize.value), changed: look });
  const brush = makeBrush({
    size: () => Number(ui.brushsize.value),
    erases: () => false,
    marked: () => {},
  });
  const points = makePoints(16);
  const picture = document.createElement("canvas"); // as the model takes it
  const best = document.createElement("canvas");
  const lasting = makeLasting("ganapp.fit"); // the name of the fit, until it has ended
  let [path, fit, kept] = ["", "", ""];

  REPAIRS.forEach(([name, amount, words]) =>
    ui.repair.append(make("option", t(words), { value: `${name}:${amount}` })),
  );
  const repair = () => {
    const [name, amount] = ui.repair.value.split(":");
    return { repair: name, amount: Number(amount) };
  };

  const isChosen = () => Boolean(path) && repair().repair !== "drag"; // else what is edited is fitted
  const what = () => ({
    source: isChosen() ? parent() : common().source,
    label: common().label,
    repair: repair().repair,
  });
  const time = makeFitTime(parts, { asked: what });
  const refuse = (answer) => (answer?.remote ? ask() : fail(answer?.error ?? t("lost")));

  // -- the picture --------------------------------------------------------------------------------------------

  async function choose(file) {
    if (!file) return;
    fail("");
    if (file.name.toLowerCase().endsWith(".npz")) return openLatent(file);
    try {
      crop.take(await createImageBitmap(file, { imageOrientation: "from-image" }));
      [path] = await postFiles([file]);
    } catch {
      return fail(t("edit.own.unread", { name: file.name }));
    }
    brush.region = null;
    show(ui.owncrop, true);
    await look();
  }

  async function openLatent(file) {
    const { source } = common();
    const answer = await postFiles([file])
      .then(([uploaded]) => server.open_latent({ source, path: uploaded }))
      .catch(() => undefined);
    if (!answer?.edit) return refuse(answer);
    go({ source, latent: answer.edit.latent, label: answer.edit.label ?? null });
  }

  // The chosen part, as the model takes it.
  async function look() {
    const answer = await server
      .seen({ source: parent(), asker: asker + "o", path, box: crop.box() })
      .catch(() => undefined);
    if (!answer?.data) return refuse(answer);
    fail("");
    tell();
    paintFrom(await decodeSheet(answer), answer, 0, picture);
    if (ui.owncrop.ariaPressed !== "true") board.show({ before: picture, after: picture });
  }

  function tool(button, isOn) {
    for (const each of [ui.owncrop, ui.ownbrush, ui.ownpoints])
      each.ariaPressed = String(each === button && isOn);
    const crops = button === ui.owncrop && isOn;
    show(ui.cropping, crops);
    if (path) board.show(crops ? { before: null, after: crop.whole } : { before: picture, after: picture });
    board.use(!isOn ? null : crops ? crop : button === ui.ownpoints ? points : brush);
  }
  for (const button of [ui.owncrop, ui.ownbrush, ui.ownpoints])
    press(button, () => tool(button, button.ariaPressed !== "true"));
  ui.cropsize.addEventListener("input", () => {
    crop.resize();
    board.redraw();
  });
  ui.cropsize.addEventListener("change", look);
  press(ui.ownchoose, () => ui.ownfile.click());
  ui.ownfile.addEventListener("change", () => choose(ui.ownfile.files[0]));
  ui.repair.addEventListener("change", () => {
    const { repair: name } = repair();
    show(ui.ownbrush, name === "inpaint");
    show(ui.ownpoints, name === "drag");
    if (name === "drag") tool(ui.ownpoints, true);
    else tool(ui.ownbrush, name === "inpaint");
    tell();
  });
  // -- the work -----------------------------------------------------------------------------------------------

  // All that the form says, at the moment of the press.
  function wanted() {
    const { repair: name, amount } = repair();
    const given = isChosen() ? { path, box: crop.box() } : { edit: JSON.stringify(edit()) };
    if (name === "drag") {
      given.points = points.points.map(({ from }) => from);
      given.targets = points.points.map(({ to }) => to);
    }
    if (name === "inpaint") given.region = JSON.stringify(brush.region);
    return { ...what(), asker: asker + "o", amount, ...given };
  }
  press(ui.fitstart, async () => {
    const { repair: name } = repair();
    if (name === "inpaint" && !brush.region) return set(ui.fitsaid, t("edit.own.mark_first"));
    if (name === "drag" && !points.points.length) return set(ui.fitsaid, t("edit.own.points_first"));
    const request = wanted();
    able(ui.fitstart, false); // a second press starts no second fit
    tool(null, false);
    const answer = await server.fit(request).catch(() => undefined);
    if (!answer?.fit) {
      able(ui.fitstart, true);
      return refuse(answer);
    }
    points.points = [];
    fail("");
    follow(answer.fit);
  });
  press(ui.fitstop, () => server.stop_fit({ fit }).catch(() => {}));

  function follow(name) {
    lasting.set((fit = name));
    begin(true);
    watch(name);
  }
  function begin(isBusy) {
    able(ui.fitstart, !isBusy);
    for (const node of [ui.fitstop, ui.fitbar]) show(node, isBusy);
    if (!isBusy) return;
    ui.answers.replaceChildren();
    show(ui.fitkeep, false);
    ui.fitbar.removeAttribute("value");
    set(ui.fitsaid, t("edit.fit.begins"));
  }

  async function watch(name) {
    for (;;) {
      await new Promise((done) => setTimeout(done, 500));
      if (fit !== name || !element.isConnected) return;
      const isReady = Boolean(state.chosen?.source); // not yet where the page is loaded again
      const answer = isReady && (await server.fitting({ fit: name }).catch(() => undefined));
      if (!answer) continue; // the connection is lost: the work goes on
      if (answer.error) return end(answer.error);
      if (answer.data) await render(answer);
      else if (answer.place) set(ui.fitsaid, t("edit.fit.waits", { n: answer.place }));
      if (answer.state === "done" || answer.state === "stopped") return finish(name, answer);
    }
  }

  async function render(answer) {
    const bitmap = await decodeSheet(answer);
    paintFrom(bitmap, answer, 0, best);
    board.show({ before: path ? picture : null, after: best });
    ui.fitbar.value = answer.share;
    if (answer.distance !== undefined) {
      const values = { sec: number(answer.seconds), px: number(answer.distance, 1) };
      set(ui.fitsaid, t("edit.drag.at", values));
      return bitmap;
    }
    const values = {
      stage: t(stages[answer.stage] ?? "edit.stage.done"),
      sec: number(answer.seconds),
      dB: number(answer.psnr, 1),
    };
    set(ui.fitsaid, t("edit.fit.at", values));
    return bitmap;
  }

  function end(sentence = "") {
    lasting.set((fit = ""));
    begin(false);
    fail(sentence);
    if (sentence) set(ui.fitsaid, "");
  }

  async function finish(name, answer) {
    end();
    if (!answer.latents) return set(ui.fitsaid, "");
    kept = name;
    if (answer.distance !== undefined) return pick(answer, 0);
    const said = t(answer.spread ? "edit.fit.repaired" : "edit.fit.done", {
      sec: number(answer.seconds),
      dB: number(answer.psnr, 1),
    });
    set(ui.fitsaid, answer.note ? `${said} ${answer.note}` : said);
    show(ui.fitkeep, KEEPS);
    await answers.offer(answer);
    if (answer.latents.length === 1) pick(answer, 0);
  }
  const pick = ({ source: model, latents, labels }, i) =>
    go({ source: model, latent: latents[i], label: labels[i] });
  const answers = makeAnswers(parts, {
    pick,
    save: (i) => download(server.save_answer({ fit: kept, answer: i })),
  });

  press(ui.fitkeep, async () => {
    const answer = await server
      .keep_fit({ fit: kept, name: ui.ownfile.files[0]?.name.replace(/\.\w+$/, "") ?? "" })
      .catch(() => undefined);
    if (!answer?.source) return fail(answer?.error ?? t("lost"));
    show(ui.fitkeep, false);
    set(ui.fitsaid, t("edit.fit.kept", { name: answer.source }));
    takeAlong(answer.source);
    chooseModel({ source: answer.source });
  });
  // How long it takes is said while a person can see it.
  function tell() {
    if (ui.own.open && state.chosen?.source) time.tell();
  }
  ui.own.addEventListener("toggle", tell);
  if ((ui.own.open = Boolean(lasting.get()))) follow(lasting.get());
  return { tell };
}
