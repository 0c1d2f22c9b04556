/** Bodies and queries of Stripe's API v1: `application/x-www-form-urlencoded`, with brackets for nesting. */
export type Form = string | Form[] | { [key: string]: Form };
export type FormObject = { [key: string]: Form };

/** Parses `a[b][0][c]=x&d[]=y` into `{ a: { b: [{ c: 'x' }] }, d: ['y'] }`. */
export function parseForm(text: string): FormObject {
  const root: FormObject = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const head = name.indexOf('[');
    const keys = head < 0 ? [name] : [name.slice(0, head), ...bracketed(name.slice(head))];
    set(root, keys, value);
  }
  return asLists(root) as FormObject;
}

function bracketed(text: string): string[] {
  return [...text.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!);
}

function set(root: FormObject, keys: string[], value: string): void {
  let target = root;
  keys.forEach((key, index) => {
    const name = key === '' ? String(Object.keys(target).length) : key;
    if (index === keys.length - 1) {
      target[name] = value;
      return;
    }
    if (typeof target[name] !== 'object') target[name] = Object.create(null);
    target = target[name] as FormObject;
  });
}

/** Turns objects whose keys are 0, 1, 2 … into arrays. */
function asLists(value: Form): Form {
  if (typeof value === 'string') return value;
  const keys = Object.keys(value);
  const fields = value as FormObject;
  for (const key of keys) fields[key] = asLists(fields[key]!);
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? Object.values(fields) : fields;
}
