// The editor: one picture, sliders that change it, a part of another picture in it, before and after. What is chosen
// is an edit, plain JSON that the server draws, that undo steps through and that a saved PNG carries.

// instrument: common(), enlarge, saveOne, shelf, fail and others of create.js; film(wanted): make one of edits;
// ask(): the chosen model is to be fetched first.
function makeEditor(parts, instrument) {
  const { asker, state, enlarge, saveOne, download, shelf, fail, film, ask } = instrument;
  const { t, ui, press, able } = parts;
  const editor = { redraw, go, recipe, lookUp };
  const newest = makeNewest((request) => server.edited(request), take);
  const pictures = { before: document.createElement("canvas"), after: document.createElement("canvas") };
  const board = makeBoard(ui.board, ui.split, { changed });
  const slid = makeSliders(parts, { changed });
  const paste = makePaste(parts, { changed, brushed: (isOn) => board.use(isOn ? paste.brush : null) });
  const undo = makeUndo({ apply, told });
  const isOwn = (source) => Boolean(source?.startsWith("own/"));
  // own: the model that was fitted to the picture here, or null: then the chosen one draws it.
  let own = null;
  const common = () => ({ ...instrument.common(), ...(own && { source: own }) });
  // A chosen picture is fitted by the chosen model, not by one that was tuned to another picture.
  const parent = () => instrument.common().source;
  const given = { ...instrument, common, parent, board, edit: editNow };
  makeExamples(parts, { ...given, made: offer });
  const fits = makeOwn(parts, { ...given, go: editOwn, takeAlong });
  makeFilms(parts, {
    edit: editNow,
    source: () => common().source,
    parent,
    ask: film,
    fail,
  });
  // kept: parts of an edit that the controls do not show; of: the chosen model to which its latent belongs.
  let [offered, resting, joined, kept] = ["", 0, 0, null];

  const chosen = () => ({
    seed: seedOf(ui.editseed),
    amounts: slid.amounts,
    paste: paste.state(),
    kept,
    own,
  });

  // -- the edit -----------------------------------------------------------------------------------------------

  function editNow() {
    const { label, psi } = common();
    const start = { ...(label !== "*" && label !== "**" && { label }), ...(psi !== 1 && { psi }) };
    const moves = Object.entries(slid.amounts).map(([name, amount]) => ({ kind: "direction", name, amount }));
    const mixed = paste.step(start);
    const found = kept?.latent && { latent: kept.latent, ...(kept.label !== null && { label: kept.label }) };
    const first = found ?? { seed: seedOf(ui.editseed), ...start };
    return { ...first, steps: [...(kept?.steps ?? []), ...moves, ...(mixed ? [mixed] : [])] };
  }

  // The controls as an edit has them. Steps that no control shows are kept as they are.
  function controlsOf({ seed = 0, latent, label, psi, steps = [] }) {
    const found = { seed, amounts: {}, paste: {}, kept: null };
    const others = [];
    for (const step of steps) {
      const { other } = step;
      const isPlain =
        other?.seed !== undefined && !other.steps?.length && other.label === label && other.psi === psi;
      if (step.kind === "direction" && !(step.name in found.amounts)) found.amounts[step.name] = step.amount;
      else if (step.kind === "features" && isPlain && !found.paste.where)
        found.paste = {
          seed: step.other.seed,
          amount: step.amount,
          where: `side:${step.side}`,
          region: step.region ?? null,
        };
      else if (step.kind === "styles" && isPlain && !found.paste.where && groupOf(step.layers))
        found.paste = {
          seed: step.other.seed,
          amount: step.amount,
          where: `layers:${groupOf(step.layers)}`,
        };
      else others.push(step);
    }
    if (latent || others.length) found.kept = { latent, label: label ?? null, steps: others };
    return found;
  }
  const groupOf = (layers) =>
    Object.keys(about.layers).find((name) => String(about.layers[name]) === String(layers));

  function apply(chosenThen) {
    ui.editseed.value = chosenThen.seed;
    kept = chosenThen.kept;
    if ("own" in chosenThen) own = chosenThen.own;
    slid.set(chosenThen.amounts);
    paste.set(chosenThen.paste);
    draw(true);
  }

  function changed() {
    const isMovement = performance.now() - joined < 500; // one drag is one step back
    joined = performance.now();
    undo.add(chosen(), isMovement);
    draw(false);
  }
  function told() {
    able(ui.undo, undo.canUndo());
    able(ui.redo, undo.canRedo());
  }

  // -- what the model can ---------------------------------------------------------------------------------------

  let about = { directions: [], sides: [], layers: {} };

  async function lookUp(source) {
    if (ui.editpanel.hidden || offered === source) return;
    offered = source;
    await told_of(server.editor({ source, asker: asker + "l" }), source);
    if (slid.forget()) draw(false);
  }
  async function told_of(asked, source) {
    const answer = await asked.catch(() => undefined);
    if (source !== offered) return;
    if (!answer?.directions) offered = ""; // it is asked again
    if (answer?.remote) return ask();
    if (answer?.dropped) return;
    if (!answer || answer.error) return fail(answer?.error ?? t("lost"));
    offer(answer);
    if (!isOwn(source)) undo.begin(chosen());
  }
  function offer(answer) {
    about = { ...about, ...answer };
    slid.offer(about.directions);
    paste.offer(about);
  }
  press(ui.lookfor, async () => {
    const source = offered;
    able(ui.lookfor, false);
    ui.lookfor.textContent = t("edit.looking");
    await told_of(server.look_for({ source, asker: asker + "l" }), source);
    ui.lookfor.textContent = t("edit.look_for");
    able(ui.lookfor, true);
  });

  // -- pictures -------------------------------------------------------------------------------------------------

  function redraw(exact) {
    if (ui.editpanel.hidden || !state.chosen?.source) return;
    if (kept?.latent && kept.of !== state.chosen.source) kept = own = null; // another model was chosen
    lookUp(common().source);
    fits.tell();
    draw(exact);
  }
  function draw(exact) {
    if (ui.editpanel.hidden || !state.chosen?.source) return;
    clearTimeout(resting);
    newest.want({ asker: asker + "e", source: common().source, edit: JSON.stringify(editNow()), exact });
  }

  async function take(request, answer) {
    if (answer?.remote) return ask();
    if (!answer || answer.error) return fail(answer?.error ?? t("lost"));
    fail("");
    const bitmap = await decodeSheet(answer);
    paintFrom(bitmap, answer, 0, pictures.before);
    paintFrom(bitmap, answer, 1, pictures.after);
    board.show(pictures);
    state.model = answer.model;
    ui.board.dataset.drawn = JSON.stringify([request.source, request.edit, request.exact]);
    clearTimeout(resting);
    if (!newest.isWaiting()) resting = setTimeout(() => rest(request), 400);
  }
  function rest(request) {
    if (newest.isBusy()) return;
    if (!request.exact) return draw(true);
    if (undo.canUndo()) shelf.add(recipe(), pictures.after);
  }

  function recipe() {
    const { source, label, psi } = common();
    return { kind: "edit", source, label, psi, edit: editNow() };
  }

  // Show an edit: that of a kept picture, of a PNG, or a seed alone. of: its model, if another is being chosen.
  async function go(edit, of = state.chosen.source) {
    const fitted = isOwn(of) ? of : null;
    await lookUp(fitted ?? parent());
    const found = controlsOf(edit);
    const latentOf = fitted ? state.chosen.source : of;
    apply({ ...found, own: fitted, kept: found.kept && { ...found.kept, of: latentOf } });
    undo.add(chosen());
  }

  // An own picture, as a fit has found it: a latent of a model of its own.
  async function editOwn({ source, latent, label }) {
    await go({ latent, ...(label !== null && { label }) }, source);
  }
  // The own picture goes along to the model that is chosen now.
  function takeAlong(source) {
    if (kept?.latent) [kept.of, own] = [source, null];
  }

  press(ui.undo, undo.undo);
  press(ui.redo, undo.redo);
  press(ui.editreset, () => {
    slid.set({});
    paste.set({});
    paste.lift();
    kept = kept?.latent ? { ...kept, steps: [] } : null;
    undo.add(chosen());
    draw(true);
  });
  press(ui.editkeep, () => shelf.toggle(recipe(), pictures.after));
  press(ui.editsave, () => saveOne(recipe()));
  press(ui.editlatent, () => {
    const { source } = common();
    return download(server.save_latent({ source, edit: JSON.stringify(editNow()) }));
  });
  press(ui.editopen, () => {
    const { psi } = state.chosen;
    const before = { canvas: pictures.before, text: t("edit.before"), psi };
    enlarge({ items: [before, { canvas: pictures.after, text: t("edit.after"), psi }], index: 1 }, recipe);
  });
  ui.editseed.addEventListener("input", () => {
    kept = own = null; // seeds are those of the chosen model
    changed();
  });
  ui.editpanel.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) undo.redo();
    else undo.undo();
  });
  return editor;
}
