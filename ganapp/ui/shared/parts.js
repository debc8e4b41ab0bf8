// What the scripts of a component share: numbers, nodes, settings, files and pictures. Runs after words.js. Gradio
// runs all scripts of a component in one function, so nothing is global.

// element: the component. Its nodes are found by data-m and get their words by data-t, data-label and data-
// alt. storage: the key under which this browser keeps the settings, which start as `defaults`.
function makeParts(element, storage, defaults) {
  const PICTURES_KEPT = 96;

  const [language, t] = [LANGUAGE, inWords];
  const className = (name) => CATALOGS[language][`class.${name}`] ?? name; // what is shown of it
  const number = (value, digits = 0) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const kimg = (nimg) => number(nimg / 1000, nimg < 1e6 ? 1 : 0);
  function clock(sec) {
    if (!Number.isFinite(sec)) return "–";
    const s = Math.max(0, Math.round(sec));
    const two = (n) => String(n).padStart(2, "0");
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }

  const ui = Object.fromEntries(
    [...element.querySelectorAll("[data-m]")].map((node) => [node.dataset.m, node]),
  );
  for (const node of element.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of element.querySelectorAll("[data-label]"))
    node.ariaLabel = node.title = t(node.dataset.label);
  for (const node of element.querySelectorAll("[data-alt]")) node.alt = t(node.dataset.alt);
  const set = (node, text) => node.textContent !== text && (node.textContent = text);
  const show = (node, yes) => node.hidden === yes && (node.hidden = !yes);
  // Unlike `disabled`, this keeps the focus where it is.
  const able = (button, yes) => button.setAttribute("aria-disabled", String(!yes));
  const press = (button, run) =>
    button.addEventListener(
      "click",
      (event) => button.getAttribute("aria-disabled") !== "true" && run(event),
    );

  function make(tag, text, attributes = {}) {
    const node = document.createElement(tag);
    Object.assign(node, attributes);
    if (text !== undefined) node.textContent = text;
    if (tag === "button") node.type = "button";
    return node;
  }

  const settings = { ...defaults };
  try {
    Object.assign(settings, JSON.parse(localStorage.getItem(storage) ?? "{}"));
  } catch {
    // private window or damaged value: the defaults do
  }
  function keep(changes) {
    Object.assign(settings, changes);
    try {
      localStorage.setItem(storage, JSON.stringify(settings));
    } catch {
      // no storage: the choice lasts as long as the page
    }
  }

  function fileUrl(path, version = "") {
    const sign = new URLSearchParams(location.search).get("__sign"); // a private Space's pass for files
    const query = new URLSearchParams({
      ...(version && { v: version }),
      ...(sign && { __sign: sign }),
    }).toString();
    const escaped = path.split("/").map(encodeURIComponent).join("/");
    return gradioUrl(`file=${escaped}${query && "?" + query}`);
  }
  const gridUrl = (folder, nimg) => fileUrl(`${folder}/${String(nimg).padStart(9, "0")}.webp`);

  const pictures = new Map(); // url -> decoded Image, so that moving through the past does not flicker
  function picture(url) {
    if (!pictures.has(url)) {
      const image = new Image();
      image.src = url;
      pictures.set(
        url,
        image.decode().then(() => image),
      );
      pictures.get(url).catch(() => pictures.delete(url));
      if (pictures.size > PICTURES_KEPT) pictures.delete(pictures.keys().next().value);
    }
    return pictures.get(url);
  }

  return {
    language,
    t,
    className,
    number,
    kimg,
    clock,
    ui,
    set,
    show,
    able,
    press,
    make,
    settings,
    keep,
    fileUrl,
    gridUrl,
    picture,
  };
}

function gradioUrl(path) {
  const config = window.gradio_config ?? {};
  return `${config.root ?? ""}${config.api_prefix ?? "/gradio_api"}/${path}`;
}
