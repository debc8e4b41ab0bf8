// The pictures of the map: drawn by the server, a few places at a time, and remembered. What a person looks at comes
// first, then the places ahead, then the small pictures of the plane while nothing moves.

const NEAR = 512; // places across the view that differ: about one for each of its pixels
const REMEMBERED = 3000; // pictures

// common(): source, label and psi; first(): the seed at (0, 0); shown(model, place): something was drawn.
function makeMapPictures({ asker, common, first, shown, fail, ask: fetchFirst }) {
  const pictures = { want, at, forget, wantSmall };
  const newest = makeNewest(send, take);
  const pace = makePace(60, 8);
  let known = new Map(); // key of a place -> canvas, the longest unused first
  let [small, version] = [[], 0];
  let inFlight = new Set();

  const keyOf = ([x, y]) => `${x.toFixed(5)},${y.toFixed(5)}`;
  const isKnown = (place) => known.has(keyOf(place)) || inFlight.has(keyOf(place));

  function at(place) {
    const key = keyOf(place);
    const found = known.get(key);
    if (found) {
      known.delete(key);
      known.set(key, found);
    }
    return found;
  }

  // Draw these places, the most wanted first. Those that are known already cost nothing.
  function want(places) {
    const missing = places.filter((place) => !isKnown(place)).slice(0, pace.count());
    if (missing.length) ask(missing, false);
    else newest.drop();
  }

  // The small pictures of the plane: they wait for everything else.
  function wantSmall(places) {
    small = places.filter((place) => !isKnown(place));
    if (small.length && !newest.isBusy()) ask(small.splice(0, 16), false);
  }

  function ask(places, exact) {
    newest.want({ asker: asker + "m", ...common(), first: first(), places, exact, version });
  }

  function send(request) {
    inFlight = new Set(request.places.map(keyOf));
    return server.places(request);
  }

  async function take(request, answer) {
    inFlight = new Set();
    if (answer?.remote) return fetchFirst();
    if (!answer || answer.error) return fail(answer?.error ?? "");
    fail("");
    pace.learn(answer.ms, answer.count);
    const bitmap = await decodeSheet(answer);
    if (request.version !== version) return; // of another generator
    for (let i = 0; i < answer.count; i++) {
      const canvas = document.createElement("canvas");
      paintFrom(bitmap, answer, i, canvas);
      known.set(keyOf(request.places[i]), canvas);
    }
    while (known.size > REMEMBERED) known.delete(known.keys().next().value);
    shown(answer.model, request.places[0]);
    if (!newest.isWaiting() && small.length) ask(small.splice(0, 16), false);
  }

  // Another generator, class or truncation: nothing of the old one may be shown.
  function forget() {
    version++;
    known = new Map();
    small = [];
    newest.drop();
  }
  return pictures;
}

// A place moved onto the lattice on which pictures are drawn, so that a place that was drawn is found again.
function onLattice([x, y], span) {
  const step = 2 ** Math.round(Math.log2(span / NEAR));
  return [Math.round(x / step) * step, Math.round(y / step) * step];
}
