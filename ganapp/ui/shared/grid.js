// One <img> that changes without flickering: a picture is shown once it is decoded, and the last one wanted wins.

// The classes of the rows of a grid, in a list beside it; none where the run has no classes.
function putRowNames({ className, show, make }, list, names) {
  const given = names.join("\n");
  if (list.dataset.names === given) return;
  list.dataset.names = given;
  list.replaceChildren(...names.map((name) => make("li", className(name), { title: className(name) })));
  show(list, names.length > 0);
}

// waiting: what is shown while there is no picture; shown(image) is called after a picture has appeared.
function makeGrid({ picture, show }, img, waiting, shown) {
  let wanted = "";

  async function put(url, alt) {
    if (wanted === url) return;
    wanted = url;
    const image = await picture(url).catch(() => null);
    if (wanted !== url) return; // another one was asked for in the meantime
    if (!image) return void (wanted = ""); // the next news asks for it again
    img.src = url;
    img.alt = alt;
    show(waiting, false);
    show(img, true);
    shown(image);
  }

  function clear() {
    wanted = "";
    show(img, false);
    show(waiting, true);
  }

  return { put, clear };
}
