// From the marketplace's words to the canonical ones. Pure: the same item always gives the same product.

import { blankProduct, blankVariant } from './guest/blank.js';
import { integer, isObject, parse, written } from './guest/json.js';
import { money } from './guest/money.js';

export function product(item) {
  const goods = read(item.body);
  const id = String(goods.id);
  const inventory =
    goods.stock === undefined
      ? { tag: 'untracked', val: true }
      : {
          tag: 'tracked',
          val: [{ locationId: 'default', locationName: undefined, available: goods.stock, itemId: id, backorder: false }],
        };
  const variant = { ...blankVariant(id), sku: goods.sku, price: price(goods), inventory };
  return { ...blankProduct(id, goods.title), descriptionHtml: goods.description, variants: [variant] };
}

function price({ price, currency }) {
  // As it is written: a price that goes through a float is not exact any more.
  const text = written(price);
  try {
    return money(text, currency);
  } catch (error) {
    throw invalid('/price', 'price-invalid', `The price ${text.slice(0, 100)} is ${error.message}.`);
  }
}

function read(body) {
  let goods;
  try {
    goods = parse(body);
  } catch (error) {
    throw unreadable(error.message);
  }
  if (!isObject(goods)) throw unreadable('it is no object');
  const optional = (field, kind) => (goods[field] === null || goods[field] === undefined ? undefined : kind(field));
  const text = (field) => {
    if (typeof goods[field] !== 'string') throw unreadable(`${field} is no text`);
    return goods[field];
  };
  const whole = (field) => {
    const value = integer(goods[field]);
    if (value === undefined) throw unreadable(`${field} is no whole number`);
    return value;
  };
  return {
    id: whole('id'),
    title: text('title'),
    description: optional('description', text),
    sku: optional('sku', text),
    price: goods.price,
    currency: text('currency'),
    stock: optional('stock', whole),
  };
}

function unreadable(why) {
  return invalid('', 'item-unreadable', `The product cannot be read: ${why}`);
}

function invalid(path, code, message) {
  return { tag: 'invalid', val: [{ path, code, message }] };
}
