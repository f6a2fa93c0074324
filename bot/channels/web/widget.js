const host = document.createElement('div'), root = host.attachShadow({ mode: 'open' });
const button = document.createElement('button'), frame = document.createElement('iframe');
Object.assign(host.style, { position: 'fixed', right: '1rem', bottom: '1rem', zIndex: 2147483000 });
Object.assign(button.style, { font: 'bold 1rem system-ui, sans-serif', padding: '.75rem 1.25rem', minHeight: '2.75rem', border: '0', borderRadius: '2rem', background: '#0b4f8a', color: '#fff', cursor: 'pointer', display: 'block', marginLeft: 'auto' });
Object.assign(frame.style, { width: 'min(26rem, calc(100vw - 2rem))', height: 'min(40rem, calc(100vh - 6rem))', border: '1px solid #767b80', borderRadius: '.6rem', background: '#fff', display: 'none', marginBottom: '.5rem' });
button.textContent = label;
button.setAttribute('aria-expanded', 'false');
frame.title = label;
frame.referrerPolicy = 'strict-origin';
button.addEventListener('click', () => {
  if (!frame.src) frame.src = address;
  const open = frame.style.display === 'none';
  frame.style.display = open ? 'block' : 'none';
  button.setAttribute('aria-expanded', String(open));
  if (open) frame.focus();
});
root.append(frame, button);
document.body.append(host);
