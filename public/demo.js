// The demo page: comes in with a token, shows the roster and the time as they change.
const element = (id) => document.getElementById(id);
const fayeUrl = new URL(document.currentScript.dataset.faye, location.href).href;
const form = element('come');
let client = null;
/** The time as the server counted it, and when it said so. */
let counted = { ms: 0, running: false, at: performance.now() };

form.addEventListener('submit', (event) => {
  event.preventDefault();
  comeIn(Object.fromEntries(new FormData(form)));
});
element('leave').addEventListener('click', () => {
  client.online.leave();
  history.replaceState(null, '', location.pathname);
  form.hidden = false;
  element('inside').hidden = true;
});

async function comeIn(wish) {
  const answer = await fetch('demo/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(wish),
  });
  const auth_opts = await answer.json();
  element('problem').textContent = answer.ok ? '' : auth_opts.error;
  if (!answer.ok) return;
  client = Faye.init_online_client({ faye_url: fayeUrl, auth_opts });
  show(auth_opts, wish);
  client.online.onSync(showRoster);
  client.online.onState(showState);
  askTime(auth_opts);
}

function show({ room_channel, time_channel }, wish) {
  form.hidden = true;
  element('inside').hidden = false;
  element('room').textContent = room_channel;
  element('lesson').textContent = time_channel;
  element('another').href = `${location.pathname}?${new URLSearchParams(wish)}`;
}

function showRoster() {
  const { roster, count } = client.online;
  element('count').textContent = count;
  element('roster').replaceChildren(
    ...roster.map(({ uid, uname }) => {
      const item = document.createElement('li');
      item.textContent = uname;
      item.dataset.uid = uid;
      return item;
    }),
  );
}

function showState() {
  element('state').textContent = client.online.state;
  element('dot').className = client.online.state;
}

/** The server counts; the page only fills the seconds between two answers. */
async function askTime(auth) {
  const query = new URLSearchParams({ uid: auth.current_user.uid, lesson: auth.time_channel });
  const answer = await fetch(`demo/time?${query}`).catch(() => null);
  if (answer?.ok) counted = { ...(await answer.json()), at: performance.now() };
  if (!element('inside').hidden) setTimeout(askTime, 5000, auth);
}

setInterval(() => {
  const ms = counted.ms + (counted.running ? performance.now() - counted.at : 0);
  const seconds = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, '0');
  element('time').textContent =
    `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}, 250);

const asked = new URLSearchParams(location.search);
if (asked.has('name')) comeIn(Object.fromEntries(asked));
