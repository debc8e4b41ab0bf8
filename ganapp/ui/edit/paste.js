// Another picture in this one: its features within a brushed region, or its styles in some layers. What is chosen
// is plain JSON; it draws nothing but the region.

// changed(): something was moved; brushed(isOn): the brush is taken up or put down.
function makePaste({ t, ui, show, press, make }, { changed, brushed }) {
  const paste = { offer, set, state, step, brush: null, lift };
  const brush = makeBrush({
    size: () => Number(ui.brushsize.value),
    erases: () => ui.erase.ariaPressed === "true",
    marked() {
      if (ui.pasteamount.value === "0") ui.pasteamount.value = 1; // else nothing would be seen
    },
  });
  paste.brush = brush;
  let layers = {}; // name -> numbers, for a model with styles

  // about: {sides, layers}: of the maps of features, and the groups of layers of w.
  function offer(about) {
    ({ layers } = about);
    const words = { coarse: "edit.layers.coarse", middle: "edit.layers.middle", fine: "edit.layers.fine" };
    const groups = Object.keys(layers).map((name) => [`layers:${name}`, t(words[name])]);
    const sides = about.sides
      .filter((side) => side <= 32)
      .map((side) => [`side:${side}`, t("edit.side", { side })]);
    const before = ui.pastewhere.value;
    const options = [...groups, ...sides].map(([value, text]) => make("option", text, { value }));
    ui.pastewhere.replaceChildren(...options);
    const wanted = [before, "side:16", "side:8"].find((value) => options.some((one) => one.value === value));
    ui.pastewhere.value = wanted ?? options[0]?.value ?? "";
    show(ui.pasting, options.length > 0);
    showBrush();
  }

  function showBrush() {
    show(ui.brushing, ui.pastewhere.value.startsWith("side:"));
    if (ui.brushing.hidden) lift();
  }

  function state() {
    const { value: where } = ui.pastewhere;
    return { seed: seedOf(ui.pasteseed), amount: Number(ui.pasteamount.value), where, region: brush.region };
  }

  function set({ seed = 1, amount = 0, where, region = null }) {
    [ui.pasteseed.value, ui.pasteamount.value] = [seed, amount];
    if (where && [...ui.pastewhere.options].some((one) => one.value === where)) ui.pastewhere.value = where;
    brush.region = region;
    showBrush();
  }

  // The step of an edit, or null if nothing is mixed in. other: the rest of the other picture's edit.
  function step(other) {
    const { seed, amount, where } = state();
    if (!amount || !where) return null;
    const [kind, which] = where.split(":");
    const from = { ...other, seed };
    if (kind === "layers") return { kind: "styles", other: from, layers: layers[which], amount };
    const { region } = brush;
    return { kind: "features", other: from, side: Number(which), amount, ...(region && { region }) };
  }

  function lift() {
    for (const button of [ui.brush, ui.erase]) button.ariaPressed = "false";
    brushed(false);
  }
  for (const button of [ui.brush, ui.erase])
    press(button, () => {
      const isOn = button.ariaPressed === "true";
      for (const each of [ui.brush, ui.erase]) each.ariaPressed = String(each === button && !isOn);
      brushed(!isOn);
    });
  press(ui.clearmask, () => {
    brush.region = null;
    changed();
  });
  for (const input of [ui.pasteseed, ui.pasteamount]) input.addEventListener("input", changed);
  ui.pastewhere.addEventListener("change", () => {
    showBrush();
    changed();
  });
  return paste;
}
