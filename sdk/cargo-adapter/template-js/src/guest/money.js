// Amounts from decimal text, exactly: no float on the way.

// How many decimals each currency has: the active ones of ISO 4217, those it replaced, and those that shops use beside them.
const DECIMALS = new Map([
  [0, 'BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
  [2, 'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU ' +
    'CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES ' +
    'KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR ' +
    'NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP ' +
    'TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ' +
    'ANG BGN CUC EEK FOK GGP GHC HRK IMP IRT JEP KID LTL LVL MRO PRB SKK SLL STD TMM TVD VEF ZMK ZWL'],
].flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, decimals])));

// The amount in the currency's minor unit. Surplus decimals are an error unless they are zeros.
export function money(text, currency) {
  const decimals = DECIMALS.get(currency);
  if (decimals === undefined) throw new RangeError('unknown currency');
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts) throw new RangeError('not a plain decimal number');
  const [, sign, whole, fraction = ''] = parts;
  if (/[1-9]/.test(fraction.slice(decimals))) throw new RangeError('more decimals than the currency has');
  const digits = (whole + fraction.slice(0, decimals).padEnd(decimals, '0')).replace(/^0+(?=\d)/, '');
  if (digits.length > 19 || BigInt(digits) > 0x7fffffffffffffffn) throw new RangeError('too large');
  return { minor: BigInt(sign + digits), currency };
}
