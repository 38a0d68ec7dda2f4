use serde::{Deserialize, Serialize};

/// A product, as far as it can be recognised by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    pub product: Box<str>,
    pub title: Box<str>,
    pub brand: Option<Box<str>>,
    pub variants: Vec<Article>,
}

/// A variant, likewise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// The marketplace's id of it.
    pub variant: Box<str>,
    pub sku: Option<Box<str>>,
    pub gtin: Option<Box<str>>,
    pub mpn: Option<Box<str>>,
    pub options: Vec<Box<str>>,
    /// Minor units and their currency.
    pub price: Option<(i64, Box<str>)>,
    /// False: it is linked to the other channel already. It still counts where one asks how often a SKU is there.
    pub open: bool,
}

/// What a reviewer saw of a variant. A match holds as long as this does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub title: String,
    pub brand: Option<String>,
    pub sku: Option<String>,
    pub gtin: Option<String>,
    pub options: Vec<String>,
}

impl Goods {
    /// Of the variant at that place.
    pub fn facts(&self, at: usize) -> Option<Facts> {
        let article = self.variants.get(at)?;
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Some(Facts {
            title: self.title.to_string(),
            brand: text(&self.brand),
            sku: text(&article.sku),
            gtin: text(&article.gtin),
            options: article.options.iter().map(ToString::to_string).collect(),
        })
    }
}

impl Facts {
    /// What is another now, in words; `None`: nothing that counts. Brands corroborate only.
    pub fn changed(&self, now: &Self) -> Option<String> {
        let shown = |text: Option<&str>| text.map_or_else(|| "missing".to_owned(), |text| format!("{text:?}"));
        let told = |what: &str, was: Option<&str>, is: Option<&str>| {
            (was != is).then(|| format!("the {what} was {} and is {} now", shown(was), shown(is)))
        };
        let (was, is) = (self.options.join(" / "), now.options.join(" / "));
        told("SKU", self.sku.as_deref(), now.sku.as_deref())
            .or_else(|| told("GTIN", self.gtin.as_deref(), now.gtin.as_deref()))
            .or_else(|| told("title", Some(&self.title), Some(&now.title)))
            .or_else(|| told("choice of options", Some(&was), Some(&is)))
    }

    /// "Rustic Quilt, Blue / Large".
    pub fn name(&self) -> String {
        match self.options.is_empty() {
            true => self.title.clone(),
            false => format!("{}, {}", self.title, self.options.join(" / ")),
        }
    }
}
