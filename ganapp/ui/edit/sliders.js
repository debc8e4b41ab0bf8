// The sliders of a model's directions: one for each, with its amount. It asks nobody and keeps no picture.

// changed(): an amount was moved. slid.amounts: {name: amount} without those of 0.
function makeSliders({ t, ui, show, make, className, number }, { changed }) {
  const slid = { amounts: {}, offer, set, forget };
  let rows = new Map(); // name -> {input, output}

  // found: [{name, low, high}], in the order of the list. Amounts of names that are gone stay: an edit may have them.
  function offer(found) {
    rows = new Map();
    ui.sliders.replaceChildren(...found.map(slider));
    show(ui.nodirections, !found.length);
    set(slid.amounts);
  }

  // Amounts of directions that another model had. Whether there were any.
  function forget() {
    const gone = Object.keys(slid.amounts).filter((name) => !rows.has(name));
    for (const name of gone) delete slid.amounts[name];
    return gone.length > 0;
  }

  function slider({ name, low, high }) {
    const text = shown(name);
    const input = make("input", undefined, {
      type: "range",
      min: low,
      max: high,
      step: high - low <= 20 ? 0.05 : 1,
    });
    input.ariaLabel = text;
    const output = make("output", "0");
    const row = make("label", undefined, { className: "slider" });
    row.append(make("span", text), input, output);
    input.addEventListener("input", () => {
      const amount = Number(input.value);
      if (amount) slid.amounts[name] = amount;
      else delete slid.amounts[name];
      say(name);
      changed();
    });
    // a double press puts it back
    input.addEventListener("dblclick", () => {
      delete slid.amounts[name];
      put(name);
      changed();
    });
    rows.set(name, { input, output });
    return row;
  }

  function shown(name) {
    const found = /^pca-(\d+)$/.exec(name);
    return found ? t("edit.pca", { n: found[1] }) : className(name);
  }

  function set(amounts) {
    slid.amounts = { ...amounts };
    for (const name of rows.keys()) put(name);
  }
  function put(name) {
    rows.get(name).input.value = slid.amounts[name] ?? 0;
    say(name);
  }
  function say(name) {
    rows.get(name).output.textContent = number(slid.amounts[name] ?? 0, 1);
  }
  return slid;
}
