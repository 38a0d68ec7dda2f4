// Requests, and what their answers mean. The host adds credentials, keeps the pace and refuses what is not granted.

import { send } from 'entrepot:adapter/http@0.1.1';
import { isObject, parse } from './json.js';

// The JSON object at an address.
export function get(url, query = []) {
  const asked = query.map(([name, value]) => `${encode(name)}=${encode(String(value)).replaceAll('%2C', ',')}`);
  const whole = asked.length > 0 ? `${url}?${asked.join('&')}` : url;
  const response = send({ method: 'get', url: whole, headers: [], body: undefined, credential: undefined });
  const error = failure(response);
  if (error) throw error;
  // A page, half a body, nothing at all: they go away by themselves, and none may be taken for an empty answer.
  const text = new TextDecoder().decode(response.body);
  let answer;
  try {
    answer = parse(text);
  } catch {
    throw { tag: 'unavailable', val: `the answer is not JSON, or was cut off: ${excerpt(text)}` };
  }
  if (!isObject(answer)) throw { tag: 'unavailable', val: `the answer is not what was asked for: ${excerpt(text)}` };
  return answer;
}

// What a status other than 2xx means.
function failure({ status, retryAfter, body }) {
  if (status >= 200 && status <= 299) return undefined;
  const words = excerpt(new TextDecoder().decode(body));
  const said = words ? `HTTP ${status}: ${words}` : `HTTP ${status}`;
  if (status === 401 || status === 403) return { tag: 'unauthorized', val: said };
  if (status === 404 || status === 410) return { tag: 'not-found' };
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return { tag: 'rate-limited', val: retryAfter };
  if (status === 408 || status === 425 || status >= 500) return { tag: 'unavailable', val: said };
  return { tag: 'other', val: said };
}

// RFC 3986: all but unreserved characters are encoded.
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const excerpt = (text) => text.slice(0, 4096).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 80).toWellFormed();
