/** Attribute paths (RFC 7644 section 3.10 and figure 7), read against a schema, so that what comes out is in the schema's spelling. */
import { type Attribute, common, find, type ResourceType } from './attributes.ts';

/** Where an attribute is: in the resource itself, or in the object of an extension. */
export interface Place {
  /** The URN of the extension; undefined for the resource itself. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

/** A path that names an extension and no attribute of it. */
export interface ExtensionPlace {
  readonly extension: string;
}

/**
 * @param path `attribute`, `attribute.sub`, either after the URN of a schema and a colon, or the URN of an extension
 * @returns undefined for what the schema does not have
 */
export function resolvePath(type: ResourceType, path: string): Place | ExtensionPlace | undefined {
  const lower = path.toLowerCase();
  for (const schema of [...type.extensions, type.schema]) {
    const urn = schema.id.toLowerCase();
    const isExtension = schema !== type.schema;
    if (isExtension && lower === urn) return { extension: schema.id };
    // Some directories write a dot after the URN.
    if (lower.startsWith(`${urn}:`) || lower.startsWith(`${urn}.`))
      return within(schema.attributes, path.slice(urn.length + 1), isExtension ? schema.id : undefined, isExtension);
  }
  return within(type.schema.attributes, path, undefined, false);
}

function within(
  attributes: readonly Attribute[],
  path: string,
  extension: string | undefined,
  isExtension: boolean,
): Place | undefined {
  const [name = '', subName, ...rest] = path.split('.');
  if (rest.length > 0) return undefined;
  const attribute = find(attributes, name) ?? (isExtension ? undefined : find(common, name));
  if (!attribute) return undefined;
  if (subName === undefined) return { extension, attribute, sub: undefined };
  const sub = find(attribute.subAttributes ?? [], subName);
  return sub && { extension, attribute, sub };
}
