// The console: picks an operation of /openapi.json, sends it, and shows the answer. Everything is text: nothing of an answer becomes HTML.

const at = (id) => document.getElementById(id);
let accessToken;
let operations = [];
/** Parameters that are filled in for the caller: the organization that they belong to. */
const known = {};

async function begin() {
  const document_ = await fetch('/openapi.json').then((answer) => answer.json());
  operations = Object.entries(document_.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
  );
  const byTag = Object.groupBy(operations, ({ tags }) => tags[0]);
  for (const [tag, members] of Object.entries(byTag)) {
    const group = Object.assign(document.createElement('optgroup'), { label: tag });
    for (const { operationId, summary } of members) group.append(new Option(summary, operationId));
    at('operation').append(group);
  }
  const wanted = location.hash.slice(1);
  if (operations.some(({ operationId }) => operationId === wanted)) at('operation').value = wanted;
  at('operation').addEventListener('change', show);
  at('console-login').addEventListener('submit', signIn);
  at('console-call').addEventListener('submit', send);
  show();
}

function chosen() {
  return operations.find(({ operationId }) => operationId === at('operation').value);
}

function show() {
  const { method, path, operationId, parameters = [], requestBody } = chosen();
  at('console-path').textContent = `${method} ${path}`;
  at('console-reference').href = `/docs#${operationId}`;
  at('console-parameters').replaceChildren(...parameters.filter((one) => one.in !== 'header').map(field));
  const example = exampleOf(requestBody);
  at('console-body').hidden = example === undefined;
  at('request-body').value = example === undefined ? '' : JSON.stringify(example, null, 2);
}

function exampleOf(requestBody) {
  const media = requestBody?.content['application/json'];
  return media && (media.example ?? {});
}

function field({ name, in: place, required, example }) {
  const line = Object.assign(document.createElement('p'), { className: 'field' });
  const id = `parameter-${name}`;
  const label = Object.assign(document.createElement('label'), { htmlFor: id, textContent: name });
  if (!required || place === 'query')
    label.append(Object.assign(document.createElement('small'), { textContent: ` ${place}` }));
  const input = Object.assign(document.createElement('input'), { id, name, value: known[name] ?? '' });
  input.dataset.place = place;
  if (example !== undefined) input.placeholder = String(example);
  line.append(label, input);
  return line;
}

async function request(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    ...(body !== undefined && { body }),
  });
  return { answer, text: await answer.text() };
}

async function signIn(event) {
  event.preventDefault();
  accessToken = undefined;
  const body = JSON.stringify({ email: at('login-email').value, password: at('login-password').value });
  const { answer, text } = await request('POST', '/v1/sessions', body);
  const { accessToken: token, user, title } = JSON.parse(text);
  accessToken = token;
  at('console-caller').textContent = answer.ok
    ? `Signed in as ${user.email}.`
    : `${title}. Run npm run seed to make the logins.`;
  if (answer.ok) await findOrganization();
  show();
}

/** Fills in the organization of the caller; the shared one before the personal one. */
async function findOrganization() {
  const { answer, text } = await request('GET', '/v1/organizations');
  if (!answer.ok) return;
  const { data } = JSON.parse(text);
  known.organizationId = (data.find(({ personal }) => !personal) ?? data[0])?.id;
}

async function send(event) {
  event.preventDefault();
  const { method, path, requestBody } = chosen();
  const inputs = [...at('console-parameters').querySelectorAll('input')];
  const query = new URLSearchParams();
  let target = path;
  for (const { name, value, dataset } of inputs) {
    if (dataset.place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') query.append(name, value);
  }
  const search = query.size > 0 ? `?${query}` : '';
  const hasBody = exampleOf(requestBody) !== undefined;
  try {
    const { answer, text } = await request(method, target + search, hasBody ? at('request-body').value : undefined);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    display(`${answer.status} ${answer.statusText}`, answer.ok, headers, text);
  } catch (error) {
    display('No answer', false, '', String(error));
  }
}

function display(title, good, headers, text) {
  const section = at('console-answer');
  section.hidden = false;
  section.classList.toggle('good', good);
  section.querySelector('h2').textContent = title;
  at('answer-headers').textContent = headers;
  at('answer-body').textContent = pretty(text);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

if (at('console')) await begin();
