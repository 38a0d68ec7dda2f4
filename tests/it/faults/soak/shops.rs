//! The shops of the soak, and what happens in them.

use entrepot_test_support::dice::Dice;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::{bigcommerce, etsy, shopify, woocommerce};
use entrepot_tests::Marketplace;
use serde_json::json;

const PRODUCTS: usize = 40;
const SECRET: &str = "a-long-random-word-of-letters-and-digits-0123456789";

/// What a shop sends.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) at: i64,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

enum Goods {
    BigCommerce(bigcommerce::Store),
    Etsy(etsy::Store),
    Shopify(shopify::Store),
    WooCommerce(woocommerce::Store),
}

pub(super) struct Shop {
    pub(super) marketplace: Marketplace,
    pub(super) away_until: Option<i64>,
    goods: Goods,
    /// New goods have numbers of their own.
    made: u64,
    seed: u64,
}

pub(super) fn shops(seed: u64) -> Vec<Shop> {
    let goods = |number| seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: seed ^ number });
    let (one, two) = (bigcommerce::Store::from_seed(&goods(1)), etsy::Store::from_seed(&goods(2)));
    let (three, four) = (shopify::Store::from_seed(&goods(3)), woocommerce::Store::from_seed(&goods(4)));
    // Counted by the computer's clock, in which a week takes minutes.
    one.configure(|options| options.quota = None);
    let key = four.key();
    let secrets = json!({
        "consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret, "webhook_secret": SECRET,
    });
    [
        (Marketplace::bigcommerce(&one), Goods::BigCommerce(one)),
        (Marketplace::etsy(&two), Goods::Etsy(two)),
        (Marketplace::shopify(&three), Goods::Shopify(three)),
        (Marketplace::woocommerce(&four).with_secrets(secrets), Goods::WooCommerce(four)),
    ]
    .into_iter()
    .map(|(marketplace, goods)| Shop { marketplace, away_until: None, goods, made: 0, seed })
    .collect()
}

