// Comforts of the reference: a filter, and marking the operation in view. The page is complete without them.

const filter = document.getElementById('filter');
const entries = [...document.querySelectorAll('#navigation li')];

filter.hidden = false;
filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const entry of entries) {
    entry.hidden = !words.every((word) => entry.dataset.search.includes(word));
    document.querySelector(`article[id="${operationOf(entry)}"]`).hidden = entry.hidden;
  }
  for (const group of document.querySelectorAll('.nav-group, .group')) {
    group.hidden = !group.querySelector('li[data-search]:not([hidden]), article:not([hidden])');
  }
  document.getElementById('no-match').hidden = entries.some((entry) => !entry.hidden);
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, textarea, select');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const menu = document.getElementById('navigation');
    if (getComputedStyle(menu).display === 'none') menu.showPopover();
    filter.focus();
  }
});

// A link may lead to what the filter hides.
addEventListener('hashchange', () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.closest('[hidden]')) return;
  filter.value = '';
  filter.dispatchEvent(new Event('input'));
  target.scrollIntoView();
});

function operationOf(entry) {
  return entry.querySelector('a').hash.slice(1);
}

document.getElementById('navigation').addEventListener('click', (event) => {
  if (event.target.closest('a') && event.currentTarget.matches(':popover-open')) event.currentTarget.hidePopover();
});

const links = new Map(entries.map((entry) => [operationOf(entry), entry.querySelector('a')]));
const observer = new IntersectionObserver(
  (changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute('aria-current');
      const link = links.get(target.id);
      link.setAttribute('aria-current', 'location');
      link.scrollIntoView({ block: 'nearest' });
    }
  },
  { rootMargin: '-15% 0px -75% 0px' },
);
for (const article of document.querySelectorAll('article.operation')) observer.observe(article);
