// A picture pressed anywhere on the page is shown large, with what it is and what can be done with it. One for the
// whole page: the window event "ganapp:enlarge" has {items, index, columns, actions}; without a detail it closes.
//
// items: [{canvas, box, text, seed, label, psi, model, run}]. canvas: anything that can be drawn; box: [left, top,
// width, height] of the picture in it, else all of it. text: what it is, in place of seed and class. columns: pictures
// in a row, for the arrows up and down. actions: [{text, act(item), stays}]: text, or a function of the item; with
// `stays` the picture stays open. Without actions a picture that can be made again can be opened in Create.
(() => {
  const { t, ui, set, show, make, className } = makeParts(element, "ganapp.lightbox", {});
  let [items, index, columns, actions] = [[], 0, 0, null];

  function enlarge({ detail }) {
    if (!detail) return ui.box.close();
    ({ items, index = 0, columns = 0, actions = null } = detail);
    if (!ui.box.open) ui.box.showModal(); // first: what is not shown has no room
    render();
  }
  const openInCreate = {
    text: t("lightbox.create"),
    act({ model, run, seed, label, psi }) {
      const detail = { tab: "create", run, model, seeds: [seed], label, psi };
      window.dispatchEvent(new CustomEvent("ganapp:open", { detail }));
    },
  };

  function render() {
    const item = items[index];
    const { seed, label, psi, model, run, text } = item;
    const seedAndClass = () => [t("lightbox.seed", { seed }), label && className(label)].filter(Boolean);
    set(ui.title, text ?? (seed === undefined ? t("lightbox.picture") : seedAndClass().join(" · ")));
    ui.large.ariaLabel = ui.title.textContent;
    set(ui.about, [model, psi !== undefined && psi !== 1 && `ψ ${psi}`].filter(Boolean).join(" · "));
    for (const button of [ui.before, ui.after]) show(button, items.length > 1);
    const canBeMade = seed !== undefined && (model || run);
    offer(actions ?? (canBeMade ? [openInCreate] : []), item);
    paint(item);
  }

  function offer(offered, item) {
    const focused = [...ui.actions.children].indexOf(document.activeElement);
    ui.actions.replaceChildren(...offered.map((action) => buttonOf(action, item)));
    ui.actions.children[focused]?.focus();
  }

  function buttonOf({ text, act, stays }, item) {
    const words = () => (typeof text === "function" ? text(item) : text);
    const button = make("button", words());
    button.addEventListener("click", async () => {
      await act(item);
      if (stays) set(button, words());
      else ui.box.close();
    });
    return button;
  }

  // A whole multiple of the screen's pixels, so that all pixels of a small picture are equally large.
  function paint({ canvas, box }) {
    const { naturalWidth: wide = canvas.width, naturalHeight: high = canvas.height } = canvas;
    const [left, top, width, height] = box ?? [0, 0, wide, high];
    [ui.large.width, ui.large.height] = [width, height];
    ui.large.getContext("2d").drawImage(canvas, left, top, width, height, 0, 0, width, height);
    const ratio = window.devicePixelRatio || 1;
    const most = Math.min(ui.view.clientWidth - 96, 640) / width;
    const room = Math.min(most, (0.66 * window.innerHeight) / height);
    const scale = room * ratio >= 1 ? Math.floor(room * ratio) / ratio : room;
    [ui.large.style.width, ui.large.style.height] = [`${width * scale}px`, `${height * scale}px`];
    ui.large.classList.toggle("crisp", scale * ratio > 1);
  }

  function go(step) {
    const next = index + step;
    if (next < 0 || next >= items.length) return;
    index = next;
    render();
  }

  ui.close.addEventListener("click", () => ui.box.close());
  ui.before.addEventListener("click", () => go(-1));
  ui.after.addEventListener("click", () => go(1));
  ui.box.addEventListener("click", (event) => event.target === ui.box && ui.box.close()); // beside the picture
  ui.box.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys of the page act on what is behind
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (!step) return;
    event.preventDefault();
    go(step);
  });
  listenWhileShown(element, window, { "ganapp:enlarge": enlarge });
})();
