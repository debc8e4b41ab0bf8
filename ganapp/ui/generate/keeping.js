// What can be done with one picture: shown large, saved as a file, kept, and drawn again from its recipe.

// restore(recipe) shows it in its instrument; the rest: see create.js.
function makeKeeping(parts, { asker, state, fail, restore }) {
  const { t, ui, set, settings: own, keep, make, fileUrl } = parts;
  const shelf = makeShelf(parts, { thumbnail, restore, tell });

  // Show pictures large, shown as lightbox.js takes it: recipe(item) says how each is made again, more are further
  // actions.
  function enlarge(shown, recipe, more = []) {
    const saved = { text: t("create.save"), act: (item) => saveOne(recipe(item)), stays: true };
    const kept = {
      text: (item) => t(shelf.isKept(recipe(item)) ? "create.unkeep_one" : "create.keep_one"),
      act: (item) => shelf.toggle(recipe(item), item.canvas),
      stays: true,
    };
    const items = shown.items.map((item) => ({ model: state.model, ...item }));
    const detail = { ...shown, items, actions: [saved, kept, ...more] };
    window.dispatchEvent(new CustomEvent("ganapp:enlarge", { detail }));
  }

  // -- files ------------------------------------------------------------------------------------------------

  const size = () => ({ times: Number(own.times), smooth: own.how === "lanczos" });

  async function saveOne({ kind, ...recipe }) {
    const request = { asker: asker + "s", ...recipe, ...size() };
    if (kind !== "edit") return download(server.save(request));
    const asked = server.save_edited({ ...request, edit: JSON.stringify(recipe.edit) });
    await download(asked, recipe.source.startsWith("own/") ? "create.saved.fitted" : "create.saved");
  }

  // A promise of the answer; undefined if there was no file.
  async function download(asked, words = "create.saved") {
    const answer = await asked.catch(() => undefined);
    if (!answer?.file) return fail(answer?.error ?? t("lost"));
    fail("");
    make("a", undefined, { href: fileUrl(answer.file), download: answer.name }).click();
    set(ui.said, t(words, { file: answer.name }));
    return answer;
  }

  for (const name of ["times", "how"]) {
    ui[name].value = own[name];
    ui[name].addEventListener("change", () => keep({ [name]: ui[name].value }));
  }

  // -- from a recipe ----------------------------------------------------------------------------------------

  async function thumbnail(recipe, canvas) {
    const { kind, source, label, psi, first, x, y } = recipe;
    const asked = { asker: asker + "t", source, label, psi, exact: true };
    const seeds = recipe.seeds ?? String(recipe.seed);
    const answers = {
      mix: () => server.mix({ ...asked, ...recipe }),
      map: () => server.places({ ...asked, first, places: [[x, y]] }),
      edit: () => server.edited({ ...asked, edit: JSON.stringify(recipe.edit) }),
    };
    const answer = await (answers[kind] ?? (() => server.draw({ ...asked, seeds, start: 0, count: 4 })))();
    if (!answer?.data) return;
    const bitmap = await decodeSheet(answer);
    if (kind === "edit") return paintFrom(bitmap, answer, 1, canvas); // the first is without the edit
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
  }

  function tell(recipe) {
    const { kind, source: model, position, x, y } = recipe;
    if (kind === "mix") return t("create.is.mix", { ...recipe, model, percent: Math.round(100 * position) });
    if (kind === "map") return t("create.is.map", { ...recipe, model, x: x.toFixed(2), y: y.toFixed(2) });
    if (kind === "edit") return t("create.is.edit", { model, seed: recipe.edit.seed ?? "–" });
    return t("create.is.seeds", { model, seeds: recipe.seeds ?? recipe.seed });
  }

  return { shelf, enlarge, saveOne, download, size };
}
