// Own pictures: a place to drop files or a folder, how far the upload is, and thumbnails that can be crossed
// out. Gradio runs this once, after the scripts in upload.py's list, with `element`, `server` and `trigger`.

function filesOfInput(input) {
  return [...input.files].map((file) => ({
    file,
    name: withoutOutermost(file.webkitRelativePath || file.name),
  }));
}

function withoutOutermost(path) {
  const parts = path.split("/");
  return parts.length > 1 ? parts.slice(1).join("/") : path;
}

(() => {
  const BATCH_FILES = 200;
  const BATCH_BYTES = 32e6;
  const FIRST = 10; // thumbnails before all are asked for
  const parts = makeParts(element, "ganapp.upload", {});
  const { t, number, ui, set, show, press, make } = parts;
  let dataset = "";
  let crossed = new Set();
  let count = 0;

  const counted = (what, n, values = {}) =>
    t(`upload.${what}${n === 1 ? ".one" : ""}`, { n: number(n), ...values });
  function fail(sentence) {
    set(ui.wrong, sentence);
    show(ui.wrong, Boolean(sentence));
  }

  const post = (files) => postFiles(files, (status) => t("upload.failed", { status }));

  function batches(files) {
    const found = [[]];
    let bytes = 0;
    for (const one of files) {
      if (
        found.at(-1).length &&
        (found.at(-1).length >= BATCH_FILES || bytes + one.file.size > BATCH_BYTES)
      ) {
        found.push([]);
        bytes = 0;
      }
      found.at(-1).push(one);
      bytes += one.file.size;
    }
    return found;
  }

  async function take(files) {
    if (!files.length) return;
    fail("");
    show(ui.kept, false);
    const listed = [];
    try {
      for (const batch of batches(files)) {
        set(ui.status, t("upload.at", { done: number(listed.length), all: number(files.length) }));
        const paths = await post(batch.map(({ file }) => file));
        batch.forEach(({ name }, i) => listed.push([paths[i], name]));
      }
      const [manifest] = await post([new File([JSON.stringify(listed)], "names.json")]);
      use(await server.keep({ manifest }));
    } catch (error) {
      set(ui.status, "");
      fail(error.message);
    }
  }

  function use(answer) {
    if (answer.error) {
      set(ui.status, "");
      return fail(answer.error);
    }
    ({ dataset } = answer);
    crossed = new Set();
    set(ui.status, said(answer));
    trigger("submit", { dataset });
    ui.thumbs.replaceChildren();
    if (answer.pictures) return look(0, FIRST);
    show(ui.kept, false);
  }
  function said({ pictures, films, others, named }) {
    const shown = [films && !pictures ? "" : counted("pictures", pictures)];
    if (films) shown.push(counted("films", films));
    const text = shown.filter(Boolean).join(" ");
    if (!others) return text;
    const names = named.join(", ") + (others > named.length ? ", …" : "");
    return `${text} ${counted("others", others, { names })}`;
  }

  async function look(start, most = Infinity) {
    const answer = await server.thumbs({ dataset, start });
    if (answer.error) return fail(answer.error);
    count = answer.count;
    const room = Math.min(answer.names.length, most);
    for (let i = 0; i < room; i++) ui.thumbs.append(thumb(answer, i));
    show(ui.kept, true);
    renderMore();
    if (most === Infinity && answer.names.length && start + answer.names.length < count)
      await look(start + answer.names.length);
  }
  function thumb({ names, good, sheet }, i) {
    const name = names[i];
    const button = make("button", "", { title: name, ariaLabel: name, ariaPressed: "false" });
    const at = names.length > 1 ? (100 * i) / (names.length - 1) : 0;
    Object.assign(button.style, { backgroundImage: `url(${sheet})`, backgroundPosition: `${at}% 0` });
    if (!good[i]) button.classList.add("bad");
    press(button, () => {
      if (!crossed.delete(name)) crossed.add(name);
      button.ariaPressed = String(crossed.has(name));
      renderMore();
    });
    return button;
  }
  function renderMore() {
    show(ui.more, ui.thumbs.children.length < count);
    set(ui.more, t("upload.all", { n: number(count) }));
    show(ui.apply, crossed.size > 0);
    set(ui.apply, counted("apply", crossed.size));
  }

  press(ui.choose, () => ui.files.click());
  press(ui.folder, () => ui.folderfiles.click());
  press(ui.more, () => look(ui.thumbs.children.length));
  press(ui.apply, async () => use(await server.leave_out({ dataset, names: [...crossed] })));
  for (const input of [ui.files, ui.folderfiles])
    input.addEventListener("change", () => {
      take(filesOfInput(input));
      input.value = "";
    });
  ui.drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    ui.drop.classList.add("over");
  });
  ui.drop.addEventListener("dragleave", () => ui.drop.classList.remove("over"));
  ui.drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    ui.drop.classList.remove("over");
    take(await filesOfDrop(event.dataTransfer));
  });
  // Files that were dropped elsewhere on the page; drop_anywhere.js asks again until they are taken.
  listenWhileShown(element, window, {
    "ganapp:files": (event) => {
      event.preventDefault();
      return take(event.detail);
    },
  });
})();
