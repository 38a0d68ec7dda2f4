// JSON whose numbers stay as they are written: 119.90 is not 119.9 to a hash, and 9007199254740993 is no float.

export function parse(text) {
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value === 'number') return JSON.rawJSON(source);
    // Half an emoji and NUL: no database takes them.
    return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value;
  });
}

// Numbers come out as they went in.
export const stringify = (value) => JSON.stringify(value);

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

// A whole number of 64 bits, or nothing.
export function integer(value) {
  if (!JSON.isRawJSON(value) || !/^-?\d{1,19}$/.test(value.rawJSON)) return undefined;
  const number = BigInt(value.rawJSON);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

// The text of a number or a string; of anything else, its JSON.
export const written = (value) =>
  JSON.isRawJSON(value) ? value.rawJSON : typeof value === 'string' ? value : (JSON.stringify(value) ?? 'that is missing');
