// What the host calls. An error of the contract is thrown as it is; a mistake in here becomes one instead of a trap.

import * as api from './api.js';
import { product } from './map.js';

function guarded(call) {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      throw error instanceof Error ? (error.payload ?? { tag: 'other', val: `${error.name}: ${error.message}` }) : error;
    }
  };
}

export const connection = {
  check: guarded((channel) => api.account(channel)),
};

export const catalog = {
  fetchPage: guarded((channel, request) => api.page(channel, request)),
  fetchItems: guarded((channel, _context, ids) => api.items(channel, ids)),
  mapProduct: guarded((_channel, item) => product(item)),
};
