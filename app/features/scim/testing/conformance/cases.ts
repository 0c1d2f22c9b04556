/** Forty PATCHes and thirty filters that are tried here and with scim2-models, and why some results differ. */
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

export interface PatchCase {
  readonly operations: readonly object[];
  /** Of another resource than `RESOURCE`: members that replace its own. */
  readonly resource?: object;
  /** Why scim2-models gives another result. */
  readonly differs?: string;
}

export interface FilterCase {
  readonly filter: string;
  readonly differs?: string;
}

export const RESOURCE = {
  schemas: [CORE, ENTERPRISE],
  userName: 'grace@else.example',
  externalId: 'e-1',
  active: true,
  name: { givenName: 'Grace', familyName: 'Hopper' },
  displayName: 'Grace Hopper',
  title: 'Rear Admiral',
  emails: [
    { value: 'grace@else.example', type: 'work', primary: true },
    { value: 'grace@home.example', type: 'home', primary: false },
  ],
  phoneNumbers: [{ value: '123', type: 'work' }],
  [ENTERPRISE]: { department: 'Navy', employeeNumber: '7', manager: { value: 'm-1' } },
};

const add = (path: string | undefined, value: unknown) => ({ op: 'add', ...(path && { path }), value });
const replace = (path: string | undefined, value: unknown) => ({ op: 'replace', ...(path && { path }), value });
const remove = (path: string, value?: unknown) => ({ op: 'remove', path, ...(value !== undefined && { value }) });

export const patches: readonly PatchCase[] = [
  { operations: [replace('displayName', 'Amazing Grace')] },
  { operations: [replace('DISPLAYNAME', 'Amazing Grace')] },
  { operations: [{ op: 'Replace', path: 'title', value: 'Commodore' }] },
  { operations: [replace('active', false)] },
  { operations: [replace('active', 'False')] },
  { operations: [replace(undefined, { active: 'True', title: 'Commodore' })] },
  { operations: [replace(undefined, { name: { givenName: 'Amazing' } })] },
  { operations: [replace('name', { givenName: 'Amazing' })] },
  { operations: [replace('name.givenName', 'Amazing')] },
  { operations: [add('name.middleName', 'Brewster')] },
  { operations: [add(undefined, { nickName: 'Amazing', name: { middleName: 'Brewster' } })] },
  { operations: [remove('title')] },
  { operations: [remove('name.familyName')] },
  { operations: [remove('nickName')] },
  { operations: [remove('name')] },
  { operations: [replace('title', null)] },
  { operations: [add('emails', [{ value: 'third@else.example', type: 'other' }])] },
  { operations: [add('emails', { value: 'third@else.example', type: 'other' })] },
  { operations: [add('emails', [{ value: 'third@else.example', type: 'other', primary: true }])] },
  { operations: [add('emails', [{ value: 'grace@home.example', type: 'home', primary: false }])] },
  { operations: [replace('emails', [{ value: 'only@else.example', type: 'work' }])] },
  { operations: [replace('emails[type eq "work"].value', 'new@else.example')] },
  { operations: [replace('emails[type eq "WORK"].value', 'new@else.example')] },
  { operations: [replace('emails[type eq "home" and value co "home"].display', 'Home')] },
  { operations: [add('emails[type eq "other"].value', 'other@else.example')] },
  { operations: [replace('emails[type eq "other"].value', 'other@else.example')] },
  { operations: [remove('emails[type eq "home"]')] },
  { operations: [remove('emails[type eq "nothing"]')] },
  { operations: [remove('emails[type eq "home"].primary')] },
  { operations: [replace('emails[type eq "home"].primary', true)] },
  { operations: [add('phoneNumbers', [{ value: '456', type: 'mobile' }])] },
  { operations: [remove('phoneNumbers')] },
  { operations: [remove('phoneNumbers', [{ value: '123', type: 'work' }])] },
  { operations: [replace(`${ENTERPRISE}:department`, 'Research')] },
  { operations: [replace(undefined, { [ENTERPRISE]: { department: 'Research' } })] },
  { operations: [replace(undefined, { [`${ENTERPRISE}:department`]: 'Research' })] },
  {
    operations: [replace(`${ENTERPRISE}:manager`, 'm-2')],
    differs: 'Entra ID sends the manager as bare text; it is read as the value.',
  },
  { operations: [replace(`${ENTERPRISE}:manager.value`, 'm-2')] },
  { operations: [remove(`${ENTERPRISE}:manager`)] },
  { operations: [replace(`${CORE}:title`, 'Commodore')] },
  { operations: [replace(undefined, { 'name.familyName': 'Murray' })] },
  { operations: [replace('title', 'Commodore'), remove('title'), add('title', 'Captain')] },
  {
    operations: [replace('title', 'Commodore'), replace('shoeSize', '38')],
    differs:
      'A path that the schema does not have is refused, so that a wrong mapping shows; scim2-models was told to pass over it.',
  },
  { operations: [replace('phoneNumbers', [])] },
];

