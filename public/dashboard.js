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

const pageIn = async (answer) =>
  new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#main');

// A button that changes something: asks first, and shows the page that comes of it in place of this one.
async function act(event) {
  const { sure } = event.target.dataset;
  if (sure === undefined) return;
  event.preventDefault();
  if (!confirm(sure)) return;
  const address = location.origin + event.target.getAttribute('action');
  try {
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(new FormData(event.target)) });
    swap(document.querySelector('#main'), await pageIn(answer));
  } catch {
    show('late');
  }
}

async function refresh() {
  if (!live || document.hidden || busy()) return;
  try {
    const address = location.origin + location.pathname + location.search; // without a password that may be in it
    const answer = await fetch(address, { signal: AbortSignal.timeout(4500) });
    const next = await pageIn(answer);
    if (!live || busy()) return;
    swap(document.querySelector('#main'), next);
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
document.addEventListener('submit', act);
document.addEventListener('visibilitychange', refresh);
setInterval(refresh, 5000);
show(live ? 'on' : 'off');
