// Runs in every page before the page's own code: lets a test put the page's clock forward. Timers and media go on as they are.
(() => {
  let ahead = 0;
  const now = Date.now.bind(Date);
  Date.now = () => now() + ahead;
  Object.defineProperty(window, 'ahead', {
    value: {
      by(milliseconds) {
        ahead += milliseconds;
      },
    },
  });
})();
