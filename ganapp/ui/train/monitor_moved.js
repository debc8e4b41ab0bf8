// A run that rests and whose pictures are not where they were: a button that asks for their new place.

// act(run, word, more): asks the server about that run; ask(word): about none; shown(): the run that is drawn.
function makeMoved(parts, { panel, act, ask, shown }) {
  const { t, ui, set, show, press, make } = parts;

  function render({ moved }) {
    show(ui.moved, CHANGES && Boolean(moved));
    if (!moved) panel.close();
  }

  async function open() {
    const run = shown();
    const question = { parts, panel, run, act: (word, more) => act(run, word, more) };
    const list = make("datalist", undefined, { id: "ganapp-places" });
    const place = make("input", undefined, { type: "text", spellcheck: false, autocomplete: "off" });
    place.setAttribute("list", list.id);
    const about = make("p", t("moved.about"), { className: "hint" });
    const wrong = makeWrong(parts);
    const send = async (yes) => {
      wrong.say("");
      set(yes, t("moved.busy"));
      await sendAnswer(question, yes, wrong, ["data", { place: place.value }]);
      set(yes, t("moved.yes"));
    };
    const yes = makeItem(parts, "moved.yes", send, "primary");
    place.addEventListener("keydown", (event) => event.key === "Enter" && yes.click());
    const no = makeItem(parts, "cancel", () => panel.close());
    const field = makeField(parts, t("moved.place"), place);
    panel.open(ui.choosedata, run, [field, list, about, wrong.node, makeRow(parts, no, yes)], place);
    const { places = [] } = await ask("places");
    list.replaceChildren(...places.map(([line, value]) => make("option", line, { value })));
  }

  press(ui.choosedata, () => (panel.isOpen() ? panel.close() : open()));
  return { render };
}
