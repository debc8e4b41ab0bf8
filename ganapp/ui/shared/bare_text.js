// Texts as they are searched.

// Without marks and case, so that "ete" finds "Été".
const bareText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
