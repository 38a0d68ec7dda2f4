//! One channel, ready to be compared.

use std::collections::HashMap;

use super::facts::Goods;
use super::words::{Words, gtin14, normal_sku, words_of};

pub(super) struct Side<'a> {
    pub(super) goods: &'a [Goods],
    pub(super) titles: Vec<Title>,
    pub(super) variants: Vec<Ready>,
    /// Variants by SKU and by GTIN.
    pub(super) skus: HashMap<u32, Vec<u32>>,
    pub(super) gtins: HashMap<u64, Vec<u32>>,
}

pub(super) struct Title {
    /// In alphabetical order.
    pub(super) words: Vec<u32>,
    pub(super) brand: Vec<u32>,
    /// All words as one text.
    pub(super) whole: u32,
    /// Its variants are from here on.
    pub(super) first: u32,
}

pub(super) struct Ready {
    pub(super) product: u32,
    /// Its place among the product's variants.
    pub(super) at: u32,
    pub(super) sku: Option<u32>,
    pub(super) gtin: Option<u64>,
    pub(super) mpn: Option<u32>,
    /// The values chosen, whatever their order; `None`: there is nothing to choose.
    pub(super) options: Option<u32>,
    pub(super) open: bool,
}

impl<'a> Side<'a> {
    pub(super) fn new(goods: &'a [Goods], words: &mut Words) -> Self {
        let mut side = Self {
            goods,
            titles: Vec::with_capacity(goods.len()),
            variants: Vec::with_capacity(goods.len()),
            skus: HashMap::new(),
            gtins: HashMap::new(),
        };
        for (number, product) in goods.iter().enumerate() {
            side.add(number as u32, product, words);
        }
        side
    }

    fn add(&mut self, number: u32, product: &Goods, words: &mut Words) {
        let in_title: Vec<u32> = words_of(&product.title).iter().map(|word| words.number(word)).collect();
        let whole = words.number(&words.join(&in_title));
        for word in in_title.iter().filter(|word| **word != whole).chain([&whole]) {
            words.count(*word);
        }
        let brand = words_of(product.brand.as_deref().unwrap_or_default());
        let brand = brand.iter().map(|word| words.number(word)).collect();
        self.titles.push(Title { words: in_title, brand, whole, first: self.variants.len() as u32 });
        for (at, article) in product.variants.iter().enumerate() {
            let here = self.variants.len() as u32;
            let name = |text: &Option<Box<str>>, words: &mut Words| {
                text.as_deref().and_then(normal_sku).map(|text| words.number(&text))
            };
            let (sku, mpn) = (name(&article.sku, words), name(&article.mpn, words));
            let gtin = article.gtin.as_deref().and_then(gtin14);
            if let Some(sku) = sku {
                self.skus.entry(sku).or_default().push(here);
            }
            if let Some(gtin) = gtin {
                self.gtins.entry(gtin).or_default().push(here);
            }
            let options = options_key(article.options.iter().map(|value| &**value)).map(|key| words.number(&key));
            let (product, at, open) = (number, at as u32, article.open);
            self.variants.push(Ready { product, at, sku, gtin, mpn, options, open });
        }
    }

    pub(super) fn variants_of(&self, product: u32) -> std::ops::Range<u32> {
        let first = self.titles[product as usize].first;
        first..first + self.goods[product as usize].variants.len() as u32
    }

    pub(super) fn variant(&self, number: u32) -> &Ready {
        &self.variants[number as usize]
    }

    pub(super) fn title(&self, variant: u32) -> &Title {
        &self.titles[self.variant(variant).product as usize]
    }

    /// Product and variant, by which two that are equally good are put in order.
    pub(super) fn key(&self, variant: u32) -> (&str, &str) {
        let ready = self.variant(variant);
        let goods = &self.goods[ready.product as usize];
        (&goods.product, &goods.variants[ready.at as usize].variant)
    }

    /// On how many variants this one's SKU stands.
    pub(super) fn sharing_sku(&self, sku: Option<u32>) -> usize {
        sku.and_then(|sku| self.skus.get(&sku)).map_or(0, Vec::len)
    }

    pub(super) fn sharing_gtin(&self, gtin: Option<u64>) -> usize {
        gtin.and_then(|gtin| self.gtins.get(&gtin)).map_or(0, Vec::len)
    }
}

/// Chosen values in one spelling and order; `None`: nothing is chosen.
pub(super) fn options_key<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut values: Vec<String> =
        values.map(|value| words_of(value).join(" ")).filter(|value| !value.is_empty()).collect();
    values.sort_unstable();
    (!values.is_empty()).then(|| values.join("\u{1f}"))
}
