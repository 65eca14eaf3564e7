// The clock of the program under test, which may begin at another time of the day than this machine's.

let ahead = 0;

/** Notes what the program's clock says now, as RFC 3339. */
export function clockSays(time) {
  ahead = Date.parse(time) - Date.now();
}

/** Now on the program's clock, in milliseconds since 1970. */
export function now() {
  return Date.now() + ahead;
}

/** Today on the program's clock in Asia/Tokyo, YYYY-MM-DD. */
export function today() {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date(now()));
}
