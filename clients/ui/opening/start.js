// The first script of every page, in a file of its own and without any other: it stands by while the page's own scripts load.
// When one of them does not come (the line changed while the page loaded, a deploy took the file away) nothing else would run,
// and a booth would stay blank until somebody who knows what to do comes by. So this tells people in words, and tries again by
// itself with longer and longer rests. It runs in the browser as it is: no bundler, no dependencies, no inline anything.
(function () {
  "use strict";
  if (window.madoguchiStart) return; // the page asks for this file twice, in case the first request fails
  window.madoguchiStart = true;

  var triesKey = "madoguchi-start-tries";
  var reloadKey = "madoguchi-start-reload";
  var rests = [1, 2, 4, 8, 15, 30]; // seconds, from one try to the next
  var patience = 20; // seconds for everything to load
  var calm = 60; // seconds a page has to run before a part that fails to load may have it loaded again at once

  var words = {
    ja: { now: "画面を ひらけませんでした。", next: "{n}秒後に もう いちど ためします。このまま お待ちください。", call: "長く つづくときは、係の 人に お声がけください。" },
    en: { now: "This page could not be opened.", next: "It tries again in {n} s. There is nothing to do.", call: "If this goes on, please tell somebody." },
  };

  var over = false; // the page runs, or is about to be loaded again

  // Where nothing can be stored the rests only stay short.
  function read(key) {
    try {
      return Number(sessionStorage.getItem(key)) || 0;
    } catch {
      return 0;
    }
  }
  function write(key, value) {
    try {
      sessionStorage.setItem(key, String(value));
    } catch {
      return;
    }
  }

  function started(place) {
    return place !== null && place.querySelector("[data-opening]") === null && place.childElementCount > 0;
  }

  function tell(seconds) {
    var place = document.getElementById("app");
    if (place === null && document.readyState === "loading") {
      // The page itself is not here as far as that.
      addEventListener("DOMContentLoaded", function () { tell(seconds); }, { once: true });
      return;
    }
    if (place === null) return;
    var box = document.createElement("div");
    box.setAttribute("data-opening", "failed");
    box.setAttribute("role", "status");
    box.className = "opening";
    ["ja", "en"].forEach(function (language) {
      var text = document.createElement("p");
      text.lang = language;
      var said = words[language];
      text.textContent = [said.now, said.next.replace("{n}", String(seconds)), said.call].join(" ");
      box.appendChild(text);
    });
    place.replaceChildren(box);
  }

  function again() {
    if (over || started(document.getElementById("app"))) return;
    over = true;
    var tries = read(triesKey);
    write(triesKey, tries + 1);
    var rest = rests[Math.min(tries, rests.length - 1)];
    tell(rest);
    // All booths of an office lose their line together; they do not all come back in the same moment.
    setTimeout(function () {
      if (!started(document.getElementById("app"))) location.reload();
    }, rest * 1000 * (0.75 + Math.random() / 2));
  }

  // Errors of loading do not rise, but can be caught on their way down.
  addEventListener("error", function (event) {
    var what = event.target;
    // Any other script is this one, asked for twice.
    var ours = what instanceof HTMLScriptElement && what.type === "module";
    if (ours || (what instanceof HTMLLinkElement && what.relList.contains("modulepreload"))) again();
  }, true);

  // A part that is loaded only when it is needed is not there any more: after a deploy the new page has the new one.
  addEventListener("vite:preloadError", function (event) {
    var now = Date.now() / 1000;
    if (now - read(reloadKey) < calm) return; // it has just been loaded: let the page say what is wrong
    event.preventDefault();
    write(reloadKey, now);
    location.reload();
  });

  var late = setTimeout(again, patience * 1000);

  // The page's own scripts may have run already where this one came late.
  function watch() {
    var place = document.getElementById("app");
    if (place === null) return;
    function look() {
      if (!started(place)) return;
      watcher.disconnect();
      clearTimeout(late);
      over = true;
      write(triesKey, 0);
    }
    var watcher = new MutationObserver(look);
    watcher.observe(place, { childList: true });
    look();
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", watch);
  else watch();
})();
