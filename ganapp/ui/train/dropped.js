// Files as [{file, name}] from a drop. A name holds the folders that the file was in, without
// the outermost one, so that class folders stay class folders.

// A dropped folder is read to its end; a browser hands out its entries in parts.
async function filesOfDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  const found = [];
  for (const entry of entries) await readEntry(entry, "", entry.isDirectory, found);
  return found;
}

async function readEntry(entry, prefix, isOutermost, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    found.push({ file, name: prefix + entry.name });
    return;
  }
  const inner = isOutermost ? "" : `${prefix}${entry.name}/`;
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const child of some) await readEntry(child, inner, false, found);
  }
}
