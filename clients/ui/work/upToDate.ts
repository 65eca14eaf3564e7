/**
 * Reads a list that is as new as what the server has told of, or newer.
 *
 * A query that is being read for the first time is not begun anew when it is invalidated, so a change told of meanwhile
 * would stay unseen until the next one.
 *
 * @param read reads the list with its revision
 * @param told the newest revision the server has told of
 */
export async function upToDate<List extends { readonly rev: number }>(read: () => Promise<List>, told: () => number): Promise<List> {
  let list = await read();
  for (let again = 0; again < 3 && list.rev < told(); again++) list = await read();
  return list;
}
