// The choices in the header: the language and the look. head.js keeps them and makes them true; here they are
// pressed and shown. A new language loads the page again, on the same tab.
const TAB = "ganapp.tab_after_reload";
const choices = window.ganappChoices;

for (const button of element.querySelectorAll("[data-language]")) {
  const chosen = button.dataset.language === choices.language;
  button.setAttribute("aria-pressed", String(chosen));
  button.addEventListener("click", () => {
    if (chosen) return;
    const tab = document.querySelector('[role="tab"][aria-selected="true"]');
    try {
      sessionStorage.setItem(TAB, tab?.id ?? "");
    } catch {
      // storage is blocked: the page opens on its first tab
    }
    choices.chooseLanguage(button.dataset.language);
  });
}
const theme = element.querySelector("select");
for (const option of theme.options) option.textContent = option.dataset[choices.language.slice(0, 2)];
theme.value = choices.theme();
theme.addEventListener("change", () => choices.chooseTheme(theme.value));

let tab = "";
try {
  tab = sessionStorage.getItem(TAB) ?? "";
  sessionStorage.removeItem(TAB);
} catch {
  // storage is blocked
}
function show(tries) {
  const button = document.getElementById(tab);
  if (button?.getAttribute("aria-selected") === "true") return;
  button?.click();
  if (tries) setTimeout(() => show(tries - 1), 50); // Gradio makes the tabs after the header
}
if (tab) show(40);
