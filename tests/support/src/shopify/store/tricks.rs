//! What happens at the very moment when an operation of a certain name comes.

use super::Store;

/// What a shop answers in place of what it would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trick {
    /// It is done, and the answer is lost.
    Lost,
    /// Nothing is done.
    Status(u16),
    /// Nothing is done, and this is answered with status 200.
    Body(String),
}

type Meanwhile = Box<dyn FnOnce(&Store) + Send>;

#[derive(Default)]
pub(super) struct Tricks {
    answers: Vec<(String, Trick)>,
    meanwhile: Vec<(String, Meanwhile)>,
}

fn taken<T>(list: &mut Vec<(String, T)>, name: &str) -> Option<T> {
    let at = list.iter().position(|(known, _)| known == name)?;
    Some(list.remove(at).1)
}

impl Store {
    /// The next operation of this name ("ProductSet") is answered so; first come, first served.
    pub fn play(&self, operation: &str, trick: Trick) {
        self.0.tricks.lock().expect("the tricks").answers.push((operation.to_owned(), trick));
    }

    /// Just before the next operation of this name somebody else does something in the shop.
    pub fn meanwhile(&self, operation: &str, change: impl FnOnce(&Self) + Send + 'static) {
        self.0.tricks.lock().expect("the tricks").meanwhile.push((operation.to_owned(), Box::new(change)));
    }

    /// No trick is left.
    pub fn play_no_more(&self) {
        *self.0.tricks.lock().expect("the tricks") = Tricks::default();
    }

    /// The app was granted what it needs to sell.
    pub fn let_sell(&self) {
        let scopes = ["write_products", "write_inventory", "read_locations", "read_publications", "write_publications"];
        self.configure(|options| options.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect());
    }

    /// So many of the next changes with a key find another one with it at work.
    pub fn be_at_work(&self, times: usize) {
        self.state().concurrent = times;
    }

    /// The product that was made under this mark.
    #[must_use]
    pub fn marked(&self, mark: &str) -> Option<u64> {
        let state = self.state();
        let mut products = state.products.values();
        products.find(|of| of.metafields.iter().any(|field| field.kind == "id" && field.value == mark)).map(|of| of.id)
    }

    pub(in super::super) fn trick(&self, operation: &str) -> Option<Trick> {
        taken(&mut self.0.tricks.lock().expect("the tricks").answers, operation)
    }

    pub(in super::super) fn interfere(&self, operation: &str) {
        let change = taken(&mut self.0.tricks.lock().expect("the tricks").meanwhile, operation);
        if let Some(change) = change {
            change(self);
        }
    }
}
