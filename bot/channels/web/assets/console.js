// The console's forms of drafts: what is typed is checked meanwhile; without this, a button checks it.
for (const form of document.querySelectorAll('form[data-check]')) {
  const button = form.querySelector('button[formaction]');
  const told = document.createElement('p');
  told.setAttribute('role', 'status');
  form.append(told);
  let waiting = 0, asked = 0;
  const check = async () => {
    const now = ++asked;
    const answer = await fetch(button.formAction, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok || now !== asked) return;
    const found = await answer.json();
    let here = 0;
    for (const field of form.querySelectorAll('input[type=text], textarea')) {
      const wrong = found.filter(one => one.field === field.name).map(one => one.message);
      here += wrong.length;
      document.getElementById(`w-${field.name}`).textContent = wrong.join('；');
      if (wrong.length) field.setAttribute('aria-invalid', 'true'); else field.removeAttribute('aria-invalid');
    }
    told.textContent = here ? `这里有 ${here} 处不对，还没有保存` : '照这样改，这里没有错误；还没有保存';
  };
  form.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(check, 400); });
}
