// How a component asks the server to do something with a run, or without one.

// poll(): asks for news, which are due after each request. report(run, error): shows why a request about that run was
// refused; no error: it was not.
function makeAsking({ t }, server, { poll, report }) {
  // About no run. Gradio's client answers undefined where the request failed, the server {error} where it was refused.
  async function ask(word, more = {}) {
    const answer = await server.act({ word, ...more }).catch(() => undefined);
    poll();
    return answer ?? { error: t("lost") };
  }

  // About the run that a person saw. The server refuses if that name is another run's now.
  // isAnswered: a refusal is shown where the question was asked, so it is not reported.
  async function act(run, word, { isAnswered = false, ...more } = {}) {
    const answer = await ask(word, { run: run.name, stamp: run.stamp, ...more });
    if (!isAnswered) report(run, answer.error ?? null);
    return answer;
  }

  return { ask, act };
}
