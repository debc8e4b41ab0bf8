// The picture between two seeds, which follows a slider. It can be enlarged, saved and kept.

// common(): source, label and psi of the page; enlarge, saveOne, shelf, fail and ask: see create.js.
function makeMix({ t, ui, press }, { asker, state, common, enlarge, saveOne, shelf, fail, ask }) {
  const mix = { redraw, go };
  const newest = makeNewest((request) => server.mix(request), take);
  let [resting, changed] = [0, false];

  const asked = () => ({ a: seedOf(ui.mixa), b: seedOf(ui.mixb), position: Number(ui.position.value) });

  function redraw(exact) {
    if (ui.mixpanel.hidden || !state.chosen?.source) return;
    newest.want({ asker: asker + "x", ...common(), ...asked(), exact });
  }

  async function take(request, answer) {
    if (answer?.remote) return ask();
    if (!answer || answer.error) return fail(answer?.error ?? t("lost"));
    fail("");
    paintFrom(await decodeSheet(answer), answer, 0, ui.miximage);
    state.model = answer.model;
    const { a, b, position } = request;
    ui.miximage.dataset.drawn = JSON.stringify([request.source, a, b, position, request.exact]);
    ui.mixopen.title = ui.mixopen.ariaLabel = t("create.mix.is", {
      a,
      b,
      percent: Math.round(100 * position),
    });
    clearTimeout(resting);
    if (!newest.isWaiting()) resting = setTimeout(() => rest(request), 400);
  }

  function rest(request) {
    if (newest.isBusy()) return;
    if (!request.exact) return redraw(true);
    if (changed) shelf.add(recipe(), ui.miximage);
    changed = false;
  }

  const recipe = () => ({ kind: "mix", ...common(), ...asked() });

  function go({ a, b, position }) {
    [ui.mixa.value, ui.mixb.value, ui.position.value] = [a, b, position];
    redraw(true);
  }

  for (const input of [ui.position, ui.mixa, ui.mixb])
    input.addEventListener("input", () => {
      changed = true;
      clearTimeout(resting);
      redraw(false);
    });
  press(ui.mixopen, () => {
    const { a, b, position } = asked();
    const text = t("create.mix.is", { a, b, percent: Math.round(100 * position) });
    enlarge({ items: [{ canvas: ui.miximage, text, psi: state.chosen.psi }] }, recipe);
  });
  press(ui.mixkeep, () => shelf.toggle(recipe(), ui.miximage));
  press(ui.mixsave, () => saveOne(recipe()));
  return mix;
}
