// The marketplace's API. Answers are kept as they are; what they mean is decided in map.js.

import { get } from './guest/http.js';
import { integer, isObject, stringify } from './guest/json.js';
import { parseTime, rfc3339 } from './guest/time.js';

export function account(channel) {
  const { name, currency } = get(`${base(channel)}/api/about`);
  if (typeof name !== 'string' || typeof currency !== 'string') throw strange('the name and the currency of the shop');
  return { name, url: base(channel), currency, details: [], warnings: [] };
}

export function page(channel, request) {
  const { page, seen } = cursor(request.cursor);
  const query = [['page', page + 1], ['limit', request.limit]];
  if (request.since !== undefined) query.push(['updated_since', rfc3339(request.since)]);
  const { total, products } = goods(channel, query);
  const seenNow = seen + products.length;
  // A page that ends early says so itself; an empty one ends everything, whatever the total was.
  const more = BigInt(seenNow) < total && products.length > 0;
  return {
    items: products.map(item),
    listed: [],
    next: more ? JSON.stringify({ page: page + 1, seen: seenNow }) : undefined,
    context: undefined,
    total,
    wait: undefined,
  };
}

export function items(channel, ids) {
  return goods(channel, [['ids', ids.join(',')]]).products.map(item);
}

// Where the next page begins. One this version cannot read is our fault, and starting over silently would hide it.
function cursor(text) {
  if (text === undefined) return { page: 0, seen: 0 };
  const { page, seen } = JSON.parse(text);
  if (!Number.isSafeInteger(page) || !Number.isSafeInteger(seen)) throw new TypeError('the cursor is not one of this version');
  return { page, seen };
}

function goods(channel, query) {
  const answer = get(`${base(channel)}/api/products`, query);
  const total = integer(answer.total);
  if (total === undefined || total < 0n || !Array.isArray(answer.products)) throw strange('products');
  return { total: BigInt.asUintN(64, total), products: answer.products };
}

function item(product) {
  const id = isObject(product) ? integer(product.id) : undefined;
  if (id === undefined) throw strange('products');
  const updatedAt = typeof product.updated_at === 'string' ? parseTime(product.updated_at) : undefined;
  return { sourceId: String(id), updatedAt, body: stringify(product), deleted: false, problems: [] };
}

function strange(wanted) {
  return { tag: 'unavailable', val: `the shop answered with something else than ${wanted}` };
}

// The address from the settings. The host has checked it, and sends nothing anywhere else.
function base(channel) {
  const bound = channel.bindings.find(([name]) => name === 'shop_url');
  return (bound?.[1] ?? '').replace(/\/+$/, '');
}
