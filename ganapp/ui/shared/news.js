// What the server sends of one run when something has changed, and the cursor that tells it on the next poll what is
// known here.

// run: {grids, …}. values: the names of what is sent whole, each with its hash. The points are not taken here: the
// charts have them.
function takeNews(run, cursor, news, values) {
  if (news.reset) [cursor.names, run.grids] = [[], []];
  for (const name of values) if (name in news) [run[name], cursor[name]] = [news[name], news[`${name}_hash`]];
  if ("offset" in news) [cursor.attempt, cursor.offset] = [news.attempt, news.offset];
  if (news.names) cursor.names = [...(cursor.names ?? []), ...news.names.map((name) => name[0])];
  if (news.grids) {
    run.grids.push(...news.grids);
    cursor.grids = run.grids.at(-1);
  }
}