const user = (userName: string, more: object) => ({ schemas: [CORE], userName, active: true, ...more });

export const USERS = [
  user('ada@else.example', {
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    title: 'Countess',
    externalId: 'A1',
    emails: [
      { value: 'ada@else.example', type: 'work', primary: true },
      { value: 'countess@home.example', type: 'home' },
    ],
  }),
  user('charles@else.example', {
    name: { givenName: 'Charles', familyName: 'Babbage' },
    active: false,
    emails: [{ value: 'charles@else.example', type: 'home' }],
    [ENTERPRISE]: { department: 'Engines' },
  }),
  user('émilie@else.example', {
    name: { givenName: 'Émilie', familyName: 'du Châtelet' },
    nickName: 'a "quoted" \\ name',
    emails: [{ value: 'emilie@else.example', type: 'work' }],
    phoneNumbers: [{ value: '+49 30', type: 'mobile' }],
  }),
];

export const filters: readonly FilterCase[] = [
  { filter: 'userName eq "ada@else.example"' },
  { filter: 'USERNAME Eq "ADA@else.example"' },
  { filter: 'userName ne "ada@else.example"' },
  { filter: 'userName sw "a"' },
  { filter: 'userName ew "else.example"' },
  { filter: 'userName co "HARLES"' },
  { filter: 'userName eq "\\u00e9milie@else.example"' },
  { filter: 'userName gt "b"' },
  { filter: 'externalId eq "A1"' },
  { filter: 'externalId eq "a1"' },
  { filter: 'title pr' },
  { filter: 'not (title pr)' },
  { filter: 'title ne "Countess"' },
  { filter: 'title eq null' },
  { filter: 'active eq true' },
  { filter: 'active eq false' },
  { filter: 'name.familyName eq "lovelace"' },
  { filter: 'name.familyName sw "du " or name.familyName sw "b"' },
  { filter: 'title pr and active eq true or userName sw "c"' },
  { filter: 'title pr and (active eq true or userName sw "c")' },
  { filter: 'not (userName sw "a" or userName sw "c")' },
  { filter: 'emails.type eq "work" and emails.value eq "countess@home.example"' },
  { filter: 'emails[type eq "work" and value eq "countess@home.example"]' },
  { filter: 'emails[type eq "home" and value co "home"]' },
  { filter: 'not (emails[type eq "work"])' },
  { filter: 'emails co "emilie"' },
  { filter: 'phoneNumbers pr' },
  { filter: 'phoneNumbers.type eq "mobile"' },
  { filter: 'emails.type ne "work"' },
  { filter: 'nickName eq "a \\"quoted\\" \\\\ name"' },
  { filter: `${ENTERPRISE}:department eq "engines"` },
  { filter: `${CORE}:userName sw "ada"` },
  {
    filter: 'shoeSize eq "38"',
    differs:
      'An attribute that the schema does not have is refused, so that a wrong mapping does not look like nobody.',
  },
  { filter: 'active gt true' },
];
