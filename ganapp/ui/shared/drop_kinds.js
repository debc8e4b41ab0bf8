// What a dropped file is, read from a few of its bytes: pictures to train on, a PNG with the settings of this app,
// the ZIP of a run, or a checkpoint. Nothing is uploaded or changed here.

const CHECKPOINTS = /\.(pt|pth|pkl|safetensors|ckpt|bin|model|pth\.tar)$/i; // where the content does not tell
const MOST_PNG = 16e6; // bytes that are searched for settings
const MOST_NAMES = 32e6; // bytes of a ZIP's list of names
const bytesOf = async (file, start, end) => new DataView(await file.slice(start, end).arrayBuffer());
const textAt = (view, at, length) =>
  new TextDecoder().decode(new Uint8Array(view.buffer, at, Math.min(length, view.byteLength - at)));

// "pictures", "recipe", "run" or "checkpoint".
async function kindOfFile(file) {
  const head = await bytesOf(file, 0, 16);
  const first = head.byteLength < 16 ? 0 : head.getUint32(0);
  const names = first === 0x504b0304 ? await namesInZip(file) : [];
  if (holdsWeights(head, file.size, names)) return "checkpoint";
  if (isRun(names)) return "run";
  if (first === 0x89504e47 && (await hasRecipe(file))) return "recipe";
  return !names.length && CHECKPOINTS.test(file.name) ? "checkpoint" : "pictures";
}

// As importers/reading/kinds.py looks: a ZIP of torch.save, a pickle (older files of torch.save, too), safetensors.
function holdsWeights(head, size, names) {
  if (names.some((name) => /(^|\/)(data|constants)\.pkl$/.test(name))) return true;
  if (head.byteLength < 16) return false;
  if (head.getUint8(0) === 0x80 && head.getUint8(1) <= 5) return true;
  return head.getUint8(8) === 0x7b && head.getBigUint64(0, true) <= BigInt(size) - 8n; // "{" after a length
}

// Whether a PNG has a text chunk with the key of this app (constant RECIPE_KEY; media/metadata.py writes it).
async function hasRecipe(file) {
  const view = await bytesOf(file, 0, MOST_PNG);
  for (let at = 8; at + 8 <= view.byteLength; at += view.getUint32(at) + 12) {
    const kind = textAt(view, at + 4, 4);
    if (kind === "IEND") return false;
    const isText = kind === "tEXt" || kind === "iTXt";
    if (isText && textAt(view, at + 8, RECIPE_KEY.length + 1) === `${RECIPE_KEY}\0`) return true;
  }
  return false;
}

// As runs/packed.py looks: the configuration in the first folder, and a state beside it.
function isRun(names) {
  const top = names.find((name) => /^([^/]+\/)?config\.json$/.test(name))?.slice(0, -"config.json".length);
  return top !== undefined && ["status.json", "stats.jsonl"].some((name) => names.includes(top + name));
}

// The names in a ZIP, from its list at the end; [] if there is none.
async function namesInZip(file) {
  const from = Math.max(0, file.size - 65_557); // the end record, and the longest comment
  const view = await bytesOf(file, from, file.size);
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return [];
  let [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (start === 0xffffffff || size === 0xffffffff) {
    if (end < 20 || view.getUint32(end - 20, true) !== 0x07064b50) return [];
    const at = Number(view.getBigUint64(end - 12, true)); // of the record for more than 4 GB
    const large = await bytesOf(file, at, at + 56);
    if (large.byteLength < 56) return [];
    [size, start] = [Number(large.getBigUint64(40, true)), Number(large.getBigUint64(48, true))];
  }
  const list = await bytesOf(file, start, start + Math.min(size, MOST_NAMES));
  const names = [];
  for (let at = 0; at + 46 <= list.byteLength && list.getUint32(at, true) === 0x02014b50;) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => list.getUint16(at + offset, true));
    names.push(textAt(list, at + 46, name));
    at += 46 + name + extra + comment;
  }
  return names;
}
