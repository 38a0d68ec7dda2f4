// Products to begin with: everything that a marketplace may leave out is left out.

// On sale, with that id and title, and nothing else; it needs at least one variant.
export const blankProduct = (sourceId, title) => ({
  sourceId,
  title,
  descriptionHtml: undefined,
  summaryHtml: undefined,
  brand: undefined,
  productType: undefined,
  handle: undefined,
  url: undefined,
  status: 'active',
  tags: [],
  options: [],
  variants: [],
  media: [],
  collections: [],
  attributes: [],
  seo: undefined,
  createdAt: undefined,
  updatedAt: undefined,
  warnings: [],
  extras: '{}',
});

// One that can be bought, without a price, of which nobody counts how many there are.
export const blankVariant = (sourceId) => ({
  sourceId,
  sku: undefined,
  gtin: undefined,
  mpn: undefined,
  title: undefined,
  optionValues: [],
  enabled: true,
  price: undefined,
  compareAt: undefined,
  sale: undefined,
  cost: undefined,
  weight: undefined,
  dimensions: undefined,
  taxable: undefined,
  taxClass: undefined,
  requiresShipping: undefined,
  inventory: { tag: 'untracked', val: true },
  mediaIds: [],
  extras: '{}',
});
