/** The schemas of users and groups. */
import { attribute, complex, list, type ResourceType, type Schema } from './attributes.ts';

const PLACES = ['work', 'home', 'other'];

const userSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A person',
  attributes: [
    attribute('userName', 'The name by which the directory knows the person; unique without regard to case.', {
      required: true,
      uniqueness: 'server',
    }),
    complex('name', 'The name of the person, in parts.', [
      attribute('formatted', 'The whole name.'),
      attribute('familyName', 'The family name.'),
      attribute('givenName', 'The given name.'),
      attribute('middleName', 'Middle names.'),
      attribute('honorificPrefix', 'What stands before the name.'),
      attribute('honorificSuffix', 'What stands after the name.'),
    ]),
    attribute('displayName', 'The name to show.'),
    attribute('nickName', 'What the person is called.'),
    attribute('profileUrl', 'A page about the person.', { type: 'reference', referenceTypes: ['external'] }),
    attribute('title', 'The title, such as "Vice President".'),
    attribute('userType', 'How the person belongs to the company, such as "Contractor".'),
    attribute('preferredLanguage', 'A language tag. New accounts get their emails in it.'),
    attribute('locale', 'A language tag for formats.'),
    attribute('timezone', 'A time zone of the IANA database.'),
    attribute(
      'active',
      'False ends the membership and, for an address that the organization governs, closes the account.',
      {
        type: 'boolean',
        required: true,
      },
    ),
    list(
      'emails',
      'Addresses. The primary one, or else that for work, or else the first, is the address of the person here. Without any, userName must be an address.',
      PLACES,
      { required: true },
    ),
    list('phoneNumbers', 'Telephone numbers.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    list('photos', 'Pictures.', ['photo', 'thumbnail'], { type: 'reference' }),
    complex(
      'addresses',
      'Postal addresses.',
      [
        attribute('formatted', 'The whole address.'),
        attribute('streetAddress', 'Street and number.'),
        attribute('locality', 'City.'),
        attribute('region', 'State or region.'),
        attribute('postalCode', 'Postal code.'),
        attribute('country', 'Country.'),
        attribute('type', 'What the address is for.', { canonicalValues: PLACES }),
        attribute('primary', 'True for the preferred one: at most one.', { type: 'boolean' }),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'The groups that the person belongs to. They are changed at the groups.',
      [
        attribute('value', 'The id of the group.', { mutability: 'readOnly', caseExact: true }),
        attribute('$ref', 'Where the group is.', {
          ...{ type: 'reference', referenceTypes: ['Group'], mutability: 'readOnly', caseExact: true },
        }),
        attribute('display', 'The name of the group.', { mutability: 'readOnly' }),
      ],
      { multiValued: true, mutability: 'readOnly' },
    ),
    list('entitlements', 'Kept for the directory; without meaning here.', []),
    list('roles', 'Kept for the directory; without meaning here. Groups decide about roles.', []),
  ],
};

const enterpriseUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'A person in a company',
  attributes: [
    attribute('employeeNumber', 'The number of the employee.'),
    attribute('costCenter', 'The cost center.'),
    attribute('organization', 'The part of the company.'),
    attribute('division', 'The division.'),
    attribute('department', 'The department.'),
    complex('manager', 'The manager.', [
      attribute('value', 'The id of the manager at the directory.'),
      attribute('$ref', 'Where the manager is.', { type: 'reference', referenceTypes: ['User'], caseExact: true }),
      attribute('displayName', 'The name of the manager.', { mutability: 'readOnly' }),
    ]),
  ],
};

const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'A group of people',
  attributes: [
    attribute('displayName', 'The name; unique without regard to case.', { required: true, uniqueness: 'server' }),
    complex(
      'members',
      'Who belongs to the group.',
      [
        attribute('value', 'The id of the user.', { mutability: 'immutable', caseExact: true }),
        attribute('$ref', 'Where the user is.', {
          ...{ type: 'reference', referenceTypes: ['User'], mutability: 'immutable', caseExact: true },
        }),
        attribute('type', 'Always User: groups do not contain groups.', {
          mutability: 'immutable',
          canonicalValues: ['User'],
        }),
      ],
      { multiValued: true },
    ),
  ],
};

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: userSchema.description,
  schema: userSchema,
  extensions: [enterpriseUserSchema],
};

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: groupSchema.description,
  schema: groupSchema,
  extensions: [],
};

export const resourceTypes: readonly ResourceType[] = [userType, groupType];
export const ENTERPRISE_USER = enterpriseUserSchema.id;
