// Figures that Evaluate measured of a run, as measured.py gives them: {verdict, figures, protocols}. Texts in both
// languages are [English, Chinese]; the constant MEASURED holds the words of the figures, in order.

const spoken = ({ language }, [english, chinese]) => (language === "en" ? english : chinese);
const figureName = (parts, name) => (MEASURED[name] ? spoken(parts, MEASURED[name]) : name);

// The value of a figure with its interval, and below it of what and how it was measured, in short.
function measuredNodes(parts, { text, kimg, images, data, psi, note }) {
  const { t, number, make } = parts;
  const values = {
    images: images === null ? "–" : number(images),
    data: data || "–",
    kimg: kimg === null ? "–" : number(kimg, 1),
  };
  const about = t("measured.of", values) + (psi === 1 ? "" : ` · ψ ${psi}`);
  const nodes = [make("b", text), make("small", about)];
  if (note[0]) nodes.push(make("small", spoken(parts, note)));
  return nodes;
}

// How figures were measured, a paragraph for what all share and one for each group. title: of the run.
function protocolNodes(parts, protocols, title = "") {
  return protocols.map(([names, text]) => {
    const about = [title, names.map((name) => figureName(parts, name)).join(", ")].filter(Boolean).join(", ");
    const node = parts.make("p", about ? `${about}: ` : "");
    node.append(spoken(parts, text));
    return node;
  });
}
