// Keeps a page of the dashboard fresh: fetches it again every 5 s and swaps its middle. All works without it, too.
const KEY = 'faye-online-dashboard-live';
const button = document.querySelector('#live');
let live = localStorage.getItem(KEY) !== 'off';
const busy = () => document.activeElement.matches('main :is(form *, .scroll)') || !getSelection().isCollapsed;
const alike = (root, link) => [...root.querySelectorAll('a[href]')].filter((other) => other.href === link.href);
const show = (look) => Object.assign(button, { hidden: false, ariaPressed: live, className: `live ${look}` });

function swap(main, next) {
  for (const kept of main.querySelectorAll('[data-keep]')) next.querySelector(`#${kept.id}`)?.replaceWith(kept);
  const focused = document.activeElement;
  const place = alike(main, focused).indexOf(focused);
  const scrolled = [...main.querySelectorAll('.scroll')].map((box) => box.scrollLeft);
  main.replaceWith(next);
  for (const [index, box] of next.querySelectorAll('.scroll').entries()) box.scrollLeft = scrolled[index] ?? 0;
  alike(next, focused)[place]?.focus({ preventScroll: true });
  if (next.dataset.spoken !== main.dataset.spoken) document.querySelector('#spoken').textContent = next.dataset.spoken;
}

async function refresh() {
  if (!live || document.hidden || busy()) return;
  try {
    const address = location.origin + location.pathname + location.search; // without a password that may be in it
    const answer = await fetch(address, { signal: AbortSignal.timeout(4500) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!live || busy()) return;
    swap(document.querySelector('#main'), page.querySelector('#main'));
    show('on');
  } catch {
    show('late');
  }
}
button.addEventListener('click', () => {
  live = !live;
  localStorage.setItem(KEY, live ? 'on' : 'off');
  show(live ? 'on' : 'off');
});
document.addEventListener('visibilitychange', refresh);
setInterval(refresh, 5000);
show(live ? 'on' : 'off');
