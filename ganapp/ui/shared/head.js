// Runs before everything else, in the head of the page: the language and the look that this browser chose.
// Gradio asks the navigator for the language and a media query for the look, so both are answered here. The
// server learns the language from a cookie (language.py); choices.js calls what is exported at the end.
(() => {
  const LANGUAGE = "ganapp.language";
  const THEME = "ganapp.theme";
  const COOKIE = "ganapp_language";
  const root = document.documentElement;

  function kept(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage is blocked: the browser's own choice holds
    }
  }
  function keep(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // storage is blocked: the choice lasts as long as the cookie or the page
    }
  }

  // The first wanted language that there is; every kind of Chinese is the simplified one.
  function languageOf(wanted) {
    const known = wanted.map((tag) => /^(zh|en)(?![a-z])/i.exec(tag)?.[1].toLowerCase());
    return known.find(Boolean) === "zh" ? "zh-CN" : "en";
  }
  function tell(language) {
    // Inside the frame of a Space a cookie is only taken with these words, and only over https.
    const rules = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; ${rules}`;
  }
  const wanted = navigator.languages?.length ? [...navigator.languages] : [navigator.language ?? "en"];
  const language = languageOf([kept(LANGUAGE) ?? "", ...wanted]);
  Object.defineProperty(navigator, "language", { get: () => language, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [language], configurable: true });
  root.classList.toggle("zh", language === "zh-CN");
  root.lang = language;
  tell(language);

  // A Space names the look of the page around it in the address; it counts as the system's.
  const address = new URL(location.href);
  const outer = address.searchParams.get("__theme");
  if (outer !== null) {
    address.searchParams.delete("__theme");
    history.replaceState(history.state, "", address);
  }
  const ask = window.matchMedia.bind(window);
  const system = ask("(prefers-color-scheme: dark)");
  const answers = new Map(); // query -> the object that Gradio got and listens to
  let theme = ["light", "dark"].includes(kept(THEME)) ? kept(THEME) : "system";

  function isDark() {
    if (theme !== "system") return theme === "dark";
    return outer === "dark" || outer === "light" ? outer === "dark" : system.matches;
  }
  function answer(query) {
    const target = new EventTarget();
    target.media = query;
    Object.defineProperty(target, "matches", { get: () => /dark/.test(query) === isDark() });
    return target;
  }
  window.matchMedia = (query) => {
    if (!/^\s*\(prefers-color-scheme:\s*(dark|light)\)\s*$/.test(query)) return ask(query);
    if (!answers.has(query)) answers.set(query, answer(query));
    return answers.get(query);
  };
  function paint() {
    root.dataset.theme = isDark() ? "dark" : "light";
    for (const [media, target] of answers)
      target.dispatchEvent(new MediaQueryListEvent("change", { media, matches: target.matches }));
  }
  system.addEventListener("change", paint);
  paint();

  window.ganappChoices = {
    language,
    theme: () => theme,
    chooseLanguage(chosen) {
      keep(LANGUAGE, chosen);
      tell(chosen);
      // Gradio ends its connections while the page goes; what it says about them is no news.
      addEventListener("unhandledrejection", (event) => event.preventDefault());
      root.style.visibility = "hidden";
      location.reload();
    },
    chooseTheme(chosen) {
      theme = chosen;
      keep(THEME, chosen);
      paint();
    },
  };
})();
