// Files dropped anywhere on the page go where they belong: while they are dragged an overlay names the places, at the
// drop the files are looked at (drop_kinds.js). A part of the page that takes files itself keeps its drops. Gradio
// runs this once, with `element`. Constants: TRAINS, IMPORTS: what may be done here.
(() => {
  const TAKERS = [
    "#upload .drop",
    "#create:has(#create_translate:not([hidden]))",
    '.block:has([data-testid="file-upload"]):not(:has(.block))',
  ].join();
  const SAID_MS = 3000; // so long the overlay says where the files went
  const OPEN = {
    pictures: TRAINS,
    run: TRAINS,
    recipe: true,
    checkpoint: IMPORTS,
  };
  const PLACES = {
    pictures: "drop.pictures",
    run: "drop.run",
    recipe: "drop.recipe",
    checkpoint: "drop.checkpoint",
  };
  const WENT = {
    pictures: "drop.went.pictures",
    run: "drop.went.run",
    recipe: "drop.went.recipe",
    checkpoint: "drop.went.checkpoint",
  };
  const CLOSED = { pictures: "drop.no_training", run: "drop.no_training", checkpoint: "drop.no_import" };
  const t = inWords;
  const overlay = element.querySelector(".drop-anywhere");
  const card = overlay.firstElementChild;
  let isOwn = false; // something of the page itself is dragged
  let shown = ""; // what the overlay names, so that it is drawn once
  let timer = 0;

  const hasFiles = ({ dataTransfer }) => !isOwn && Boolean(dataTransfer?.types.includes("Files"));
  const isTaken = ({ target }) => Boolean(target.closest?.(TAKERS));

  function line(tag, text, className = "") {
    const node = document.createElement(tag);
    Object.assign(node, { textContent: text, className });
    return node;
  }
  function draw(...nodes) {
    clearTimeout(timer);
    card.replaceChildren(...nodes);
    overlay.hidden = false;
  }
  function hide() {
    shown = "";
    overlay.hidden = true;
  }
  function say(sentence, isWrong = false) {
    shown = "";
    draw(line("p", sentence, isWrong ? "wrong" : ""));
    timer = setTimeout(hide, isWrong ? 2 * SAID_MS : SAID_MS);
  }

  // -- while files are dragged: a browser tells how many there are and, of most, their type -------------------

  function possible({ items }) {
    const types = [...items].filter(({ kind }) => kind === "file").map(({ type }) => type);
    if (types.length > 1 || /^(video|image\/(?!png))/.test(types[0] ?? "")) return ["pictures"];
    if (types[0] === "image/png") return ["recipe", "pictures"];
    if (/zip/.test(types[0] ?? "")) return ["pictures", "run"];
    return Object.keys(PLACES);
  }
  function namePlaces(transfer) {
    const kinds = possible(transfer);
    if (shown === kinds.join()) return;
    const there = kinds.filter((kind) => OPEN[kind]);
    shown = kinds.join();
    const list = document.createElement("ul");
    list.append(...there.map((kind) => line("li", t(PLACES[kind]))));
    const closed = [...new Set(kinds.filter((kind) => !OPEN[kind]).map((kind) => CLOSED[kind]))];
    const notes = closed.map((key) => line("p", t(key), "hint"));
    draw(...(there.length ? [line("p", t("drop.here")), list] : []), ...notes);
  }

  // -- at the drop -----------------------------------------------------------------------------------------

  async function take(found) {
    if (!found.length) return hide();
    const some = found.slice(0, 20);
    const kinds = await Promise.all(some.map(({ file }) => kindOfFile(file)));
    const single = kinds.find((kind) => kind === "run" || kind === "checkpoint");
    if (found.length > 1 && single) return say(t("drop.one"), true);
    const kind = found.length === 1 ? kinds[0] : "pictures"; // several pictures of ours are pictures, too
    if (!OPEN[kind]) return say(t(CLOSED[kind]), true);
    GO[kind](found);
    const { length } = found;
    const key = kind === "pictures" && length === 1 ? "drop.went.one" : WENT[kind];
    return say(t(key, { n: length.toLocaleString(LANGUAGE), name: found[0].file.name }));
  }

  const show = (tab) => document.getElementById(`tab_${tab}-button`)?.click();
  const GO = {
    pictures(found) {
      show("train");
      unfold(["own"]);
      tell("ganapp:files", found);
    },
    run([{ file }]) {
      show("train");
      tell("ganapp:open-zip", file);
      document.getElementById("monitor")?.scrollIntoView({ block: "start" });
    },
    recipe([{ file }]) {
      show("generate");
      give("gen_restore", file);
    },
    checkpoint([{ file }]) {
      show("generate");
      unfold(["hub"]);
      give("hub_drop", file);
    },
  };

  // The listener is made with its section; it prevents the event's default as a sign that it has what it needs.
  function tell(event, detail, tries = 60) {
    const isFree = window.dispatchEvent(new CustomEvent(event, { detail, cancelable: true }));
    if (isFree && tries) setTimeout(() => tell(event, detail, tries - 1), 50);
  }
  // As if a person had chosen the file in a component of Gradio.
  function give(id, file, tries = 60) {
    const input = document.querySelector(`#${id} input[type="file"]`);
    if (!input) return void (tries && setTimeout(() => give(id, file, tries - 1), 50));
    const transfer = new DataTransfer();
    transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // -- the page's events -----------------------------------------------------------------------------------

  const events = {
    dragstart: () => (isOwn = true),
    dragend: () => (isOwn = false),
    dragover(event) {
      if (!hasFiles(event)) return;
      if (isTaken(event)) return hide();
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      namePlaces(event.dataTransfer);
    },
    dragleave(event) {
      if (shown && !event.relatedTarget) hide(); // out of the window, or given up
    },
    drop(event) {
      const isOurs = hasFiles(event) && !isTaken(event);
      isOwn = false;
      if (shown) hide();
      if (!isOurs) return;
      event.preventDefault();
      event.stopPropagation();
      filesOfDrop(event.dataTransfer)
        .then(take)
        .catch(() => say(t("drop.unreadable"), true));
    },
  };
  listenWhileShown(element, document, events, { capture: true });
})();
