// Runs in every page: everything a page could still hold of somebody who has left, by where it lies.
(() => {
  async function all() {
    return [
      ['local storage', JSON.stringify({ ...localStorage })],
      ['session storage', JSON.stringify({ ...sessionStorage })],
      ['cookies', document.cookie],
      ['address', location.href],
      ['history state', JSON.stringify(history.state) ?? ''],
      ['window name', window.name],
      ['title', document.title],
      ['document', document.documentElement.outerHTML],
      ['form fields', [...document.querySelectorAll('input, textarea')].map((e) => e.value).join('\n')],
      ...(await databases()),
      ...(await cached()),
    ];
  }

  async function databases() {
    const found = [];
    for (const { name } of await indexedDB.databases()) {
      const db = await answer(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const rows = db.transaction(store).objectStore(store);
        found.push([`database ${name}/${store}`, JSON.stringify([await answer(rows.getAllKeys()), await answer(rows.getAll())])]);
      }
      db.close();
    }
    return found;
  }

  function answer(request) {
    return new Promise((done, fail) => {
      request.addEventListener('success', () => done(request.result));
      request.addEventListener('error', () => fail(request.error));
    });
  }

  async function cached() {
    const found = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        found.push([`cache ${name} ${request.url}`, await (await cache.match(request)).text()]);
      }
    }
    return found;
  }

  Object.defineProperty(window, 'traces', { value: { all } });
})();
