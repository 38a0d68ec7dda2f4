import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from './money.js';

test('plain decimals are read', () => {
  for (const [text, currency, minor] of [
    ['0', 'EUR', 0n],
    ['119.90', 'EUR', 11990n],
    ['12.5', 'EUR', 1250n],
    ['12.500', 'EUR', 1250n],
    ['-0.01', 'EUR', -1n],
    ['007.10', 'EUR', 710n],
    ['1500.00', 'JPY', 1500n],
    ['1.234', 'KWD', 1234n],
    ['92233720368547758.07', 'USD', 9223372036854775807n],
  ]) {
    assert.deepEqual(money(text, currency), { minor, currency });
  }
});

test('everything else is refused', () => {
  for (const text of ['', '-', '.5', '5.', '12,50', '1.299,00 zł', '1e3', '+1', ' 1', '1 ', '1.2.3', '٣', '--1', 'NaN', '0x10', '1\n']) {
    assert.throws(() => money(text, 'EUR'), /not a plain decimal/, text);
  }
  assert.throws(() => money('1.005', 'EUR'), /more decimals/);
  assert.throws(() => money('92233720368547758.08', 'EUR'), /too large/);
  assert.throws(() => money('9'.repeat(400), 'EUR'), /too large/);
  assert.throws(() => money('1', 'eur'), /unknown currency/);
});
