// Instants as the contract has them: milliseconds since 1970-01-01T00:00:00Z, as a BigInt.

// RFC 3339, or without an offset, which is then UTC. Nothing for anything else, also for days that no calendar has.
export function parseTime(text) {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$/.exec(text);
  if (!parts) return undefined;
  const [, day, time, fraction = '', offset = 'Z'] = parts;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined;
  const millis = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  return Number.isNaN(millis) ? undefined : BigInt(millis);
}

export const rfc3339 = (millis) => new Date(Number(millis)).toISOString();