impl Shop {
    pub(super) fn id(&self) -> &'static str {
        self.marketplace.id
    }

    /// Etsy has no webhooks about goods.
    pub(super) fn tells(&self) -> bool {
        !matches!(self.goods, Goods::Etsy(_))
    }

    pub(super) fn set_time(&self, now: i64) {
        let now = Some(now / 1_000);
        match &self.goods {
            Goods::BigCommerce(store) => store.configure(|options| options.now = now),
            Goods::Etsy(store) => store.configure(|options| options.now = now),
            Goods::Shopify(store) => store.configure(|options| options.now = now),
            Goods::WooCommerce(store) => store.configure(|options| options.now = now),
        }
    }

    pub(super) fn fail(&mut self, dice: &mut Dice, until: i64) {
        let fault = match dice.below(4) {
            0 => Fault::Status(500),
            // None that says when to come again: such waits go by the computer's clock, in which an hour of the week takes a second.
            1 => Fault::HtmlError,
            2 => Fault::Drop,
            _ => Fault::Truncate(40),
        };
        self.marketplace.server.inject(Matcher::any(), fault);
        self.away_until = Some(until);
    }

    pub(super) fn recover(&mut self) {
        self.marketplace.server.heal();
        self.away_until = None;
    }

    fn ids(&self) -> Vec<u64> {
        match &self.goods {
            Goods::BigCommerce(store) => store.product_ids(),
            Goods::Etsy(store) => store.listing_ids(),
            Goods::Shopify(store) => store.product_ids(),
            Goods::WooCommerce(store) => store.product_ids(),
        }
    }

    /// One thing, at random: mostly edits and sales, now and then something new or gone.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        let ids = self.ids();
        let id = ids[dice.below(ids.len() as u64) as usize];
        match dice.below(20) {
            0 => self.add(),
            1 if ids.len() > PRODUCTS / 2 => self.delete(id),
            2 => self.silently(id, dice),
            3..=8 => self.sell(id, dice),
            _ => self.rename(id, dice),
        }
    }

    fn add(&mut self) {
        self.made += 1;
        let (title, sku) = (format!("New arrival {}", self.made), format!("NEW-{}", self.made));
        match &self.goods {
            Goods::BigCommerce(store) => {
                let all = PRODUCTS + self.made as usize;
                let goods = seed::catalogue(Seed { products: all, variable_share: 0.3, seed: self.seed ^ 1 });
                store.add(&goods[all - 1..]);
            }
            Goods::Etsy(store) => done(store.insert(etsy::Listing::simple(&title, &sku, 1_900, 7))),
            Goods::Shopify(store) => done(store.insert(shopify::Product::simple(&title, "19.00"))),
            Goods::WooCommerce(store) => {
                done(store.insert(woocommerce::Product::simple(&title).priced("19.00").with_sku(&sku)));
            }
        }
    }

    fn delete(&self, id: u64) {
        let gone = match &self.goods {
            Goods::BigCommerce(store) => store.delete(id),
            Goods::Etsy(store) => store.delete(id),
            Goods::Shopify(store) => store.delete(id),
            Goods::WooCommerce(store) if store.product(id).is_some_and(|product| product.status == "trash") => {
                store.untrash(id)
            }
            Goods::WooCommerce(store) => store.trash(id),
        };
        assert!(gone, "{} {id}", self.id());
    }

    fn rename(&self, id: u64, dice: &mut Dice) {
        let title = format!("{} {}", dice.pick(&["Fine", "Used", "Blue", "Last"]), dice.below(1_000));
        match &self.goods {
            Goods::BigCommerce(store) => done(store.change(id, |product| product["name"] = title.into())),
            Goods::Etsy(store) => done(store.update(id, |listing| listing.title = title)),
            Goods::Shopify(store) => done(store.update(id, |product| product.title = title)),
            Goods::WooCommerce(store) => done(store.update(id, |product| product.name = title.into())),
        }
    }

    /// A number of the stock changes.
    fn sell(&self, id: u64, dice: &mut Dice) {
        let left = dice.below(90) as i64;
        match &self.goods {
            Goods::BigCommerce(store) => {
                let product = store.product(id).expect("it is there");
                let variants = product["variants"].as_array().map_or(0, Vec::len).max(1) as u64;
                let variant = product["variants"][dice.below(variants) as usize]["id"].as_u64();
                variant.map(|variant| store.set_stock(variant, 1, left));
            }
            Goods::Etsy(store) => done(store.update(id, |listing| {
                for product in listing.products.iter_mut().flatten().take(1) {
                    product.offering.quantity = left.unsigned_abs() + 1;
                }
            })),
            Goods::Shopify(store) => {
                let location = store.locations()[0].id;
                store.set_stock(id, 0, location, left);
            }
            Goods::WooCommerce(store) => done(store.update(id, |product| {
                if product.stock_quantity.is_some() {
                    product.stock_quantity = Some(left);
                }
            })),
        }
    }

    /// What no delta shows: written past the shop's own functions, its date stays.
    fn silently(&self, id: u64, dice: &mut Dice) {
        if let Goods::WooCommerce(store) = &self.goods {
            let (now, then) = (store.options().now, store.product(id).map(|product| product.modified));
            store.configure(|options| options.now = then);
            self.rename(id, dice);
            store.configure(|options| options.now = now);
        }
    }

    pub(super) fn deliveries(&self, at: i64) -> Vec<Told> {
        match &self.goods {
            Goods::BigCommerce(store) => {
                store.deliveries().into_iter().map(|of| Told { at, headers: of.headers, body: of.body }).collect()
            }
            Goods::Etsy(_) => Vec::new(),
            Goods::Shopify(store) => {
                store.deliveries().into_iter().map(|of| Told { at, headers: of.headers, body: of.body }).collect()
            }
            Goods::WooCommerce(store) => {
                store.deliveries().into_iter().map(|of| Told { at, headers: of.headers, body: of.body }).collect()
            }
        }
    }
}

/// What the simulators answer to a change is of no interest here.
fn done<T>(_: T) {}
