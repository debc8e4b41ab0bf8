// Files that go from this browser to the server, by Gradio's own upload. Runs after parts.js.

// The paths of the files on the server, in order. Rejects with the server's sentence, or with refused(HTTP status).
async function postFiles(files, refused = String) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const answer = await fetch(gradioUrl("upload"), { method: "POST", body: form, credentials: "include" });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  throw new Error(told.error ?? told.detail ?? refused(answer.status));
}
