/** Bodies and queries of Stripe's API v1: `application/x-www-form-urlencoded`, with brackets for nesting. */
export type Form = string | FormObject;
export type FormObject = { [key: string]: Form };

/**
 * Parses `a[b][0][c]=x&d[]=y` into `{ a: { b: { 0: { c: 'x' } } }, d: { 0: 'y' } }`. Whether `{ 0: … }` is a list or a hash with the key "0" depends
 * on the parameter, so its reader decides.
 */
export function parseForm(text: string): FormObject {
  const root: FormObject = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const head = name.indexOf('[');
    const keys = head < 0 ? [name] : [name.slice(0, head), ...bracketed(name.slice(head))];
    set(root, keys, value);
  }
  return root;
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

/** The items of a list, or undefined if the value is not one: its keys must be 0, 1, 2 … */
export function itemsOf(value: Form): Form[] | undefined {
  if (typeof value === 'string') return undefined;
  return Object.keys(value).every((key) => /^\d+$/.test(key)) ? Object.values(value) : undefined;
}
