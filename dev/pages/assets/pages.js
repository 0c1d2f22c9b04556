// Forms that call the API and describe its answer in words. A token is posted when the button is pressed, never before.

for (const form of document.querySelectorAll('form[data-call]')) prepare(form);

function prepare(form) {
  const token = new URLSearchParams(location.search).get('token');
  const button = form.querySelector('button');
  for (const input of form.querySelectorAll('input'))
    input.value = new URLSearchParams(location.search).get(input.name) ?? input.value;
  if (form.dataset.token && !token) {
    button.disabled = true;
    show({ good: false, title: 'This link has no token', words: 'Open this page with the link in the email.' });
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    document.querySelector('.outcome').hidden = true;
    const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    if (form.dataset.token) body.token = token;
    const outcome = await send(form, body);
    if (outcome.url) return location.assign(outcome.url);
    show(outcome);
    // Pressing again would only show that the token was used, because a token works once.
    button.disabled = outcome.good && form.dataset.token !== '';
  });
}

async function send(form, body) {
  try {
    if (!form.dataset.signsIn) return describe(form, await call(form.dataset.call, body));
    const { email, password, ...rest } = body;
    const signedIn = await call('POST /v1/sessions', { email, password });
    if (!signedIn.ok) return describe(form, signedIn);
    return describe(form, await call(form.dataset.call, rest, signedIn.json.accessToken));
  } catch {
    return { good: false, title: 'No answer', words: 'The API cannot be reached. Is it still running?' };
  }
}

async function call(methodAndPath, body, accessToken) {
  const [method, path] = methodAndPath.split(' ');
  const response = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const json = text === '' ? undefined : JSON.parse(text);
  const sent = JSON.stringify({ ...body, ...(body.password && { password: '…' }) }, null, 2);
  const exchange = `${methodAndPath}\n${sent}\n\n${response.status} ${response.statusText}\n${json ? JSON.stringify(json, null, 2) : ''}`;
  return { ok: response.ok, json, exchange };
}

function describe(form, { ok, json, exchange }) {
  if (ok && form.dataset.follows) return { good: true, url: json.url };
  if (ok) return { good: true, title: 'Done', words: form.dataset.done, exchange, isOpen: Boolean(json?.accessToken) };
  const faults = (json.errors ?? []).map(({ path, message }) => `${path.slice(1) || 'The request'} ${message}`);
  const reasons = (json.reasons ?? []).map((reason) => REASONS[reason] ?? reason);
  const words = faults.length + reasons.length > 0 ? '' : (ADVICE[json.code] ?? json.detail ?? '');
  return { good: false, title: json.title, words, faults: [...faults, ...reasons], code: json.code, exchange };
}

const ADVICE = {
  invalid_token: 'A link works once, and only the newest one of its kind.',
  token_expired: 'Nothing was changed.',
  email_not_verified: 'Follow the link in the email first.',
  provider_sign_in_expired: 'Start again, in this browser.',
  identity_not_linked: 'Sign in the old way, and link the identity with the same code: POST /v1/users/me/identities.',
  invalid_credentials: 'The answer is the same for an address without an account.',
};

const REASONS = {
  too_short: 'It has fewer than 8 characters.',
  too_long: 'It has more than 128 characters.',
  too_common: 'It is one of the most common passwords.',
  contains_email: 'It contains your address.',
  contains_product_name: 'It contains the name of the product.',
  breached: 'It is known from a data breach.',
};

function show({ good, title, words, faults = [], code, exchange = '', isOpen = false }) {
  const outcome = document.querySelector('.outcome');
  outcome.hidden = false;
  outcome.classList.toggle('good', good);
  outcome.querySelector('h2').textContent = title;
  outcome.querySelector('.words').textContent = words;
  outcome.querySelector('.faults').replaceChildren(...faults.map(item));
  const about = outcome.querySelector('.about');
  about.hidden = !code;
  about.href = `/docs/errors/${code}`;
  for (const link of outcome.querySelectorAll('.next')) link.hidden = !good;
  for (const link of outcome.querySelectorAll('.again')) link.hidden = good;
  const details = outcome.querySelector('details');
  details.hidden = exchange === '';
  details.open = isOpen;
  details.querySelector('code').textContent = exchange;
  if (exchange) outcome.focus();
}

function item(text) {
  return Object.assign(document.createElement('li'), { textContent: text });
}

const readiness = document.getElementById('readiness');
if (readiness) {
  const response = await fetch('/readyz').catch(() => undefined);
  readiness.textContent = response?.ok ? 'ready' : 'not ready';
  readiness.classList.toggle('good', response?.ok === true);
}
