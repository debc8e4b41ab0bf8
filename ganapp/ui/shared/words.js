// Words in the language of the page. The constant CATALOGS holds them, {language: {key: text}}.

// Gradio sets the page's lang to the language that it chose itself, so both halves of the page agree.
const LANGUAGE = (document.documentElement.lang || navigator.language).toLowerCase().startsWith("zh")
  ? "zh-CN"
  : "en";

// The text of a key, with the values in its braces.
function inWords(key, values = {}) {
  return (CATALOGS[LANGUAGE][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
