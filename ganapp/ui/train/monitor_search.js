// The search over all runs: a field, and below it the runs whose title, name or state holds what is typed.

function makeSearch(parts, { panel, runs, watch }) {
  const { t, kimg, ui, make, press } = parts;
  const MOST = 12; // runs shown at a time

  function open() {
    const input = make("input", undefined, {
      type: "search",
      placeholder: t("search.what"),
      spellcheck: false,
    });
    const list = make("ul", undefined, { id: "monitor_found" });
    Object.assign(input, { ariaLabel: t("search"), ariaExpanded: "true", ariaAutoComplete: "list" });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    list.setAttribute("role", "listbox");
    list.ariaLabel = t("search");
    const none = make("p", t("search.none"), { className: "hint" });
    none.setAttribute("role", "status");
    let [found, at] = [[], 0];

    function render() {
      const words = bareText(input.value).split(/\s+/).filter(Boolean);
      const text = ([name, state, , title]) => bareText(`${title} ${name} ${t("state." + state)}`);
      const holds = (run) => words.every((word) => text(run).includes(word));
      found = sortedRuns(runs()).filter(holds).slice(0, MOST);
      at = Math.min(at, Math.max(0, found.length - 1));
      list.replaceChildren(...found.map(option));
      none.hidden = found.length > 0;
      point();
    }

    function option([name, state, nimg, title], i) {
      const item = make("li", undefined, { id: `monitor_found_${i}` });
      item.setAttribute("role", "option");
      const more = title === name ? "" : `${name} · `;
      const done = t("kimg", { done: kimg(nimg) });
      item.append(make("b", title), make("small", `${more}${t("state." + state)} · ${done}`));
      item.addEventListener("pointermove", () => at !== i && ((at = i), point()));
      item.addEventListener("click", () => choose(i));
      return item;
    }

    function point() {
      [...list.children].forEach((item, i) => (item.ariaSelected = String(i === at)));
      input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    }

    function choose(i) {
      if (!found[i]) return;
      panel.close();
      watch(found[i][0]);
    }

    input.addEventListener("input", () => ((at = 0), render()));
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Enter") choose(at);
      if (!step || !found.length) return;
      event.preventDefault();
      at = (at + step + found.length) % found.length;
      point();
    });
    render();
    panel.open(ui.search, null, [input, list, none], input);
  }

  press(ui.search, () => (panel.isOpen() ? panel.close() : open()));
  return { open };
}
