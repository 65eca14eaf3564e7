// Runs in every page: what its texts say, and whether they fit. lib/screen.mjs asks for it.
(() => {
  const SLACK = 1;

  /** All visible text as one reads it: without furigana, without any white space. */
  function words(root = document.body) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let text = '';
    while (walk.nextNode()) {
      const parent = walk.currentNode.parentElement;
      if (parent.closest('rt, rp, script, style') || !isShown(parent)) continue;
      text += walk.currentNode.data;
    }
    return text.replaceAll(/\s/g, '');
  }

  function isShown(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** Shown and large enough to be meant for the eye; texts for screen readers alone are a pixel large. */
  function isSeen(element) {
    const box = element.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && isShown(element);
  }

  function hasOwnText(element) {
    return [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== '');
  }

  function inScroller(element) {
    for (let e = element; e && e !== document.body; e = e.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(e);
      if ([overflowX, overflowY].some((value) => value === 'auto' || value === 'scroll')) return true;
    }
    return false;
  }

  function cuts(overflow) {
    return overflow === 'hidden' || overflow === 'clip';
  }

  function name(element) {
    return `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;
  }

  /** Texts cut off by their own or a surrounding box, reaching out of the window, or making the page scroll sideways. */
  function clipped() {
    const found = [];
    for (const e of document.body.querySelectorAll('*')) {
      if (!hasOwnText(e) || !isSeen(e) || e.closest('svg, rt, script, style')) continue;
      found.push(...cutOff(e));
      const box = e.getBoundingClientRect();
      if (inScroller(e)) continue;
      if (box.left < -SLACK || box.right > innerWidth + SLACK) found.push(`out of the window sideways: ${name(e)}`);
    }
    const root = document.documentElement;
    const excess = root.scrollWidth - root.clientWidth;
    if (excess > SLACK) found.push(`the page is ${excess} px too wide`);
    return found;
  }

  function cutOff(element) {
    const found = [];
    const text = element.getBoundingClientRect();
    for (let e = element; e && e !== document.body; e = e.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      // For screen readers alone.
      if (box.width <= 2 || box.height <= 2) return [];
      const wide = e === element ? e.scrollWidth > e.clientWidth + SLACK : text.right > box.right + SLACK || text.left < box.left - SLACK;
      const high = e === element ? e.scrollHeight > e.clientHeight + SLACK : text.bottom > box.bottom + SLACK || text.top < box.top - SLACK;
      if (cuts(overflowX) && wide) found.push(`cut in width: ${name(element)}`);
      if (cuts(overflowY) && high) found.push(`cut in height: ${name(element)}`);
      if (overflowX === 'auto' || overflowY === 'auto' || overflowX === 'scroll' || overflowY === 'scroll') break;
    }
    return found;
  }

  /** Boxes that can be scrolled sideways: nobody looks for what lies there. */
  function sideways() {
    return [...document.body.querySelectorAll('*')]
      .filter((e) => isSeen(e) && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + SLACK)
      .map((e) => `${e.scrollWidth - e.clientWidth} px have to be scrolled to sideways: ${name(e)}`);
  }

  /** Texts below `text` px (furigana: 11) and buttons or links below `target` px in either direction. */
  function tooSmall({ text, target }) {
    const found = [];
    for (const e of document.body.querySelectorAll('*')) {
      if (!isSeen(e) || e.closest('svg')) continue;
      const size = parseFloat(getComputedStyle(e).fontSize);
      const least = e.tagName === 'RT' ? 11 : text;
      if (hasOwnText(e) && size < least) found.push(`text of ${size} px: ${name(e)}`);
      const box = e.getBoundingClientRect();
      if (e.matches('button, a[href]') && (box.height < target || box.width < target)) {
        found.push(`target of ${Math.round(box.width)}×${Math.round(box.height)} px: ${name(e)}`);
      }
    }
    return found;
  }

  /**
   * Buttons and links whose label does not contain what is written on them, so that nobody can call them by it.
   * axe has a rule for this that takes furigana for a part of the words.
   */
  function misnamed() {
    return [...document.body.querySelectorAll('button[aria-label], a[aria-label]')]
      .filter(isSeen)
      .filter((e) => !bare(e.getAttribute('aria-label')).includes(bare(words(e))))
      .map((e) => `written "${words(e)}", called "${e.getAttribute('aria-label')}"`);
  }

  function bare(text) {
    return text.replaceAll(/\s/g, '').toLowerCase();
  }

  Object.defineProperty(window, 'layout', { value: { words, clipped, sideways, tooSmall, misnamed } });
})();
