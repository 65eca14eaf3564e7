// Finding things on a screen the way its user does: by what they are called.

/**
 * A pattern for a whole name, with any white space between its characters (a space is only where a line may break).
 *
 * @param {string} name
 */
export function named(name) {
  return new RegExp(`^\\s*${pattern(name)}\\s*$`);
}

/** The same, but the name may begin or end with something else. */
export function containing(name) {
  return new RegExp(pattern(name));
}

function pattern(name) {
  return [...name.replaceAll(/\s/g, '')].map((c) => c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('\\s*');
}

/**
 * A button by its accessible name.
 *
 * @param {import('playwright-core').Page | import('playwright-core').Locator} place
 * @param {string} name
 */
export function button(place, name) {
  return place.getByRole('button', { name: named(name) });
}
