// Sentences in a banner of a component, with a button that undoes what one says.

function makeTeller({ t, make, press, show }, box) {
  return function tell(text, kind = "", undo = null) {
    const nodes = [make("span", text)];
    if (undo) {
      const back = make("button", t("undo"), { className: "link" });
      press(back, undo);
      nodes.push(back);
    }
    box.replaceChildren(...nodes);
    box.classList.toggle("bad", kind === "bad");
    show(box, Boolean(text));
  };
}
