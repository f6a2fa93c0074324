// What makes the page quicker; everything works without it.
const log = document.getElementById('log'), ask = document.getElementById('ask'), told = document.getElementById('told');

const latest = () => Math.max(0, ...[...document.querySelectorAll('#log > [data-id]')].map(one => Number(one.dataset.id)));

function take(html) {
  const piece = new DOMParser().parseFromString(html, 'text/html');
  const head = piece.querySelector('template[data-once]');
  document.getElementById('last')?.remove();
  let first = null;
  for (const item of [...piece.querySelectorAll('li[data-id]')]) {
    const known = document.getElementById(item.id), made = document.adoptNode(item);
    if (known) { known.replaceWith(made); } else { log.append(made); first ??= made; }
    dress(made);
  }
  if (head) {
    for (const field of document.querySelectorAll('input[name=once]')) field.value = head.dataset.once;
    for (const form of document.forms) if (head.dataset.conversation) {
      let field = form.elements.namedItem('conversation');
      if (!field) { field = document.createElement('input'); field.type = 'hidden'; field.name = 'conversation'; form.append(field); }
      field.value = head.dataset.conversation;
    }
    if (told) told.textContent = head.dataset.told;
  }
  return first;
}

async function send(form, by) {
  const data = new URLSearchParams(new FormData(form));
  if (by?.name) data.set(by.name, by.value);
  form.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { 'X-Piece': String(latest()) } });
    if (!answer.ok) { told.textContent = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[role=alert]')?.textContent ?? answer.statusText; return; }
    const first = take(await answer.text());
    first?.scrollIntoView({ block: 'start' });
    if (form === ask) { ask.elements.namedItem('text').value = ''; }
    if (data.get('text') === '/forget') { location.reload(); }
  } catch { form.submit(); } finally { form.removeAttribute('aria-busy'); }
}

document.addEventListener('submit', event => {
  if (!log || !event.target.action || event.target.method !== 'post') return;
  event.preventDefault();
  if (!event.target.hasAttribute('aria-busy')) send(event.target, event.submitter);
});

const texts = (ask ?? document.querySelector('article.answer'))?.dataset ?? {};

function add(place, label, act) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', () => act(button));
  place.append(' ', button);
}

function dress(answer) {
  const link = answer.querySelector('.share a'), text = answer.querySelector('.text');
  if (!text || answer.dataset.dressed) return;
  answer.dataset.dressed = 'yes';
  const place = answer.querySelector('.share') ?? text.appendChild(document.createElement('p'));
  if (link && navigator.clipboard) add(place, texts.copy, async button => {
    await navigator.clipboard.writeText(`${text.innerText.trim()}\n——${link.dataset.source}\n${link.href}`);
    button.textContent = texts.copied;
  });
  if ('speechSynthesis' in window && document.documentElement.classList.contains('elder')) add(place, texts.read, button => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); button.textContent = texts.read; return; }
    const speech = new SpeechSynthesisUtterance(text.innerText);
    speech.lang = 'zh-CN';
    speech.rate = 0.9;
    speech.onend = () => { button.textContent = texts.read; };
    speechSynthesis.speak(speech);
    button.textContent = texts.stop;
  });
}

for (const answer of document.querySelectorAll('.answer')) dress(answer);

if (ask) {
  const field = ask.elements.namedItem('text'), list = document.getElementById('suggested');
  let waiting = 0;
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (field.value.trim().length < 2) { list.replaceChildren(); return; }
      const found = await fetch(`${ask.dataset.suggest}?q=${encodeURIComponent(field.value)}`).then(a => a.ok ? a.json() : []).catch(() => []);
      list.replaceChildren(...found.map(text => { const one = document.createElement('option'); one.value = text; return one; }));
    }, 250);
  });
  const look = async () => {
    if (document.visibilityState !== 'visible' || !latest()) return;
    const carried = ask.elements.namedItem('conversation')?.value;
    const address = `${ask.dataset.updates}?after=${latest()}`;
    const body = carried ? new URLSearchParams({ conversation: carried, after: String(latest()) }) : undefined;
    const answer = await fetch(carried ? ask.dataset.updates : address, { method: carried ? 'POST' : 'GET', body }).catch(() => null);
    if (answer?.ok) { const html = await answer.text(); if (html.includes('data-id')) take(html); }
  };
  setInterval(look, 15000);
  document.addEventListener('visibilitychange', look);
}
