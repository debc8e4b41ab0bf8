// Fields of a configuration and their values in the page's language.

// words: {field: {language: its name}}.
function makeFieldWords({ t, language }, words) {
  function fieldName(field) {
    const [outer, inner] = field.split(".");
    if (inner) return `${outer === "g_args" ? "G" : "D"}: ${argumentName(inner)}`;
    return words[field]?.[language] ?? field;
  }

  // An argument of a network has its word where the page knows one, else its own name with spaces.
  function argumentName(name) {
    const word = t(`cmp.arg.${name}`);
    return word.startsWith("cmp.arg.") ? name.replaceAll("_", " ") : word;
  }

  function textOf(value) {
    if (typeof value === "boolean") return t(value ? "cmp.yes" : "cmp.no");
    if (typeof value === "string")
      value = t(`cmp.value.${value}`) === `cmp.value.${value}` ? value : t(`cmp.value.${value}`);
    if (value === null || value === undefined || value === "") return "–";
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  return { fieldName, textOf };
}
